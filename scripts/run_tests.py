"""The second half of `scripts/test`, inside the environment: what the tests need, then pytest."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, NoReturn

from sqlalchemy import make_url

from scripts import setup_system
from scripts.setup_console import step
from scripts.setup_postgis import ensure_postgis
from service.database import server
from service.domain.errors import SupervisionError, UnavailableError
from service.settings import PROJECT_ROOT, Settings

ADMIN_URL: Final = "WANGGE_TEST_DATABASE_URL"
CHROMIUM: Final = "WANGGE_TEST_CHROMIUM"

# Each has a database of its own and half a gigabyte of libraries.
_MOST_PROCESSES: Final = 4

_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> None:
    """Run pytest with everything it needs, and end with its exit code."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        _ensure_browser()
        _ensure_chinese_font()
        with _database() as url:
            environment = {**os.environ, ADMIN_URL: url, CHROMIUM: str(_browser())}
            code = _pytest(sys.argv[1:] or _side_by_side(), environment)
    except SupervisionError as error:
        sys.exit(f"wangge: {error}")
    sys.exit(code)


@contextmanager
def _database() -> Iterator[str]:
    """Yield the address of a server to make databases on: the one given, or one of our own."""
    given = os.environ.get(ADMIN_URL)
    if given:
        yield given
        return
    real = Settings()
    settings = real.model_copy(update={"database_url": None, "home": real.home / "test"})
    ensure_postgis(settings)
    with step("Database of the tests"):
        _start_or_make_anew(settings)
    with server.running(settings, durable=False) as url:
        yield make_url(url).set(database="postgres").render_as_string()


def _start_or_make_anew(settings: Settings) -> None:
    """Start the tests' cluster once; one that a power cut has spoilt holds nothing to keep."""
    try:
        with server.running(settings, durable=False):
            pass
    except UnavailableError:
        server.discard(settings)


def _side_by_side() -> list[str]:
    """Run everything in a process for each core, a file in one: its fixtures are made once."""
    return ["-n", str(min(os.cpu_count() or 1, _MOST_PROCESSES)), "--dist", "loadfile"]


def _pytest(arguments: list[str], environment: dict[str, str]) -> int:
    # PYTHONUNBUFFERED: in the log of a build, the last lines must be pytest's, in order.
    process = subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", "pytest", *arguments],
        cwd=PROJECT_ROOT,
        env={**environment, "PYTHONUNBUFFERED": "1"},
    )
    try:
        return process.wait()
    except KeyboardInterrupt:
        # Ctrl-C reached pytest too: let it say what it has and drop its database.
        return process.wait()
    except SystemExit:
        process.terminate()
        process.wait()
        raise


def _browser() -> str | None:
    return next((path for name in _BROWSERS if (path := shutil.which(name))), None)


def _ensure_browser() -> None:
    if _browser() is None:
        with step("Chromium, for the tests of pages and maps") as current:
            setup_system.install_chromium(current)


def _ensure_chinese_font() -> None:
    fc_list = shutil.which("fc-list")
    if fc_list is None or not _output([fc_list, ":lang=zh"]).strip():
        with step("A Chinese font, for pages and screenshots") as current:
            setup_system.install_chinese_font(current)


def _output(command: list[str]) -> str:
    return subprocess.run(  # noqa: S603 - a program of the system, no input
        command, check=False, capture_output=True, text=True
    ).stdout


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
