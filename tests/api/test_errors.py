"""Errors: a status for every family, problem documents, no 200 for what was not committed."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from service.api.app import create_app
from service.api.dependencies import SessionDep
from service.api.errors import PROBLEM_JSON, STATUS_BY_ERROR, status_of
from service.domain.errors import CellNotFoundError, SupervisionError, UnavailableError
from tests.web import settings


def test_every_family_of_errors_has_a_status() -> None:
    assert set(SupervisionError.__subclasses__()) == set(STATUS_BY_ERROR)


def test_an_error_has_the_status_of_its_family() -> None:
    assert status_of(CellNotFoundError(lon=0, lat=0)) == 404


def test_a_failing_commit_is_never_answered_with_200(
    county_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(settings(), county_engine)

    @app.get("/write")
    def write(session: SessionDep) -> dict[str, bool]:
        return {"saved": session.is_active}

    def refuse(_session: Session) -> None:
        raise UnavailableError("the disk is full")

    monkeypatch.setattr(Session, "commit", refuse)
    answer = TestClient(app, base_url="http://127.0.0.1").get("/write")

    assert answer.status_code == 503
    assert answer.json()["detail"] == "the disk is full"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/nothing", 404),
        ("/api/v1/cells?county=999999", 404),
        ("/api/v1/gaps?on=1999-01-01", 404),
        ("/api/v1/cells?limit=0", 422),
        ("/api/v1/cells?county=a%00b", 422),
        ("/api/v1/cells?on=0001-01-01", 422),
        ("/api/v1/cells/at?lon=nan&lat=38", 422),
        ("/api/v1/cells/at?lon=inf&lat=38", 422),
        ("/api/v1/cells/at?lon=200&lat=38", 422),
        ("/api/v1/cells/at?lon=10&lat=10", 404),
        ("/api/v1/plans?format=geojson", 422),
        ("/api/v1/maps/cell", 422),
        ("/api/v1/maps/other", 422),
        ("/api/v1/tiles/cells/1/2/0.mvt", 422),
        ("/api/v1/tiles/cells/23/0/0.mvt", 422),
        ("/api/v1/tiles/roads/1/0/0.mvt", 422),
        ("/enterprises/999999", 404),
        ("/static/../settings.py", 404),
        ("/static/maps/..%2f..%2fpyproject.toml", 404),
    ],
)
def test_a_request_that_cannot_be_met_gets_a_problem_document(
    client: TestClient, path: str, status: int
) -> None:
    answer = client.get(path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM_JSON
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


def test_without_a_database_it_is_alive_and_not_ready() -> None:
    engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=1")
    client = TestClient(create_app(settings(), engine), base_url="http://127.0.0.1")

    assert client.get("/api/v1/health").status_code == 200
    assert client.get("/api/v1/ready").status_code == 503
    assert client.get("/api/v1/cells").status_code == 503


def test_a_foreign_host_name_is_refused(client: TestClient) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
