"""The scan beside a plain NumPy scan and the prototype: CPU-seconds, memory, ratio.

    scripts/bench clusters 1000 5000 20000

Beside the Bernoulli model, which all of them do, our Poisson model on the same points.

One thread, 999 replications, 5 % cases with one planted circle; each way in a process of its own,
the call that compiles not counted, the best of three runs, or of as many as fill half a second.
The prototype takes part where `../shared/reference/prototype` is; the plain scan where it ends
within a minute.
"""

import multiprocessing
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final, Literal, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from service.domain.scan import ScanSettings, scan
from tests.benchmarks.prototype import PROTOTYPE, prototype_run

_PLAIN_LIMIT: Final = 2_000
_SHARES: Final = (0.5, 0.1)
_REPLICATIONS: Final = 999
_WARM_UP: Final = 300
_RUNS: Final = 3
_LEAST_SECONDS: Final = 0.5

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


class Town(NamedTuple):
    """Points, and which are cases."""

    x: Floats
    y: Floats
    case: Counts


class Cost(NamedTuple):
    """CPU-seconds, peak memory in MB, and the best ratio found."""

    seconds: float
    memory: float
    llr: float


def town(points: int) -> Town:
    """Return points of which about 5 % are cases, three times as many in one circle."""
    rng = np.random.default_rng(1)
    x, y = rng.random((2, points))
    inside = (x - 0.4) ** 2 + (y - 0.6) ** 2 < 0.05 / np.pi
    chance = np.where(inside, 0.135, 0.045)
    return Town(x, y, (rng.random(points) < chance).astype(np.int64))


def ours(here: Town, share: float) -> float:
    """Scan with the product."""
    return _ours(here, share, "bernoulli")


def poisson(here: Town, share: float) -> float:
    """Scan with the product and its other model."""
    return _ours(here, share, "poisson")


def _ours(here: Town, share: float, model: Literal["bernoulli", "poisson"]) -> float:
    numba.set_num_threads(1)
    asked = ScanSettings(model=model, max_share=share, replications=_REPLICATIONS)
    return scan(here.x, here.y, here.case, np.ones(here.x.size), settings=asked).clusters[0].llr


def prototype(here: Town, share: float) -> float:
    """Scan with the prototype."""
    return float(prototype_run()(*here, share, R=_REPLICATIONS, nthreads=1)["obs"])


def plain(here: Town, share: float) -> float:
    """Scan as one would write it in NumPy: sort, add up, take the largest."""
    rng = np.random.default_rng(1)
    points, cases = here.x.size, int(here.case.sum())
    simulated = [rng.permutation(here.case) for _ in range(_REPLICATIONS)]
    sets: Counts = np.stack([here.case, *simulated], 1)
    most = int(share * points)
    units = np.arange(1, most + 1)[:, None]
    best = np.zeros(_REPLICATIONS + 1)
    for centre in range(points):
        far = (here.x - here.x[centre]) ** 2 + (here.y - here.y[centre]) ** 2
        count: Counts = np.cumsum(sets[np.argsort(far)[:most]], axis=0)
        np.maximum(best, _ratio(count, units, cases, points).max(axis=0), out=best)
    return float(best[0])


def _ratio(count: Counts, units: Counts, cases: int, points: int) -> Floats:
    """Return log likelihood ratios of windows, 0 where the rate is not high."""
    numbers = np.arange(points + 1, dtype=np.float64)
    power: Floats = numbers * np.log(np.maximum(numbers, 1))
    inside = power[count] + power[units - count] - power[units]
    rest = points - units
    outside = power[cases - count] + power[rest - cases + count] - power[rest]
    whole = power[cases] + power[points - cases] - power[points]
    high = (count * points > units * cases) & (count > 1)
    ratio: Floats = np.where(high, inside + outside - whole, 0.0)
    return ratio


WAYS: Final[dict[str, Callable[[Town, float], float]]] = {
    "wangge": ours,
    "wangge, Poisson": poisson,
    "prototype": prototype,
    "plain NumPy": plain,
}


def measure(way: str, points: int, share: float) -> Cost:
    """Measure one way in this process."""
    run, here = WAYS[way], town(points)
    run(town(_WARM_UP), share)
    spent: list[float] = []
    llr = 0.0
    while not spent or (run is not plain and (len(spent) < _RUNS or sum(spent) < _LEAST_SECONDS)):
        begin = time.process_time()
        llr = run(here, share)
        spent.append(time.process_time() - begin)
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    peak_kb = next(line.split()[1] for line in lines if line.startswith("VmHWM"))
    return Cost(min(spent), int(peak_kb) / 1024, llr)


def _takes_part(way: str, points: int) -> bool:
    if way == "prototype":
        return PROTOTYPE.exists()
    return way != "plain NumPy" or points <= _PLAIN_LIMIT


def main(arguments: Sequence[str]) -> None:
    """Print one line per size, window and way."""
    sizes = [int(size) for size in arguments] or [1_000, 5_000, 20_000]
    sys.stdout.write(
        "| points | window | way | CPU s | of ours | MB | LLR |\n" + "|---" * 7 + "|\n"
    )
    fresh = multiprocessing.get_context("spawn")
    for points in sizes:
        for share in _SHARES:
            own = 0.0
            for way in WAYS:
                if not _takes_part(way, points):
                    continue
                with ProcessPoolExecutor(1, mp_context=fresh) as pool:
                    cost = pool.submit(measure, way, points, share).result()
                own = own or cost.seconds
                sys.stdout.write(
                    f"| {points:,} | {share:.0%} | {way} | {cost.seconds:.3f} "
                    f"| {cost.seconds / own:.2f} | {cost.memory:.0f} | {cost.llr:.6f} |\n"
                )
                sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
