"""Rows into a table by COPY and one upsert, in the session's own transaction."""

import json
import math
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import psycopg
import shapely
from psycopg import sql
from sqlalchemy.orm import DeclarativeBase, Session

# From so many new rows on, the planner is told; it looks by itself only after a minute.
_MANY = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What an upsert did: rows that are new, rows that changed, rows that were already so."""

    inserted: int
    updated: int
    unchanged: int

    def in_words(self) -> str:
        """Return the three counts as a sender reads them."""
        return (
            f"{self.inserted} new, {self.updated} brought up to date, {self.unchanged} as they were"
        )


def upsert(
    session: Session,
    table: type[DeclarativeBase],
    rows: Sequence[dict[str, Any]],
    *,
    key: Sequence[str],
    ignore: Sequence[str] = (),
) -> Counts:
    """Insert rows, or change those whose key is there already.

    Args:
        session: Its transaction holds the work.
        table: A mapped class; columns that the rows do not name keep their values.
        rows: All with the same columns, each key once. Geometries are Shapely, EPSG:4326.
        key: Columns of a unique constraint.
        ignore: Columns that alone do not make a row different (such as the import it came with).
    """
    if not rows:
        return Counts(inserted=0, updated=0, unchanged=0)
    columns = list(rows[0])
    with _cursor(session) as cursor:
        staging = sql.Identifier(f"staging_{secrets.token_hex(6)}")
        _stage(cursor, staging, table.__tablename__, columns, rows)
        returned = cursor.execute(
            _merge(staging, table.__tablename__, columns, key=key, ignore=ignore)
        ).fetchall()
        cursor.execute(sql.SQL("DROP TABLE {}").format(staging))
        _tell_planner(cursor, table, rows)
    inserted = sum(bool(is_new) for (is_new,) in returned)
    return Counts(
        inserted=inserted,
        updated=len(returned) - inserted,
        unchanged=len(rows) - len(returned),
    )


def insert(session: Session, table: type[DeclarativeBase], rows: Sequence[dict[str, Any]]) -> int:
    """Insert rows that are all new, and return how many."""
    if rows:
        with _cursor(session) as cursor:
            _copy(cursor, sql.Identifier(table.__tablename__), list(rows[0]), rows)
            _tell_planner(cursor, table, rows)
    return len(rows)


def _tell_planner(
    cursor: psycopg.Cursor[Any], table: type[DeclarativeBase], rows: Sequence[dict[str, Any]]
) -> None:
    """Renew the statistics of a table: without them a join of thousands of rows takes minutes."""
    if len(rows) >= _MANY:
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table.__tablename__)))


def _cursor(session: Session) -> psycopg.Cursor[Any]:
    """Return a cursor of the driver on the connection that the session holds."""
    session.flush()
    driver = session.connection().connection.driver_connection
    return cast("psycopg.Connection[Any]", driver).cursor()


def _stage(
    cursor: psycopg.Cursor[Any],
    staging: sql.Identifier,
    table: str,
    columns: Sequence[str],
    rows: Iterable[dict[str, Any]],
) -> None:
    """Copy rows into a temporary table with the types of the real one and none of its checks."""
    cursor.execute(
        sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} LIMIT 0").format(
            staging, _listed(columns), sql.Identifier(table)
        )
    )
    _copy(cursor, staging, columns, rows)


def _copy(
    cursor: psycopg.Cursor[Any],
    target: sql.Identifier,
    columns: Sequence[str],
    rows: Iterable[dict[str, Any]],
) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(target, _listed(columns))
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([_plain(row[column]) for column in columns])


def _merge(
    staging: sql.Identifier,
    table: str,
    columns: Sequence[str],
    *,
    key: Sequence[str],
    ignore: Sequence[str],
) -> sql.Composed:
    """Return the upsert; it touches only rows that differ, and says of each whether it is new."""
    changing = [column for column in columns if column not in key]
    compared = [column for column in changing if column not in ignore]
    assign = sql.SQL(", ").join(
        sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(column)) for column in changing
    )
    differs = sql.SQL(" OR ").join(
        sql.SQL("there.{0} IS DISTINCT FROM EXCLUDED.{0}").format(sql.Identifier(column))
        for column in compared
    )
    return sql.SQL(
        "INSERT INTO {table} AS there ({columns}) SELECT {columns} FROM {staging} "
        "ON CONFLICT ({key}) DO UPDATE SET {assign} WHERE {differs} RETURNING there.xmax = 0"
    ).format(
        table=sql.Identifier(table),
        columns=_listed(columns),
        staging=staging,
        key=_listed(key),
        assign=assign,
        differs=differs,
    )


def _listed(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column) for column in columns)


def _plain(value: object) -> object:
    """Return a value as COPY takes it: shapes as EWKB, documents as JSON, NaN as nothing."""
    if isinstance(value, shapely.Geometry):
        return shapely.to_wkb(shapely.set_srid(value, 4326), hex=True, include_srid=True)
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, float) and math.isnan(value):
        return None
    return value
