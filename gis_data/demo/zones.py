"""The demo county's border zone, urban fringe and key area, as an office would draw them.

All fictional: the county's western edge stands for a provincial border, a ring around the seat of
青岩镇 for the edge of the county town, a polygon around the first planted cluster for a key area.
Nothing is drawn at random, so they change no other figure.
"""

from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from gis_data.demo.county import County
from gis_data.demo.facts import BY_NAME

COUNTY_TOWN: Final = "青岩镇"
# The town's edge lies so far from its middle, wavering by a part of it.
_EDGE_M, _WAVER = 3_000.0, 0.12
_FRINGE_KM: Final = 1.5
_KEY_RADIUS_M: Final = 4_500.0
# The western border: the outline west of a line this share of the way across the county.
_WESTERN_SHARE: Final = 0.18


class Zone(NamedTuple):
    """A zone in metres of the county's projection; `buffer_km` '' takes the usual width."""

    code: str
    name: str
    kind: str
    buffer_km: str
    shape: BaseGeometry

    def properties(self) -> dict[str, Any]:
        """Return the attributes of its feature, Chinese headers and words."""
        return {
            "区域编码": self.code,
            "区域名称": self.name,
            "类型": self.kind,
            "缓冲公里": self.buffer_km,
        }


def build_zones(county: County) -> list[Zone]:
    """Return the border as a line, the edge of town as a ring, the key area as a polygon."""
    cluster = county.clusters[0]
    return [
        Zone("border-west", "西部省界", "边界带", "", western_border(county.terrain.county)),
        Zone(
            "fringe-qingyan", "县城周边", "城乡结合部", str(_FRINGE_KM),
            _edge_of_town(county.terrain.seats[BY_NAME[COUNTY_TOWN].code]),
        ),
        Zone(
            "key-longquan", "龙泉东岭白酒产区", "重点区域", "",
            cluster.centre.buffer(_KEY_RADIUS_M, quad_segs=3),
        ),
    ]  # fmt: skip


def western_border(county: Polygon) -> LineString:
    """Return the part of the outline in the county's west, in metres."""
    west, south, east, north = county.bounds
    frame = shapely.box(west - 1, south - 1, west + _WESTERN_SHARE * (east - west), north + 1)
    inside = shapely.line_merge(shapely.intersection(county.exterior, frame))
    parts = [part for part in shapely.get_parts(inside) if isinstance(part, LineString)]
    return max(parts, key=lambda part: float(part.length))


def _edge_of_town(seat: Point) -> LineString:
    turn = np.linspace(0.0, 2 * np.pi, 73)
    radius = _EDGE_M * (1 + _WAVER * np.cos(3 * turn))
    ring = np.column_stack([seat.x + radius * np.cos(turn), seat.y + radius * np.sin(turn)])
    # Closed exactly: the cosine of a full turn is not that of none, to the last bit.
    ring[-1] = ring[0]
    return LineString(ring)
