"""Where the problems are, not where we looked: expected problems from visits by strata.

Every visit carries a rate to the place it was made at: what its visitor and the class of the
enterprise find everywhere. The rates are multiplicative, rate = all visits' rate x effect of the
visitor x effect of the class, fitted by iterative proportional fitting (indirect standardisation
by several factors: Breslow, N. E. and Day, N. E. (1975), Journal of Chronic Diseases 28). Each
effect is drawn towards 1 as if `prior_visits` more had been made at the common rate: an inspector
with two visits says little about inspectors.

An inspector who visits one place alone cannot be told from that place, and takes part of its
excess into the expectation: the scan errs on the careful side there. Where every cell has its own
inspector, as in a county's grid, that side is too careful: the inspector of a hot place would
explain it away. With `place` named, each place has an effect of its own in the fit, free of any
prior, which is left out of the rates: an effect of the visitor or the class is then what
distinguishes results *within* places, and one who is alone there has none.
"""

from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq

from service.domain.errors import InvalidInputError

Floats: TypeAlias = NDArray[np.float64]
Levels: TypeAlias = NDArray[np.intp]

STRATA = ("inspector", "class")
PRIOR_VISITS = 20.0
_ROUNDS = 200
_SETTLED = 1e-10
_LARGEST_RATE = 0.999
# The effect of a place without a problem; at 0 its visits could not be divided by it.
_NOTHING = 1e-12


def expected_problems(
    visits: pd.DataFrame,
    *,
    strata: tuple[str, ...] = STRATA,
    min_visits: int = 5,
    prior_visits: float = PRIOR_VISITS,
    cells: pd.Index | None = None,
    place: str | None = None,
) -> pd.DataFrame:
    """Return visits, problems and the problems to expect in each cell, given who visited what.

    Args:
        visits: One row a visit: cell, problem (True where one was found), and the strata.
        strata: Columns that adjust for who visited and for class.
        min_visits: Fewer visits than this leave a cell blind, not good.
        prior_visits: Weight of the rate of all visits.
        cells: All cells, so that those without visits appear; None takes the visited ones.
        place: Column of places within which the strata are compared; None compares over all.

    Returns:
        By cell: visits, problems, expected (adds up to the problems), ratio (NA where blind),
        blind. Hand problems and expected of the cells that are not blind to the Poisson scan.

    Raises:
        InvalidInputError: A column is absent, or there are no visits.
    """
    _require(visits, ("cell", "problem", *strata))
    found = visits["problem"].astype("float64")
    rates = visit_rates(visits, strata=strata, prior_visits=prior_visits, place=place)
    scale = found.sum() / rates.sum() if rates.sum() > 0 else 0.0
    table = pd.DataFrame({"cell": visits["cell"], "problems": found, "expected": rates * scale})
    by_cell = table.groupby("cell").agg(
        visits=("problems", "size"), problems=("problems", "sum"), expected=("expected", "sum")
    )
    if cells is not None:
        by_cell = by_cell.reindex(cells, fill_value=0)
    by_cell["blind"] = by_cell["visits"] < min_visits
    seen = ~by_cell["blind"] & (by_cell["expected"] > 0)
    ratio = by_cell["problems"] / by_cell["expected"].where(seen)
    return by_cell.assign(ratio=ratio.astype("Float64"))


