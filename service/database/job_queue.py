"""The queue of jobs (Procrastinate's tables, in a schema of their own): put in, who is there."""

from typing import Final

from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

SCHEMA: Final = "jobs"
QUEUE: Final = "clusters"
CLUSTER_TASK: Final = "run_clusters"
# A worker says that it lives this often; after so long in silence its jobs are taken over.
HEARTBEAT_S: Final = 2.0
STALLED_S: Final = 10.0

_SEARCH_PATH: Final = f"{SCHEMA},public"


class TryAgainError(RuntimeError):
    """A job cannot be done now and is to be tried again: held by another worker, or interrupted."""


def enqueue(session: Session, task: str, run_id: str, *, lock: str | None) -> None:
    """Put a job into the queue as part of the session's transaction: no commit, no job.

    Args:
        session: An open session.
        task: Name of the task.
        run_id: Its one argument.
        lock: Jobs with the same lock run one after another; None for no order.
    """
    before = session.scalar(text("SELECT current_setting('search_path')"))
    set_path = text("SELECT set_config('search_path', :path, true)")
    session.execute(set_path, {"path": _SEARCH_PATH})
    job = text(
        "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(:queue, :task, 0, CAST(:lock AS text), NULL, "
        "jsonb_build_object('run_id', CAST(:run_id AS text)), NULL)"
        "::procrastinate_job_to_defer_v1])"
    )
    session.execute(job, {"queue": QUEUE, "task": task, "lock": lock, "run_id": run_id})
    session.execute(set_path, {"path": before})


def has_worker(session: Session) -> bool:
    """Say whether any worker has said lately that it lives."""
    alive = text(
        f"SELECT EXISTS (SELECT FROM {SCHEMA}.procrastinate_workers "  # noqa: S608 - our own name
        "WHERE last_heartbeat > now() - make_interval(secs => :seconds))"
    )
    return bool(session.scalar(alive, {"seconds": STALLED_S}))


def conninfo(url: str) -> str:
    """Return the address of a database as the queue's own connections take it."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return make_conninfo(address, options=f"-c search_path={_SEARCH_PATH}")
