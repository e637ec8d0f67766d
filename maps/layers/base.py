"""Our own base map: land, township lines, rivers, roads and the county's outline; no tiles."""

from collections.abc import Sequence
from typing import ClassVar

import shapely
from geopandas import GeoDataFrame
from shapely.geometry.base import BaseGeometry

from maps.encoding import JsonValue, feature_collection, simplified
from maps.layers.data_layer import DataLayer
from maps.model import Geography

# One pixel at zoom 13, about as close as a county map is read.
_DETAIL_M = 8.0
_DETAIL_DEGREES = _DETAIL_M / 111_320.0


class BaseLayer(DataLayer):
    """The county's ground, from its own shapes.

    Args:
        geography: Shapes in EPSG:4326.
        highlighted: A shape to draw a blue line round, such as the cells of a list.
        earlier: Shapes of an earlier plan, for a dashed line.
        has_lines: Rivers, roads and township lines too; not where tiles bring them.
    """

    factory: ClassVar[str] = "base"
    script: ClassVar[str] = "base"

    def __init__(
        self,
        geography: Geography,
        *,
        highlighted: BaseGeometry | None = None,
        earlier: Sequence[BaseGeometry] = (),
        has_lines: bool = True,
    ) -> None:
        """Prepare the shapes, simplified to what a screen can show."""
        data = _ground(geography, highlighted, earlier, has_lines=has_lines)
        super().__init__(layer_id="base", data=data, name="底图 Base map")


def county_outline(geography: Geography) -> BaseGeometry:
    """Return the county's area; the union of its townships (or cells) where no outline is given."""
    if geography.outline is not None and not geography.outline.empty:
        return _union(geography.outline)
    frame = geography.cells if geography.townships.empty else geography.townships
    return _union(frame)


def _union(frame: GeoDataFrame) -> BaseGeometry:
    whole: BaseGeometry = frame.geometry.union_all()
    return whole


def _ground(
    geography: Geography,
    highlighted: BaseGeometry | None,
    earlier: Sequence[BaseGeometry],
    *,
    has_lines: bool,
) -> JsonValue:
    outline = shapely.simplify(county_outline(geography), _DETAIL_DEGREES)
    townships = simplified(geography.townships.geometry, tolerance_m=_DETAIL_M)
    lines = [
        _lines("river", geography.rivers),
        _lines("road", geography.roads),
        _part("township", townships),
    ]
    parts = [_part("land", [outline]), *(lines if has_lines else []), _part("outline", [outline])]
    if len(earlier):
        parts.append(_part("earlier", simplified(earlier, tolerance_m=_DETAIL_M)))
    if highlighted is not None:
        parts.append(_part("focus", [highlighted]))
    return {
        "parts": [part for part in parts if part is not None],
        "townships": [
            {"code": str(code), "bounds": _corners(shape)}
            for code, shape in zip(geography.townships["code"], townships, strict=True)
            if not shape.is_empty
        ],
    }


def _corners(shape: BaseGeometry) -> list[list[float]]:
    west, south, east, north = (round(float(value), 5) for value in shape.bounds)
    return [[south, west], [north, east]]


def _part(style: str, shapes: list[BaseGeometry]) -> JsonValue:
    return {"style": style, "shapes": feature_collection(shapes, [{} for _ in shapes])}


def _lines(style: str, frame: GeoDataFrame | None) -> JsonValue | None:
    if frame is None or frame.empty:
        return None
    return _part(style, list(shapely.simplify(frame.geometry.to_numpy(), _DETAIL_DEGREES)))
