"""The space-time scan of a county, and beside it a plain NumPy scan of a small town.

    scripts/bench space-time             the small town both ways, then the county
    scripts/bench space-time --small     the small town alone

One thread; CPU-seconds of the second call, so that compiling is not counted; each way in a process
of its own. The plain scan adds cases up along sorted neighbours and over stretches of time, as one
would write it; it gives the same ratio for the same data.
"""

import argparse
import multiprocessing
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from service.domain.scan import SpaceTimeSettings, scan_space_time

WEEKS: Final = 17
_LONGEST: Final = WEEKS // 2

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


class Size(NamedTuple):
    """Places, cases and simulated data sets; whether only what lives at the end is looked for."""

    places: int
    cases: int
    replications: int
    prospective: bool = False


class Cost(NamedTuple):
    """CPU-seconds, peak memory in MB, and the best ratio found."""

    seconds: float
    memory: float
    llr: float


SMALL: Final = Size(300, 100, 99)
COUNTY: Final = (
    Size(5_000, 250, 999),
    Size(5_000, 250, 999, prospective=True),
    Size(5_000, 2_500, 999),
)


def town(size: Size) -> tuple[Floats, Floats, Counts]:
    """Return places with cases by week, more of them in one circle in the last three weeks."""
    rng = np.random.default_rng(1)
    x, y = rng.random((2, size.places)) * 10_000
    mean = np.ones((size.places, WEEKS))
    near = (x - 4_000) ** 2 + (y - 6_000) ** 2 < 1_000**2
    mean[near, -3:] *= 5
    return x, y, rng.poisson(mean * size.cases / mean.sum())


def ours(size: Size) -> float:
    """Scan with the product."""
    numba.set_num_threads(1)
    asked = SpaceTimeSettings(replications=size.replications, prospective=size.prospective)
    return scan_space_time(*town(size), np.ones(size.places), settings=asked).clusters[0].llr


def plain(size: Size) -> float:
    """Scan as one would write it in NumPy."""
    x, y, cases = town(size)
    rng = np.random.default_rng(1)
    total = int(cases.sum())
    chance = np.full(cases.size, 1 / cases.size)
    sets = np.stack(
        [cases, *rng.multinomial(total, chance, size.replications).reshape(-1, *cases.shape)]
    )
    best = np.zeros(len(sets))
    most = size.places // 2
    for centre in range(size.places):
        order = np.argsort((x - x[centre]) ** 2 + (y - y[centre]) ** 2)[:most]
        before = np.zeros((len(sets), most, WEEKS + 1))
        before[:, :, 1:] = np.cumsum(np.cumsum(sets[:, order], axis=1), axis=2)
        for length in range(1, _LONGEST + 1):
            for first in range(WEEKS - length + 1):
                if size.prospective and first + length < WEEKS:
                    continue
                count = before[:, :, first + length] - before[:, :, first]
                expected = np.arange(1, most + 1) * length * total / (size.places * WEEKS)
                np.maximum(best, _ratio(count, expected, total).max(axis=1), out=best)
    return float(best[0])


def _ratio(count: Floats, expected: Floats, total: int) -> Floats:
    inside = count * np.log(np.maximum(count, 1e-300) / expected)
    rest = total - count
    outside = rest * np.log(np.maximum(rest, 1e-300) / (total - expected))
    ratio: Floats = np.where((count > expected) & (count > 1), inside + outside, 0.0)
    return ratio


WAYS: Final[dict[str, Callable[[Size], float]]] = {"wangge": ours, "plain NumPy": plain}


def measure(way: str, size: Size) -> Cost:
    """Measure one way in this process."""
    run = WAYS[way]
    if run is ours:
        run(Size(100, 200, 9, size.prospective))
    begin = time.process_time()
    llr = run(size)
    spent = time.process_time() - begin
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    peak_kb = next(line.split()[1] for line in lines if line.startswith("VmHWM"))
    return Cost(spent, int(peak_kb) / 1024, llr)


def main(arguments: Sequence[str]) -> None:
    """Print one line per size and way."""
    parser = argparse.ArgumentParser(prog="scripts/bench space-time", description=__doc__)
    parser.add_argument("--small", action="store_true", help="the small town alone")
    asked = parser.parse_args(list(arguments))
    sys.stdout.write(
        "| places × weeks | cases | replications | kind | way | CPU s | of ours | MB | LLR |\n"
        + "|---" * 9
        + "|\n"
    )
    fresh = multiprocessing.get_context("spawn")
    for size in (SMALL,) if asked.small else (SMALL, *COUNTY):
        own = 0.0
        for way in WAYS if size is SMALL else ("wangge",):
            with ProcessPoolExecutor(1, mp_context=fresh) as pool:
                cost = pool.submit(measure, way, size).result()
            own = own or cost.seconds
            kind = "prospective" if size.prospective else "retrospective"
            sys.stdout.write(
                f"| {size.places:,} × {WEEKS} | {size.cases:,} | {size.replications} | {kind} "
                f"| {way} | {cost.seconds:.2f} | {cost.seconds / own:.1f} | {cost.memory:.0f} "
                f"| {cost.llr:.6f} |\n"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
