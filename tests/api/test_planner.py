"""The planner's rows: each names the place it concerns and shows it, or says why it cannot."""

import re
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from shapely import MultiPolygon, Point, box
from shapely.geometry.base import BaseGeometry

from maps.gap_spots import PlaceNames, spot_of
from tests.factories import EAST
from tests.web import EAST_CELL, WEST_CELL

_NAMES = PlaceNames(
    cells={"c1": "东格"}, townships={"t1": "东乡"}, cells_of={7: ["c1", "c2"], 8: []}
)
_GROUND = MultiPolygon([box(114.0, 38.0, 114.1, 38.1)])


def _row(**known: Any) -> dict[str, Any]:  # noqa: ANN401 - columns of a gap
    empty = dict.fromkeys(("cell_code", "township_code", "officer_id", "enterprise_id"))
    return {"kind": "G8", "gap_id": 3, "since": date(2012, 5, 1), **empty, **known}


@pytest.mark.parametrize(
    ("row", "shape", "kind", "shown", "said"),
    [
        (_row(enterprise_id=1, cell_code="c1"), Point(114.05, 38.2), "spot",
         "114.050000,38.200000", "企业所在处"),
        (_row(kind="G13", cell_code="c1"), Point(114, 38), "spot", "114.000000,38.000000",
         "记录所在处"),
        (_row(kind="G1", township_code="t1"), _GROUND, "gap", "3", "地块范围"),
        (_row(kind="G2", cell_code="c1"), _GROUND, "gap", "3", "地块范围"),
        (_row(kind="G3", cell_code="c1"), _GROUND, "cell", "c1", "网格 东格"),
        (_row(kind="G5", officer_id=7, township_code="t1"), _GROUND, "cells", "c1,c2",
         "所负责的 2 个网格"),
        (_row(kind="G5", officer_id=8, township_code="t1"), None, "township", "t1", "只知在东乡"),
        (_row(enterprise_id=1, township_code="t1"), None, "township", "t1", "只知在东乡"),
        (_row(enterprise_id=1, township_code="t1"), Point(), "township", "t1", "只知在东乡"),
        (_row(enterprise_id=1), None, "", "", "不在图上：位置和乡镇都不清楚"),
        (_row(enterprise_id=1, township_code=float("nan")), None, "", "", "不在图上"),
    ],
)  # fmt: skip
def test_a_gap_is_shown_where_it_is_as_finely_as_anyone_knows(
    row: dict[str, Any], shape: BaseGeometry | None, kind: str, shown: str, said: str
) -> None:
    spot = spot_of(row, shape, _NAMES)

    assert (spot.kind, spot.id) == (kind, shown)
    assert said in spot.words.zh
    assert spot.words.en


@pytest.mark.parametrize("path", ["/planner", "/gaps"])
def test_every_row_shows_its_place_or_says_that_there_is_none(
    client: TestClient, path: str
) -> None:
    rows = re.findall(r"<article class=\"item gap\".*?</article>", client.get(path).text, re.DOTALL)

    assert len(rows) > 10
    assert all("在图上看" in row or "不在图上" in row for row in rows)


def test_the_planner_finds_the_maps_of_people_and_plans(client: TestClient) -> None:
    text = client.get("/planner").text

    assert 'href="/lookup"' in text
    assert 'href="/plans"' in text
    assert "比较需要两个方案，现在只有一个" in client.get("/plans").text
    assert "没有方案“no”" in client.get("/plans?to_plan=no").text
    assert client.get("/lookup?on=1990-01-01").status_code == 404


def test_a_link_to_the_planner_may_name_a_place(client: TestClient) -> None:
    text = client.get(f"/planner?focus=cells:{WEST_CELL},{EAST_CELL}").text

    assert f'data-focus="cells:{WEST_CELL},{EAST_CELL}"' in text
    assert client.get("/planner?focus=nowhere").status_code == 422


def test_whether_enterprises_are_drawn_stands_in_the_address(client: TestClient) -> None:
    text = client.get(f"/?points=1&township={EAST}").text

    assert re.search(r'name="points" value="1"[^>]* checked', text)
    assert f"/?township={EAST}&amp;points=1" in text or "points=1" in text
    assert not re.search(r'name="points" value="1"[^>]* checked', client.get("/").text)