def expected_producers(
    visits: pd.DataFrame,
    *,
    producer: str = "producer",
    strata: tuple[str, ...] = STRATA,
    prior_visits: float = PRIOR_VISITS,
    place: str | None = None,
) -> pd.DataFrame:
    """Return each producer's chance of at least one problem, given who visited it and its class.

    A producer counts once, however often it was looked at. Were visits independent, one with
    rates r1, r2, ... would show a problem with chance 1 - (1 - r1)(1 - r2)...; the exponents are
    stretched by one factor, so that the chances add up to the producers that showed one (visits
    to a bad producer fail together, so that the rates alone would promise too many).

    Args:
        visits: One row a visit or test with a result: the producer, problem (True where one was
            found), and the strata.
        producer: Column that names the producer.
        strata: Columns that adjust for who visited and for class; a missing value is a stratum.
        prior_visits: Weight of the rate of all visits.
        place: Column of places within which the strata are compared; None compares over all.

    Returns:
        By producer: visits, problems, is_problem, expected (above 0, below 1; adds up to the
        producers with a problem). Hand is_problem, and expected, to the Poisson scan.

    Raises:
        InvalidInputError: A column is absent, there are no visits, or all producers (or none)
            have a problem, so that there is nothing to compare.
    """
    _require(visits, (producer, "problem", *strata))
    rates = visit_rates(visits, strata=strata, prior_visits=prior_visits, place=place)
    table = pd.DataFrame(
        {
            "producer": visits[producer],
            "problems": visits["problem"].astype("int64"),
            "hazard": -np.log1p(-rates),
        }
    )
    by_producer = table.groupby("producer", sort=False).agg(
        visits=("problems", "size"), problems=("problems", "sum"), hazard=("hazard", "sum")
    )
    by_producer["is_problem"] = by_producer["problems"] > 0
    hazard = by_producer.pop("hazard").to_numpy(dtype=np.float64)
    return by_producer.assign(expected=_chances(hazard, int(by_producer["is_problem"].sum())))


def visit_rates(
    visits: pd.DataFrame,
    *,
    strata: tuple[str, ...] = STRATA,
    prior_visits: float = PRIOR_VISITS,
    place: str | None = None,
) -> pd.Series:
    """Return the problem rate to expect of each visit, from its strata alone.

    Args:
        visits: problem (True where one was found) and the strata; a missing value is a stratum.
        strata: Columns; each has its own effect.
        prior_visits: Weight of the common rate in each effect.
        place: Column of places whose own effects are fitted and left out; None fits none.
    """
    within = () if place is None else (place,)
    _require(visits, ("problem", *strata, *within))
    found = visits["problem"].to_numpy(dtype=np.float64)
    # Places come first: an inspector who is alone at a place then finds nothing left to explain.
    levels = [pd.factorize(visits[name], use_na_sentinel=False)[0] for name in (*within, *strata)]
    prior = prior_visits * float(found.mean())
    effects = _fitted(found, levels, [0.0] * len(within) + [prior] * len(strata))
    rate = np.full(found.size, found.mean())
    for level, effect in zip(levels[len(within) :], effects[len(within) :], strict=True):
        rate *= effect[level]
    if within and rate.sum() > 0:
        rate *= found.sum() / rate.sum()
    return pd.Series(np.minimum(rate, _LARGEST_RATE), index=visits.index)


def _fitted(found: Floats, levels: list[Levels], priors: list[float]) -> list[Floats]:
    """Return each level's effect on the common rate, by iterative proportional fitting."""
    rate = np.full(found.size, found.mean())
    effects: list[Floats] = [np.ones(level.max() + 1) for level in levels]
    for _ in range(_ROUNDS):
        moved = 0.0
        for level, effect, prior in zip(levels, effects, priors, strict=True):
            expected = np.bincount(level, weights=rate / effect[level])
            measured = expected + prior > 0
            problems = np.bincount(level, weights=found) + prior
            fitted = np.divide(problems, expected + prior, out=np.ones_like(effect), where=measured)
            moved = max(moved, float(np.abs(fitted - effect).max()))
            rate *= fitted[level] / effect[level]
            effect[:] = np.where(fitted > 0, fitted, _NOTHING)
        if moved < _SETTLED:
            break
    return effects


def _require(visits: pd.DataFrame, names: tuple[str, ...]) -> None:
    absent = [name for name in names if name not in visits.columns]
    if absent:
        raise InvalidInputError(f"visits have no column {', '.join(absent)}")
    if visits.empty:
        raise InvalidInputError("there are no visits; every cell is blind")


def _chances(hazard: Floats, cases: int) -> Floats:
    """Return 1 - exp(-s hazard), with the stretch s that makes them add up to the cases."""
    if not 0 < cases < hazard.size:
        raise InvalidInputError(
            f"{cases} of {hazard.size} inspected producers have a problem; with all or none of "
            "them there is nothing to compare"
        )

    def surplus(log_stretch: float) -> float:
        return float(-np.expm1(-np.exp(log_stretch) * hazard).sum() - cases)

    stretch = np.exp(brentq(surplus, -40.0, 40.0, xtol=1e-13))
    chances: Floats = -np.expm1(-stretch * hazard)
    return chances
