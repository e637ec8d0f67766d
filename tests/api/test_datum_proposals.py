"""Deciding the datum of a file over HTTP, on a county of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import URL
from sqlalchemy.orm import Session

from gis_data.rows import Reading
from service.api.app import create_app
from service.domain.places import Datum
from service.workflows.import_enterprises import import_enterprises
from tests.conftest import migrated_database
from tests.factories import COUNTY
from tests.postgis.test_datum_decisions import ROWS, a_county, a_file
from tests.web import settings


@pytest.fixture
def client(admin_url: URL, tmp_path: Path) -> Iterator[TestClient]:
    with migrated_database(admin_url) as engine:
        with Session(engine) as session:
            a_county(session)
            import_enterprises(session, a_file(tmp_path, Datum.GCJ02), Reading(), county=COUNTY)
            session.commit()
        yield TestClient(create_app(settings(), engine), base_url="http://127.0.0.1")


def test_a_proposal_is_listed_accepted_and_reopened(client: TestClient) -> None:
    (listed,) = client.get("/api/v1/datum-proposals").json()["items"]
    assert (listed["proposed"], listed["status"]) == ("gcj02", "open")
    assert set(listed["evidence"]["mean_m"]) == {"wgs84", "gcj02", "bd09"}
    address = f"/api/v1/datum-proposals/{listed['id']}/decision"

    done = client.post(address, json={"decision": "accept", "by": "王"})

    assert (done.status_code, done.json()) == (200, {"located_again": ROWS})
    (listed,) = client.get("/api/v1/datum-proposals").json()["items"]
    assert (listed["status"], listed["decided"], listed["decided_by"]) == (
        "accepted",
        "gcj02",
        "王",
    )
    client.post(address, json={"decision": "reopen"})
    assert client.get("/api/v1/datum-proposals").json()["items"][0]["status"] == "open"


@pytest.mark.parametrize(
    ("number", "decision", "status"),
    [
        (99, {"decision": "accept"}, 404),
        (1, {"decision": "believe"}, 422),
        (1, {"decision": "accept", "datum": "mars"}, 422),
        (1, {"decision": "accept", "else": 1}, 422),
    ],
)
def test_a_wrong_decision_is_refused(
    client: TestClient, number: int, decision: dict[str, object], status: int
) -> None:
    done = client.post(f"/api/v1/datum-proposals/{number}/decision", json=decision)

    assert done.status_code == status
    assert client.get("/api/v1/datum-proposals").json()["items"][0]["status"] == "open"
