"""Runs in the background, with real workers: progress, stopping, killing, results, refusals."""

import os
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import URL, Engine, func, select, text
from sqlalchemy.orm import Session

from scripts.worker_process import COMMAND
from service.api.app import create_app
from service.api.body_limit import MOST_BYTES
from service.database import cluster_runs
from service.database.tables import AnalysisRow, ClusterRunRow
from service.domain import point_clusters
from service.domain.point_methods import analyse_points, options_of
from service.settings import PROJECT_ROOT
from tests.conftest import migrated_database
from tests.web import computed_county, settings

BASE = "/api/v1/clusters/runs"
PATIENCE_S = 240  # only a stuck run waits so long


@pytest.fixture(scope="module")
def county(admin_url: URL) -> Iterator[Engine]:
    with computed_county(admin_url) as engine:
        yield engine


@pytest.fixture
def client(county: Engine) -> TestClient:
    return TestClient(create_app(settings(), county), base_url="http://127.0.0.1")


@contextmanager
def a_worker(engine: Engine) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a worker as a process of its own; it is killed at the end if it has not left."""
    address = engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        list(COMMAND),
        cwd=PROJECT_ROOT,
        env={**os.environ, "WANGGE_DATABASE_URL": address},
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def in_the_middle(engine: Engine, run_id: str) -> Iterator[None]:
    """Wait until a run is computed, and keep it from ending, however fast the machine."""
    standing = select(ClusterRunRow.state).filter_by(id=uuid.UUID(run_id)).with_for_update()
    deadline = time.monotonic() + PATIENCE_S
    with Session(engine) as session:
        while session.scalar(standing) != "running":
            session.rollback()
            if time.monotonic() > deadline:
                pytest.fail("no worker took the run")
            time.sleep(0.01)
        yield


@pytest.fixture(scope="module")
def worker(county: Engine) -> Iterator[None]:
    with a_worker(county):
        yield


def points(number: int, *, seed: int = 1) -> list[dict[str, float]]:
    """Return unit points in a plane, the south-west of which fails more often."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 10_000, (2, number)).round(1)
    chance = np.where((x < 2500) & (y < 2500), 0.5, 0.05)
    cases = (rng.random(number) < chance).astype(int)
    return [
        {"x": float(a), "y": float(b), "cases": int(c), "population": 1}
        for a, b, c in zip(x, y, cases, strict=True)
    ]


def ask(client: TestClient, number: int = 200, **options: object) -> str:
    body = {
        "source": "points",
        "points": points(number),
        "options": {"model": "bernoulli", **options},
    }
    answer = client.post(BASE, json=body)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == answer.json()["url"]
    return str(answer.json()["id"])


