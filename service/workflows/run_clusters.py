"""A run asked for over the API → its result: of a county, or of posted points."""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any, Final
from uuid import UUID

import pandas as pd
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from service.database import cluster_runs, clusters
from service.database.job_queue import TryAgainError
from service.domain.errors import SupervisionError
from service.domain.point_methods import analyse_points, options_of
from service.domain.scan import ScanStoppedError
from service.workflows.find_clusters import ClusterOptions, Watching, find_clusters

logger = logging.getLogger(__name__)

_EVERY_S: Final = 0.5  # how often progress is written down and a stop is looked for
_UNEXPECTED: Final = "something failed that should not; see the log of the worker"


def run_clusters(
    engine: Engine, run_id: UUID, *, leaving: Callable[[], bool] = lambda: False
) -> None:
    """Compute a run and write its end down, in the transaction that saves what it found.

    A run that has ended is left alone, so that a job that is tried again after its worker was
    killed neither loses nor doubles anything.

    Args:
        engine: Of the database.
        run_id: The run.
        leaving: Asked often; when the worker has to end, the run waits for another.

    Raises:
        TryAgainError: Another process computes it, or this one is leaving.
    """
    with cluster_runs.held(engine, run_id) as is_ours:
        if not is_ours:
            raise TryAgainError(f"run {run_id} is computed by another worker")
        with Session(engine) as session:
            begun = cluster_runs.begin(session, run_id)
            session.commit()
        if begun:
            _compute(engine, run_id, leaving)


def _compute(engine: Engine, run_id: UUID, leaving: Callable[[], bool]) -> None:
    try:
        with Session(engine) as session:
            request = cluster_runs.request_of(session, run_id)
            compute = _of_county if "county" in request else _of_points
            result = compute(session, request, _watch(engine, run_id, leaving))
            cluster_runs.end(session, run_id, "succeeded", result=result)
            session.commit()
    except ScanStoppedError as stopped:
        if leaving():
            _end(engine, run_id, "queued", "")
            raise TryAgainError(f"run {run_id} was interrupted") from stopped
        _end(engine, run_id, "stopped", str(stopped))
    except SupervisionError as refused:
        _end(engine, run_id, "failed", str(refused))
    except Exception:
        _end(engine, run_id, "failed", _UNEXPECTED)
        logger.exception("run %s failed", run_id)


def _end(engine: Engine, run_id: UUID, state: str, error: str) -> None:
    with Session(engine) as session:
        cluster_runs.end(session, run_id, state, error=error)
        session.commit()


def _watch(engine: Engine, run_id: UUID, leaving: Callable[[], bool]) -> Watching:
    """Return a watch that writes progress down now and then, and remembers a wish to stop."""
    looked, share, is_asked = 0.0, 0.0, False

    def look() -> None:
        nonlocal looked, is_asked
        if time.monotonic() - looked < _EVERY_S:
            return
        looked = time.monotonic()
        with Session(engine) as session:
            is_asked = cluster_runs.tell(session, run_id, share)
            session.commit()

    def progress(done: float) -> None:
        nonlocal share
        share = max(share, done)
        look()

    def stop() -> bool:
        look()
        return is_asked or leaving()

    return Watching(progress=progress, stop=stop)


def _of_county(session: Session, request: dict[str, Any], watch: Watching) -> dict[str, Any]:
    on = date.fromisoformat(request["on"])
    given = dict(request["options"])
    for name in ("products", "adjust_for"):
        if given.get(name) is not None:
            given[name] = tuple(given[name])
    if given.get("since") is not None:
        given["since"] = date.fromisoformat(given["since"])
    options = ClusterOptions(**given)
    county = str(request["county"])
    find_clusters(session, county, on=on, options=options, watch=watch)
    found = clusters.latest(session, county, on)
    return {
        "settings": {"county": county, "on": on.isoformat(), **_plain(asdict(options))},
        "clusters": [_as_file_row(row) for row in found.to_dict("records")],
    }


def _of_points(session: Session, request: dict[str, Any], watch: Watching) -> dict[str, Any]:
    del session
    points = pd.DataFrame(request["points"])
    for name in ("x", "y", "cases", "population", "value"):
        if name in points:
            points[name] = points[name].astype("float64")  # what nobody counted is NaN
    options = options_of(request["options"])
    return analyse_points(points, options, progress=watch.progress, stop=watch.stop).found


def _as_file_row(row: dict[Any, Any]) -> dict[str, Any]:
    """Return a county's cluster with the names of `wangge clusters --file`, and all of its own."""
    own = {str(key): value for key, value in row.items() if key != "geometry"}
    return _plain(
        own
        | {
            "members": row["enterprise_ids"],
            "centre": {"lon": row["lon"], "lat": row["lat"]},
            "radius": row["radius_m"] / 1000.0,  # kilometres, as for degrees in a file
        }
    )


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {key: _plain_value(value) for key, value in values.items()}


def _plain_value(value: Any) -> Any:  # noqa: ANN401 - a cell of a frame
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return _plain(value)
    if isinstance(value, list | tuple):
        return [_plain_value(one) for one in value]
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - NaN
        return None
    return value.item() if hasattr(value, "item") else value
