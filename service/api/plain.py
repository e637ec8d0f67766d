"""Rows and values as JSON can say them; nothing here needs the web."""

import json
import math
from collections.abc import Hashable, Mapping
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from pandas import DataFrame
from shapely.geometry.base import BaseGeometry


def features(rows: GeoDataFrame) -> list[dict[str, Any]]:
    """Return GeoJSON features in WGS 84; a row without a place keeps its properties."""
    properties = DataFrame(rows.drop(columns=rows.geometry.name)).to_dict("records")
    return [
        {
            "type": "Feature",
            "geometry": None if _is_nowhere(shape) else json.loads(shapely.to_geojson(shape)),
            "properties": plain_row(row),
        }
        for row, shape in zip(properties, rows.geometry, strict=True)
    ]


def plain_row(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    """Return a row as JSON can say it, without its geometry."""
    return {
        str(key): plain(value) for key, value in row.items() if not isinstance(value, BaseGeometry)
    }


def plain(value: Any) -> Any:  # noqa: ANN401 - a cell of a frame, of any kind
    """Return a value as JSON can say it; whatever is missing or not a number becomes null."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool) else str(value)


def _is_nowhere(shape: BaseGeometry | None) -> bool:
    return shape is None or shape.is_empty
