"""Expected cases adjusted for covariates and for people who came and went."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.domain.census import mean_people
from service.domain.errors import InvalidInputError
from service.domain.study_span import StudySpan

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Standards(NamedTuple):
    """Mean population of each place, and cases to expect at each place in each interval."""

    population: Floats
    expected: Floats


def standardise(
    rows: pd.DataFrame, places: int, interval: Integers, span: StudySpan | None
) -> Standards:
    """Expect at each place what its strata suffer everywhere (indirect standardisation).

    A stratum's rate is its cases in the study over its people times days; each place is expected
    to have its people times days at that rate.

    Args:
        rows: place (number), stratum, cases, population (NaN where not counted), by line.
        places: How many.
        interval: Of each row's cases; -1 outside the study.
        span: The study; None for rows without times.

    Raises:
        InvalidInputError: A stratum has cases but no population anywhere.
    """
    place, strata = rows["place"].to_numpy(), pd.factorize(rows["stratum"])[0]
    number = int(strata.max()) + 1
    cell, cell_of = np.unique(place * number + strata, return_inverse=True)
    place_of, stratum_of = np.divmod(cell, number)
    people = _people(rows, cell_of, place_of, span)
    length = np.ones(1) if span is None else span.lengths
    exposure = people * (length / length.sum())
    inside = interval >= 0
    counts = rows["cases"].to_numpy()[inside]
    by_stratum = np.bincount(strata[inside], weights=counts, minlength=number).astype(np.float64)
    held = np.bincount(stratum_of, weights=exposure.sum(axis=1)).astype(np.float64)
    _require_people(rows, by_stratum, held, strata)
    rate = np.divide(by_stratum, held, out=np.zeros_like(held), where=held > 0)
    expected = np.zeros((places, people.shape[1]))
    np.add.at(expected, place_of, exposure * rate[stratum_of][:, None])
    population = np.bincount(place_of, weights=exposure.sum(axis=1), minlength=places)
    return Standards(population.astype(np.float64), expected)


def _people(
    rows: pd.DataFrame, cell: Integers, place_of: Integers, span: StudySpan | None
) -> Floats:
    """Return the mean population of each place and stratum in each interval."""
    counted = rows["population"].to_numpy(dtype=np.float64)
    given = np.isfinite(counted)
    if span is None:
        return np.bincount(cell, weights=np.nan_to_num(counted))[:, None].astype(np.float64)
    censuses, census = np.unique(span.found.census[given], return_inverse=True)
    total = np.bincount(census, weights=counted[given])
    # Where a whole file has nobody at some time, nobody counted: those rows hold cases only.
    if (total > 0).any() and not (total > 0).all():
        kept = np.flatnonzero(given)[(total > 0)[census]]
        given = np.zeros_like(given)
        given[kept] = True
        censuses, census = np.unique(span.found.census[given], return_inverse=True)
    at_census = np.zeros((int(place_of.max()) + 1, censuses.size), np.bool_)
    at_census[place_of[cell[given]], census] = True
    table = np.where(at_census[place_of], 0.0, np.nan)
    np.add.at(table, (cell[given], census), counted[given])
    return mean_people(table, censuses, span.bounds)


def _require_people(
    rows: pd.DataFrame, cases: Floats, held: Floats, strata: NDArray[np.intp]
) -> None:
    bad = np.flatnonzero((cases > 0) & (held <= 0))
    if bad.size:
        at = np.flatnonzero((strata == bad[0]) & rows["cases"].gt(0).to_numpy())[0]
        name = str(rows["stratum"].iloc[at]).replace("\x1f", ", ")
        where = f"stratum '{name}' has" if name else "there are"
        raise InvalidInputError(f"line {rows.index[at]}: {where} cases but no population anywhere")
