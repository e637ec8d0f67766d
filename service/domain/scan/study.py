"""Rows of data → a checked study: distinct locations with whole-number cases and risks.

All sums of a scan run over whole numbers, so that they do not depend on the order of adding and
every engine, thread count and machine finds the same bits. Units are whole by nature; expected
counts become steps of a fixed-point scale whose total is about 2**60, finer than a double.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from service.domain.errors import InvalidInputError
from service.domain.scan.model import Floats, Integers, ScanSettings

EARTH_RADIUS_KM = 6367.0  # SaTScan's sphere
FIXED_POINT_TOTAL = 2.0**60
MAX_TOTAL = 2.0**60
MAX_COORDINATE = 1e15
MAX_LOCATIONS = 1_000_000  # every place is a centre: beyond this a run would take days
LIMIT_SLACK = 1e-12  # a share such as 0.1 is not a binary fraction; 0.1 of 10 must hold 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Study:
    """Distinct locations, in the order of their coordinates.

    Attributes:
        x: First coordinate: plane units, or kilometres from the centre of the earth.
        y: Second coordinate.
        z: Third coordinate, 0 on a plane.
        cases: Cases at each location.
        risk: Units, or expected cases in fixed-point steps.
        size: What the largest window is measured in.
        size_limit: A window's sizes add up to at most this.
        population: As handed in, added up over the rows of a location.
        row_location: Location of each row.
        model: Which likelihood.
    """

    x: Floats
    y: Floats
    z: Floats
    cases: Integers
    risk: Integers
    size: Integers
    size_limit: int
    population: Floats
    row_location: NDArray[np.int64]
    model: Literal["bernoulli", "poisson"]

    @property
    def total_cases(self) -> int:
        """Cases everywhere."""
        return int(self.cases.sum())

    @property
    def total_risk(self) -> int:
        """Units, or steps, everywhere."""
        return int(self.risk.sum())

    @property
    def first_row(self) -> Integers:
        """The first row at each location."""
        first = np.full(self.x.size, self.row_location.size, np.int64)
        np.minimum.at(first, self.row_location, np.arange(self.row_location.size))
        return first

    @property
    def has_a_question(self) -> bool:
        """Whether there are two places, a case, and (Bernoulli) a unit that is none."""
        cases = self.total_cases
        all_cases = self.model == "bernoulli" and cases == self.total_risk
        return self.x.size > 1 and cases > 0 and not all_cases

    def without(self, members: Integers, settings: ScanSettings) -> "Study":
        """Return the study of the other locations, its limits measured anew."""
        keep = np.ones(self.x.size, np.bool_)
        keep[members] = False
        renumbered = np.cumsum(keep) - 1
        size = self.size[keep]
        return Study(
            x=self.x[keep],
            y=self.y[keep],
            z=self.z[keep],
            cases=self.cases[keep],
            risk=self.risk[keep],
            size=size,
            size_limit=window_size_limit(size, settings),
            population=self.population[keep],
            row_location=renumbered[self.row_location[keep[self.row_location]]],
            model=self.model,
        )

    @property
    def distance_slack(self) -> float:
        """Two distances nearer than this are one: coordinates are not rounded any finer."""
        largest = max(float(np.abs(a).max()) for a in (self.x, self.y, self.z))
        return 4 * float(np.finfo(np.float64).eps) * largest


def make_study(
    x: ArrayLike,
    y: ArrayLike,
    cases: ArrayLike,
    population: ArrayLike,
    *,
    settings: ScanSettings,
    expected: ArrayLike | None = None,
) -> Study:
    """Check rows and merge those at one place.

    Args:
        x: First coordinate, or longitude in degrees on a sphere.
        y: Second coordinate, or latitude in degrees.
        cases: Whole counts.
        population: Units, cases among them (Bernoulli), or people (Poisson).
        settings: Decides the model, the geometry and the largest window.
        expected: Poisson only: expected cases from covariates; scaled to the total of cases.

    Raises:
        InvalidInputError: The rows cannot be analysed; the message says which and why.
    """
    xs, ys = coordinates(x, "x"), coordinates(y, "y")
    counts = whole_counts(cases, "cases")
    people = nonnegative(population, "population")
    risks = people if expected is None else nonnegative(expected, "expected")
    _require_same_length(xs, ys, counts, people, risks)
    _require_model_fits(counts, people, expected, settings.model)
    if risks.sum() == 0:
        raise InvalidInputError("population or expected is 0 everywhere; a scan needs some")
    _require_cases_have_risk(counts, people, risks)
    place = cartesian(xs, ys, settings.geometry)
    corners, location = distinct(place)
    size = people if settings.share_of == "population" else risks
    merged_size = steps(_merge(size, location))
    study = Study(
        x=corners[:, 0].copy(),
        y=corners[:, 1].copy(),
        z=corners[:, 2].copy(),
        cases=_merge(counts.astype(np.float64), location).astype(np.int64),
        risk=steps(_merge(risks, location)),
        size=merged_size,
        size_limit=window_size_limit(merged_size, settings),
        population=_merge(people, location),
        row_location=location,
        model=settings.model,
    )
    _require_a_question(study)
    return study


def whole_counts(values: ArrayLike, name: str) -> Integers:
    """Return values as whole numbers of at least 0, or refuse them.

    Raises:
        InvalidInputError: A value is negative, fractional or not a number.
    """
    numbers = nonnegative(values, name)
    if (numbers != np.floor(numbers)).any():
        row = int(np.flatnonzero(numbers != np.floor(numbers))[0])
        raise InvalidInputError(f"{name} must be whole numbers; row {row} has {numbers[row]}")
    return numbers.astype(np.int64)


def _floats(values: ArrayLike, name: str) -> Floats:
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"{name} must be numbers") from error
    if numbers.ndim != 1:
        raise InvalidInputError(f"{name} must be one column of numbers")
    if not np.isfinite(numbers).all():
        row = int(np.flatnonzero(~np.isfinite(numbers))[0])
        raise InvalidInputError(f"{name} must be finite numbers; row {row} has {numbers[row]}")
    return numbers


def coordinates(values: ArrayLike, name: str) -> Floats:
    """Return finite coordinates within reach, or refuse them.

    Raises:
        InvalidInputError: A value is not a number or too far out.
    """
    numbers = _floats(values, name) + 0.0  # -0.0 and 0.0 are one place
    if (np.abs(numbers) > MAX_COORDINATE).any():
        raise InvalidInputError(f"{name} must lie within {MAX_COORDINATE:.0e} of 0")
    return numbers


def nonnegative(values: ArrayLike, name: str) -> Floats:
    """Return values as finite numbers of at least 0, or refuse them.

    Raises:
        InvalidInputError: A value is negative or not a number.
    """
    numbers = _floats(values, name)
    if (numbers < 0).any():
        row = int(np.flatnonzero(numbers < 0)[0])
        raise InvalidInputError(f"{name} must not be negative; row {row} has {numbers[row]}")
    if numbers.sum() > MAX_TOTAL:
        raise InvalidInputError(f"{name} add up to more than {MAX_TOTAL:.0e}; use a larger unit")
    return numbers


def _require_same_length(first: NDArray[np.generic], *others: NDArray[np.generic]) -> None:
    if any(other.size != first.size for other in others):
        raise InvalidInputError("x, y, cases, population and expected must be equally long")
    if first.size == 0:
        raise InvalidInputError("there are no rows to scan")


def _require_model_fits(
    counts: Integers, people: Floats, expected: ArrayLike | None, model: str
) -> None:
    if model != "bernoulli":
        return
    if expected is not None:
        raise InvalidInputError("expected counts belong to the poisson model; leave them out")
    units = whole_counts(people, "population")
    if (counts > units).any():
        row = int(np.flatnonzero(counts > units)[0])
        raise InvalidInputError(
            f"row {row} has {counts[row]} cases among {units[row]} units; population must count "
            "the cases as well"
        )


def _require_cases_have_risk(counts: Integers, people: Floats, risks: Floats) -> None:
    for weights, name in ((people, "population"), (risks, "expected")):
        bad = (counts > 0) & (weights == 0)
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            raise InvalidInputError(f"row {row} has {counts[row]} cases but {name} 0")


def _require_a_question(study: Study) -> None:
    if study.total_cases == 0:
        raise InvalidInputError("there are no cases; a scan needs at least one")
    if study.model == "bernoulli" and study.total_cases == study.total_risk:
        raise InvalidInputError("every unit is a case; a scan needs units that are not")
    if study.x.size > MAX_LOCATIONS:
        raise InvalidInputError(
            f"{study.x.size:,} places are more than the {MAX_LOCATIONS:,} that a scan takes; add "
            "up the rows by cell first"
        )
    if study.x.size < 2:  # noqa: PLR2004, inside and outside
        raise InvalidInputError("all rows lie at one place; a scan compares places")


def cartesian(x: Floats, y: Floats, geometry: str) -> Floats:
    """Return one row of three coordinates per point; a sphere's in kilometres."""
    if geometry == "plane":
        return np.column_stack([x, y, np.zeros_like(x)])
    if (np.abs(y) > 90).any() or (np.abs(x) > 360).any():  # noqa: PLR2004, degrees
        raise InvalidInputError("on a sphere, x is longitude and y latitude, in degrees")
    lon, lat = np.radians(x), np.radians(y)
    r = EARTH_RADIUS_KM
    return np.column_stack(
        [r * np.cos(lon) * np.cos(lat), r * np.sin(lon) * np.cos(lat), r * np.sin(lat)]
    )


def distinct(place: Floats) -> tuple[Floats, Integers]:
    """Return the distinct rows in lexicographic order, and for each row where it went."""
    order = np.lexsort((place[:, 2], place[:, 1], place[:, 0]))
    ordered = place[order]
    new = np.ones(len(place), np.bool_)
    new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    location = np.empty(len(place), np.int64)
    location[order] = np.cumsum(new) - 1
    return ordered[new], location


def _merge(values: Floats, location: Integers) -> Floats:
    return np.bincount(location, weights=values).astype(np.float64)


def steps(weights: Floats) -> Integers:
    """Return weights as whole numbers: themselves if whole, else in fixed-point steps."""
    if (weights == np.floor(weights)).all():
        return weights.astype(np.int64)
    scaled: Integers = np.rint(weights * (FIXED_POINT_TOTAL / weights.sum())).astype(np.int64)
    return scaled


def window_size_limit(size: Integers, settings: ScanSettings) -> int:
    """Return the most that the sizes of a window may add up to."""
    return int(settings.max_share * int(size.sum()) * (1 + LIMIT_SLACK))
