"""People counted at some censuses: how many there were in between.

As SaTScan's User Guide has it, the population runs straight between two censuses, and before the
first and after the last it stays.
"""

import itertools

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def hat_weights(censuses: Floats, bounds: Floats) -> Floats:
    """Return what each census weighs in the mean population of each interval.

    Straight between censuses, level outside: the mean over an interval is a weighted mean of the
    counts, the weights being integrals of tent functions.

    Args:
        censuses: When people were counted, ascending, at least one.
        bounds: Edges of the intervals; an interval of no length is a moment.

    Returns:
        One row per interval, one column per census; each row adds up to 1.
    """
    weights = np.empty((bounds.size - 1, censuses.size))
    for row, (begin, end) in enumerate(itertools.pairwise(bounds)):
        inner = censuses[(censuses > begin) & (censuses < end)]
        knots = np.concatenate([[begin], inner, [end]])
        tents = np.column_stack([np.interp(knots, censuses, one) for one in np.eye(censuses.size)])
        if end > begin:
            weights[row] = np.trapezoid(tents, knots, axis=0) / (end - begin)
        else:
            weights[row] = tents[0]
    return weights


def mean_people(counts: Floats, censuses: Floats, bounds: Floats) -> Floats:
    """Return the mean population of each row in each interval.

    Args:
        counts: One row per place and stratum, one column per census; NaN where nobody counted.
        censuses: When, ascending.
        bounds: Edges of the intervals.
    """
    people = np.zeros((len(counts), bounds.size - 1))
    known = np.isfinite(counts)
    patterns, pattern_of = np.unique(known, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        rows = np.ravel(pattern_of) == number
        if pattern.any():
            weights = hat_weights(censuses[pattern], bounds)
            people[rows] = counts[np.ix_(rows, pattern)] @ weights.T
    return people
