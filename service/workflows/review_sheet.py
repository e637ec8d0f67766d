"""The review queue as a workbook for the office, and the filled workbook as decisions."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pandas import DataFrame
from sqlalchemy.orm import Session

from service.database import reviews
from service.database.reviews import Filter

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


def sheet_of(session: Session, county_code: str, wanted: Filter) -> DataFrame:
    """Return the queue, a line a row, with empty columns to fill in."""
    rows, _ = reviews.items(session, county_code, wanted)
    names = [_names(found) for found in rows["candidates"]]
    return rows.assign(candidates=names, place="", lon=None, lat=None, datum="", why="", note="")


def _names(candidates: Sequence[Mapping[str, Any]]) -> str:
    named = [one for one in candidates if one["name"]]
    return "、".join(
        one["name"] if one["township"] == one["name"] else f"{one['township']}{one['name']}"
        for one in named
    )
