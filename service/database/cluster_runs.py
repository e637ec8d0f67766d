"""Runs asked for over the API: kept, claimed by a worker, told how far they are, ended once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from pandas import DataFrame
from sqlalchemy import Engine, delete, func, null, select, text, update
from sqlalchemy.orm import Session

from service.database.frames import read_table
from service.database.job_queue import CLUSTER_TASK, enqueue
from service.database.tables import ClusterRunRow
from service.domain.errors import NotFoundError, UnavailableError

UNFINISHED: Final = ("queued", "running")
MOST_UNFINISHED: Final = 20
KEPT_DAYS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterRun:
    """How a run stands; the result is read apart."""

    id: UUID
    source: str
    county_code: str | None
    state: str
    progress: float
    stop_requested: bool
    attempts: int
    error: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


_STANDING = (
    ClusterRunRow.id,
    ClusterRunRow.source,
    ClusterRunRow.county_code,
    ClusterRunRow.state,
    ClusterRunRow.progress,
    ClusterRunRow.stop_requested,
    ClusterRunRow.attempts,
    ClusterRunRow.error,
    ClusterRunRow.created_at,
    ClusterRunRow.started_at,
    ClusterRunRow.finished_at,
)


def add(session: Session, request: Mapping[str, Any], *, county_code: str | None) -> ClusterRun:
    """Keep a run and put its job into the queue, in one transaction; drop runs of long ago.

    Raises:
        UnavailableError: Too many runs are waiting.
    """
    # Two requests at once would each count one too few.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("cluster_run"))))
    waiting = session.scalar(select(func.count()).where(ClusterRunRow.state.in_(UNFINISHED)))
    if (waiting or 0) >= MOST_UNFINISHED:
        raise UnavailableError(
            f"{waiting} runs are waiting, as many as are kept; try again when some are done, or "
            "stop one"
        )
    old = func.now() - timedelta(days=KEPT_DAYS)
    session.execute(delete(ClusterRunRow).where(ClusterRunRow.finished_at < old))
    row = ClusterRunRow(
        id=uuid4(),
        source="points" if county_code is None else "county",
        county_code=county_code,
        request=dict(request),
        state="queued",
        progress=0.0,
        stop_requested=False,
        attempts=0,
        error="",
    )
    session.add(row)
    session.flush()
    # Runs of one county replace each other's analysis of the day: one after another.
    lock = None if county_code is None else f"clusters:{county_code}"
    enqueue(session, CLUSTER_TASK, str(row.id), lock=lock)
    return get(session, row.id)


def get(session: Session, run_id: UUID) -> ClusterRun:
    """Return how a run stands.

    Raises:
        NotFoundError: There is no such run.
    """
    row = session.execute(select(*_STANDING).where(ClusterRunRow.id == run_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no run {run_id}; runs are kept {KEPT_DAYS} days")
    return ClusterRun(**row._mapping)  # noqa: SLF001 - the public way to a row's mapping


def listing(session: Session) -> DataFrame:
    """Return how every run stands, the newest first; columns as of `ClusterRun`."""
    return read_table(session, select(*_STANDING).order_by(ClusterRunRow.created_at.desc()))


def request_of(session: Session, run_id: UUID) -> dict[str, Any]:
    """Return what was asked."""
    return dict(session.scalars(select(ClusterRunRow.request).filter_by(id=run_id)).one())


def result_of(session: Session, run_id: UUID) -> dict[str, Any] | None:
    """Return what came out, None before the end or where nothing did."""
    return session.scalars(select(ClusterRunRow.result).filter_by(id=run_id)).one_or_none()


def stop(session: Session, run_id: UUID) -> ClusterRun:
    """Ask a run to stop: one that waits ends at once, one that runs at its next look.

    Raises:
        NotFoundError: There is no such run.
    """
    waiting = ClusterRunRow.id == run_id, ClusterRunRow.state == "queued"
    session.execute(
        update(ClusterRunRow)
        .where(*waiting)
        .values(state="stopped", stop_requested=True, finished_at=func.clock_timestamp())
    )
    running = ClusterRunRow.id == run_id, ClusterRunRow.state == "running"
    session.execute(update(ClusterRunRow).where(*running).values(stop_requested=True))
    return get(session, run_id)


@contextmanager
def held(engine: Engine, run_id: UUID) -> Iterator[bool]:
    """Hold a run while it is computed; False when another process holds it.

    The lock belongs to a connection: when its process is killed, the database lets it go.
    """
    key = {"key": f"cluster_run:{run_id}"}
    with engine.connect() as connection:
        taken = connection.scalar(
            text("SELECT pg_try_advisory_lock(hashtextextended(:key, 0))"), key
        )
        connection.commit()
        try:
            yield bool(taken)
        finally:
            if taken:
                release = text("SELECT pg_advisory_unlock(hashtextextended(:key, 0))")
                connection.execute(release, key)
                connection.commit()


def begin(session: Session, run_id: UUID) -> bool:
    """Note that a worker computes a run; False when it has ended or is gone: nothing to do."""
    begun = session.execute(
        update(ClusterRunRow)
        .where(ClusterRunRow.id == run_id, ClusterRunRow.state.in_(UNFINISHED))
        .values(
            state="running",
            progress=0.0,
            attempts=ClusterRunRow.attempts + 1,
            started_at=func.clock_timestamp(),
        )
        .returning(ClusterRunRow.id)
    )
    return begun.one_or_none() is not None


def tell(session: Session, run_id: UUID, progress: float) -> bool:
    """Note how far a run is, 0 to 1; return whether it was asked to stop."""
    asked = session.scalar(
        update(ClusterRunRow)
        .where(ClusterRunRow.id == run_id, ClusterRunRow.state == "running")
        .values(progress=min(max(progress, 0.0), 1.0))
        .returning(ClusterRunRow.stop_requested)
    )
    return asked is None or asked


def end(
    session: Session,
    run_id: UUID,
    state: str,
    *,
    result: Mapping[str, Any] | None = None,
    error: str = "",
) -> None:
    """Write a run's end down, once: one that has ended stays as it is.

    `queued` is the end of an attempt: the run waits for another worker.
    """
    done: dict[str, Any] = {"progress": 1.0} if state == "succeeded" else {}
    if state != "queued":
        done["finished_at"] = func.clock_timestamp()
    session.execute(
        update(ClusterRunRow)
        .where(ClusterRunRow.id == run_id, ClusterRunRow.state == "running")
        .values(
            state=state,
            result=null() if result is None else dict(result),  # not the JSON null
            error=error,
            **done,
        )
    )
