"""Small checks of a database, one for each thing that can be wrong, each with a hint."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine, text

from service.database.migrate import pending
from service.database.tables import Base


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The outcome of one check; the hint says what to do when it is not met."""

    title: str
    met: bool
    hint: str


@dataclass(frozen=True, slots=True)
class _Check:
    title: str
    hint: str
    met: Callable[[Connection], bool]


_INVALID_INDEXES: Final = "SELECT NOT EXISTS (SELECT FROM pg_index WHERE NOT indisvalid)"
_UNCHECKED: Final = (
    "SELECT NOT EXISTS (SELECT FROM pg_constraint WHERE NOT convalidated "
    "AND connamespace = 'public'::regnamespace)"
)


def _sql(statement: str) -> Callable[[Connection], bool]:
    return lambda connection: bool(connection.scalar(text(statement)))


_CHECKS: Final = (
    _Check(
        "PostgreSQL is version 15 or newer",
        "upgrade PostgreSQL, or set WANGGE_DATABASE_URL to a newer one",
        _sql("SELECT current_setting('server_version_num')::int >= 150000"),
    ),
    _Check(
        "PostGIS is loaded, version 3.3 or newer",
        "install PostGIS on the server, then run `wangge db migrate`",
        _sql(
            "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'postgis' AND "
            "string_to_array(regexp_replace(extversion, '[^0-9.].*', ''), '.')::int[] >= '{3,3}')"
        ),
    ),
    _Check(
        "text is stored as UTF-8",
        "create the database with ENCODING 'UTF8'",
        _sql("SELECT current_setting('server_encoding') = 'UTF8'"),
    ),
    _Check(
        "just-in-time compilation is off",
        "set jit = off: small spatial queries are six times slower with it",
        _sql("SELECT current_setting('jit') = 'off'"),
    ),
    _Check(
        "what is confirmed is on disk",
        "set fsync = on and full_page_writes = on: a power cut loses data otherwise",
        _sql(
            "SELECT current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on'"
        ),
    ),
    _Check(
        "pages on disk carry check sums",
        "stop the server and run `pg_checksums --enable`",
        _sql("SELECT current_setting('data_checksums') = 'on'"),
    ),
    _Check(
        "no index is broken",
        "run REINDEX DATABASE CONCURRENTLY",
        _sql(_INVALID_INDEXES),
    ),
    _Check(
        "every constraint is enforced", "run ALTER TABLE … VALIDATE CONSTRAINT", _sql(_UNCHECKED)
    ),
)


def examine(engine: Engine) -> Iterator[Finding]:
    """Yield the outcome of each check."""
    with engine.connect() as connection:
        for check in _CHECKS:
            yield Finding(title=check.title, met=check.met(connection), hint=check.hint)
    yield Finding(
        title="every index of the schema is there",
        met=not _missing_indexes(engine),
        hint="one was dropped by hand, and questions of place read whole tables: restore a backup",
    )
    yield Finding(
        title="every migration is applied",
        met=not pending(engine),
        hint="run `wangge db migrate`",
    )


def _missing_indexes(engine: Engine) -> set[str]:
    declared = {
        str(index.name) for table in Base.metadata.tables.values() for index in table.indexes
    }
    with engine.connect() as connection:
        there = connection.scalars(text("SELECT indexname FROM pg_indexes")).all()
    return declared - set(there)
