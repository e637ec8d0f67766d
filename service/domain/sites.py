"""Places of any file as the local and the density methods take them, and their answers."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.domain.errors import InvalidInputError
from service.domain.neighbours import positions
from service.domain.place_counts import PlaceCounts, merge_study
from service.domain.study_span import StudyTimes

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

METRES_PER_KM = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sites:
    """Places with their counts, in order of first appearance.

    Attributes:
        frame: id, x, y, cases, population and value (NaN where the file has none), base: what
            cases are compared with (people, or cases to expect by strata; NaN without any).
        where: Positions between which straight distances are distances; metres on a sphere.
        degrees: Whether x and y are longitude and latitude.
        notes: What was left out, and why.
    """

    frame: pd.DataFrame
    where: Floats
    degrees: bool
    notes: tuple[str, ...] = ()

    @property
    def per_radius_unit(self) -> float:
        """Return how many units of a position make one unit of a reported radius."""
        return METRES_PER_KM if self.degrees else 1.0

    def take(self, kept: NDArray[np.bool_]) -> "Sites":
        """Return some of them."""
        return Sites(
            frame=self.frame[kept].reset_index(drop=True), where=self.where[kept],
            degrees=self.degrees, notes=self.notes,
        )  # fmt: skip

    def coordinates(self, row: int) -> dict[str, float]:
        """Return a place's coordinates by the names of the file's kind."""
        axes = ("lon", "lat") if self.degrees else ("x", "y")
        x, y = (self.frame[axis].to_numpy(dtype=np.float64)[row] for axis in ("x", "y"))
        return {axes[0]: float(x), axes[1]: float(y)}


def sites_of(
    points: pd.DataFrame,
    *,
    degrees: bool,
    model: Literal["poisson", "bernoulli"] = "poisson",
    times: StudyTimes | None = None,
) -> Sites:
    """Return one row per place, its counts added up as for a scan.

    Args:
        points: x, y; cases, population, value, id, stratum and time where the file has them.
        degrees: Whether x and y are longitude and latitude.
        model: With `bernoulli` population counts units, cases among them.
        times: First and last time that count.

    Raises:
        InvalidInputError: A place has two coordinates or two values, or cases without population.
    """
    given: dict[str, Any] = {"id": "", "stratum": "", "time": "", "cases": 0.0}
    given |= {"population": np.nan, "value": np.nan}
    missing = {name: default for name, default in given.items() if name not in points.columns}
    positions(points["x"], points["y"], degrees=degrees)  # before rows are compared as places
    whole = points.assign(**missing)
    counts = merge_study(whole, model=model, times=times or StudyTimes(), by_time=False)
    frame = counts.places.assign(
        cases=counts.cases[:, 0] if "cases" in points.columns else np.nan,
        population=np.nan if counts.population is None else counts.population,
        base=_base(counts),
        value=_values(whole, counts.places),
    )
    where = positions(frame["x"], frame["y"], degrees=degrees)
    return Sites(frame=frame, where=where, degrees=degrees, notes=counts.notes)


def group_out(sites: Sites, members: Indices, *, rank: int) -> dict[str, Any]:
    """Return a group of places with the names of a cluster: centre, radius, counts, members.

    The centre is the place nearest to the middle; the radius reaches the farthest member, in
    kilometres for degrees and in the unit of the plane else. Members are in order of distance.
    """
    there = sites.where[members]
    middle = np.linalg.norm(there - there.mean(axis=0), axis=1)
    centre = int(members[np.argmin(middle)])
    gaps = np.linalg.norm(there - sites.where[centre], axis=1)
    order = members[np.lexsort((members, gaps))]
    rows = sites.frame.iloc[members]
    return {
        "rank": rank,
        "members": sites.frame["id"].iloc[order].tolist(),
        "places": len(members),
        "cases": _sum(rows["cases"], whole=True),
        "population": _sum(rows["population"]),
        "centre": {"id": sites.frame["id"].iloc[[centre]].tolist()[0], **sites.coordinates(centre)},
        "radius": float(gaps.max() / sites.per_radius_unit),
    }


def number(value: float, *, whole: bool = False) -> float | int | None:
    """Return a number for JSON, or None where there is none."""
    if not np.isfinite(value):
        return None
    return round(value) if whole else float(value)


def _sum(column: "pd.Series[float]", *, whole: bool = False) -> float | int | None:
    return number(float(column.sum(min_count=len(column))), whole=whole)


def _base(counts: PlaceCounts) -> Floats:
    if counts.expected is not None:
        return counts.expected[:, 0]
    return np.full(len(counts.places), np.nan) if counts.population is None else counts.population


def _values(points: pd.DataFrame, places: pd.DataFrame) -> Floats:
    """Return the measured value of each place."""
    if points["value"].isna().all():
        return np.full(len(places), np.nan)
    if len(points) > len(places):
        raise InvalidInputError(
            f"{len(points):,} rows have a value but are {len(places):,} places; give each place "
            "one row, or leave --id out"
        )
    return points["value"].to_numpy(dtype=np.float64)
