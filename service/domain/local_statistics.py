"""Local statistics: which sites stand in a neighbourhood of high, low or mixed values."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from service.domain.errors import InvalidInputError
from service.domain.local_moments import Moments, getis_ord_moments, moran_moments
from service.domain.local_permutation import UNWATCHED, TailCounts, Watch, neighbour_counts
from service.domain.multiple_testing import Correction, corrected
from service.domain.weights import Weights

Floats = NDArray[np.float64]
Alternative = Literal["two-sided", "greater", "less"]

# With 999 draws no p is below 0.001, and a corrected test of thousands of sites finds nothing.
SHARED_DRAWS = 1_000_000
DIRECT_DRAWS = 9_999
_FEWEST_SITES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSettings:
    """How sites are tested.

    Attributes:
        alternative: Which deviations count: for Gi `greater` is hot, for Moran alike neighbours.
        correction: For the number of sites tested.
        alpha: Highest q (and p) of a named class.
        shared_draws: Draws where a site's neighbours weigh the same.
        direct_draws: Draws elsewhere.
        watch: Told how far the draws are, and asked whether to go on.
    """

    alternative: Alternative = "two-sided"
    correction: Correction = Correction.BH
    alpha: float = 0.05
    shared_draws: int = SHARED_DRAWS
    direct_draws: int = DIRECT_DRAWS
    watch: Watch = UNWATCHED


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LocalResult:
    """One figure per site, in the order handed in; no value is NaN.

    Attributes:
        statistic: The weighted sum (Gi, Gi*) or I (Moran).
        z: Analytic z-score; 0 where nothing can vary.
        p: By conditional permutation; 1 without neighbours.
        q: p corrected over the sites with neighbours.
        classes: Gi: `hot`, `cold` (q <= alpha), `leaning_hot`, `leaning_cold` (p <= alpha only).
            Moran: `HH`, `LL`, `HL`, `LH` (q <= alpha). Else `none`, or `isolated`.
        draws: Simulated neighbourhoods behind each p.
    """

    statistic: Floats
    z: Floats
    p: Floats
    q: Floats
    classes: NDArray[np.str_]
    draws: NDArray[np.int64]


def getis_ord(
    values: ArrayLike,
    weights: Weights,
    *,
    rng: np.random.Generator,
    star: bool = True,
    settings: LocalSettings | None = None,
    tails: TailCounts | None = None,
) -> LocalResult:
    """Return Gi* (`star`) or Gi of every site.

    The permutation keeps the site's own value, so that p is the same for Gi, Gi* and (two-sided)
    local Moran: `tails` of one, from `simulated_tails`, serve all.

    Raises:
        InvalidInputError: Fewer than 3 sites, missing values, or all values equal.
    """
    chosen = settings or LocalSettings()
    x = _checked(values, weights)
    moments = getis_ord_moments(x, weights, star=star)
    tails = tails or simulated_tails(x, weights, rng=rng, settings=chosen)
    p = _p_values(tails, chosen.alternative, upward=np.ones(len(x), dtype=np.bool_))
    q = _q_values(p, weights, chosen)
    high = tails.p_greater <= tails.p_less
    classes = np.full(len(x), "none", dtype="<U12")
    classes[p <= chosen.alpha] = "leaning"
    classes = np.where(classes == "leaning", np.where(high, "leaning_hot", "leaning_cold"), classes)
    classes[(q <= chosen.alpha) & high] = "hot"
    classes[(q <= chosen.alpha) & ~high] = "cold"
    return _result(moments, tails, p, q, classes, weights)


def local_moran(
    values: ArrayLike,
    weights: Weights,
    *,
    rng: np.random.Generator,
    conditional: bool = False,
    settings: LocalSettings | None = None,
    tails: TailCounts | None = None,
) -> LocalResult:
    """Return local Moran of every site; `conditional` chooses the moments behind z.

    Raises:
        InvalidInputError: Fewer than 3 sites, missing values, or all values equal.
    """
    chosen = settings or LocalSettings()
    x = _checked(values, weights)
    moments = moran_moments(x, weights, conditional=conditional)
    tails = tails or simulated_tails(x, weights, rng=rng, settings=chosen)
    own_high = x > x.mean()
    p = _p_values(tails, chosen.alternative, upward=own_high)
    q = _q_values(p, weights, chosen)
    near_high = tails.p_greater <= tails.p_less
    own = np.where(own_high, "H", "L")
    quadrants = np.char.add(own, np.where(near_high, "H", "L"))
    classes = np.where(q <= chosen.alpha, quadrants, "none").astype("<U12")
    return _result(moments, tails, p, q, classes, weights)


def simulated_tails(
    values: ArrayLike,
    weights: Weights,
    *,
    rng: np.random.Generator,
    settings: LocalSettings | None = None,
) -> TailCounts:
    """Return how often chance gives each site's neighbours as large, or as small, a sum.

    Raises:
        InvalidInputError: Fewer than 3 sites, missing values, or all values equal.
        ScanStoppedError: The watch of the settings asked to stop.
    """
    chosen = settings or LocalSettings()
    return neighbour_counts(
        _checked(values, weights), weights, rng=rng, draws=chosen.shared_draws,
        direct_draws=chosen.direct_draws, watch=chosen.watch,
    )  # fmt: skip


def _checked(values: ArrayLike, weights: Weights) -> Floats:
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or len(x) != len(weights):
        raise InvalidInputError(f"{len(weights)} sites have weights, {x.size} have values")
    if len(x) < _FEWEST_SITES:
        raise InvalidInputError("local statistics need at least 3 sites")
    if not np.isfinite(x).all():
        raise InvalidInputError("a value is missing or not finite; remove that site first")
    if np.ptp(x) == 0:
        raise InvalidInputError("all values are equal; there is nothing to compare")
    return x


def _p_values(tails: TailCounts, alternative: Alternative, *, upward: NDArray[np.bool_]) -> Floats:
    if alternative == "two-sided":
        return tails.p_two_sided
    up = upward if alternative == "greater" else ~upward
    return np.where(up, tails.p_greater, tails.p_less)


def _q_values(p: Floats, weights: Weights, settings: LocalSettings) -> Floats:
    tested = weights.cardinalities > 0
    q = np.ones(len(p))
    q[tested] = corrected(p[tested], settings.correction)
    return q


def _result(
    moments: Moments,
    tails: TailCounts,
    p: Floats,
    q: Floats,
    classes: NDArray[np.str_],
    weights: Weights,
) -> LocalResult:
    named = np.where(weights.cardinalities > 0, classes, "isolated")
    return LocalResult(
        statistic=moments.statistic, z=moments.z, p=p, q=q, classes=named, draws=tails.draws
    )
