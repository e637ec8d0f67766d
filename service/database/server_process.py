"""Make, start and stop the private cluster: thin, typed calls of PostgreSQL's own programs."""

import contextlib
import os
import pwd
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from service.database.server_binaries import Binaries
from service.database.server_layout import Layout
from service.domain.errors import UnavailableError

ROLE: Final = "wangge"
DATABASE: Final = "wangge"

START_PATIENCE_S: Final = 60
_PAUSE_S: Final = 1.0
_SHARED_SETTINGS: Final = Path(__file__).with_name("postgresql.conf")

# After kill -9 the children of the old server may outlive it for a while and hold its memory.
_PASSING_TROUBLES: Final = ("postmaster.pid", "pre-existing shared memory", "is starting up")

_HOST_RULES: Final = "local all all peer map=wangge\n"
_THROWAWAY: Final = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A private cluster: where it lies, what runs it, and whether its data must survive."""

    layout: Layout
    binaries: Binaries
    durable: bool


def major_version(layout: Layout) -> int | None:
    """Return the version of PostgreSQL that made a cluster, or None before it is made."""
    try:
        return int((layout.data / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def initialise(cluster: Cluster) -> None:
    """Make the data directory, with checksums and an order of text that never changes.

    Raises:
        UnavailableError: initdb failed; the message has its last words.
    """
    command = [
        cluster.binaries.program("initdb"),
        f"--pgdata={cluster.layout.data}",
        f"--username={ROLE}",
        "--encoding=UTF8",
        f"--locale={_locale()}",
        "--auth=peer",
        "--data-checksums",
    ]
    done = _run(cluster, command if cluster.durable else [*command, "--no-sync"])
    if done.returncode != 0:
        raise UnavailableError(f"the database cluster cannot be made: {_last_words(done.stderr)}")


def start(cluster: Cluster) -> None:
    """Start the server and wait until it answers; after a crash, try for a minute.

    Raises:
        UnavailableError: It does not start; the message has the last words of its log.
    """
    _configure(cluster)
    deadline = time.monotonic() + START_PATIENCE_S
    while True:
        _forget_the_dead(cluster.layout)
        said = _start_once(cluster)
        if said is None:
            break
        passing = any(trouble in said for trouble in _PASSING_TROUBLES)
        if not passing or time.monotonic() > deadline:
            raise UnavailableError(
                f"the database does not start: {_last_words(said)} (all of it: "
                f"{cluster.layout.log})"
            )
        time.sleep(_PAUSE_S)
    _make_database(cluster.layout)


def stop(cluster: Cluster) -> None:
    """Stop the server: end its sessions, write everything down.

    Raises:
        UnavailableError: It is still running after a minute.
    """
    command = [cluster.binaries.program("pg_ctl"), "stop", f"--pgdata={cluster.layout.data}"]
    done = _run(cluster, [*command, "--mode=fast", "--wait", f"--timeout={START_PATIENCE_S}"])
    if done.returncode != 0 and answers(cluster.layout):
        raise UnavailableError(f"the database does not stop: {_last_words(done.stderr)}")


def answers(layout: Layout) -> bool:
    """Tell whether the server of a cluster answers now."""
    if not (layout.sockets / ".s.PGSQL.5432").exists():
        return False
    try:
        with _connect(layout):
            return True
    except psycopg.OperationalError:
        return False


def _connect(layout: Layout) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host=str(layout.sockets),
        user=ROLE,
        dbname="postgres",
        connect_timeout=10,
        autocommit=True,
    )


def _make_database(layout: Layout) -> None:
    with _connect(layout) as connection:
        known = "SELECT FROM pg_database WHERE datname = %s"
        if connection.execute(known, [DATABASE]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _configure(cluster: Cluster) -> None:
    """Write the server's settings, at every start: the folder may have moved since the last."""
    layout = cluster.layout
    sockets = str(layout.sockets).replace("'", "''").replace('"', '""')
    private = (
        "listen_addresses = ''\n"
        f"unix_socket_directories = '\"{sockets}\"'\n"
        "unix_socket_permissions = 0700\n"
    )
    settings = _SHARED_SETTINGS.read_text() + private + ("" if cluster.durable else _THROWAWAY)
    # Who may come in: the user who runs the server, and root. Both are the owner of the data.
    names = {pwd.getpwuid(layout.uid).pw_name, pwd.getpwuid(0).pw_name}
    users = "".join(f'wangge "{name}" {ROLE}\n' for name in sorted(names))
    for name, text in (
        ("postgresql.conf", settings),
        ("pg_hba.conf", _HOST_RULES),
        ("pg_ident.conf", users),
    ):
        path = layout.data / name
        path.write_text(text)
        if os.geteuid() != layout.uid:
            os.chown(path, layout.uid, layout.gid)


def _start_once(cluster: Cluster) -> str | None:
    """Try to start the server; return what it said when it did not."""
    layout = cluster.layout
    before = layout.log.stat().st_size if layout.log.exists() else 0
    command = [cluster.binaries.program("pg_ctl"), "start", f"--pgdata={layout.data}"]
    options = [f"--log={layout.log}", "--wait", f"--timeout={START_PATIENCE_S}"]
    done = _run(cluster, [*command, *options])
    if done.returncode == 0 and answers(layout):
        return None
    log = layout.log.read_bytes()[before:] if layout.log.exists() else b""
    return log.decode(errors="replace") or done.stderr


def _forget_the_dead(layout: Layout) -> None:
    """Remove the lock of a server that died, when its number now belongs to another process.

    PostgreSQL takes such a process for itself and never starts again. A server's working folder
    is its data directory, which tells the two apart.
    """
    lock = layout.data / "postmaster.pid"
    with contextlib.suppress(OSError, IndexError, ValueError):
        pid = int(lock.read_text().splitlines()[0])
        if Path(f"/proc/{pid}/cwd").resolve(strict=True) != layout.data.resolve():
            lock.unlink()


def _run(cluster: Cluster, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program of PostgreSQL as the cluster's user, out of reach of Ctrl-C."""
    return subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        cwd="/",
        # PGDATA, PGOPTIONS and their like are meant for another server.
        env={name: value for name, value in os.environ.items() if not name.startswith("PG")},
        start_new_session=True,
        **cluster.layout.as_owner,
    )


def _locale() -> str:
    """Return the locale that orders text by code point in UTF-8; macOS calls it C."""
    return "C" if sys.platform == "darwin" else "C.UTF-8"


def _last_words(said: str) -> str:
    """Return the last line that carries a message, without its time stamp."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "PANIC" in line or "error:" in line]
    return (telling or lines or ["it said nothing"])[-1]
