"""The input files of the demo county, as a real county would hand them in."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from gis_data.demo.county import County, build_county
from gis_data.demo.events import KIND_ZH as EVENT_ZH
from gis_data.demo.facts import (
    CAMPAIGN,
    COUNTY_CODE,
    COUNTY_NAME,
    COUNTY_NAME_EN,
    KIND_ZH,
    NOTICE_EN,
    NOTICE_ZH,
    PRODUCT_ZH,
    SEED,
    TOWNSHIPS,
)
from gis_data.demo.terrain import to_degrees
from gis_data.demo.zones import build_zones

_VILLAGE_RADIUS_M, _TOWNSHIP_RADIUS_M = 1_000.0, 3_700.0

_REGISTER_COLUMNS = {
    "name": "企业名称",
    "code": "统一社会信用代码",
    "kind": "类别",
    "product": "产品",
    "address": "地址",
    "registered_township": "乡镇",
    "principal": "负责人",
    "scale": "规模",
    "status": "状态",
    "credit_class": "信用等级",
    "given_lon": "经度",
    "given_lat": "纬度",
    "given_datum": "坐标系",
    "business": "营业执照",
    "food_production": "食品生产许可证",
    "food_production_expires": "食品生产许可证有效期至",
    "industrial_product": "工业产品生产许可证",
    "industrial_product_expires": "工业产品生产许可证有效期至",
    "discharge": "排污许可证",
    "discharge_expires": "排污许可证有效期至",
    "water_intake": "取水许可证",
    "water_intake_expires": "取水许可证有效期至",
    "work_safety": "安全生产许可证",
    "work_safety_expires": "安全生产许可证有效期至",
    "supplier": "供货商",
    "agent": "代办人",
    "water": "水源",
}
_EVENT_COLUMNS = {
    "event_key": "编号",
    "enterprise": "企业",
    "kind": "类型",
    "product": "产品",
    "occurred_on": "日期",
    "is_problem": "是否问题",
    "result": "结果",
    "inspector": "检查人",
    "level": "级别",
    "due_on": "整改期限",
    "closed_on": "办结日期",
    "disposition": "处置",
    "lon": "经度",
    "lat": "纬度",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFiles:
    """Where each input file was written."""

    county: Path
    townships: Path
    villages: Path
    gazetteer: Path
    roads: Path
    river: Path
    officers: Path
    responsibilities: Path
    areas: Path
    register: Path
    events: Path
    campaign: Path


def write_files(directory: Path, *, seed: int = SEED) -> DemoFiles:
    """Write the county's input files (UTF-8, EPSG:4326) and return their paths.

    `responsibilities.csv` is by village code; `responsibilities()` gives them by cell.
    """
    directory.mkdir(parents=True, exist_ok=True)
    county = build_county(seed)
    villages = _villages(county)
    return DemoFiles(
        county=_write_shapes(directory / "county.geojson", _county_features(county)),
        townships=_write_shapes(directory / "townships.geojson", _township_features(county)),
        villages=_write_shapes(directory / "villages.geojson", _village_features(villages)),
        gazetteer=_write_table(directory / "gazetteer.csv", _gazetteer(county, villages)),
        roads=_write_shapes(directory / "roads.geojson", _road_features(county)),
        river=_write_shapes(directory / "river.geojson", _river_features(county)),
        officers=_write_table(directory / "officers.csv", county.officers.table),
        responsibilities=_write_table(directory / "responsibilities.csv", county.duties),
        areas=_write_shapes(directory / "areas.geojson", _area_features(county)),
        register=_write_table(directory / "register.csv", register_frame(county)),
        events=_write_table(directory / "events.csv", events_frame(county)),
        campaign=_write_json(directory / "campaign.json", CAMPAIGN),
    )


def register_frame(county: County) -> pd.DataFrame:
    """Return the register as the file has it, Chinese headers and words."""
    table = county.enterprises[list(_REGISTER_COLUMNS)].copy()
    table["kind"] = table["kind"].map(KIND_ZH)
    table["product"] = table["product"].map(PRODUCT_ZH)
    # A den has no code: nobody has graded it either.
    table["credit_class"] = table["credit_class"].astype(str).where(table["code"] != "", "")
    return table.rename(columns=_REGISTER_COLUMNS)


def events_frame(county: County) -> pd.DataFrame:
    """Return the records as the file has them; a den is named, others go by their code."""
    table = county.records.table.copy()
    enterprises = county.enterprises
    called = enterprises["code"].where(enterprises["code"] != "", enterprises["name"])
    table["enterprise"] = table["row"].map(called).fillna("")
    table["kind"] = table["kind"].map(EVENT_ZH)
    table["product"] = table["product"].map(PRODUCT_ZH).fillna("")
    table["is_problem"] = np.where(table["is_problem"].astype(bool), "是", "否")
    return table[list(_EVENT_COLUMNS)].rename(columns=_EVENT_COLUMNS)


def _in_degrees(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shape, to_degrees)


def _county_features(county: County) -> list[dict[str, Any]]:
    parts = [_in_degrees(shape) for shape in county.terrain.townships.values()]
    names = {"code": COUNTY_CODE, "name": COUNTY_NAME, "name_en": COUNTY_NAME_EN}
    return [_feature(shapely.union_all(parts), names)]


def _township_features(county: County) -> list[dict[str, Any]]:
    return [
        _feature(
            _in_degrees(county.terrain.townships[fact.code]),
            {"code": fact.code, "name": fact.name, "name_en": fact.name_en},
        )
        for fact in TOWNSHIPS
    ]


def _villages(county: County) -> pd.DataFrame:
    columns = ["code", "name", "township_code", "township", "lon", "lat"]
    villages = county.settlements.villages[columns].sort_values("code")
    return villages.assign(level="village", radius_m=_VILLAGE_RADIUS_M)


def _village_features(villages: pd.DataFrame) -> list[dict[str, Any]]:
    names = ["code", "name", "township_code", "township", "level", "radius_m"]
    spots = villages[["lon", "lat"]].to_numpy(dtype=np.float64)
    records = villages[names].to_dict("records")
    return [_feature(Point(spot), row) for spot, row in zip(spots, records, strict=True)]


def _gazetteer(county: County, villages: pd.DataFrame) -> pd.DataFrame:
    """Return seats as township points and all villages, with longitude and latitude."""
    facts = pd.DataFrame([{"township_code": f.code, "name": f.name} for f in TOWNSHIPS])
    seats = county.settlements.villages.query("is_seat")[["township_code", "lon", "lat"]]
    towns = facts.merge(seats, on="township_code")
    towns["code"] = towns["township_code"] + "000"
    towns["township"] = towns["name"]
    towns["level"], towns["radius_m"] = "township", _TOWNSHIP_RADIUS_M
    columns = ["code", "level", "name", "township_code", "township", "lon", "lat", "radius_m"]
    table = pd.concat([towns[columns], villages[columns]], ignore_index=True)
    return table.rename(columns={"lon": "longitude", "lat": "latitude"})


def _road_features(county: County) -> list[dict[str, Any]]:
    return [
        _feature(_in_degrees(road.line), {"code": road.code, "name": road.name, "kind": road.kind})
        for road in county.roads
    ]


def _area_features(county: County) -> list[dict[str, Any]]:
    return [_feature(_in_degrees(zone.shape), zone.properties()) for zone in build_zones(county)]


def _river_features(county: County) -> list[dict[str, Any]]:
    return [
        _feature(_in_degrees(line), {"name": name}) for name, line in county.terrain.rivers.items()
    ]


def _feature(shape: BaseGeometry, properties: Mapping[Any, Any]) -> dict[str, Any]:
    geometry = json.loads(shapely.to_geojson(shape))
    return {"type": "Feature", "properties": dict(properties), "geometry": geometry}


def _write_shapes(path: Path, features: Iterable[dict[str, Any]]) -> Path:
    collection = {
        "type": "FeatureCollection",
        "notice": f"{NOTICE_ZH}。{NOTICE_EN}.",
        "features": list(features),
    }
    return _write_json(path, collection)


def _write_json(path: Path, content: Mapping[str, Any]) -> Path:
    path.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _write_table(path: Path, table: pd.DataFrame) -> Path:
    table.to_csv(path, index=False, encoding="utf-8", na_rep="", lineterminator="\n")
    return path
