"""Frames as the compact text that a map carries: JSON that cannot leave its element, GeoJSON."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

# Five decimals of a degree are one metre: finer than any township border was surveyed.
COORDINATE_DIGITS = 5

JsonValue = Any


def embed_json(value: JsonValue) -> str:
    """Return JSON that is safe inside `<script type="application/json">`.

    Every `<` is escaped, so no text in it can close the element or open a comment. NaN and
    infinity become null, because JSON has no word for them.
    """
    try:
        # Nearly always there is nothing to mend, and looking takes longer than writing.
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        text.encode("utf-8")
    except (TypeError, ValueError):
        text = json.dumps(_without_nan(value), ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _without_nan(value: JsonValue) -> JsonValue:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        # A lone surrogate cannot be written as UTF-8, and a file that cannot be written helps
        # nobody; such characters only come from broken files.
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {str(key): _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    if isinstance(value, np.generic):
        return _without_nan(value.item())
    return value


def feature_collection(
    geometries: Iterable[BaseGeometry | None],
    properties: Sequence[Mapping[str, JsonValue]],
) -> JsonValue:
    """Return GeoJSON with coordinates rounded to `COORDINATE_DIGITS`.

    Args:
        geometries: In EPSG:4326; a missing or empty one becomes a feature without geometry.
        properties: One mapping per geometry.
    """
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": dict(facts), "geometry": rounded(geometry)}
            for geometry, facts in zip(geometries, properties, strict=True)
        ],
    }


def rounded(geometry: BaseGeometry | None) -> JsonValue:
    """Return a geometry as a GeoJSON object with short coordinates, or None when it is empty."""
    if geometry is None or geometry.is_empty:
        return None
    short = shapely.transform(geometry, _round)
    return json.loads(shapely.to_geojson(short))


def _round(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.round(coordinates, COORDINATE_DIGITS)


def simplified(
    geometries: Iterable[BaseGeometry | None], *, tolerance_m: float
) -> list[BaseGeometry]:
    """Return polygons with fewer vertices whose common borders still fit each other.

    Args:
        geometries: Polygons in EPSG:4326 that share borders (a coverage).
        tolerance_m: Detail below about this size goes, in metres; 0 keeps all.
    """
    # A cell whose shape is missing keeps its place in the list, and is not drawn.
    shapes = [shapely.Polygon() if one is None else one for one in geometries]
    polygons = np.empty(len(shapes), dtype=object)
    polygons[:] = shapes
    if tolerance_m <= 0 or len(polygons) == 0:
        return list(polygons)
    metres_per_degree = 111_320.0
    return list(shapely.coverage_simplify(polygons, tolerance_m / metres_per_degree))
