"""The scan written down plainly: every window of every replicate is looked at.

Slow and simple; the bit-plane engine must find the same numbers to the last bit.
"""

import numpy as np
from numpy.typing import NDArray

from service.domain.scan.jit import kernel
from service.domain.scan.likelihood import window_llr
from service.domain.scan.model import Floats, Integers


@kernel
def scan_centre(  # noqa: PLR0913, a kernel takes plain arrays
    order: Integers,
    may_end: NDArray[np.bool_],
    counts: Integers,
    risk: Integers,
    total_cases: int,
    total_risk: int,
    min_cases: int,
    high: bool,  # noqa: FBT001, numba
    low: bool,  # noqa: FBT001, numba
    bernoulli: bool,  # noqa: FBT001, numba
    best: Floats,
    best_size: Integers,
) -> None:
    """Raise `best` (one entry per column of `counts`) to the best window of one centre.

    The divergence of two distributions is at most their chi-square distance; a window whose
    chi-square cannot beat the best so far needs no logarithm.
    """
    running = np.zeros(counts.shape[1], np.int64)
    inside = 0
    spread = (total_risk - total_cases) / total_risk if bernoulli else 1.0
    for k in range(order.size):
        inside += risk[order[k]]
        expected = float(inside) * total_cases / total_risk
        variance = spread * expected * (1.0 - inside / total_risk)
        for r in range(running.size):
            running[r] += counts[order[k], r]
            excess = running[r] - expected
            wanted = (high and excess > 0 and running[r] >= min_cases) or (low and excess < 0)
            if not (may_end[k] and wanted and excess * excess * 1.000001 > best[r] * variance):
                continue
            value = window_llr(running[r], inside, total_cases, total_risk, bernoulli)
            if value > best[r]:
                best[r] = value
                best_size[r] = k + 1
