"""The rows of a gazetteer that are roads, door plates and named points, as landmarks."""

from typing import Any

import numpy as np
import pandas as pd
import shapely
from pandas import DataFrame
from shapely.geometry.base import BaseGeometry

from service.domain.addresses.landmarks import Landmark
from service.domain.datum import distance_m, to_wgs84
from service.domain.places import RADIUS_M, Datum, Level

ROAD_LEVELS = frozenset({"road", "道路", "路"})
POINT_LEVELS = frozenset({"poi", "地物", "门牌", "door_plate", "兴趣点"})
# A road that is a point alone, or a named place without a size, may reach so far.
_ROAD_M = 1_000.0
_CODE_DIGITS = 12
_PARENTS = ("parent", "township_code")


def split_landmarks(rows: DataFrame, datum: Datum) -> tuple[DataFrame, list[Landmark]]:
    """Return the rows of areas, and those of landmarks as such; one without a place is left out.

    Args:
        rows: As ``Gazetteer.from_rows`` takes them; ``geometry``, if there, holds WGS 84 shapes.
        datum: Of longitude and latitude.
    """
    if "level" not in rows:
        return rows, []
    level = rows["level"].astype(str).str.strip().str.lower()
    is_mark = level.isin(ROAD_LEVELS | POINT_LEVELS)
    if not is_mark.any():
        return rows, []
    found = [
        _landmark(row, datum, is_road=row["level"] in ROAD_LEVELS)
        for row in rows[is_mark].assign(level=level[is_mark]).to_dict("records")
    ]
    return rows[~is_mark], [mark for mark in found if mark is not None]


def _landmark(row: dict[Any, Any], datum: Datum, *, is_road: bool) -> Landmark | None:
    name = str(row.get("name") or "").strip()
    place = _place(row, datum)
    if not name or place is None:
        return None
    lon, lat, reach_m = place
    said = _number(row.get("radius_m"))
    usual = _ROAD_M if is_road and reach_m == 0 else RADIUS_M[Level.ROOFTOP]
    radius_m = max(reach_m, usual if np.isnan(said) or (is_road and reach_m > 0) else said)
    town = next((str(row[key]) for key in _PARENTS if _is_said(row.get(key))), "")
    town = town.removesuffix(".0").ljust(_CODE_DIGITS, "0") if town else ""
    return Landmark(str(row.get("code") or ""), name, is_road, town, lon, lat, radius_m)


def _place(row: dict[Any, Any], datum: Datum) -> tuple[float, float, float] | None:
    """Return a WGS 84 point on the landmark and how far in metres it reaches from there."""
    shape = row.get("geometry")
    if isinstance(shape, BaseGeometry) and not shape.is_empty:
        nearest = shapely.shortest_line(shape, shape.envelope.centroid)
        at, ends = shapely.get_coordinates(nearest)[0], shapely.get_coordinates(shape)
        reach = distance_m(at[0], at[1], ends[:, 0], ends[:, 1])
        return float(at[0]), float(at[1]), float(reach.max())
    lon = next((_number(row[key]) for key in ("lon", "longitude", "lng") if key in row), np.nan)
    lat = next((_number(row[key]) for key in ("lat", "latitude") if key in row), np.nan)
    if np.isnan(lon) or np.isnan(lat):
        return None
    x, y = to_wgs84(lon, lat, datum)
    return float(x), float(y), 0.0


def _number(value: object) -> float:
    return float(pd.to_numeric(str(value), errors="coerce")) if _is_said(value) else np.nan


def _is_said(value: object) -> bool:
    return value is not None and str(value).strip() not in {"", "nan", "None", "<NA>"}
