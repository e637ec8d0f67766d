"""What is missing, empty or monstrous is shown as what it is, on pages and on paper."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine, delete, update
from sqlalchemy.orm import Session

from service.api.app import create_app
from service.api.dependencies import request_session
from service.database.tables import EnterpriseRow, LocationRow, TargetRow
from tests.web import EAST_CELL, WEST_CELL, settings


@pytest.fixture
def connection(county_engine: Engine) -> Iterator[Connection]:
    """A connection whose changes nobody else sees, taken back at the end."""
    with county_engine.connect() as connection:
        outer = connection.begin()
        yield connection
        outer.rollback()


@pytest.fixture
def changed(county_engine: Engine, connection: Connection) -> TestClient:
    app = create_app(settings(), county_engine)
    app.dependency_overrides[request_session] = lambda: Session(
        connection, join_transaction_mode="create_savepoint"
    )
    return TestClient(app, base_url="http://127.0.0.1")


def test_a_cell_without_targets_says_that_none_registered_is_no_proof(
    connection: Connection, changed: TestClient
) -> None:
    connection.execute(delete(TargetRow).where(TargetRow.cell_code == WEST_CELL))

    page = changed.get(f"/inspector?cell={WEST_CELL}")
    sheet = changed.get(f"/api/v1/maps/cell/paper?cell={WEST_CELL}")

    assert "没有登记不等于没有生产" in page.text
    assert f'/records?set=targets&amp;cell={WEST_CELL}" data-n="0"' in page.text
    assert 'data-total="0"' in changed.get(f"/records?set=targets&cell={WEST_CELL}").text
    assert sheet.status_code == 200


def test_a_week_without_a_visit_rates_nothing_and_prints(client: TestClient) -> None:
    week = "product=all&week=2012-W13&span=week"
    text = " ".join(client.get(f"/?{week}").text.split())

    assert text.count("n&lt;5 不评价") >= 3  # the county and both townships
    assert "NaN" not in text
    assert "nan%" not in text
    assert client.get(f"/api/v1/maps/hotspot/paper?{week}").status_code == 200
    assert "没有整体低于 85% 的乡镇" in client.get(f"/exposure?{week}").text


def test_a_missing_plan_is_named_wherever_it_is_asked_for(client: TestClient) -> None:
    assert "没有方案“no”" in client.get("/plans?from_plan=no").text
    for address in (
        "difference?from_plan=no&to_plan=other",
        "difference/paper?from_plan=no&to_plan=x",
    ):
        refused = client.get(f"/api/v1/maps/{address}")
        assert refused.status_code == 404
        assert "no plan 'no'" in refused.json()["detail"]
    assert client.get("/api/v1/maps/difference/paper").status_code == 422
    html = {"accept": "text/html"}
    for page in ("/planner", "/inspector", "/lookup", "/records"):
        assert client.get(f"{page}?on=1990-01-01", headers=html).status_code in {200, 404}
        assert "1990-01-01" in client.get(f"{page}?on=1990-01-01", headers=html).text


def test_a_name_of_10_000_characters_is_whole_on_pages_and_cut_on_paper(
    connection: Connection, changed: TestClient
) -> None:
    name = "长" * 10_000
    connection.execute(update(EnterpriseRow).where(EnterpriseRow.id == 1).values(name=name))

    for page in ("/enterprises/1", "/records?set=register&product=all",
                 f"/inspector?cell={WEST_CELL}"):  # fmt: skip
        assert name in changed.get(page).text, page
    sheet = changed.get(f"/api/v1/maps/cell/paper?cell={WEST_CELL}")
    assert sheet.status_code == 200
    assert len(sheet.content) < 2_000_000


def test_an_enterprise_known_to_its_township_is_in_no_cell_and_never_a_point(
    connection: Connection, changed: TestClient
) -> None:
    connection.execute(
        update(LocationRow).where(LocationRow.enterprise_id == 1).values(level="township")
    )

    one = changed.get("/api/v1/enterprises?id=1").json()["items"][0]
    page = changed.get("/enterprises/1").text

    assert one["cell_code"] is None
    assert "定位到乡镇" in page
    assert "未落入任何网格" in page


@pytest.mark.parametrize(
    "address", ["enterprises/23/0/0", "enterprises/5/32/0", "enterprises/5/0/-1", "nothing/5/0/0"]
)
def test_a_tile_address_out_of_range_is_refused_with_words(
    client: TestClient, address: str
) -> None:
    refused = client.get(f"/api/v1/tiles/{address}.mvt")

    assert 400 <= refused.status_code < 500
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["detail"]


def test_an_officer_or_cell_that_does_not_exist_is_named(client: TestClient) -> None:
    for address in ("/records?set=officer_cells&officer=9999", "/inspector?officer=9999"):
        assert client.get(address).status_code == 404
    assert "nowhere" in client.get("/inspector?cell=nowhere").json()["detail"]
    assert client.get(f"/records?set=visits&product=all&cell={EAST_CELL}").status_code == 200
