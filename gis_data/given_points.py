"""Coordinates as a table gives them: two numbers and a datum, kept raw, refused when no place."""

from typing import Final

import pandas as pd

from gis_data import refusals, values
from gis_data.rows import text
from service.domain.datum import datums_differ
from service.domain.geometry_checks import point_fault
from service.domain.places import Datum

DATUMS: Final = {
    "wgs84": Datum.WGS84,
    "wgs-84": Datum.WGS84,
    "epsg:4326": Datum.WGS84,
    "gps": Datum.WGS84,
    "cgcs2000": Datum.CGCS2000,
    "国家2000": Datum.CGCS2000,
    "2000国家大地坐标系": Datum.CGCS2000,
    "epsg:4490": Datum.CGCS2000,
    "gcj02": Datum.GCJ02,
    "gcj-02": Datum.GCJ02,
    "火星": Datum.GCJ02,
    "火星坐标": Datum.GCJ02,
    "高德": Datum.GCJ02,
    "腾讯": Datum.GCJ02,
    "bd09": Datum.BD09,
    "bd-09": Datum.BD09,
    "百度": Datum.BD09,
}
_NOTHING = refusals.Reason(
    "坐标为0,0，按未知处理",
    "the point is 0, 0 and was taken as unknown",
    "补填经纬度，或由地址定位",
    "fill it in, or leave it to be located by address",
)


def read_points(
    rows: pd.DataFrame,
    *,
    datum: Datum | None,
    unstated: Datum | None = Datum.WGS84,
    refused: refusals.Collector,
    warned: refusals.Collector,
) -> pd.DataFrame:
    """Return lon, lat (NaN where none is given) and datum of every row, in the datum given.

    Args:
        rows: Text rows with lon, lat and datum where the file has them.
        datum: Of rows that do not say theirs; None is not known.
        unstated: What a row is taken in when nothing states its datum; None leaves it open where
            datums differ at all, which is in China.
        refused: Takes what is no place.
        warned: Takes 0, 0, which is kept as 'no point'.
    """
    given = {axis: text(rows, axis) for axis in ("lon", "lat")}
    points = pd.DataFrame({axis: values.numbers(column) for axis, column in given.items()})
    for axis, column in given.items():
        bad = column.ne("") & points[axis].isna()
        refused.add_all(points.index[bad], axis, column[bad], refusals.no_number())
    half = given["lon"].eq("") ^ given["lat"].eq("")
    lone = refusals.bad_point("只有一个坐标", "only one of the two coordinates is given")
    refused.add_all(points.index[half], "lon", given["lon"][half], lone)
    _check(points, refused, warned)
    default = _defaults(points, datum, unstated)
    said = _datums(rows, default, refused)
    # 'str' columns would turn the None of a missing point into NaN.
    points["datum"] = said.astype("object").where(points["lon"].notna(), None)
    return points


def _check(points: pd.DataFrame, refused: refusals.Collector, warned: refusals.Collector) -> None:
    """Refuse what is no place and forget 0, 0."""
    filled = points.dropna(subset=["lon", "lat"])
    for line, lon, lat in filled[["lon", "lat"]].itertuples():
        fault = point_fault(lon, lat)
        if fault is None:
            continue
        if lon == 0 and lat == 0:
            warned.add(line, "lon", "0, 0", _NOTHING)
            points.loc[line, ["lon", "lat"]] = float("nan")
        else:
            refused.add(line, "lon", f"{lon:g}, {lat:g}", refusals.bad_point(*fault))


def _defaults(points: pd.DataFrame, datum: Datum | None, unstated: Datum | None) -> pd.Series:
    """Return the datum of rows that do not name theirs, None where it is open."""
    default = datum or unstated
    if default is not None:
        return pd.Series(str(default), points.index, dtype="object")
    # Either way round: swapped numbers of a place in China are a point of China, too.
    ambiguous = datums_differ(points["lon"], points["lat"]) | datums_differ(
        points["lat"], points["lon"]
    )
    return pd.Series(str(Datum.WGS84), points.index, dtype="object").where(~ambiguous, None)


def _datums(rows: pd.DataFrame, default: pd.Series, refused: refusals.Collector) -> pd.Series:
    said = text(rows, "datum").str.casefold().str.strip()
    known = values.mapped(said, lambda word: DATUMS.get(word.replace(" ", "")))
    unknown = said.ne("") & known.isna()
    reason = refusals.unknown_word(["WGS84", "CGCS2000", "GCJ02", "BD09"])
    refused.add_all(said.index[unknown], "datum", said[unknown], reason)
    return known.map(str, na_action="ignore").astype("object").where(known.notna(), default)
