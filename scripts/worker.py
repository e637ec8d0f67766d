"""The worker: takes jobs from the queue in PostgreSQL and computes them beside the pages."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
from typing import Final
from uuid import UUID

import procrastinate
from procrastinate.exceptions import ConnectorException
from sqlalchemy import Engine

from service.database import server
from service.database.job_queue import (
    CLUSTER_TASK,
    HEARTBEAT_S,
    QUEUE,
    STALLED_S,
    TryAgainError,
    conninfo,
)
from service.database.session import engine_at
from service.logs import configure_logging
from service.settings import Settings

logger = logging.getLogger(__name__)

WITH_PARENT: Final = "--with-parent"
_RETRY_S: Final = 2
_GRACE_S: Final = 8.0  # in which a run that is being computed puts itself back
_KEPT_HOURS: Final = 24


def make_queue(url: str, engine: Engine, leaving: threading.Event) -> procrastinate.App:
    """Return the queue with its tasks.

    Args:
        url: Address of the database, for the queue's own connections.
        engine: For the tasks.
        leaving: Set when the worker has to end; a task then puts its run back.
    """
    connector = procrastinate.PsycopgConnector(conninfo=conninfo(url), min_size=1, max_size=4)
    queue = procrastinate.App(connector=connector)
    # Only an error that a later attempt can heal.
    retry = procrastinate.RetryStrategy(
        max_attempts=1000, wait=_RETRY_S, retry_exceptions={TryAgainError}
    )

    @queue.task(name=CLUSTER_TASK, queue=QUEUE, retry=retry)
    def run_clusters(run_id: str) -> None:
        # Numba and GeoPandas take seconds to import: only a worker with work pays for them.
        from service.workflows import run_clusters as workflow  # noqa: PLC0415

        workflow.run_clusters(engine, UUID(run_id), leaving=leaving.is_set)

    return queue


async def work(queue: procrastinate.App, leaving: threading.Event) -> None:
    """Take jobs until told to end; take over those of workers that have fallen silent."""
    async with queue.open_async():
        worker = asyncio.create_task(
            queue.run_worker_async(
                queues=[QUEUE],
                concurrency=1,
                update_heartbeat_interval=HEARTBEAT_S,
                stalled_worker_timeout=STALLED_S,
                fetch_job_polling_interval=2.0,
                shutdown_graceful_timeout=_GRACE_S,
                install_signal_handlers=False,
            )
        )
        rescue = asyncio.create_task(_rescue(queue))

        def leave() -> None:
            leaving.set()
            worker.cancel()

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, leave)
        with contextlib.suppress(asyncio.CancelledError):
            await worker
        rescue.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await rescue


async def _rescue(queue: procrastinate.App) -> None:
    """Put jobs of killed workers back into the queue, and drop the remains of old ones."""
    manager = queue.job_manager
    while True:
        try:
            for job in await manager.get_stalled_jobs(
                queue=QUEUE, seconds_since_heartbeat=STALLED_S
            ):
                logger.warning("taking over job %s of a worker that fell silent", job.id)
                await manager.retry_job(job)
            await manager.delete_old_jobs(
                nb_hours=_KEPT_HOURS, queue=QUEUE, include_failed=True, include_aborted=True
            )
        except ConnectorException:
            logger.warning("the database does not answer; trying again")
        await asyncio.sleep(STALLED_S / 2)


def run_worker(settings: Settings) -> None:
    """Work until SIGTERM or Ctrl-C, with the database running as long as that lasts."""
    with server.running(settings) as url:
        engine, leaving = engine_at(url), threading.Event()
        try:
            asyncio.run(work(make_queue(url, engine, leaving), leaving))
        finally:
            engine.dispose()


def _end_with_parent() -> None:
    """End when the pipe to whoever started us breaks: killed pages leave no worker behind."""

    def wait() -> None:
        # Not through sys.stdin: its lock, held at the end, would make Python die loudly.
        with contextlib.suppress(OSError):
            while os.read(0, 1):
                pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def main() -> None:
    """Be the worker beside the pages."""
    settings = Settings()
    configure_logging(settings.log_level, quiet=True)
    if WITH_PARENT in sys.argv[1:]:
        _end_with_parent()
    run_worker(settings)


if __name__ == "__main__":
    main()
