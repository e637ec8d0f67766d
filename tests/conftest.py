"""Fixtures everyone shares: a migrated PostGIS, a rolled-back session, the real data, Chromium."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from service.database.migrate import upgrade
from service.settings import PROJECT_ROOT

# One prefix for every database of the tests, so that what a killed run left behind is found.
DATABASE_PREFIX = "wangge_test_"

CHROMIUM = Path(os.environ.get("WANGGE_TEST_CHROMIUM", "/usr/bin/chromium"))
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def admin_url() -> URL:
    """Return the address of a server on which the tests may make databases."""
    address = os.environ.get("WANGGE_TEST_DATABASE_URL")
    if address is None:
        pytest.fail(
            "WANGGE_TEST_DATABASE_URL is not set. scripts/test starts a PostGIS of its own and "
            "sets it; or give the address of a superuser on a server used for nothing else.",
            pytrace=False,
        )
    return make_url(address)


@contextmanager
def temporary_database(admin_url: URL) -> Iterator[URL]:
    """Make an empty database with a name of its own, and drop it afterwards."""
    name = f"{DATABASE_PREFIX}{os.getpid()}_{secrets.token_hex(4)}"
    with _administration(admin_url) as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    try:
        yield admin_url.set(database=name)
    finally:
        with _administration(admin_url) as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@contextmanager
def migrated_database(admin_url: URL) -> Iterator[Engine]:
    """Make a database of our tables without a row, and close every connection at the end."""
    with temporary_database(admin_url) as url:
        engine = create_engine(url, connect_args={"options": "-c jit=off"})
        try:
            upgrade(engine)
            yield engine
        finally:
            engine.dispose()


@pytest.fixture(scope="session")
def database_url(admin_url: URL) -> Iterator[URL]:
    """Return the address of this run's database, built by the migrations."""
    _drop_leftovers(admin_url)
    with temporary_database(admin_url) as url:
        engine = create_engine(url)
        upgrade(engine)
        engine.dispose()
        yield url


@pytest.fixture(scope="session")
def engine(database_url: URL) -> Iterator[Engine]:
    """Return an engine on the migrated database; a test that commits cleans up after itself."""
    engine = create_engine(database_url, connect_args={"options": "-c jit=off"})
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """Return a session whose work is rolled back at the end, commits included."""
    with engine.connect() as connection, connection.begin() as outer:
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        outer.rollback()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real files beside the checkout; without it the test is skipped."""
    folder = PROJECT_ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the real files are not there: {folder}")
    return folder


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return a headless Chromium that makes no request of its own."""
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing; scripts/test installs it", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS, headless=True
        )
        yield browser
        browser.close()


def _drop_leftovers(admin_url: URL) -> None:
    """Drop the databases of test runs that died before they could."""
    with _administration(admin_url) as connection:
        names = connection.scalars(
            text(
                "SELECT datname FROM pg_database d WHERE starts_with(datname, :prefix) AND NOT "
                "EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)"
            ),
            {"prefix": DATABASE_PREFIX},
        ).all()
        for name in names:
            if not _is_running(int(name.removeprefix(DATABASE_PREFIX).split("_")[0])):
                connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _administration(admin_url: URL) -> Iterator[Connection]:
    """Connect outside any transaction, as making and dropping databases demands."""
    engine = create_engine(admin_url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
