"""Local statistics with 10^6 shared draws beside esda with 999 permutations, one thread.

    scripts/bench local

Without the peer only our figures are printed.
"""

import time
from collections.abc import Callable, Sequence
from importlib import import_module, util

import numpy as np

from service.domain.local_statistics import getis_ord, local_moran
from service.domain.weights import distance_band, nearest


def cpu_seconds(action: Callable[[], object], repeats: int = 3) -> float:
    """Return the least CPU time of some runs, after one that compiles."""
    action()
    spent = []
    for _ in range(repeats):
        begin = time.process_time()
        action()
        spent.append(time.process_time() - begin)
    return min(spent)


def ours(sites: int, *, band: bool) -> tuple[float, float]:
    """Return the seconds of Gi* and of local Moran."""
    rng = np.random.default_rng(1)
    x, y = rng.random((2, sites))
    values = rng.poisson(2, sites).astype(float)
    weights = (
        distance_band(x, y, radius=np.sqrt(8 / sites / np.pi)) if band else nearest(x, y, count=8)
    )
    return (
        cpu_seconds(lambda: getis_ord(values, weights, rng=np.random.default_rng(0))),
        cpu_seconds(lambda: local_moran(values, weights, rng=np.random.default_rng(0))),
    )


def theirs(sites: int, *, band: bool) -> tuple[float, float]:
    """Return the same of esda."""
    esda, weights = import_module("esda"), import_module("libpysal.weights")
    rng = np.random.default_rng(1)
    places = rng.random((2, sites)).T
    values = rng.poisson(2, sites).astype(float)
    w = (
        weights.DistanceBand(places, np.sqrt(8 / sites / np.pi), silence_warnings=True)
        if band
        else weights.KNN(places, 8)
    )
    options = {"permutations": 999, "seed": 1, "n_jobs": 1}
    return (
        cpu_seconds(lambda: esda.G_Local(values, w, star=True, transform="B", **options)),
        cpu_seconds(lambda: esda.Moran_Local(values, w, **options)),
    )


def main(_arguments: Sequence[str] = ()) -> None:
    """Print one line per size and kind of neighbourhood."""
    for sites in (5_000, 20_000):
        for band in (False, True):
            figures = [ours(sites, band=band)]
            if util.find_spec("esda") is not None:
                figures.append(theirs(sites, band=band))
            kind = "distance band" if band else "8 nearest"
            text = "  ".join(f"Gi* {gi:.3f} s, Moran {moran:.3f} s" for gi, moran in figures)
            print(f"{sites:>6} {kind:<14} {text}")  # noqa: T201 - a report for a person


if __name__ == "__main__":
    main()
