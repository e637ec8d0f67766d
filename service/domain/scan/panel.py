"""Counts by place and time: what elliptic windows and cylinders are laid over.

A panel with one time is a map of counts. All sums run over whole numbers, as in `study`.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from service.domain.scan.model import Floats, Integers
from service.domain.scan.study import Study


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """Distinct locations, in the order of their coordinates, by intervals of time.

    Attributes:
        x: First coordinate: plane units, or kilometres from the centre of the earth.
        y: Second coordinate.
        z: Third coordinate, 0 on a plane.
        cases: Cases at each location in each interval.
        risk: Units, or expected cases in whole steps, at each location in each interval.
        size: What the largest window is measured in, at each location.
        size_limit: A window's sizes add up to at most this.
        population: As handed in, added up over the rows of a location.
        row_location: Location of each row; -1 for rows that were taken out.
        bernoulli: Which likelihood.
        permuted: Null data sets keep each location's and each interval's cases.
    """

    x: Floats
    y: Floats
    z: Floats
    cases: Integers
    risk: Integers
    size: Integers
    size_limit: int
    population: Floats
    row_location: Integers
    bernoulli: bool = False
    permuted: bool = False

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
        rows = np.flatnonzero(self.row_location >= 0)
        np.minimum.at(first, self.row_location[rows], rows)
        return first

    @property
    def distance_slack(self) -> float:
        """Two distances nearer than this are one: coordinates are not rounded any finer."""
        largest = max(float(np.abs(a).max()) for a in (self.x, self.y, self.z))
        return 4 * float(np.finfo(np.float64).eps) * largest

    @property
    def has_a_question(self) -> bool:
        """Whether there are two places, a case, and (Bernoulli) a unit that is none."""
        cases = self.total_cases
        all_cases = self.bernoulli and cases == self.total_risk
        return self.x.size > 1 and cases > 0 and not all_cases

    def rows_of(self, members: Integers) -> tuple[int, ...]:
        """Return the rows at some locations: in the order of the locations, then of the rows."""
        rank = np.full(self.x.size + 1, -1, np.int64)
        rank[members] = np.arange(members.size)
        row_rank = rank[self.row_location]
        rows = np.flatnonzero(row_rank >= 0)
        return tuple(int(row) for row in rows[np.argsort(row_rank[rows], kind="stable")])

    def without(self, members: Integers, size_limit: int) -> "Panel":
        """Return the panel of the other locations; rows keep their numbers."""
        keep = np.ones(self.x.size + 1, np.bool_)
        keep[members] = False
        number = np.where(keep, np.cumsum(keep) - 1, -1)
        number[-1] = -1  # rows that were taken out before
        kept = keep[:-1]
        return replace(
            self,
            x=self.x[kept],
            y=self.y[kept],
            z=self.z[kept],
            cases=self.cases[kept],
            risk=self.risk[kept],
            size=self.size[kept],
            size_limit=size_limit,
            population=self.population[kept],
            row_location=number[self.row_location],
        )


class Metrics(NamedTuple):
    """Ways to measure distance: one for circles, one for each shape and angle of an ellipse.

    Attributes:
        x: First coordinates, one row per metric.
        y: Second coordinates.
        stretch: How far the farthest point at distance 1 is away: the ratio of the axes.
        penalty: What a ratio found by this metric is multiplied by, above 0, at most 1.
    """

    x: Floats
    y: Floats
    stretch: Floats
    penalty: Floats


def circles(panel: Panel) -> Metrics:
    """Return the plain distance."""
    return Metrics(panel.x[None, :], panel.y[None, :], np.ones(1), np.ones(1))


def from_study(study: Study) -> Panel:
    """Return the panel of one time."""
    return Panel(
        x=study.x,
        y=study.y,
        z=study.z,
        cases=study.cases[:, None],
        risk=study.risk[:, None],
        size=study.size,
        size_limit=study.size_limit,
        population=study.population,
        row_location=study.row_location,
        bernoulli=study.model == "bernoulli",
    )
