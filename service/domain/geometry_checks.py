"""Is a shape one we can compute with? Each fault with the feature it is in and what it looks like.

A NaN passes JSON, GeoPandas and PostGIS and is then found by no index search; bow-ties are
stored; empty polygons and swapped axes count as valid. So every shape is looked at here.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

_LON_MAX: Final = 180.0
_LAT_MAX: Final = 90.0
# Nobody is supervised this close to a pole; a 'latitude' beyond it is a longitude.
_INHABITED_LAT: Final = 75.0
# No county is this wide; a shape that is runs the wrong way round the world.
_WIDEST_DEGREES: Final = 180.0

Coordinates = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeFault:
    """What is wrong with one shape.

    Attributes:
        place: Its position in the frame.
        kind: missing, empty, not_finite, not_polygon, metres, swapped, out_of_range,
            antimeridian or invalid.
        can_repair: Whether `geometry_repair` can put it right without a decision.
    """

    place: int
    kind: str
    reason_zh: str
    reason_en: str
    fix_zh: str
    fix_en: str
    can_repair: bool = False


def shape_faults(shapes: GeoDataFrame, *, polygons: bool = True) -> list[ShapeFault]:
    """Return the worst fault of every shape that has one, in the frame's order.

    Args:
        shapes: Geometry in degrees, longitude first, WGS 84 or a datum close to it.
        polygons: Whether only polygons are wanted.
    """
    found = []
    for place, geometry in enumerate(shapes.geometry.array):
        fault = _fault(place, geometry, polygons=polygons)
        if fault is not None:
            found.append(fault)
    return found


def look_like_metres(coordinates: Coordinates) -> bool:
    """Whether pairs of coordinates are metres of a projection rather than degrees."""
    return bool(np.abs(coordinates).max(initial=0.0) > 2 * _LON_MAX)


def look_swapped(coordinates: Coordinates) -> bool:
    """Whether pairs of degrees come latitude first: what stands second is no latitude."""
    first, second = coordinates[:, 0], coordinates[:, 1]
    return bool(
        (np.abs(second) > _INHABITED_LAT).all()
        and (np.abs(second) <= _LON_MAX).all()
        and (np.abs(first) <= _INHABITED_LAT).all()
    )


def point_fault(lon: float, lat: float) -> tuple[str, str] | None:
    """Return why two degrees cannot be a place, in both languages; None if they can."""
    if not (np.isfinite(lon) and np.isfinite(lat)):
        return "坐标不是有限数", "the coordinates are not finite"
    if lon == 0 and lat == 0:
        return "坐标为0,0", "the point is 0, 0, which means 'unknown'"
    here = np.array([[lon, lat]])
    if look_like_metres(here):
        return "坐标像是米，不是度", "the coordinates look like metres, not degrees"
    if look_swapped(here):
        return "经纬度像是写反了", "longitude and latitude look swapped"
    if abs(lon) > _LON_MAX or abs(lat) > _LAT_MAX:
        return "坐标超出经纬度范围", "the coordinates are out of range"
    return None


def _fault(place: int, geometry: BaseGeometry | None, *, polygons: bool) -> ShapeFault | None:
    if geometry is None:
        return _report(
            place,
            "missing",
            "没有图形或环未闭合",
            "there is no shape, or a ring that is not closed",
        )
    if geometry.is_empty:
        return _report(place, "empty", "图形为空", "the shape is empty")
    if polygons and geometry.geom_type not in {"Polygon", "MultiPolygon"}:
        return _report(
            place,
            "not_polygon",
            f"需要面，这里是{geometry.geom_type}",
            f"a polygon is needed, this is a {geometry.geom_type}",
        )
    return _coordinate_fault(place, shapely.get_coordinates(geometry)) or _validity_fault(
        place, geometry
    )


def _coordinate_fault(place: int, coordinates: Coordinates) -> ShapeFault | None:
    if not np.isfinite(coordinates).all():
        return _report(place, "not_finite", "坐标含NaN或无穷大", "a coordinate is NaN or infinite")
    if look_like_metres(coordinates):
        return _report(
            place,
            "metres",
            "坐标像是米，不是度",
            "the coordinates look like metres, not degrees",
            ("用 --crs 指明投影，如 --crs 4549", "name the projection, for example --crs 4549"),
        )
    if look_swapped(coordinates):
        return _report(
            place,
            "swapped",
            "经纬度像是写反了",
            "longitude and latitude look swapped",
            ("经度在前，或用 --repair 对调", "write longitude first, or swap them with --repair"),
            can_repair=True,
        )
    low, high = coordinates.min(axis=0), coordinates.max(axis=0)
    if max(-low[0], high[0]) > _LON_MAX or max(-low[1], high[1]) > _LAT_MAX:
        return _report(
            place,
            "out_of_range",
            f"坐标超出经纬度范围（{low[0]:g}–{high[0]:g}，{low[1]:g}–{high[1]:g}）",
            f"coordinates out of range ({low[0]:g} to {high[0]:g}, {low[1]:g} to {high[1]:g})",
        )
    if high[0] - low[0] > _WIDEST_DEGREES:
        return _report(
            place, "antimeridian", "图形跨越180°经线", "the shape crosses the 180° meridian"
        )
    return None


def _validity_fault(place: int, geometry: BaseGeometry) -> ShapeFault | None:
    if shapely.is_valid(geometry):
        return None
    why = shapely.is_valid_reason(geometry)
    return _report(
        place,
        "invalid",
        f"图形自相交或不合法（{why}）",
        f"the shape is not valid ({why})",
        ("在制图软件中修正，或用 --repair", "repair it in a GIS, or with --repair"),
        can_repair=True,
    )


def _report(
    place: int,
    kind: str,
    reason_zh: str,
    reason_en: str,
    fix: tuple[str, str] = ("重新导出该图形", "export the shape again"),
    *,
    can_repair: bool = False,
) -> ShapeFault:
    return ShapeFault(
        place=place,
        kind=kind,
        reason_zh=reason_zh,
        reason_en=reason_en,
        fix_zh=fix[0],
        fix_en=fix[1],
        can_repair=can_repair,
    )
