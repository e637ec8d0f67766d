"""Frames as GeoJSON: WGS 84, dates in ISO form, null for whatever is missing."""

import json
from datetime import date
from typing import Any

import shapely
from geopandas import GeoDataFrame
from pandas import DataFrame


def as_geojson(frame: GeoDataFrame) -> str:
    """Return a feature collection; a row without a shape keeps its properties.

    Args:
        frame: In EPSG:4326, the only system that GeoJSON (RFC 7946) knows.
    """
    return json.dumps(
        {"type": "FeatureCollection", "features": features(frame)},
        ensure_ascii=False,
        allow_nan=False,
        default=_plain,
    )


def features(frame: GeoDataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as GeoJSON features."""
    table = DataFrame(frame.drop(columns=frame.geometry.name)).astype(object)
    known = table.where(table.notna(), None)
    names = list(known.columns)
    return [
        {
            "type": "Feature",
            "geometry": None if shape is None else shapely.geometry.mapping(shape),
            "properties": dict(zip(names, row, strict=True)),
        }
        for row, shape in zip(known.itertuples(index=False, name=None), frame.geometry, strict=True)
    ]


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    item = getattr(value, "item", None)  # a NumPy scalar
    return item() if callable(item) else str(value)
