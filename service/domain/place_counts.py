"""Rows of counts (by stratum, by time) → one row per place, with what to expect there and when."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.domain.errors import InvalidInputError
from service.domain.place_standards import standardise
from service.domain.study_span import StudySpan, StudyTimes
from service.domain.study_time import TimeUnit, label

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Model = Literal["poisson", "bernoulli"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlaceCounts:
    """Counts by place and interval of time.

    Attributes:
        places: id (text, or the row's number from 1), x, y; in the order of first appearance.
        cases: One row per place, one column per interval; one column without times.
        population: Mean over the study, of each place; None where the rows have none.
        expected: Poisson: cases to expect of each place and interval; None where that is the
            population (or where there is none).
        starts: First day, or period, of each interval; empty without times.
        ends: Last day, or period, of each interval.
        unit: Of the intervals.
        notes: What was left out, and why.
    """

    places: pd.DataFrame
    cases: Floats
    population: Floats | None
    expected: Floats | None
    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    unit: TimeUnit | None = None
    notes: tuple[str, ...] = ()


def merge_places(points: pd.DataFrame, *, model: Model) -> PlaceCounts:
    """Return the counts of each place, over all times.

    Rows with the same id are one place. Without ids every row is a place of its own, unless the
    rows are divided by stratum or time: then rows with the same coordinates are one place, named
    after its first row. Cases are added up; so are the units of a Bernoulli file. People are
    added up over strata, and over a study with times averaged (see `census`): where a place was
    counted at a census, a stratum without a row has nobody.

    Args:
        points: x, y, cases, population, id, stratum and time ('' where the file has none);
            optional `study`, handed on by `in_study`.
        model: With `poisson` and strata or times, `expected` holds indirectly standardised cases.

    Raises:
        InvalidInputError: A place has two coordinates, or cases without population.
    """
    return _merged(points, model, StudyTimes(), by_time=False)


def merge_study(
    points: pd.DataFrame, *, model: Model, times: StudyTimes, by_time: bool
) -> PlaceCounts:
    """Return the counts of each place over the study asked for, or in each of its intervals.

    Without `start` and `end` the study runs from the first to the last time of a row; where some
    rows have no population, only rows with cases or without population count for that, so that a
    census before the study does not lengthen it.

    Raises:
        InvalidInputError: As `merge_places`, or a time cannot be used.
    """
    return _merged(points, model, times, by_time=by_time)


def _merged(points: pd.DataFrame, model: Model, times: StudyTimes, *, by_time: bool) -> PlaceCounts:
    timed = bool(points["time"].ne("").any())
    if by_time and not timed:
        raise InvalidInputError("a space-time scan needs --time, the column of the time of cases")
    if not timed and (times.start or times.end):
        raise InvalidInputError("start and end need --time, the column of the time of cases")
    rows, places = _placed(points, divided=timed or bool(points["stratum"].ne("").any()))
    if model == "bernoulli":
        return _units(rows, places)
    span = StudySpan.of(rows, times, by_time=by_time) if timed else None
    return _people(rows, places, span)


def _placed(points: pd.DataFrame, *, divided: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows with the number of their place, and the places."""
    rows = points.assign(row=np.arange(1, len(points) + 1))
    named = bool(rows["id"].ne("").any())
    if named:
        rows["place"] = pd.factorize(rows["id"])[0]
    elif divided:
        rows["place"] = rows.groupby(["x", "y"], sort=False).ngroup()
    else:
        rows["place"] = rows["row"] - 1
    places = rows.groupby("place", sort=False)[["row", "id", "x", "y"]].first()
    _require_one_point(rows, places)
    places["id"] = places["id"] if named else places["row"]
    return rows, places[["id", "x", "y"]].reset_index(drop=True)


def _require_one_point(rows: pd.DataFrame, places: pd.DataFrame) -> None:
    first = places.loc[rows["place"], ["x", "y"]].to_numpy()
    moved = (rows[["x", "y"]].to_numpy() != first).any(axis=1)
    if moved.any():
        bad = rows[moved].iloc[0]
        raise InvalidInputError(
            f"line {bad.name}: '{bad['id']}' has other coordinates than in an earlier line; "
            f"give each place one point ({int(moved.sum())} such lines)"
        )


def _units(rows: pd.DataFrame, places: pd.DataFrame) -> PlaceCounts:
    if rows["stratum"].ne("").any():
        raise InvalidInputError(
            "strata adjust the expected cases of the poisson model; leave --strata out, or use "
            "--model poisson"
        )
    sums = rows.groupby("place", sort=True)[["cases", "population"]].sum()
    crowded = (sums["cases"] > sums["population"]).to_numpy()
    if crowded.any():
        fault = "more cases than population; for bernoulli population counts the cases too"
        raise _fault(rows, places, crowded, fault)
    return PlaceCounts(
        places=places,
        cases=sums[["cases"]].to_numpy(dtype=np.float64),
        population=sums["population"].to_numpy(dtype=np.float64),
        expected=None,
    )


def _people(rows: pd.DataFrame, places: pd.DataFrame, span: StudySpan | None) -> PlaceCounts:
    interval = np.zeros(len(rows), np.int64) if span is None else span.interval
    inside = interval >= 0
    counts = rows["cases"].to_numpy(dtype=np.float64)
    cases = np.zeros((len(places), 1 if span is None else span.bounds.size - 1))
    np.add.at(cases, (rows["place"].to_numpy()[inside], interval[inside]), counts[inside])
    notes = _left_out(counts, inside)
    if rows["population"].isna().all():
        return _described(places, cases, None, None, span, notes)
    population, expected = standardise(rows, len(places), interval, span)
    lonely = np.asarray(((cases > 0) & (expected <= 0)).any(axis=1))
    if lonely.any():
        raise _fault(rows, places, lonely, "cases but no population")
    adjusted = span is not None or bool((rows["stratum"] != rows["stratum"].iloc[0]).any())
    return _described(places, cases, population, expected if adjusted else None, span, notes)


def _fault(
    rows: pd.DataFrame, places: pd.DataFrame, bad: NDArray[np.bool_], fault: str
) -> InvalidInputError:
    worst = int(np.flatnonzero(bad)[0])
    at = rows["place"].eq(worst) & rows["cases"].gt(0)
    return InvalidInputError(
        f"line {rows.index[at][0]}: the place {places['id'].iloc[worst]} has {fault} "
        f"({int(bad.sum())} such places)"
    )


def _left_out(counts: Floats, inside: NDArray[np.bool_]) -> tuple[str, ...]:
    number = int(counts[~inside].sum())
    return (f"{number:,} cases lie outside the study and are left out",) if number else ()


def _described(
    places: pd.DataFrame, cases: Floats, population: Floats | None, expected: Floats | None,
    span: StudySpan | None, notes: tuple[str, ...],
) -> PlaceCounts:  # fmt: skip
    if span is None:
        return PlaceCounts(
            places=places, cases=cases, population=population, expected=expected, notes=notes
        )
    return PlaceCounts(
        places=places,
        cases=cases,
        population=population,
        expected=expected,
        starts=tuple(label(one, span.found.unit) for one in span.bounds[:-1]),
        ends=tuple(label(one, span.found.unit, last=True) for one in span.bounds[1:]),
        unit=span.unit,
        notes=notes,
    )
