"""Key areas, border zones and urban fringes: which ground, and which cells, belong to one.

A cell belongs to an area when at least half of its ground lies inside. Enterprises belong by
their cell and visits by their enterprise, so that every number of an area is the sum over its
cells, and an area of whole cells is those cells. A cell may belong to several areas; to two that
share no ground only if each holds exactly half of it.
"""

from enum import StrEnum
from typing import Final

import geopandas
import numpy as np
import shapely
from geopandas import GeoDataFrame
from shapely.geometry.base import BaseGeometry

from service.domain.coverage_checks import polygonal
from service.domain.crs import STORAGE_EPSG

DEFAULT_BUFFER_KM: Final = 3.0
MOST_BUFFER_KM: Final = 100.0
LEAST_SHARE: Final = 0.5
# What the projection's rounding moves a share by at most.
_ROUNDING: Final = 1e-6
# A round end in so many parts of a quarter circle is 0.03 % too narrow at the most.
_QUARTER_PARTS: Final = 32
# Straight in degrees is not straight in metres: a vertex at least every half kilometre or so.
_VERTEX_DEGREES: Final = 0.005
# EASE-Grid 2.0: cylindrical, equal-area on the ellipsoid.
_EQUAL_AREA: Final = 6933
_METRES_A_DEGREE: Final = 110_000.0


class AreaKind(StrEnum):
    """What an area is looked at for."""

    KEY = "key"
    BORDER = "border"
    FRINGE = "fringe"


KIND_NAMES: Final[dict[AreaKind, tuple[str, str]]] = {
    AreaKind.KEY: ("重点区域", "key area"),
    AreaKind.BORDER: ("边界带", "border zone"),
    AreaKind.FRINGE: ("城乡结合部", "urban fringe"),
}
# Those that gap G11 looks at.
ZONES: Final = frozenset({AreaKind.BORDER, AreaKind.FRINGE})


def area_label(kind: AreaKind, name: str) -> tuple[str, str]:
    """Return what an area is called on a page: its kind and its name, in both languages."""
    zh, en = KIND_NAMES[kind]
    return f"{zh} {name}", f"{en} {name}"


def zone_around(
    line: BaseGeometry, buffer_m: float, *, county: BaseGeometry, metric_epsg: int
) -> shapely.MultiPolygon:
    """Return the ground of a county within a distance of a line; empty when there is none.

    Args:
        line: Line or lines in WGS 84, straight in degrees between its vertices.
        buffer_m: Metres on the ellipsoid to either side, kept within 0.5 %.
        county: Its outline in WGS 84.
        metric_epsg: The county's zone.
    """
    near = _near(line, county, buffer_m)
    if near.is_empty:
        return shapely.MultiPolygon()
    dense = shapely.segmentize(near, _VERTEX_DEGREES)
    metric = geopandas.GeoSeries([dense], crs=STORAGE_EPSG).to_crs(metric_epsg)
    wide = metric.buffer(buffer_m, quad_segs=_QUARTER_PARTS).to_crs(STORAGE_EPSG)
    return within(wide.iloc[0], county)


def within(shape: BaseGeometry, county: BaseGeometry) -> shapely.MultiPolygon:
    """Return the part of a shape that lies in a county, both in WGS 84; empty when none does."""
    return polygonal(shapely.intersection(shape, county))


def members(cells: GeoDataFrame, areas: GeoDataFrame) -> dict[str, frozenset[str]]:
    """Return the codes of the cells that belong to each area, by its code.

    Args:
        cells: `code` and WGS 84 polygons.
        areas: `code` and WGS 84 polygons.
    """
    codes = areas["code"].astype(str).tolist()
    if cells.empty or areas.empty:
        return {code: frozenset() for code in codes}
    # Shares are of ground, and what is straight in degrees must stay so: a cylinder does both.
    small, large = (
        np.asarray(frame.geometry.to_crs(_EQUAL_AREA).array) for frame in (cells, areas)
    )
    cell, area = shapely.STRtree(large).query(small, predicate="intersects")
    inside = shapely.area(shapely.intersection(small[cell], large[area]))
    belongs = inside >= (LEAST_SHARE - _ROUNDING) * shapely.area(small[cell])
    names = cells["code"].astype(str).to_numpy()
    found: dict[str, set[str]] = {code: set() for code in codes}
    for name, place in zip(names[cell[belongs]], area[belongs], strict=True):
        found[codes[place]].add(str(name))
    return {code: frozenset(inside) for code, inside in found.items()}


def distance_km(shape: BaseGeometry, county: BaseGeometry, metric_epsg: int) -> float | None:
    """Return how far a WGS 84 shape lies from a county; None when too far to say in its zone."""
    pair = geopandas.GeoSeries([shape, county], crs=STORAGE_EPSG).to_crs(metric_epsg)
    metres = float(pair.iloc[0].distance(pair.iloc[1]))
    return metres / 1000 if np.isfinite(metres) else None


def _near(line: BaseGeometry, county: BaseGeometry, buffer_m: float) -> BaseGeometry:
    """Return the part of a line that can matter: a province's border is longer than a county."""
    west, south, east, north = county.bounds
    tall = 2 * buffer_m / _METRES_A_DEGREE
    wide = tall / max(0.05, float(np.cos(np.radians(max(abs(south), abs(north))))))
    frame = shapely.box(west - wide, south - tall, east + wide, north + tall)
    return shapely.intersection(line, frame)
