"""The review queue, duplicates and aliases over HTTP."""

import io
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlalchemy import URL, Engine
from sqlalchemy.orm import Session

from service.api.app import create_app
from service.api.errors import PROBLEM_JSON
from service.database.tables import DatumProposalRow, ImportBatchRow
from tests.factories import COUNTY, WEST
from tests.review_county import review_county
from tests.web import ATTACK, settings

ROAD = "road_in_several_towns:road:微矿路"
OLD = "township_hint_conflict:unknown_town:老山乡"


@pytest.fixture(scope="module")
def engine(admin_url: URL) -> Iterator[Engine]:
    with review_county(admin_url) as engine:
        yield engine


@pytest.fixture
def client(engine: Engine) -> Iterator[TestClient]:
    """Return a client; whatever a test decides is taken back after it."""
    client = TestClient(create_app(settings(), engine), base_url="http://127.0.0.1")
    before = _decisions(client)
    yield client
    for row in _decisions(client)[: -len(before) or None]:
        if row["kind"] != "undo" and row["undone_by"] is None:
            answer = client.post(
                f"/api/v1/decisions/{row['decision_id']}/undo", json={"by": "测试"}
            )
            assert answer.status_code == 201


def _decisions(client: TestClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get("/api/v1/decisions?limit=500").json()["items"]
    return items


def _group(client: TestClient, key: str = ROAD) -> dict[str, Any]:
    answer = client.get("/api/v1/reviews/group", params={"group": key})
    found: dict[str, Any] = answer.json()
    return found


def _wish(client: TestClient, key: str = ROAD, **changes: object) -> dict[str, object]:
    rows = [
        {"enterprise_id": row["enterprise_id"], "version": row["version"]}
        for row in _group(client, key)["rows"]
    ]
    return {
        "by": "李静",
        "rows": rows,
        "outcome": "place",
        "place_code": f"{WEST}000",
        **changes,
    }


def test_groups_come_the_largest_first_and_paged(client: TestClient) -> None:
    whole = client.get("/api/v1/reviews").json()
    second = client.get("/api/v1/reviews?limit=1&offset=1").json()

    assert [one["rows"] for one in whole["items"]] == [14, 2, 1]
    assert whole["total"] == second["total"] == 3
    assert second["items"] == whole["items"][1:2]


def test_a_group_is_decided_and_the_answer_says_where_each_row_is_now(client: TestClient) -> None:
    answer = client.post("/api/v1/reviews/decisions", json=_wish(client, OLD))

    assert answer.status_code == 201
    rows = answer.json()["rows"]
    assert {row["level"] for row in rows} == {"village", "township"}
    assert {row["cell_code"] for row in rows} == {f"{WEST}201001", None}
    assert answer.json()["stale"] == ["gaps"]
    assert client.get("/api/v1/reviews").json()["total"] == 2


def test_an_undo_over_http_brings_the_group_back(client: TestClient) -> None:
    done = client.post("/api/v1/reviews/decisions", json=_wish(client)).json()

    undone = client.post(f"/api/v1/decisions/{done['decision_id']}/undo", json={"by": "王芳"})

    assert undone.status_code == 201
    assert len(_group(client)["rows"]) == 14
    again = client.post(f"/api/v1/decisions/{done['decision_id']}/undo", json={"by": "王芳"})
    assert (again.status_code, again.headers["content-type"]) == (409, PROBLEM_JSON)


def test_a_stale_version_is_a_conflict(client: TestClient) -> None:
    wish = _wish(client)
    wish["rows"][0]["version"] = "another"  # type: ignore[index]

    answer = client.post("/api/v1/reviews/decisions", json=wish)

    assert answer.status_code == 409
    assert "changed" in answer.json()["detail"]
    assert len(_group(client)["rows"]) == 14


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"by": ""}, 422),
        ({"by": "  "}, 422),
        ({"place_code": "nowhere"}, 404),
        ({"rows": []}, 422),
        ({"outcome": "somewhere"}, 422),
        ({"outcome": "unplaceable"}, 422),
        ({"outcome": "point", "lon": 10, "lat": 10}, 422),
        ({"outcome": "point", "lon": 1e300, "lat": 10}, 422),
        ({"note": "x" * 501}, 422),
        ({"note": "a\u0000b"}, 422),
        ({"colour": "red"}, 422),
    ],
)
def test_a_decision_that_cannot_be_used_gets_a_problem_document(
    client: TestClient, changes: dict[str, object], status: int
) -> None:
    answer = client.post("/api/v1/reviews/decisions", json={**_wish(client), **changes})

    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM_JSON
    assert len(_group(client)["rows"]) == 14


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/reviews/group?group=nothing",
        "/api/v1/decisions/99999/undo",
        "/api/v1/duplicates/1/99999",
    ],
)
def test_what_is_not_there_is_not_found(client: TestClient, path: str) -> None:
    is_undo = path.endswith("undo")
    answer = client.post(path, json={"by": "x"}) if is_undo else client.get(path)

    assert answer.status_code == 404


