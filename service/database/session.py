"""Engines and sessions. Only entry points open them, and only entry points commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.orm import Session

from service.database import server
from service.settings import Settings


def engine_for(settings: Settings) -> Engine:
    """Return an engine on the database of the settings; it starts nothing and connects late."""
    return engine_at(server.address(settings))


def engine_at(url: str) -> Engine:
    """Return an engine on a database address."""
    return create_engine(url, pool_pre_ping=True, connect_args=_connect_args(url))


@contextmanager
def open_session(settings: Settings, *, commit: bool) -> Iterator[Session]:
    """Open a session, with the private cluster running as long as it lasts.

    Args:
        settings: Say which database.
        commit: Whether to keep what was done; False tries it and takes it back.

    Raises:
        UnavailableError: The database does not answer or cannot be started.
    """
    with server.running(settings) as url:
        engine = engine_at(url)
        try:
            with Session(engine) as session:
                yield session
                if commit:
                    session.commit()
                else:
                    session.rollback()
        finally:
            engine.dispose()


def _connect_args(url: str) -> dict[str, Any]:
    """Return what psycopg is told beside the address."""
    # Just-in-time compilation costs small spatial queries six times what it saves.
    if "options" in make_url(url).query:
        return {"connect_timeout": 10}
    return {"connect_timeout": 10, "options": "-c jit=off"}
