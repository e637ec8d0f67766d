"""Target lists and gaps as files: what is text stays text, and nothing in it runs."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from datetime import date, datetime
from typing import Any

import geopandas
import openpyxl
import pytest
from geopandas import GeoDataFrame
from shapely import Point, box

from service.domain.scoring_licences import Licence
from service.exports.geojson import as_geojson
from service.exports.gpx import as_gpx
from service.exports.sheet_html import Sheet, target_sheet
from service.exports.spreadsheet import TARGET_HEADERS, as_csv, as_xlsx

EVIL = '=HYPERLINK("http://x","<script>alert(1)</script>")'


def targets(**columns: object) -> GeoDataFrame:
    row: dict[str, Any] = {
        "enterprise_id": 7,
        "rank_in_cell": 1,
        "rank_in_county": 3,
        "name": "青石酒坊",
        "code": "911301990000000012",
        "kind": "producer",
        "product": "baijiu",
        "address": "青岩镇石桥村",
        "principal": "某人",
        "cell_code": "130199100200001",
        "officer_name": "王某",
        "risk_class": 3,
        "score": 45.5,
        "reasons": [{"key": "licence_missing", "points": 25.5, "text_zh": "缺证", "text_en": "x"}],
        "check_zh": "查验证照原件",
        "last_visit_on": None,
        "due_on": date(2012, 5, 6),
        "lon": 114.1,
        "lat": 38.1,
        "level": "rooftop",
    }
    given = row | columns
    return GeoDataFrame(
        {name: [value] for name, value in given.items()},
        geometry=[Point(114.1, 38.1)],
        crs=4326,
    )


def sheet_of(frame: GeoDataFrame, **columns: object) -> str:
    facts: dict[str, Any] = {
        "title": "检查对象清单",
        "on": date(2012, 5, 6),
        "is_fictional": True,
        "cells": [("130199100200001", "石桥村网格")],
        "people": [("网格长", "王某", "")],
    }
    return target_sheet(Sheet(**(facts | columns)), frame)


def test_the_workbook_has_chinese_headers_numbers_dates_and_codes_as_text() -> None:
    content = as_xlsx(targets(), TARGET_HEADERS, title="检查对象")

    rows = list(openpyxl.load_workbook(io.BytesIO(content))["检查对象"].iter_rows())
    values = {head.value: cell for head, cell in zip(rows[0], rows[1], strict=True)}
    assert values["统一社会信用代码"].value == "911301990000000012"
    assert values["统一社会信用代码"].data_type == "s"
    assert values["得分"].value == 45.5
    assert values["应检日期"].value == datetime(2012, 5, 6)  # noqa: DTZ001 - a local day
    assert values["上次检查"].value is None
    assert values["得分构成"].value == "缺证 +25.5"
    assert values["产品"].value == "白酒"


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_becomes_a_formula(first: str) -> None:
    frame = targets(name=f"{first}1+cmd|' /C calc'!A0")

    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(frame, TARGET_HEADERS, title="x")))
    cells = {cell.data_type for row in book["x"].iter_rows() for cell in row}
    lines = list(csv.reader(io.StringIO(as_csv(frame, TARGET_HEADERS).removeprefix("\ufeff"))))
    assert "f" not in cells
    assert lines[1][2].startswith("'")


def test_the_csv_opens_in_excel_and_leaves_the_unknown_empty() -> None:
    text = as_csv(targets(), TARGET_HEADERS)

    assert text.startswith("\ufeff网格内序号,")
    row = dict(zip(*csv.reader(io.StringIO(text.removeprefix("\ufeff"))), strict=True))
    assert row["上次检查"] == ""
    assert row["应检日期"] == "2012-05-06"


def test_the_page_shows_names_as_text_and_every_point() -> None:
    page = sheet_of(
        targets(name=EVIL),
        outline=box(114.0, 38.0, 114.2, 38.2),
        licences={7: [Licence(kind="business", expires_on=date(2013, 1, 1))]},
    )

    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "+25.5" in page
    assert "45.5 分" in page
    assert "营业执照(2013-01-01 止)" in page
    assert "虚构示例" in page
    assert "http" not in page.replace("http://x", "")


def test_the_page_of_a_cell_without_anybody_says_so() -> None:
    page = sheet_of(targets().head(0), people=[], is_fictional=False)

    assert "无人负责" in page
    assert "没有检查对象" in page
    assert "虚构示例" not in page


def test_a_long_list_is_cut_and_says_how_long_it_is() -> None:
    three = GeoDataFrame(geopandas.pd.concat([targets()] * 3, ignore_index=True), crs=4326)

    assert "共 3 户,列前 2 户" in sheet_of(three, limit=2)


def test_the_route_holds_only_places_that_can_be_found() -> None:
    space = {"g": "http://www.topografix.com/GPX/1/1"}
    exact = ET.fromstring(as_gpx(targets(name="a & <b>"), name="清单"))  # noqa: S314 - our own
    vague = ET.fromstring(as_gpx(targets(level="township"), name="清单"))  # noqa: S314 - our own

    points = exact.findall("g:wpt", space)
    assert [point.get("lon") for point in points] == ["114.100000"]
    assert points[0].findtext("g:name", namespaces=space) == "01 a & <b>"
    assert vague.findall("g:wpt", space) == []


def test_geojson_has_iso_dates_and_null_for_the_unknown() -> None:
    frame = targets(lon=float("nan"))
    frame.loc[1] = frame.loc[0]
    frame.loc[1, "geometry"] = None

    collection = json.loads(as_geojson(frame))

    first, second = collection["features"]
    assert first["geometry"] == {"type": "Point", "coordinates": [114.1, 38.1]}
    assert first["properties"]["due_on"] == "2012-05-06"
    assert first["properties"]["lon"] is None
    assert second["geometry"] is None
