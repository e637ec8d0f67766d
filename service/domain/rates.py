"""Rates that may be compared, though some rest on many people and others on few."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Measure = Literal["standardised", "rate", "excess", "cases"]


def measured(cases: Floats, base: Floats, measure: Measure) -> Floats:
    """Return the figure of each place that local statistics compare.

    Args:
        cases: Counted.
        base: People, units, or cases to expect by strata or visits; above 0.
        measure: `standardised`, `rate` (cases over base), `excess` (cases less what the common
            rate gives the base), or `cases` themselves.
    """
    if measure == "cases":
        return cases
    common = cases.sum() / base.sum()
    if measure == "excess":
        excess: Floats = cases - common * base
        return excess
    return cases / base if measure == "rate" else standardised_rates(cases, base)


def standardised_rates(cases: Floats, base: Floats) -> Floats:
    """Return each rate's distance from the common rate in standard deviations of its own.

    The empirical-Bayes standardisation (Assuncao, R. M. and Reis, E. A. (1999), Statistics in
    Medicine 18, 2147-2162): with b the common rate and m the mean base, a rate of base n has
    variance a + b / n, where a = sum(n (rate - b)^2) / sum(n) - b / m is what places differ by
    beyond counting; where that comes out at or below 0, b / n. One case among two people is then
    no hotter than a thousand among two thousand.
    """
    common = cases.sum() / base.sum()
    if common == 0:
        return np.zeros(len(cases))
    rates = cases / base
    between = np.sum(base * (rates - common) ** 2) / base.sum() - common / base.mean()
    variance = between + common / base
    variance = np.where(variance > 0, variance, common / base)
    scores: Floats = (rates - common) / np.sqrt(variance)
    return scores
