"""Which column is which field: Chinese and English headers, and what the caller maps by hand."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from service.domain.errors import InvalidInputError

Synonyms = Mapping[str, tuple[str, ...]]

_POINT: Final[Synonyms] = {
    "lon": ("lon", "lng", "long", "longitude", "经度", "x", "x坐标"),
    "lat": ("lat", "latitude", "纬度", "y", "y坐标"),
    "datum": ("datum", "坐标系", "坐标系统", "坐标类型"),
}
TOWNSHIPS: Final[Synonyms] = {
    "code": (
        "code",
        "township_code",
        "乡镇代码",
        "乡镇编码",
        "代码",
        "编码",
        "区划代码",
        "行政区划代码",
        "统计代码",
        "xzqdm",
        "xzqhbm",
        "nbs2023_code9",
        "code9",
        "adcode",
        "dist_num",
    ),
    "name": ("name", "乡镇", "乡镇名称", "名称", "街道", "xzqmc", "township", "zhenjie"),
    "name_en": ("name_en", "english_name", "英文名", "英文名称"),
}
VILLAGES: Final[Synonyms] = {
    "code": ("code", "village_code", "村代码", "村级代码", "代码", "编码", "统计代码"),
    "name": ("name", "村", "村名", "村名称", "名称", "village", "行政村", "社区"),
    "township_code": ("township_code", "乡镇代码", "乡镇编码", "parent"),
    "township": ("township", "乡镇", "乡镇名称", "town"),
    **_POINT,
}
CELLS: Final[Synonyms] = {
    "code": ("code", "cell_code", "网格编码", "网格代码", "编码", "代码", "xzqhbm", "beat_num"),
    "name": ("name", "网格名称", "名称", "网格"),
    "township_code": ("township_code", "乡镇代码", "乡镇编码", "zj_xzqhbm"),
    "township": ("township", "乡镇", "乡镇名称", "zhenjie"),
    "village_code": ("village_code", "村代码", "村级代码", "cs_xzqhbm"),
    "cell_type": ("cell_type", "网格类型"),
}
AREAS: Final[Synonyms] = {
    "code": ("code", "area_code", "区域编码", "区域代码", "编码", "代码"),
    "name": ("name", "区域名称", "名称", "区域"),
    "kind": ("kind", "类型", "区域类型", "类别"),
    "cells": ("cells", "cell_code", "cell_codes", "网格", "网格编码", "网格代码"),
    "buffer_km": ("buffer_km", "缓冲公里", "缓冲距离", "宽度公里"),
    "from": ("from", "valid_from", "起", "起始日期", "开始日期", "生效日期"),
    "to": ("to", "valid_to", "止", "终止日期", "结束日期"),
}
OFFICERS: Final[Synonyms] = {
    "staff_no": ("staff_no", "工号", "执法证号", "人员编号", "编号"),
    "name": ("name", "姓名"),
    "role": ("role", "角色", "职务", "岗位"),
    "department": ("department", "部门", "单位", "科室"),
    "township": ("township_code", "township", "乡镇", "乡镇代码", "驻地乡镇"),
    "phone": ("phone", "电话", "联系电话", "手机"),
    "is_enforcement": ("is_enforcement", "执法", "执法人员", "是否执法人员"),
    "capacity_visits_per_month": (
        "capacity_visits_per_month",
        "capacity",
        "每月检查能力",
        "月检查能力",
    ),
    "active_from": ("active_from", "到岗", "到岗日期", "上岗日期"),
    "active_to": ("active_to", "离岗", "离岗日期"),
    **_POINT,
}
ENTERPRISES: Final[Synonyms] = {
    "code": (
        "code",
        "统一社会信用代码",
        "信用代码",
        "社会信用代码",
        "企业代码",
        "credit_code",
        "uscc",
        "license",
        "licence",
    ),
    "name": ("name", "企业名称", "名称", "单位名称", "字号名称", "enterprise", "dba_name"),
    "kind": ("kind", "类别", "企业类别", "主体类别"),
    "product": ("product", "产品", "产品类别", "主要产品"),
    "address": ("address", "地址", "生产地址", "经营地址", "住所", "企业地址"),
    "township": ("township_code", "township", "乡镇", "所属乡镇", "乡镇代码"),
    "principal": ("principal", "负责人", "法定代表人", "法人", "经营者姓名"),
    "scale": ("scale", "规模", "企业规模"),
    "status": ("status", "状态", "经营状态", "登记状态"),
    "credit_class": ("credit_class", "信用等级", "信用风险等级"),
    "date": ("date", "updated_on", "更新日期", "登记日期"),
    **_POINT,
    "business": ("business", "营业执照", "营业执照号"),
    "business_expires": ("business_expires", "营业执照有效期至"),
    "food_production": ("food_production", "食品生产许可证", "食品生产许可证号"),
    "food_production_expires": ("food_production_expires", "食品生产许可证有效期至"),
    "industrial_product": ("industrial_product", "工业产品生产许可证", "工业产品生产许可证号"),
    "industrial_product_expires": ("industrial_product_expires", "工业产品生产许可证有效期至"),
    "special_equipment": ("special_equipment", "特种设备生产许可证", "特种设备制造许可证"),
    "special_equipment_expires": ("special_equipment_expires", "特种设备生产许可证有效期至"),
    "discharge": ("discharge", "排污许可证", "排污许可证号"),
    "discharge_expires": ("discharge_expires", "排污许可证有效期至"),
    "water_intake": ("water_intake", "取水许可证", "取水许可证号"),
    "water_intake_expires": ("water_intake_expires", "取水许可证有效期至"),
    "work_safety": ("work_safety", "安全生产许可证", "安全生产许可证号"),
    "work_safety_expires": ("work_safety_expires", "安全生产许可证有效期至"),
    "ccc": ("ccc", "3c认证", "强制性产品认证"),
    "ccc_expires": ("ccc_expires", "3c认证有效期至"),
    "vehicle_catalogue": ("vehicle_catalogue", "汽车目录"),
    "vehicle_catalogue_expires": ("vehicle_catalogue_expires",),
    "supplier": ("supplier", "供货商", "供应商", "原料供货商"),
    "agent": ("agent", "代办人", "代理人"),
    "water": ("water", "水源"),
    "building": ("building", "建筑", "建筑物", "楼栋"),
}
EVENTS: Final[Synonyms] = {
    "event_key": ("event_key", "编号", "记录编号", "检查编号", "id", "inspection_id"),
    "enterprise": (
        "enterprise",
        "enterprise_key",
        "enterprise_code",
        "企业",
        "企业名称",
        "统一社会信用代码",
        "企业代码",
        "code",
        "license",
    ),
    "kind": ("kind", "类型", "记录类型", "事件类型"),
    "product": ("product", "产品", "产品类别"),
    "occurred_on": ("occurred_on", "date", "日期", "检查日期", "发生日期", "inspection_date"),
    "is_problem": ("is_problem", "是否问题", "问题", "是否有问题"),
    "result": ("result", "结果", "检查结果", "results"),
    "inspector": ("inspector", "检查人", "检查人员", "执法人员"),
    "level": ("level", "级别", "层级"),
    "due_on": ("due_on", "整改期限"),
    "closed_on": ("closed_on", "办结日期", "整改完成日期"),
    "disposition": ("disposition", "处置", "处置结果"),
    **_POINT,
}
RESPONSIBILITIES: Final[Synonyms] = {
    "cell_code": ("cell_code", "网格编码", "网格代码", "网格", "cell"),
    "duty": ("duty", "职责", "责任类型", "责任"),
    "matter": ("matter", "监管事项", "事项"),
    "staff_no": ("staff_no", "工号", "人员编号"),
    "from": ("from", "起", "起始日期", "开始日期", "生效日期"),
    "to": ("to", "止", "终止日期", "结束日期"),
    "rule": ("rule", "规则", "依据"),
    "approved_by": ("approved_by", "批准人", "审批人"),
}
GAZETTEER: Final[Synonyms] = {
    "code": ("code", "代码", "统计代码", "编码"),
    "name": ("name", "名称", "地名"),
    "level": ("level", "级别", "类型"),
    "township_code": ("township_code", "乡镇代码"),
    "radius_m": ("radius_m", "半径"),
    **_POINT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMap:
    """Fields found in a file.

    Attributes:
        columns: Column of each field.
        unused: Columns that no field takes; they are not read.
    """

    columns: dict[str, str]
    unused: tuple[str, ...]


def resolve(
    columns: Iterable[str],
    synonyms: Synonyms,
    *,
    told: Mapping[str, str] | None = None,
    needed: Iterable[str] = (),
) -> FieldMap:
    """Find the column of each field: first as told, then by its known names.

    Raises:
        InvalidInputError: A field or column that was told does not exist, or a needed field is
            found under none of its names.
    """
    present = list(columns)
    told = told or {}
    found = {field: _told(field, column, present, synonyms) for field, column in told.items()}
    taken = set(found.values())
    by_name = {_plain(column): column for column in present}
    for field, names in synonyms.items():
        if field in found:
            continue
        column = next((by_name[name] for name in map(_plain, names) if name in by_name), None)
        # A column told for one field is not taken for another by its name.
        if column is not None and column not in taken:
            found[field] = column
    _require(found, needed, synonyms, present)
    used = set(found.values())
    return FieldMap(columns=found, unused=tuple(column for column in present if column not in used))


def rename(rows: pd.DataFrame, mapping: FieldMap, constants: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows with one text column per field found; constants win over columns."""
    renamed = pd.DataFrame(
        {field: rows[column] for field, column in mapping.columns.items()}, index=rows.index
    )
    for field, value in constants.items():
        renamed[field] = value
    return renamed


def _told(field: str, column: str, present: list[str], synonyms: Synonyms) -> str:
    if field not in synonyms:
        near = difflib.get_close_matches(field, synonyms, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise InvalidInputError(
            f"there is no field '{field}'{hint} Fields are {', '.join(synonyms)}"
        )
    if column in present:
        return column
    plain = {_plain(name): name for name in present}
    if _plain(column) in plain:
        return plain[_plain(column)]
    near = difflib.get_close_matches(column, present, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    raise InvalidInputError(f"the file has no column '{column}'{hint} It has {', '.join(present)}")


def _require(
    found: dict[str, str], needed: Iterable[str], synonyms: Synonyms, present: list[str]
) -> None:
    lacking = [field for field in needed if field not in found]
    if lacking:
        field = lacking[0]
        known = ", ".join(synonyms[field][:6])
        raise InvalidInputError(
            f"no column for '{field}' among {', '.join(present)}; it is known as {known}; "
            f"say which it is with --map {field}=COLUMN"
        )


def _plain(name: str) -> str:
    """Return a header without what people write differently: width, case, spaces, marks."""
    return re.sub(r"[\s_\-*:：·.]", "", unicodedata.normalize("NFKC", name)).casefold()