def test_places_are_found_by_part_of_their_name(client: TestClient) -> None:
    items = client.get("/api/v1/reviews/places?q=北沟").json()["items"]

    assert [(one["code"], one["township"]) for one in items] == [(f"{WEST}201", "龙泉乡")]


def test_the_queue_comes_as_a_workbook(client: TestClient) -> None:
    answer = client.get("/api/v1/reviews/export?q=微矿路")

    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert sheet.max_row == 15
    assert sheet["A2"].value == ROAD


def test_a_pair_is_merged_and_separated_over_http(client: TestClient) -> None:
    (pair,) = client.get("/api/v1/duplicates").json()["items"]
    numbers = [pair["enterprise_id"], pair["other_id"]]
    compared = client.get(f"/api/v1/duplicates/{numbers[0]}/{numbers[1]}").json()
    assert [one["field"] for one in compared["fields"] if one["differs"]] == ["place"]

    merged = client.post(
        "/api/v1/duplicates/merge",
        json={"by": "李静", "enterprises": numbers, "survivor": numbers[1]},
    )

    assert merged.status_code == 201
    assert client.get("/api/v1/duplicates").json()["total"] == 0
    number = merged.json()["decision_id"]
    assert client.post(f"/api/v1/decisions/{number}/undo", json={"by": "x"}).status_code == 201
    assert client.get("/api/v1/duplicates").json()["items"] == [pair]


def test_a_pair_called_different_is_not_listed(client: TestClient) -> None:
    (pair,) = client.get("/api/v1/duplicates").json()["items"]
    numbers = [pair["enterprise_id"], pair["other_id"]]

    client.post("/api/v1/duplicates/distinct", json={"by": "李静", "enterprises": numbers})

    assert client.get("/api/v1/duplicates").json()["total"] == 0


@pytest.mark.parametrize(
    "wish",
    [
        {"by": "x", "enterprises": [1, 99999], "survivor": 1},
        {"by": "x", "enterprises": [1, 1], "survivor": 1},
        {"by": "x", "enterprises": [1, 2], "survivor": 3},
        {"by": "x", "enterprises": [1, 2], "survivor": 1, "fields": {"colour": 2}},
    ],
)
def test_a_merge_that_cannot_be_done_is_refused(
    client: TestClient, wish: dict[str, object]
) -> None:
    assert client.post("/api/v1/duplicates/merge", json=wish).status_code in {404, 422}


def test_an_alias_is_suggested_and_judged_over_http(client: TestClient) -> None:
    client.post("/api/v1/reviews/decisions", json=_wish(client, OLD))
    client.post("/api/v1/reviews/decisions", json=_wish(client))

    found = {one["name"]: one for one in client.get("/api/v1/reviews/aliases").json()["items"]}

    assert found["老山乡"]["hindrance"]["zh"] == ""
    assert "2 个乡镇" in found["微矿路"]["hindrance"]["zh"]
    body = {"by": "李静", "verdict": "accepted"}
    for name, status in (("老山乡", 201), ("微矿路", 422)):
        chosen = {key: found[name][key] for key in ("kind", "name", "place_code")}
        assert client.post("/api/v1/reviews/aliases", json=body | chosen).status_code == status


def test_every_address_stands_in_the_description(client: TestClient) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]

    assert {
        "/api/v1/reviews",
        "/api/v1/reviews/group",
        "/api/v1/reviews/places",
        "/api/v1/reviews/map",
        "/api/v1/reviews/export",
        "/api/v1/reviews/decisions",
        "/api/v1/reviews/aliases",
        "/api/v1/decisions",
        "/api/v1/decisions/{decision_id}/undo",
        "/api/v1/duplicates",
        "/api/v1/duplicates/merge",
        "/api/v1/duplicates/distinct",
        "/api/v1/duplicates/{one}/{other}",
    } <= set(paths)


def test_files_of_an_unsure_datum_are_offered_on_the_page(
    client: TestClient, engine: Engine
) -> None:
    assert "data-datum=" not in client.get("/review").text
    with Session(engine) as session:
        batch = uuid4()
        session.add(
            ImportBatchRow(
                county_code=COUNTY, id=batch, kind="enterprises", file_name=f"点位{ATTACK}.xlsx",
                sha256="0", rows_read=9, rows_kept=9, rows_refused=0, mapping={},
            )
        )  # fmt: skip
        session.flush()
        session.add(
            DatumProposalRow(
                county_code=COUNTY, batch_id=batch, stated="", points=9, verdict="proposed",
                proposed="gcj02", evidence={}, text_zh="点更像高德坐标", text_en="like GCJ-02",
            )
        )  # fmt: skip
        session.commit()

    page = client.get("/review").text

    assert "点更像高德坐标" in page
    assert 'data-datum-decision="accept"' in page
    assert "<script>window.ran" not in page
