"""Local statistics with 10^6 shared draws beside esda with 999 permutations, one thread.

    scripts/bench local

Values are counts, and numbers of which no two are equal, which take longer to rank. CPU-seconds,
the best of three; without the peer only our figures are printed.
"""

import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module, util
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.domain.local_statistics import getis_ord, local_moran
from service.domain.weights import distance_band, nearest


class Seconds(NamedTuple):
    """CPU time of Gi* and of local Moran."""

    gi: float
    moran: float


def cpu_seconds(action: Callable[[], object], repeats: int = 3) -> float:
    """Return the least CPU time of some runs, after one that compiles."""
    action()
    spent = []
    for _ in range(repeats):
        begin = time.process_time()
        action()
        spent.append(time.process_time() - begin)
    return min(spent)


def _values(rng: np.random.Generator, sites: int, *, counts: bool) -> NDArray[np.float64]:
    return rng.poisson(2, sites).astype(np.float64) if counts else rng.gamma(2, 1, sites)


def ours(sites: int, *, band: bool, counts: bool) -> Seconds:
    """Measure our Gi* and local Moran."""
    rng = np.random.default_rng(1)
    x, y = rng.random((2, sites))
    values = _values(rng, sites, counts=counts)
    weights = (
        distance_band(x, y, radius=np.sqrt(8 / sites / np.pi)) if band else nearest(x, y, count=8)
    )
    return Seconds(
        cpu_seconds(lambda: getis_ord(values, weights, rng=np.random.default_rng(0))),
        cpu_seconds(lambda: local_moran(values, weights, rng=np.random.default_rng(0))),
    )


def theirs(sites: int, *, band: bool, counts: bool) -> Seconds:
    """Measure the same of esda."""
    esda, weights = import_module("esda"), import_module("libpysal.weights")
    rng = np.random.default_rng(1)
    places = rng.random((2, sites)).T
    values = _values(rng, sites, counts=counts)
    w = (
        weights.DistanceBand(places, np.sqrt(8 / sites / np.pi), silence_warnings=True)
        if band
        else weights.KNN(places, 8)
    )
    options = {"permutations": 999, "seed": 1, "n_jobs": 1}
    return Seconds(
        cpu_seconds(lambda: esda.G_Local(values, w, star=True, transform="B", **options)),
        cpu_seconds(lambda: esda.Moran_Local(values, w, **options)),
    )


def main(_arguments: Sequence[str] = ()) -> None:
    """Print one line per size, kind of neighbourhood and kind of values."""
    head = "| sites | neighbours | values | Gi*, wangge | Gi*, esda | ÷ "
    head += "| Moran, wangge | Moran, esda | ÷ |"
    sys.stdout.write(f"{head}\n{'|---' * 9}|\n")
    beside = util.find_spec("esda") is not None
    for sites, band, counts in product((5_000, 20_000), (False, True), (True, False)):
        own = ours(sites, band=band, counts=counts)
        peer = theirs(sites, band=band, counts=counts) if beside else Seconds(np.nan, np.nan)
        kind, figures = "distance band" if band else "8 nearest", "counts" if counts else "distinct"
        line = " | ".join(
            f"{mine:.3f} | {other:.3f} | {mine / other:.2f}"
            for mine, other in zip(own, peer, strict=True)
        )
        sys.stdout.write(f"| {sites:,} | {kind} | {figures} | {line} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
