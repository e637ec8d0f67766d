"""Where the two planted clusters of problem producers lie: whole villages within a circle."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Point, Polygon

from gis_data.demo.facts import BY_NAME
from gis_data.demo.settlements import Settlements
from gis_data.demo.terrain import Terrain
from service.domain.errors import InvalidInputError

_SEAT_M = 900.0  # the seat's own quarter, kept out of the second cluster


@dataclass(frozen=True, slots=True)
class PlantedCluster:
    """A circle in metres and the villages whose centres it holds; all of one product."""

    name_zh: str
    product: str
    centre: Point
    radius_m: float
    village_codes: frozenset[str]
    producers: int


def plant_clusters(terrain: Terrain, settlements: Settlements) -> tuple[PlantedCluster, ...]:
    """Return the baijiu cluster across the 龙泉乡-东岭乡 border and the one inside 青岩镇."""
    return (
        _cluster("龙泉乡—东岭乡白酒", _on_the_border(terrain), 3_300.0, settlements, 22),
        _cluster("青岩镇散装白酒", _inside_town(terrain), 2_600.0, settlements, 16),
    )


def _cluster(
    name_zh: str, centre: Point, radius_m: float, settlements: Settlements, producers: int
) -> PlantedCluster:
    villages = settlements.villages
    apart = np.hypot(villages["x"] - centre.x, villages["y"] - centre.y)
    inside = frozenset(villages.loc[apart <= radius_m, "code"].tolist())
    return PlantedCluster(name_zh, "baijiu", centre, radius_m, inside, producers)


def _on_the_border(terrain: Terrain) -> Point:
    south = terrain.townships[BY_NAME["龙泉乡"].code]
    north = terrain.townships[BY_NAME["东岭乡"].code]
    border = shapely.line_merge(south.intersection(north))
    return border.interpolate(0.5, normalized=True)


def _inside_town(terrain: Terrain) -> Point:
    """Return the spot of 青岩镇 farthest from its border and from its busy seat."""
    code = BY_NAME["青岩镇"].code
    free = terrain.townships[code].difference(terrain.seats[code].buffer(_SEAT_M))
    if not isinstance(free, Polygon):
        raise InvalidInputError(
            "this seed puts the county seat on its township's border; take another"
        )
    radius = shapely.maximum_inscribed_circle(free, tolerance=50.0)  # centre → edge
    return Point(radius.coords[0])
