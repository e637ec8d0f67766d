"""The private PostGIS of a checkout: start it for whoever needs it, stop it behind the last one.

Everyone who uses the cluster holds a shared lock on a file. Whoever lets go last stops the
server, unless `wangge db start` asked for it to stay. A process that is killed lets go by dying.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import URL, make_url

from service.database import server_binaries, server_layout, server_process
from service.database.server_layout import Layout
from service.database.server_process import Cluster
from service.domain.errors import UnavailableError
from service.settings import Settings

_STAYS: Final = "database-stays"  # made by `wangge db start`
_USERS: Final = "database-users.lock"
_CHANGE: Final = "database-change.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What `wangge db status` shows; no password in it."""

    address: str
    private: bool
    running: bool
    stays: bool
    folder: Path | None


def address(settings: Settings) -> str:
    """Return the address of the database, running or not; nothing is started or made.

    Raises:
        UnavailableError: There is no private cluster yet.
    """
    if settings.database_url is not None:
        return settings.database_url
    layout = server_layout.existing(settings.home)
    if layout is None:
        raise UnavailableError("there is no database yet; run scripts/run, or `wangge db start`")
    return _private_address(layout)


@contextmanager
def running(settings: Settings, *, durable: bool = True) -> Iterator[str]:
    """Keep the database running inside the block, and yield its address.

    With WANGGE_DATABASE_URL set, this does nothing: that server is someone else's to start.

    Args:
        settings: Say which database.
        durable: False trades safety against power loss for speed; for tests alone.

    Raises:
        UnavailableError: It cannot be started: no PostGIS, no space, or what its log says.
    """
    if settings.database_url is not None:
        yield settings.database_url
        return
    cluster = _prepare(settings, durable=durable)
    with _locked(settings.home / _USERS, fcntl.LOCK_SH) as users:
        _start_once(cluster, settings)
        try:
            yield _private_address(cluster.layout)
        finally:
            _leave(cluster, users)


def start(settings: Settings) -> None:
    """Start the private cluster and let it stay until `stop`."""
    _refuse_foreign(settings)
    with running(settings):
        (settings.home / _STAYS).touch()


def stop(settings: Settings) -> bool:
    """Stop the private cluster, whoever uses it; return whether it was running."""
    _refuse_foreign(settings)
    (settings.home / _STAYS).unlink(missing_ok=True)
    layout = server_layout.existing(settings.home)
    if layout is None or not server_process.answers(layout):
        return False
    with _locked(settings.home / _CHANGE, fcntl.LOCK_EX):
        server_process.stop(_cluster(layout, settings, durable=True))
    return True


def status(settings: Settings) -> Status:
    """Return where the database is and, for a private one, whether it runs."""
    if settings.database_url is not None:
        shown = make_url(settings.database_url).render_as_string(hide_password=True)
        return Status(address=shown, private=False, running=True, stays=True, folder=None)
    layout = server_layout.existing(settings.home)
    return Status(
        address="" if layout is None else _private_address(layout),
        private=True,
        running=layout is not None and server_process.answers(layout),
        stays=(settings.home / _STAYS).exists(),
        folder=None if layout is None else layout.folder,
    )


def discard(settings: Settings) -> None:
    """Stop the private cluster and delete it with all it holds; for clusters of tests."""
    stop(settings)
    layout = server_layout.existing(settings.home)
    if layout is not None:
        server_layout.remove(layout)


def require_free_space(folder: Path, *, floor_mb: int) -> None:
    """Refuse to write on a disk that is nearly full: a full one stops the database hard.

    Raises:
        UnavailableError: There is less space than the floor.
    """
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free_mb = shutil.disk_usage(there).free // 1_000_000
    if free_mb < floor_mb:
        raise UnavailableError(
            f"only {free_mb} MB are free at {folder}, and wangge keeps {floor_mb} MB: make room, "
            f"set WANGGE_HOME to another disk, or lower WANGGE_FREE_SPACE_FLOOR_MB"
        )


def _prepare(settings: Settings, *, durable: bool) -> Cluster:
    """Return the cluster of a home, with its folders made."""
    require_free_space(settings.home, floor_mb=settings.free_space_floor_mb)
    # Ask for the programs first: without them, no folder and no user is worth making.
    binaries = _binaries(server_layout.existing(settings.home), settings)
    layout = server_layout.prepare(settings.home)
    require_free_space(layout.folder, floor_mb=settings.free_space_floor_mb)
    return Cluster(layout=layout, binaries=binaries, durable=durable)


def _start_once(cluster: Cluster, settings: Settings) -> None:
    """Start a cluster unless it runs; two commands at the same time start it once."""
    with _locked(settings.home / _CHANGE, fcntl.LOCK_EX):
        if server_process.answers(cluster.layout):
            return
        if server_process.major_version(cluster.layout) is None:
            server_process.initialise(cluster)
        server_process.start(cluster)


def _leave(cluster: Cluster, users: int) -> None:
    """Stop the server when nobody else holds the users' lock and nobody asked it to stay."""
    home = cluster.layout.home
    with _locked(home / _CHANGE, fcntl.LOCK_EX):
        if (home / _STAYS).exists():
            return
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        if server_process.answers(cluster.layout):
            server_process.stop(cluster)


@contextmanager
def _locked(path: Path, kind: int) -> Iterator[int]:
    """Hold a lock on a file inside the block; the system drops it when the process dies."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, kind)
        yield descriptor
    finally:
        os.close(descriptor)


def _cluster(layout: Layout, settings: Settings, *, durable: bool) -> Cluster:
    return Cluster(layout=layout, binaries=_binaries(layout, settings), durable=durable)


def _binaries(layout: Layout | None, settings: Settings) -> server_binaries.Binaries:
    """Return the programs that fit a cluster; the newest for one not made yet."""
    major = None if layout is None else server_process.major_version(layout)
    return server_binaries.find(preferred=settings.postgres_bin, major=major)


def _private_address(layout: Layout) -> str:
    return URL.create(
        "postgresql+psycopg",
        username=server_process.ROLE,
        database=server_process.DATABASE,
        query={"host": str(layout.sockets)},
    ).render_as_string()


def _refuse_foreign(settings: Settings) -> None:
    if settings.database_url is not None:
        raise UnavailableError(
            "WANGGE_DATABASE_URL is set: start and stop that server where it runs"
        )
