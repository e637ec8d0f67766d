"""Do neighbouring areas overlap, or leave holes between them? Named, measured, repaired if asked.

Digitising leaves slivers where two agencies drew one line twice. They are told from true overlaps
by their mean width (twice the area over the outline): in Chicago's beats 371 pairs of neighbours
overlap by up to 9,541 m², none of them more than 7 m wide on average; a development zone drawn
over its townships is hundreds of metres wide.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from shapely.geometry.base import BaseGeometry

from service.domain.crs import STORAGE_EPSG, require_metric

# An overlap or a hole is a sliver, a trace of digitising, up to this mean width and this share of
# the smaller of the two areas; beyond either it is a statement about who governs.
SLIVER_WIDTH_M: Final = 10.0
SLIVER_SHARE: Final = 0.01
# Less than this is rounding of coordinates (1e-7 degrees is a centimetre).
_ROUNDING_M2: Final = 1.0
_ROUNDING_WIDTH_M: Final = 0.05

_OVERLAP_COLUMNS = ("first", "second", "area_m2", "share", "width_m", "is_sliver")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a repair did to one area, in both languages."""

    code: str
    text_zh: str
    text_en: str


def overlaps(areas: GeoDataFrame) -> pd.DataFrame:
    """Return every pair of areas that share ground, the largest overlap first.

    Args:
        areas: Valid polygons in a metric CRS.

    Returns:
        first, second: positions in the frame; area_m2; share of the smaller of the two (0 to 1);
        width_m: mean width of the overlap; is_sliver.

    Raises:
        CrsError: The CRS is missing or not in metres.
    """
    require_metric(areas)
    shapes = np.asarray(areas.geometry.array)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    shared = shapely.intersection(shapes[first], shapes[second])
    area, outline = shapely.area(shared), shapely.length(shared)
    width = 2 * area / np.maximum(outline, 1e-9)
    share = area / np.minimum(shapely.area(shapes[first]), shapely.area(shapes[second]))
    sliver = (width <= SLIVER_WIDTH_M) & (share <= SLIVER_SHARE)
    found = pd.DataFrame(
        dict(zip(_OVERLAP_COLUMNS, (first, second, area, share, width, sliver), strict=True))
    )
    real = (found["area_m2"] > _ROUNDING_M2) & (found["width_m"] > _ROUNDING_WIDTH_M)
    return found[real].sort_values("area_m2", ascending=False, ignore_index=True)


def holes(areas: GeoDataFrame) -> GeoDataFrame:
    """Return the ground that areas enclose and none of them covers, the largest first.

    Args:
        areas: Valid polygons in a metric CRS.

    Returns:
        area_m2, width_m, is_sliver and geometry, in the same CRS.

    Raises:
        CrsError: The CRS is missing or not in metres.
    """
    require_metric(areas)
    united = shapely.union_all(np.asarray(areas.geometry.array))
    rings = [
        shapely.polygons(ring)
        for part in shapely.get_parts(united)
        for ring in shapely.get_rings(part)[1:]
    ]
    geometry = GeoSeries(rings, crs=areas.crs)
    found = GeoDataFrame({"area_m2": geometry.area}, geometry=geometry)
    found["width_m"] = 2 * found["area_m2"] / geometry.length.clip(lower=1e-9)
    found["is_sliver"] = found["width_m"] <= SLIVER_WIDTH_M
    real = found[found["area_m2"] > _ROUNDING_M2]
    return real.sort_values("area_m2", ascending=False, ignore_index=True)


def without_slivers(areas: GeoDataFrame, *, epsg: int) -> tuple[GeoDataFrame, list[Change]]:
    """Return areas whose edges meet exactly: slivers go to the neighbour with the longest border.

    Args:
        areas: Valid polygons in WGS 84 with `code`; only slivers overlap.
        epsg: Metric CRS in which widths are measured.

    Returns:
        The areas in WGS 84, and what changed in each by more than a square metre.
    """
    metric = np.asarray(areas.geometry.to_crs(epsg).array)
    cleaned = shapely.coverage_clean(  # type: ignore[attr-defined]  # newer than its stubs
        metric, gap_width=SLIVER_WIDTH_M
    )
    repaired = areas.copy()
    repaired["geometry"] = (
        GeoSeries(cleaned, index=areas.index, crs=epsg).to_crs(STORAGE_EPSG).map(polygonal)
    )
    before, after = shapely.area(metric), shapely.area(cleaned)
    changes = [
        _resized(str(code), float(old), float(new))
        for code, old, new in zip(areas["code"], before, after, strict=True)
        if abs(new - old) > _ROUNDING_M2
    ]
    return repaired, changes


def made_valid(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of an invalid shape (a bow-tie falls into its two wings)."""
    return polygonal(shapely.make_valid(shape, method="structure", keep_collapsed=False))


def swapped(shape: BaseGeometry) -> BaseGeometry:
    """Return a shape with its two axes exchanged."""
    return shapely.transform(shape, lambda pairs: pairs[:, ::-1])


def polygonal(shape: BaseGeometry) -> shapely.MultiPolygon:
    """Return the polygons of a shape as one multipolygon, valid; lines and points are dropped."""
    if not shape.is_valid:
        shape = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    parts = [
        part
        for piece in shapely.get_parts(shape)
        for part in shapely.get_parts(piece)
        if part.geom_type == "Polygon" and not part.is_empty
    ]
    return shapely.MultiPolygon(parts)


def _resized(code: str, old_m2: float, new_m2: float) -> Change:
    return Change(
        code=code,
        text_zh=f"{code}：{old_m2:,.0f} → {new_m2:,.0f} 平方米",
        text_en=f"{code}: {old_m2:,.0f} → {new_m2:,.0f} m²",
    )
