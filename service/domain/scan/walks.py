"""A closer look: every window of one block for one data set."""

# ruff: noqa: PLR0913, PLR0917 - kernels take plain arrays, by position

import numpy as np

from service.domain.scan.jit import kernel
from service.domain.scan.likelihood import window_llr
from service.domain.scan.replicates import Replicates
from service.domain.scan.rings import Blocks, Rules

EQUAL = 1.0 - 1e-9
"""Two ratios are equal when the lesser is at least this share of the other.

Windows that are each other's complement have one ratio, and rounding would choose between them.
"""
ROUNDING = 1.000001


@kernel
def walk(
    block: int,
    replicate: int,
    cases: int,
    best: float,
    rules: Rules,
    sets: Replicates,
    blocks: Blocks,
) -> tuple[float, int]:
    """Return the larger of `best` and the best window of one data set in a sorted block.

    Divergence is at most the chi-square distance: a window that fails by it needs no logarithm.

    Args:
        block: A sorted block.
        replicate: A data set.
        cases: Its cases up to the end of the block.
        best: What a window must equal to be noticed.
        rules: Of windows.
        sets: All data sets.
        blocks: Of the centre.

    Returns:
        The ratio, and the place in the block of the smallest window that equals it; -1 when no
        window does.
    """
    # Arrays are taken out of their tuples once: a taking costs as much as a step of the loop.
    bits, digits, upper = sets.bits, sets.digits, sets.upper
    order, insides, may_end = blocks.order, blocks.inside, blocks.may_end
    word, shift = replicate >> 6, np.uint64(replicate & 63)
    one = np.uint64(1)
    total_cases, total_risk = rules.total_cases, rules.total_risk
    share = total_cases / total_risk
    spread = (1.0 - share if rules.bernoulli else 1.0) * share
    start = blocks.start[block]
    place = -1
    for k in range(start + blocks.length[block] - 1, start - 1, -1):
        if may_end[k]:
            inside = insides[k]
            excess = cases - inside * share
            many = rules.high and excess > 0 and cases >= rules.min_cases
            few = rules.low and excess < 0
            variance = spread * inside * (1.0 - inside / total_risk)
            if (many or few) and excess * excess * ROUNDING >= best * variance:
                value = window_llr(cases, inside, total_cases, total_risk, rules.bernoulli)
                if value > 0.0 and value >= best * EQUAL:
                    # From the outside in: of equal windows the smallest is the last.
                    best, place = max(best, value), k - start
        j = order[k]
        held = np.int64((bits[j, word] >> shift) & one)
        for p in range(1, digits[j]):
            held |= np.int64((bits[upper[j] + p - 1, word] >> shift) & one) << p
        cases -= int(held)
    return best, place