def wait(
    client: TestClient, run_id: str, until: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        told: dict[str, Any] = client.get(f"{BASE}/{run_id}").json()
        if until(told):
            return told
        time.sleep(0.1)
    pytest.fail(f"the run did not come so far: {told}")


def is_over(told: dict[str, Any]) -> bool:
    return told["state"] in {"succeeded", "failed", "stopped"}


def test_without_a_worker_the_answer_says_what_to_start(client: TestClient) -> None:
    run_id = ask(client)
    told = client.get(f"{BASE}/{run_id}").json()

    assert (told["state"], told["progress"]) == ("queued", 0.0)
    assert "wangge worker" in told["hint"]
    early = client.get(f"{BASE}/{run_id}/result")
    assert early.status_code == 409
    assert early.headers["content-type"] == "application/problem+json"
    stopped = client.delete(f"{BASE}/{run_id}").json()
    assert stopped["state"] == "stopped"


def test_a_job_is_in_the_queue_if_and_only_if_the_run_is_kept(county: Engine) -> None:
    jobs = text("SELECT count(*) FROM jobs.procrastinate_jobs WHERE args->>'run_id' = :id")
    counts = []
    for keep in (False, True):
        with Session(county) as session:
            run = cluster_runs.add(session, {"points": {}, "options": {}}, county_code=None)
            session.commit() if keep else session.rollback()
            counts.append(session.scalar(jobs, {"id": str(run.id)}))
            if keep:
                cluster_runs.stop(session, run.id)
                session.commit()
    assert counts == [0, 1]


@pytest.mark.usefixtures("worker")
def test_posted_points_give_what_the_command_gives(client: TestClient) -> None:
    run_id = ask(client, replications=99, seed=7)

    told = wait(client, run_id, is_over)

    assert (told["state"], told["progress"], told["attempts"]) == ("succeeded", 1.0, 1)
    options = point_clusters.ClusterOptions(model="bernoulli", replications=99, seed=7)
    frame = pd.DataFrame(points(200)).astype(float)
    assert client.get(told["result_url"]).json() == point_clusters.clusters(frame, options)


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(
    "options",
    [
        {"method": "local-moran", "draws": 20_000, "neighbours": 5},
        {"method": "getis-ord-star", "draws": 500, "band_km": 0.2, "weights": "fading"},
        {"method": "dbscan", "eps_km": 0.1, "min_samples": 4},
    ],
)
def test_every_method_gives_what_the_command_gives(
    client: TestClient, options: dict[str, Any]
) -> None:
    run_id = ask(client, **({"model": "poisson"} | options))

    told = wait(client, run_id, is_over)

    assert (told["state"], told["progress"]) == ("succeeded", 1.0)
    frame = pd.DataFrame(points(200)).astype(float)
    expected = analyse_points(frame, options_of(options)).found
    assert client.get(told["result_url"]).json() == expected


@pytest.mark.usefixtures("worker")
def test_running_draws_can_be_stopped(client: TestClient) -> None:
    run_id = ask(
        client, 3_000, model="poisson", method="local-moran", band_km=2.0, weights="fading",
        draws=1_000_000,
    )  # fmt: skip
    wait(client, run_id, lambda told: told["state"] == "running")

    client.delete(f"{BASE}/{run_id}")

    assert wait(client, run_id, is_over)["state"] == "stopped"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "local-moran", "window": "ellipse"}, "belongs to --method scan"),
        ({"neighbours": 4}, "belongs to --method getis-ord"),
        ({"method": "local-moran", "neighbours": 2, "band_km": 1}, "not both"),
        ({"method": "kriging"}, "method"),
    ],
)
def test_an_option_of_another_method_is_refused_before_a_run_is_made(
    client: TestClient, options: dict[str, Any], message: str
) -> None:
    body = {"source": "points", "points": [{"x": 1, "y": 2, "cases": 1}] * 3, "options": options}
    answer = client.post(BASE, json=body)
    assert answer.status_code == 422
    assert message in answer.text


@pytest.mark.usefixtures("worker")
def test_a_county_run_replaces_the_day_s_analysis_and_keeps_its_objects(
    client: TestClient, county: Engine
) -> None:
    before = client.get("/api/v1/clusters/objects").json()["items"]
    body = {"source": "county", "replications": 99, "variants": 10}
    run_id = client.post(BASE, json=body).json()["id"]

    told = wait(client, run_id, is_over)

    assert told["state"] == "succeeded"
    result = client.get(told["result_url"]).json()
    first = result["clusters"][0]
    assert {"rank", "llr", "p", "p_gumbel", "members", "cases", "expected", "population",
            "relative_risk", "centre", "radius"} <= set(first)  # fmt: skip
    assert first["members"] == first["enterprise_ids"]
    assert result["settings"]["replications"] == 99
    after = client.get("/api/v1/clusters/objects").json()["items"]
    assert [one["object_id"] for one in after] == [one["object_id"] for one in before]
    with Session(county) as session:
        kept = session.scalar(
            select(func.count()).select_from(AnalysisRow).where(AnalysisRow.kind == "clusters")
        )
    assert kept == 1


@pytest.mark.usefixtures("worker")
def test_a_running_scan_can_be_stopped(client: TestClient) -> None:
    run_id = ask(client, 20_000, replications=9_999)
    wait(client, run_id, lambda told: told["state"] == "running")

    client.post(f"{BASE}/{run_id}/stop")

    told = wait(client, run_id, is_over)
    assert told["state"] == "stopped"
    assert told["progress"] < 1
    assert client.get(f"{BASE}/{run_id}/result").status_code == 409


@pytest.mark.usefixtures("worker")
def test_points_that_cannot_be_scanned_fail_with_the_reason(client: TestClient) -> None:
    body = {"source": "points", "points": [{"x": 1, "y": 1, "cases": 3, "population": 1}] * 2}
    body["options"] = {"model": "bernoulli"}  # type: ignore[assignment]
    run_id = client.post(BASE, json=body).json()["id"]

    told = wait(client, run_id, is_over)

    assert told["state"] == "failed"
    assert told["error"]
    assert "Traceback" not in told["error"]


