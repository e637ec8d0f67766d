"""The API on a small computed county."""

import io
from datetime import date

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from tests.web import EAST_CELL, WEST_CELL

_LISTS = (
    "townships", "cells", "plans", "officers", "responsibilities", "enterprises", "events", "gaps",
    "clusters", "targets",
)  # fmt: skip


@pytest.mark.parametrize("name", _LISTS)
def test_every_list_is_paged_and_says_how_many_there_are(client: TestClient, name: str) -> None:
    whole = client.get(f"/api/v1/{name}?limit=5000").json()
    second = client.get(f"/api/v1/{name}?limit=1&offset=1").json()

    assert whole["total"] == len(whole["items"]) > 0
    assert second["total"] == whole["total"]
    assert second["items"] == whole["items"][1:2]


@pytest.mark.parametrize(
    "name", [one for one in _LISTS if one not in ("plans", "responsibilities")]
)
def test_what_has_a_place_comes_as_geojson(client: TestClient, name: str) -> None:
    answer = client.get(f"/api/v1/{name}?format=geojson&limit=2")

    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.json()["type"] == "FeatureCollection"
    geometry = answer.json()["features"][0]["geometry"]
    assert geometry is None or geometry["type"] in {"Point", "Polygon", "MultiPolygon"}


def test_a_point_finds_its_cell(client: TestClient) -> None:
    west = client.get("/api/v1/cells/at?lon=114.1&lat=38.1").json()
    east = client.get("/api/v1/cells/at?lon=114.3&lat=38.1&on=2012-05-01").json()

    assert (west["code"], east["code"]) == (WEST_CELL, EAST_CELL)


def test_lists_can_be_narrowed(client: TestClient) -> None:
    cement = client.get("/api/v1/enterprises?product=cement").json()["items"]
    in_west = client.get(f"/api/v1/enterprises?cell={WEST_CELL}").json()["items"]
    of_one = client.get("/api/v1/events?enterprise=" + str(in_west[0]["enterprise_id"])).json()

    assert {one["product"] for one in cement} == {"cement"}
    assert len(in_west) == 8
    assert of_one["total"] == 3


def test_a_score_is_the_sum_of_its_points(client: TestClient) -> None:
    listed = client.get(f"/api/v1/targets?cell={WEST_CELL}").json()["items"]

    assert len(listed) == 8
    for one in listed:
        assert sum(reason["points"] for reason in one["reasons"]) == pytest.approx(one["score"])


def test_targets_come_as_files(client: TestClient) -> None:
    address = f"/api/v1/targets?cell={WEST_CELL}&format="
    book = load_workbook(io.BytesIO(client.get(address + "xlsx").content))
    gpx = client.get(address + "gpx")
    sheet = client.get(address + "html")

    assert book.worksheets[0].max_row >= 9
    assert client.get(address + "csv").text.startswith("\ufeff")
    assert gpx.text.count("<wpt") == 8
    assert "attachment" in gpx.headers["content-disposition"]
    assert "<script>window.ran" not in sheet.text


def test_a_tile_holds_what_is_in_it_and_an_empty_one_nothing(client: TestClient) -> None:
    # Column and row of zoom 8 that hold 114.1 E, 38.1 N, and one on the other side of the earth.
    full = client.get("/api/v1/tiles/cells/8/209/98.mvt")
    points = client.get("/api/v1/tiles/enterprises/8/209/98.mvt")
    empty = client.get("/api/v1/tiles/cells/8/0/0.mvt")

    assert WEST_CELL.encode() in full.content
    assert b"visits" in points.content
    assert (empty.status_code, empty.content) == (200, b"")


@pytest.mark.parametrize("kind", ["hotspot", "coverage", "cell"])
def test_a_map_comes_live_with_a_nonce_or_as_one_file(client: TestClient, kind: str) -> None:
    address = f"/api/v1/maps/{kind}?cell={WEST_CELL}"
    live = client.get(address)
    carried = client.get(address + "&mode=file")

    nonce = live.headers["content-security-policy"].split("'nonce-")[1].split("'")[0]
    assert f'nonce="{nonce}"' in live.text
    assert 'src="/static/' not in carried.text
    assert "attachment" in carried.headers["content-disposition"]


def test_the_description_names_every_interface_and_asks_no_other_host(client: TestClient) -> None:
    page, schema = client.get("/docs").text, client.get("/api/v1/openapi.json").json()

    paths = set(schema["paths"])
    expected = {f"/api/v1/{name}" for name in (*_LISTS, "cells/at", "health", "ready", "metrics")}
    assert expected | {"/api/v1/maps/{kind}", "/api/v1/tiles/{layer}/{z}/{x}/{y}.mvt"} <= paths
    assert "https://" not in page
    assert "http://" not in page


def test_metrics_are_counted(client: TestClient) -> None:
    client.get("/api/v1/cells")

    assert "http_requests_total" in client.get("/api/v1/metrics").text


def test_every_answer_has_a_policy_of_its_own(client: TestClient) -> None:
    first, second = client.get("/"), client.get("/")

    assert first.headers["content-security-policy"] != second.headers["content-security-policy"]
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["cache-control"] == "no-store"


def test_a_day_without_analyses_names_the_command(client: TestClient) -> None:
    for path, kind in (("/", "clusters"), ("/gaps", "gaps"), ("/inspector", "targets")):
        page = client.get(f"{path}?on={date(2012, 4, 1)}")

        assert page.status_code == 200
        assert f"wangge {kind} --on 2012-04-01" in page.text


def test_the_language_is_kept(client: TestClient) -> None:
    assert '<html lang="zh-CN">' in client.get("/").text
    assert '<html lang="en">' in client.get("/?lang=en").text
    assert '<html lang="en">' in client.get("/planner").text


def test_a_fictional_county_and_the_missing_accounts_are_said(client: TestClient) -> None:
    for path in ("/", "/planner", "/inspector", "/gaps", "/enterprises/1"):
        text = client.get(path).text

        assert "虚构示例" in text
        assert "尚无账号" in text
        assert "内部资料" in text
