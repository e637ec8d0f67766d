"""Many tests at once: p-values corrected so that the share of false finds stays small."""

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from service.domain.errors import InvalidInputError


class Correction(StrEnum):
    """How p-values are corrected for the number of tests."""

    BH = "bh"  # Benjamini & Hochberg 1995: independent or positively dependent tests
    BY = "by"  # Benjamini & Yekutieli 2001: any dependence, at a price of about ln(tests)
    NONE = "none"  # every test for itself: of m without any effect, m a are called


def corrected(p_values: ArrayLike, correction: Correction = Correction.BH) -> NDArray[np.float64]:
    """Return q-values: calling everything with q <= a keeps the expected false share below a.

    The step-up procedure: q of the i-th smallest p of m is the least of p_(j) m c / j over j >= i,
    at most 1, with c = 1 for BH and 1 + 1/2 + ... + 1/m for BY. Without correction q is p.

    Raises:
        InvalidInputError: A p-value is missing or outside 0 to 1.
    """
    p = np.asarray(p_values, dtype=np.float64)
    if p.size == 0:
        return np.zeros(p.shape)
    if not ((p >= 0) & (p <= 1)).all():
        raise InvalidInputError("p-values must lie between 0 and 1; one is missing or outside")
    if correction is Correction.NONE:
        return p.copy()
    ranks = np.arange(1, p.size + 1)
    penalty = 1.0 if correction is Correction.BH else float(np.sum(1 / ranks))
    order = np.argsort(p, axis=None, kind="stable")
    stepped = p.ravel()[order] * (p.size / ranks * penalty)
    least_from_above = np.minimum.accumulate(stepped[::-1])[::-1]
    q = np.empty(p.size)
    q[order] = np.minimum(least_from_above, 1.0)
    return q.reshape(p.shape)
