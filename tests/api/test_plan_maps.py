"""The maps about plans, from PostGIS: who answers where, and what a plan changes."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from shapely import box
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from maps.paper import Sheet
from service.database import plans
from service.domain.errors import NotFoundError
from service.workflows.map_inputs import MapSubject
from service.workflows.plan_map_inputs import difference_input, lookup_input
from service.workflows.publish_maps import print_map, publish_map
from tests.factories import COUNTY, EAST, TODAY, make_cell, make_plan
from tests.web import EAST_CELL, WEST_CELL


def _second_plan(session: Session) -> str:
    """Add a draft that keeps the western cell and cuts the eastern one in two."""
    plan = make_plan(session, code="second", status="draft", valid_from=None)
    make_cell(session, plan, WEST_CELL, box(114.0, 38.0, 114.2, 38.2))
    for number, west in enumerate((114.2, 114.3)):
        code = f"{EAST}3{number:05d}"
        make_cell(session, plan, code, box(west, 38.0, west + 0.1, 38.2), township_code=EAST)
    session.flush()
    return "second"


def _first_code(session: Session) -> str:
    return str(plans.of_county(session, COUNTY)["code"].iloc[-1])


@pytest.fixture
def open_session(county_engine: Engine) -> Iterator[Session]:
    with county_engine.connect() as connection, connection.begin() as outer:
        session = Session(connection, join_transaction_mode="create_savepoint")
        yield session
        session.close()
        outer.rollback()


def test_a_difference_counts_cells_and_enterprises_of_both_plans(open_session: Session) -> None:
    first, second = _first_code(open_session), _second_plan(open_session)
    subject = MapSubject(kind="difference", on=TODAY, from_plan=first, to_plan=second)
    given = difference_input(open_session, COUNTY, subject)

    assert given.changes[WEST_CELL] == "same"
    assert given.changes[EAST_CELL] == "removed"
    assert (given.changes == "added").sum() == 2
    # The draft has no duties: those who stood in the led cell lose their officer.
    assert int(given.enterprises["changes"].sum()) == 8
    html = publish_map(
        open_session, COUNTY, "difference", on=TODAY, from_plan=first, to_plan=second
    )
    assert "网格方案对比" in html


def test_a_missing_plan_is_named(open_session: Session) -> None:
    first = _first_code(open_session)
    with pytest.raises(NotFoundError, match="wangge plans"):
        publish_map(open_session, COUNTY, "difference", on=TODAY, from_plan=first, to_plan="no")


def test_a_day_without_a_plan_says_what_to_do(open_session: Session) -> None:
    with pytest.raises(NotFoundError, match="grid build"):
        publish_map(open_session, COUNTY, "lookup", on=TODAY.replace(year=1990))


def test_the_lookup_holds_the_register_and_its_people(open_session: Session) -> None:
    given = lookup_input(open_session, COUNTY, MapSubject(kind="lookup", on=TODAY))
    assert len(given.enterprises) == 40
    assert set(given.responsibilities["cell_code"]) == {WEST_CELL}


def test_a_map_of_the_database_goes_on_paper(open_session: Session) -> None:
    subject = MapSubject(kind="hotspot", on=TODAY)
    sheet = print_map(open_session, COUNTY, subject, form="pdf", sheet=Sheet())
    assert sheet.startswith(b"%PDF")


def test_over_http_a_map_without_its_plans_is_refused(client: TestClient) -> None:
    assert client.get("/api/v1/maps/difference").status_code == 422
    assert client.get("/api/v1/maps/difference?from_plan=a&to_plan=b").status_code == 404
    live = client.get("/api/v1/maps/lookup")
    assert live.status_code == 200
    assert "nonce-" in live.headers["content-security-policy"]
