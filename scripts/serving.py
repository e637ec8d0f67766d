"""Serve the pages: claim the port before the long work, say the address once it answers."""

import errno
import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from rich.console import Console

from scripts.worker_process import worker_beside
from service.domain.errors import UnavailableError
from service.settings import Settings

_GRACE_S: Final = 3  # how long open connections may delay Ctrl-C
_PATIENCE_S: Final = 60


@contextmanager
def claimed_port(settings: Settings) -> Iterator[socket.socket]:
    """Hold the port of the settings, so that nobody takes it while we compute.

    Raises:
        UnavailableError: It is taken or not allowed; the message names `--port`.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as claimed:
        claimed.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            claimed.bind((settings.host, settings.port))
            # Without listening, Linux would let a second program bind the same port.
            claimed.listen(socket.SOMAXCONN)
        except OSError as error:
            raise _no_port(settings, error) from error
        yield claimed


def serve(settings: Settings, claimed: socket.socket, console: Console) -> None:
    """Serve until Ctrl-C or SIGTERM, with a worker beside; print the address when it answers."""
    # Maps and frames take seconds to import: the port is claimed and the database up by then.
    from service.api.app import create_app  # noqa: PLC0415

    config = uvicorn.Config(
        create_app(settings),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    threading.Thread(target=_announce, args=(settings, console), daemon=True).start()
    with worker_beside():
        uvicorn.Server(config).run(sockets=[claimed])


def address_of(settings: Settings) -> str:
    """Return what to type into a browser."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def _announce(settings: Settings, console: Console) -> None:
    """Print the address once a request is answered, and not before."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if _answers(settings):
            console.print(f"\nwangge is ready: [bold]{address_of(settings)}[/bold]")
            console.print("Ctrl-C stops the pages and the database.")
            return
        time.sleep(0.1)


def _answers(settings: Settings) -> bool:
    connection = http.client.HTTPConnection(settings.host, settings.port, timeout=_PATIENCE_S)
    try:
        connection.request("GET", "/api/v1/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _no_port(settings: Settings, error: OSError) -> UnavailableError:
    if error.errno == errno.EADDRINUSE:
        other = settings.port + 1 if settings.port < 65535 else 8000  # noqa: PLR2004
        return UnavailableError(
            f"port {settings.port} is taken by another program; choose one with `--port {other}`"
        )
    return UnavailableError(
        f"port {settings.port} of {settings.host} cannot be used ({error.strerror}); choose "
        f"another with `--port`, or set WANGGE_HOST"
    )