def test_a_killed_worker_neither_loses_nor_doubles_a_run(admin_url: URL) -> None:
    """Kill it in the middle: another takes the run over, computes it whole, ends it once."""
    with migrated_database(admin_url) as engine:
        client = TestClient(create_app(settings(), engine), base_url="http://127.0.0.1")
        run_id = ask(client, 4_000, replications=4_999)
        with a_worker(engine) as first, in_the_middle(engine, run_id):
            first.send_signal(signal.SIGKILL)
            first.wait()
        assert client.get(f"{BASE}/{run_id}").json()["state"] == "running"

        with a_worker(engine), a_worker(engine):
            told = wait(client, run_id, is_over)
            assert (told["state"], told["attempts"]) == ("succeeded", 2)
            assert client.get(f"{BASE}/{run_id}/result").json()["clusters"][0]["p"] <= 0.01
            done = text("SELECT count(*) FROM jobs.procrastinate_jobs WHERE status = 'succeeded'")
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                with engine.connect() as connection:
                    if connection.scalar(done) == 1:
                        break
                time.sleep(0.1)
        with engine.connect() as connection:
            assert connection.scalar(done) == 1
            assert connection.scalar(select(func.count()).select_from(ClusterRunRow)) == 1


def test_a_worker_told_to_end_puts_its_run_back(admin_url: URL) -> None:
    with migrated_database(admin_url) as engine:
        client = TestClient(create_app(settings(), engine), base_url="http://127.0.0.1")
        run_id = ask(client, 20_000, replications=9_999)
        with a_worker(engine) as first:
            wait(client, run_id, lambda told: told["state"] == "running")
            first.terminate()
            assert first.wait(30) == 0
        assert client.get(f"{BASE}/{run_id}").json()["state"] == "queued"
        job = text("SELECT status FROM jobs.procrastinate_jobs")
        with engine.connect() as connection:
            assert connection.scalar(job) == "todo"


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"source": "moon"},
        {"source": "points"},
        {"source": "points", "points": []},
        {"source": "points", "points": [{"x": 1, "y": 2}]},
        {"source": "points", "points": [{"x": 1, "y": 2, "cases": -1}]},
        {"source": "points", "points": [{"x": 1, "lat": 2, "cases": 1}]},
        {"source": "points", "points": [{"lon": 181, "lat": 2, "cases": 1}]},
        {"source": "points", "points": [{"x": 1, "y": 2, "cases": 1, "colour": "red"}]},
        {"source": "points", "points": [{"x": 1, "y": 2, "cases": 1}], "options": {"alpha": 2}},
        {"source": "county", "max_share": 0},
        {"source": "county", "replications": 10**9},
        {"source": "county", "adjust_for": ["weather"]},
        {"source": "county", "on": "0001-01-01"},
    ],
)
def test_what_cannot_be_asked_is_a_problem_document(client: TestClient, body: object) -> None:
    answer = client.post(BASE, json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_not_a_number_is_refused(client: TestClient) -> None:
    raw = '{"source": "points", "points": [{"x": NaN, "y": 1, "cases": 1, "population": 1}]}'
    answer = client.post(BASE, content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


def test_more_than_is_read_is_refused_whether_or_not_it_says_so(client: TestClient) -> None:
    said = client.post(BASE, content=b" " * (MOST_BYTES + 1))
    unsaid = client.post(BASE, content=(b" " * 1_000_000 for _ in range(MOST_BYTES // 10**6 + 1)))
    for answer in (said, unsaid):
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"


def test_unknown_runs_and_counties_are_not_found(client: TestClient) -> None:
    for address in (f"{BASE}/{uuid.uuid4()}", f"{BASE}/{uuid.uuid4()}/result"):
        assert client.get(address).status_code == 404
    assert client.delete(f"{BASE}/{uuid.uuid4()}").status_code == 404
    assert client.post(BASE, json={"source": "county", "county": "none"}).status_code == 404


def test_only_so_many_runs_wait(county: Engine, client: TestClient) -> None:
    with Session(county) as session:
        waiting = select(func.count()).where(ClusterRunRow.state.in_(cluster_runs.UNFINISHED))
        for _ in range(cluster_runs.MOST_UNFINISHED - (session.scalar(waiting) or 0)):
            cluster_runs.add(session, {"points": {}, "options": {}}, county_code=None)
        body = {"source": "points", "points": points(3)}
        # The rows above are not committed: asking with the session's own eyes.
        with pytest.raises(Exception, match="runs are waiting"):
            cluster_runs.add(session, body, county_code=None)
        session.rollback()
    assert client.get(BASE).json()["total"] >= 0


def test_the_description_names_every_field(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()
    assert set(described["paths"]) >= {BASE, f"{BASE}/{{run_id}}", f"{BASE}/{{run_id}}/result",
                                       f"{BASE}/{{run_id}}/stop"}  # fmt: skip
    models = described["components"]["schemas"]
    assert {"lon", "lat", "x", "y", "cases", "population", "strata", "time"} <= set(
        models["PointIn"]["properties"]
    )
    assert {"state", "progress", "result_url"} <= set(models["RunOut"]["properties"])
