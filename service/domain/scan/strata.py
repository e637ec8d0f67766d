"""Expected cases adjusted for covariates, by indirect standardisation."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from service.domain.census import mean_people
from service.domain.errors import InvalidInputError
from service.domain.scan.model import Floats, Integers
from service.domain.scan.study import nonnegative, whole_counts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standardised:
    """One entry per place, in the order of first appearance; expected adds up to the cases."""

    places: tuple[Hashable, ...]
    cases: Integers
    population: Floats
    expected: Floats


def expected_by_strata(
    place: Sequence[Hashable],
    strata: Sequence[Hashable],
    cases: ArrayLike,
    population: ArrayLike,
    *,
    year: ArrayLike | None = None,
    period: tuple[float, float] | None = None,
) -> Standardised:
    """Expect at each place what its strata suffer everywhere.

    Expected = sum over strata of the stratum's rate times the place's population in it.

    Args:
        place: Label of the place of each row.
        strata: Label of the stratum of each row (a tuple for several covariates).
        cases: Whole counts.
        population: People of that place and stratum, at `year` where given.
        year: Census time of each row. Between two censuses of a place and stratum the
            population runs straight, before the first and after the last it stays; what counts
            is its mean over the period, as in SaTScan. Without years, rows are added up.
        period: First and last time; from the first census to the last when left out.

    Raises:
        InvalidInputError: A count is no count, or a stratum has cases but no population.
    """
    counts, people = whole_counts(cases, "cases"), nonnegative(population, "population")
    if not len(place) == len(strata) == counts.size == people.size:
        raise InvalidInputError("place, strata, cases and population must be equally long")
    if counts.size == 0:
        raise InvalidInputError("there are no rows to standardise")
    places, at = _numbered(place)
    layers, layer = _numbered(strata)
    cell = at * len(layers) + layer
    shape = (len(places), len(layers))
    if year is None:
        held = np.bincount(cell, weights=people, minlength=shape[0] * shape[1]).astype(np.float64)
    else:
        held = _mean_over_time(cell, people, nonnegative(year, "year"), period, shape)
    held = held.astype(np.float64).reshape(shape)
    by_layer = np.bincount(layer, weights=counts, minlength=shape[1])
    in_layer = held.sum(axis=0)
    if ((by_layer > 0) & (in_layer == 0)).any():
        bad = layers[int(np.flatnonzero((by_layer > 0) & (in_layer == 0))[0])]
        raise InvalidInputError(f"stratum {bad!r} has cases but no population")
    rate = np.divide(by_layer, in_layer, out=np.zeros(shape[1]), where=in_layer > 0)
    return Standardised(
        places=places,
        cases=np.bincount(at, weights=counts, minlength=shape[0]).astype(np.int64),
        population=held.sum(axis=1),
        expected=held @ rate,
    )


def _numbered(labels: Sequence[Hashable]) -> tuple[tuple[Hashable, ...], Integers]:
    number: dict[Hashable, int] = {}
    numbers = np.array([number.setdefault(label, len(number)) for label in labels], np.int64)
    return tuple(number), numbers


def _mean_over_time(
    cell: Integers,
    people: Floats,
    year: Floats,
    period: tuple[float, float] | None,
    shape: tuple[int, int],
) -> Floats:
    if year.size != cell.size:
        raise InvalidInputError("year must be as long as the other columns")
    first, last = period or (float(year.min()), float(year.max()))
    if not first <= last:
        raise InvalidInputError("the period must not end before it starts")
    censuses, census = np.unique(year, return_inverse=True)
    counted = np.full((shape[0] * shape[1], censuses.size), np.nan)
    counted[cell, census] = 0.0
    np.add.at(counted, (cell, census), people)
    return mean_people(counted, censuses, np.array([first, last]))[:, 0]
