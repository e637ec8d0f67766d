"""The columns of the review queue as a workbook, and what a filled line says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from service.domain.places import Datum
from service.domain.review_choices import Outcome

SHEET_HEADERS: Final = {
    "group_key": "分组",
    "enterprise_id": "企业编号",
    "version": "版本(勿改)",
    "name": "企业名称",
    "address": "地址",
    "township": "登记乡镇",
    "reason_zh": "未能定位的原因",
    "token": "关键文字",
    "candidates": "可能的位置",
    "place": "位置:村或乡镇(填名称或代码)",
    "lon": "经度",
    "lat": "纬度",
    "datum": "坐标系",
    "why": "不能定位的原因(外县/实地核查/查无此处)",
    "note": "备注",
}
FILLED_IN: Final = ("place", "lon", "lat", "datum", "why", "note")
_WHY: Final = {
    "外县": "decided_out_of_county",
    "不在本县": "decided_out_of_county",
    "实地核查": "decided_needs_visit",
    "须实地核查": "decided_needs_visit",
    "查无此处": "decided_no_such_place",
}
_DATUMS: Final = {
    "": Datum.WGS84,
    "wgs84": Datum.WGS84,
    "cgcs2000": Datum.CGCS2000,
    "gcj02": Datum.GCJ02,
    "高德": Datum.GCJ02,
    "腾讯": Datum.GCJ02,
    "bd09": Datum.BD09,
    "百度": Datum.BD09,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line: field, Chinese, English."""

    field: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What a line decides; equal ones of a group are one decision."""

    outcome: Outcome
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    datum: Datum = Datum.WGS84
    why: str = ""
    note: str = ""


def read_line(line: Mapping[str, str]) -> Filled | Fault | None:
    """Return what a line decides, what is wrong with it, or None where nothing was filled in."""
    place, why = line["place"].strip(), line["why"].strip()
    lon, lat = line["lon"].strip(), line["lat"].strip()
    said = [bool(place), bool(lon or lat), bool(why)]
    if not any(said):
        return None
    if sum(said) > 1:
        return Fault(
            "place",
            "位置、经纬度、不能定位的原因只能填一项",
            "fill in only one of place, coordinates and reason",
        )
    note = line["note"].strip()
    if place:
        return Filled(outcome=Outcome.PLACE, place=place, note=note)
    if why:
        if why not in _WHY:
            return Fault("why", f"应为{'、'.join(_WHY)}之一", f"one of {', '.join(_WHY)}")
        return Filled(outcome=Outcome.UNPLACEABLE, why=_WHY[why], note=note)
    return _point(lon, lat, line["datum"], note)


def _point(lon: str, lat: str, datum: str, note: str) -> Filled | Fault:
    known = _DATUMS.get("".join(datum.lower().replace("-", "").replace("_", "").split()))
    if known is None:
        return Fault(
            "datum", "应为 wgs84、cgcs2000、gcj02 或 bd09", "wgs84, cgcs2000, gcj02 or bd09"
        )
    try:
        east, north = float(lon), float(lat)
    except ValueError:
        return Fault("lon", "经纬度须为十进制度", "longitude and latitude in decimal degrees")
    return Filled(outcome=Outcome.POINT, lon=east, lat=north, datum=known, note=note)
