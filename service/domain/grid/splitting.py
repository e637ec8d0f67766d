"""Split a cell until no part carries more than it may: by load or by ground."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString
from shapely.geometry.base import BaseGeometry
from shapely.ops import split

from service.domain.errors import InvalidInputError

Points = NDArray[np.float64]
_EARTH_M = 6.4e6


class IndivisibleLoadError(InvalidInputError):
    """More work stands at one spot than a cell may carry; no border can divide it."""

    def __init__(self, *, load: float, max_load: float, where: str) -> None:
        """Keep the load, so that the message can name the least limit that works."""
        super().__init__(
            f"{where}: a load of {load:g} stands at one spot and cannot be divided by a border; "
            f"allow --max-load {load:g} or more (asked: {max_load:g})"
        )
        self.load = load


@dataclass(frozen=True, slots=True)
class Work:
    """Points of work with their weights, in the cell's metric CRS."""

    points: Points
    weights: NDArray[np.float64]

    @classmethod
    def none(cls) -> "Work":
        """Return no work at all."""
        return cls(np.empty((0, 2)), np.empty(0))

    def inside(self, mask: NDArray[np.bool_]) -> "Work":
        """Return the part of the work that a mask selects."""
        return Work(self.points[mask], self.weights[mask])

    @property
    def load(self) -> float:
        """The sum of the weights."""
        return float(self.weights.sum())


@dataclass(frozen=True, slots=True)
class Cuts:
    """The parts of a cell and the straight cuts between them, in the cell's CRS."""

    parts: list[BaseGeometry]
    knives: list[BaseGeometry]

    def then(self, further: list["Cuts"]) -> "Cuts":
        """Return these cuts with each part replaced by its own further cuts."""
        return Cuts(
            [part for cuts in further for part in cuts.parts],
            [*self.knives, *(knife for cuts in further for knife in cuts.knives)],
        )


def split_by_load(cell: BaseGeometry, work: Work, *, max_load: float, where: str) -> Cuts:
    """Cut a cell across its longest axis at the weighted median until no part exceeds the load.

    Raises:
        IndivisibleLoadError: One spot alone carries more than `max_load`.
    """
    if work.load <= max_load:
        return Cuts([cell], [])
    heaviest = _heaviest_spot(work)
    if heaviest > max_load:
        raise IndivisibleLoadError(load=heaviest, max_load=max_load, where=where)
    cuts = _halve_by_load(cell, work)
    further = [
        split_by_load(part, work.inside(_holds(part, work.points)), max_load=max_load, where=where)
        for part in cuts.parts
    ]
    return cuts.then(further)


def split_by_area(cell: BaseGeometry, *, max_area: float) -> Cuts:
    """Cut a cell across its longest axis through its centroid until no part exceeds the area."""
    if cell.area <= max_area:
        return Cuts([cell], [])
    axis = _long_axis(cell)
    cuts = _cut(cell, axis, float(np.array(cell.centroid.coords[0]) @ axis))
    return cuts.then([split_by_area(part, max_area=max_area) for part in cuts.parts])


def _heaviest_spot(work: Work) -> float:
    _, spot = np.unique(work.points, axis=0, return_inverse=True)
    return float(np.bincount(spot.ravel(), weights=work.weights).max())


def _halve_by_load(cell: BaseGeometry, work: Work) -> Cuts:
    """Cut across the long axis, or else along it, where the sides' loads differ least."""
    axis = _long_axis(cell)
    for direction in (axis, np.array([-axis[1], axis[0]])):
        position = _balanced_cut(work.points @ direction, work.weights)
        if position is not None:
            return _cut(cell, direction, position)
    raise IndivisibleLoadError(load=work.load, max_load=work.load, where="one spot")


def _balanced_cut(along: NDArray[np.float64], weights: NDArray[np.float64]) -> float | None:
    """Return the position halfway between two different spots that best halves the load."""
    places, spot = np.unique(along, return_inverse=True)
    if len(places) == 1:
        return None
    before = np.cumsum(np.bincount(spot.ravel(), weights=weights))[:-1]
    best = int(np.argmin(np.abs(before - weights.sum() / 2)))
    return float((places[best] + places[best + 1]) / 2)


def _long_axis(cell: BaseGeometry) -> NDArray[np.float64]:
    """Return the unit vector along the longer side of the smallest rotated rectangle."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(cell))
    sides = np.diff(corners[:3], axis=0)
    lengths = np.linalg.norm(sides, axis=1)
    longest = int(np.argmax(lengths))
    axis: NDArray[np.float64] = sides[longest] / lengths[longest]
    return axis


def _cut(cell: BaseGeometry, unit: NDArray[np.float64], position: float) -> Cuts:
    """Cut straight, at right angles to a unit vector; each side's connected parts apart."""
    west, south, east, north = cell.bounds
    reach = 2 * float(np.hypot(east - west, north - south))
    across = np.array([-unit[1], unit[0]])
    middle = np.array([(west + east) / 2, (south + north) / 2])
    foot = middle + unit * (position - middle @ unit)
    knife = LineString([foot - across * reach, foot + across * reach])
    parts = [piece for part in shapely.get_parts(cell) for piece in split(part, knife).geoms]
    inside = shapely.get_parts(shapely.intersection(knife, cell))
    # Beyond the border on both sides: a long border that is straight in metres bows in degrees,
    # where the cut is made, and an end that falls short of it would cut nothing.
    bow = 1 + reach**2 / _EARTH_M
    knives = [_longer(line, across * bow) for line in inside if line.length > 0]
    return Cuts(parts, knives)


def _longer(line: BaseGeometry, step: NDArray[np.float64]) -> BaseGeometry:
    ends = shapely.get_coordinates(line)
    first, last = ends[np.argsort(ends @ step)][[0, -1]]
    return LineString([first - step, last + step])


def _holds(part: BaseGeometry, points: Points) -> NDArray[np.bool_]:
    mask: NDArray[np.bool_] = shapely.intersects_xy(part, points)
    return mask
