"""Villages: where they lie (denser in the valleys), what they are called, their 12-digit codes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely import MultiLineString, Point, Polygon

from gis_data.demo.facts import TOWNSHIPS, VILLAGES, stream
from gis_data.demo.terrain import Terrain, to_degrees
from gis_data.demo.village_names import name_villages

_CANDIDATES = 60  # per village; the best of them is taken (Mitchell's best candidate)
_MARGIN_M = 350.0  # nearest that a village lies to the township's border
_VALLEY_M = 4_000.0  # how far from a river the ground still counts as valley
_FIRST_COMMITTEE, _FIRST_COMMUNITY = 200, 1


@dataclass(frozen=True, slots=True)
class Settlements:
    """Villages as a table (code, name, township_code, township, is_seat, x, y, lon, lat).

    `x`, `y` are metres in the county's zone; `lon`, `lat` degrees WGS 84.
    """

    villages: pd.DataFrame

    def nearest(self, xy: NDArray[np.float64]) -> NDArray[np.intp]:
        """Return the row of the nearest village to each metric point, whatever its township."""
        _, row = cKDTree(self.villages[["x", "y"]].to_numpy()).query(xy)
        return np.asarray(row, dtype=np.intp)


def build_settlements(seed: int, terrain: Terrain) -> Settlements:
    """Place and name the villages of every township; the first of each is its seat."""
    rng = stream(seed, "villages")
    counts = _village_counts(terrain)
    valleys = MultiLineString([list(line.coords) for line in terrain.rivers.values()])
    names = name_villages(
        stream(seed, "village names"),
        [(fact.name, fact.stem, counts[fact.code]) for fact in TOWNSHIPS],
    )
    rows: list[dict[str, object]] = []
    for fact, township_names in zip(TOWNSHIPS, names, strict=True):
        polygon = terrain.townships[fact.code]
        points = _scatter(rng, polygon, terrain.seats[fact.code], valleys, counts[fact.code])
        rows.extend(_rows(fact.code, township_names, points))
    return Settlements(_finished(rows))


def _village_counts(terrain: Terrain) -> dict[str, int]:
    weights = np.array(
        [terrain.townships[fact.code].area ** 0.8 * fact.village_weight for fact in TOWNSHIPS]
    )
    exact = weights / weights.sum() * VILLAGES
    counts = np.floor(exact).astype(int)
    for index in np.argsort(counts - exact)[: VILLAGES - counts.sum()]:
        counts[index] += 1
    return {fact.code: int(n) for fact, n in zip(TOWNSHIPS, counts, strict=True)}


def _scatter(
    rng: np.random.Generator, polygon: Polygon, seat: Point, valleys: MultiLineString, count: int
) -> NDArray[np.float64]:
    """Return `count` metric points, the seat first, kept apart, closer together in valleys."""
    inside = polygon.buffer(-_MARGIN_M)
    points = [np.array([seat.x, seat.y])]
    while len(points) < count:
        candidates = _random_inside(rng, inside, _CANDIDATES)
        to_valley = shapely.distance(shapely.points(candidates), valleys)
        spacing = 1.0 + 1.2 * np.minimum(to_valley / _VALLEY_M, 1.0)
        apart, _ = cKDTree(np.array(points)).query(candidates)
        points.append(candidates[int(np.argmax(np.asarray(apart) / spacing))])
    return np.array(points)


def _random_inside(rng: np.random.Generator, polygon: Polygon, count: int) -> NDArray[np.float64]:
    west, south, east, north = polygon.bounds
    found = np.empty((0, 2))
    while len(found) < count:
        draw = rng.uniform((west, south), (east, north), (4 * count, 2))
        found = np.vstack([found, draw[shapely.contains_xy(polygon, draw[:, 0], draw[:, 1])]])
    return found[:count]


def _rows(
    township_code: str, names: list[str], points: NDArray[np.float64]
) -> Iterator[dict[str, object]]:
    """Number committees from the west; seats are communities when the township is a town."""
    is_town = int(township_code[6:]) < _FIRST_COMMITTEE
    order = 1 + np.argsort(points[1:, 0])
    number = _FIRST_COMMITTEE
    for index in (0, *order.tolist()):
        community = index == 0 and is_town
        suffix = "社区" if community else "村"
        digits = _FIRST_COMMUNITY if community else number
        number += 0 if community else 1
        yield {
            "code": f"{township_code}{digits:03d}",
            "name": f"{names[index]}{suffix}",
            "township_code": township_code,
            "is_seat": index == 0,
            "x": float(points[index, 0]),
            "y": float(points[index, 1]),
        }


def _finished(rows: list[dict[str, object]]) -> pd.DataFrame:
    names = {fact.code: fact.name for fact in TOWNSHIPS}
    table = pd.DataFrame(rows)
    table["township"] = table["township_code"].map(names)
    lonlat = to_degrees(table[["x", "y"]].to_numpy(dtype=np.float64))
    table["lon"], table["lat"] = lonlat[:, 0], lonlat[:, 1]
    return table
