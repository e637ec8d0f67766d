"""Analytic z-scores of local statistics, under random labelling of the observed values."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.domain.weights import Weights

Floats = NDArray[np.float64]

# A variance this small against its own terms is zero with rounding on it.
_NO_VARIANCE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """A statistic beside what random labelling makes of it; z is 0 where nothing can vary."""

    statistic: Floats
    expectation: Floats
    variance: Floats

    @property
    def z(self) -> Floats:
        """Return the distance from the expectation in standard deviations."""
        varies = self.variance > 0
        spread = np.sqrt(np.where(varies, self.variance, 1.0))
        return np.where(varies, (self.statistic - self.expectation) / spread, 0.0)


def getis_ord_moments(values: Floats, weights: Weights, *, star: bool) -> Moments:
    """Return Gi (the site itself left out) or Gi* (the site counted with its neighbours).

    Ord & Getis 1995, equations for G_i and G_i*: the weighted sum of n' values, with W the sum
    and S1 the sum of squares of the weights, has mean W m and variance
    s^2 (n' S1 - W^2) / (n' - 1). For Gi* all n values make m and s^2 (divisor n) and the site
    enters with weight 1, or 1 / (neighbours + 1) in a row-standardised row; for Gi the n - 1
    others do. The z-score does not depend on the scale of a row's weights.
    """
    # z does not change when every value is shifted, and small numbers lose fewer digits.
    x = values - values.mean()
    size = float(len(x))
    lag, total, squares = _row_figures(x, weights)
    if star:
        own = _own_weights(weights)
        lag, total, squares = lag + own * x, total + own, squares + own**2
        mean, variance = np.zeros(len(x)), np.full(len(x), np.mean(x**2))
    else:
        size -= 1
        mean = -x / size
        variance = (np.sum(x**2) - x**2) / size - mean**2
    form = size * squares - total**2
    form = np.where(form > _NO_VARIANCE * total**2, form, 0.0)
    variance = np.where(variance > _NO_VARIANCE * np.mean(x**2), variance, 0.0)
    return Moments(statistic=lag, expectation=total * mean, variance=variance * form / (size - 1))


def moran_moments(values: Floats, weights: Weights, *, conditional: bool = False) -> Moments:
    """Return local Moran, I = (z_i / m2) times the weighted sum of the neighbours' z.

    z are deviations from the mean and m2 the mean of their squares.

    Args:
        values: One figure per site.
        weights: Neighbours of each site.
        conditional: Keep the site's own value and shuffle only the others (Sokal, Oden & Thomson
            1998), instead of shuffling all values (total randomisation, Anselin 1995).
    """
    z = values - values.mean()
    second = np.mean(z**2)
    lag, total, squares = _row_figures(z, weights)
    form = _conditional_form if conditional else _total_form
    expectation, variance = form(z, total, squares)
    return Moments(statistic=z * lag / second, expectation=expectation, variance=variance)


def _total_form(z: Floats, total: Floats, squares: Floats) -> tuple[Floats, Floats]:
    """Return expectation and variance when all values are shuffled (Anselin 1995, eq. 13-14)."""
    n = len(z)
    kurtosis = np.mean(z**4) / np.mean(z**2) ** 2
    expectation = -total / (n - 1)
    cross = total**2 - squares
    variance = (
        squares * (n - kurtosis) / (n - 1)
        + cross * (2 * kurtosis - n) / ((n - 1) * (n - 2))
        - expectation**2
    )
    return expectation, np.maximum(variance, 0.0)


def _conditional_form(z: Floats, total: Floats, squares: Floats) -> tuple[Floats, Floats]:
    """Return expectation and variance given each site's own value (Sokal et al. 1998, eq. A8)."""
    n = len(z)
    second = np.mean(z**2)
    expectation = -(z**2) * total / ((n - 1) * second)
    form = squares - total**2 / (n - 1)
    form = np.where(form > _NO_VARIANCE * squares, form, 0.0)
    others = np.maximum(second - z**2 / (n - 1), 0.0)
    return expectation, (z / second) ** 2 * n / (n - 2) * form * others


def _row_figures(x: Floats, weights: Weights) -> tuple[Floats, Floats, Floats]:
    """Return the weighted sum of neighbours, the sum of weights and of their squares, by row."""
    return weights.lag(x), weights.row_sums(weights.values), weights.row_sums(weights.values**2)


def _own_weights(weights: Weights) -> Floats:
    """Return the weight of each site in its own row: the mean weight of its neighbours, or 1.

    1 in binary rows; in a row-standardised row of k neighbours 1 / k, which after division by
    the row's new sum is the 1 / (k + 1) of a row standardised with the site in it.
    """
    counts = weights.cardinalities
    sums = weights.row_sums(weights.values)
    return np.where(counts > 0, sums / np.maximum(counts, 1), 1.0)
