"""What of the register is compared to find rows that are one enterprise, and how two are merged.

Rows are kept and put back as the database writes them, so that an undo gives back every byte.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pandas import DataFrame
from sqlalchemy import and_, delete, func, select, text
from sqlalchemy.orm import Session

from service.database.frames import read_table
from service.database.tables import (
    EnterpriseRow,
    LicenceRow,
    LocationRow,
    QualityEventRow,
    RegisterRedirectRow,
    TownshipRow,
)

# A table whose rows go with an enterprise: by a foreign key, or by an id of an analysis' result.
_UNLINKED = ("gap", "target")


def register(session: Session, county_code: str) -> DataFrame:
    """Return what is compared of every enterprise, with licences as a list of 'kind number'.

    Columns: enterprise_id, register_key, code, code_system, name, kind, product, principal,
    address, township, status, level, village_code, lon, lat (WGS 84), licences.
    """
    licences = (
        select(
            LicenceRow.enterprise_id,
            func.array_agg(LicenceRow.kind + " " + LicenceRow.number).label("held"),
        )
        .where(LicenceRow.county_code == county_code, LicenceRow.number != "")
        .group_by(LicenceRow.enterprise_id)
        .subquery()
    )
    statement = (
        select(
            EnterpriseRow.id.label("enterprise_id"),
            EnterpriseRow.register_key,
            EnterpriseRow.code,
            EnterpriseRow.code_system,
            EnterpriseRow.name,
            EnterpriseRow.kind,
            EnterpriseRow.product,
            EnterpriseRow.principal,
            EnterpriseRow.address,
            func.coalesce(TownshipRow.name, "").label("township"),
            EnterpriseRow.status,
            LocationRow.level,
            LocationRow.village_code,
            func.ST_X(LocationRow.geometry).label("lon"),
            func.ST_Y(LocationRow.geometry).label("lat"),
            licences.c.held.label("licences"),
        )
        .outerjoin(
            LocationRow,
            and_(
                LocationRow.county_code == EnterpriseRow.county_code,
                LocationRow.enterprise_id == EnterpriseRow.id,
            ),
        )
        .outerjoin(
            TownshipRow,
            and_(
                TownshipRow.county_code == EnterpriseRow.county_code,
                TownshipRow.code == EnterpriseRow.township_code,
            ),
        )
        .outerjoin(licences, licences.c.enterprise_id == EnterpriseRow.id)
        .where(EnterpriseRow.county_code == county_code)
        .order_by(EnterpriseRow.id)
    )
    return read_table(session, statement)


def held(session: Session, county_code: str, numbers: Sequence[int]) -> dict[int, dict[str, int]]:
    """Return how many licences and events hang on enterprises: number → {licences, events}."""
    found: dict[int, dict[str, int]] = {}
    for name, table in (("licences", LicenceRow), ("events", QualityEventRow)):
        statement = (
            select(table.enterprise_id, func.count())
            .where(table.county_code == county_code, table.enterprise_id.in_(list(numbers)))
            .group_by(table.enterprise_id)
        )
        for number, count in session.execute(statement):
            if number is not None:
                found.setdefault(number, {})[name] = count
    return found


def dependants(session: Session) -> list[str]:
    """Return the tables whose rows belong to one enterprise, in an order to put them back in."""
    statement = text(
        """
        SELECT DISTINCT c.conrelid::regclass::text AS name
        FROM pg_constraint AS c
        WHERE c.contype = 'f' AND c.confrelid = 'enterprise'::regclass
        ORDER BY 1
        """
    )
    linked = [name for name in session.scalars(statement) if name not in _UNLINKED]
    return [*linked, *_UNLINKED]


def snapshot(
    session: Session, county_code: str, table: str, numbers: Sequence[int]
) -> list[dict[str, Any]]:
    """Return the rows of enterprises in a table, every value as the database writes it.

    Args:
        session: An open session.
        county_code: The county.
        table: `enterprise`, or one of `dependants`.
        numbers: Of the enterprises.
    """
    column = "id" if table == "enterprise" else "enterprise_id"
    statement = text(
        f"SELECT row_to_json(kept)::jsonb AS kept FROM ({_as_text(session, table)} "  # noqa: S608
        f"WHERE county_code = :county_code AND {column} = ANY(:numbers)) AS kept"
    )
    rows = session.execute(statement, {"county_code": county_code, "numbers": list(numbers)})
    return [dict(row.kept) for row in rows]


def put_back(session: Session, table: str, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert rows of a snapshot again; those whose parent has gone meanwhile are left out."""
    columns = _columns(session, table)
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(f"CAST(:{name} AS {kind})" for name, kind in columns.items())
    statement = text(f'INSERT INTO "{table}" ({names}) VALUES ({values})')  # noqa: S608
    put = 0
    for row in rows:
        if table in _UNLINKED and not _has_analysis(session, row):
            continue
        session.execute(statement, {name: row[name] for name in columns})
        put += 1
    return put


def give(session: Session, county_code: str, table: str, ids: Sequence[int], *, to: int) -> None:
    """Make rows of `licence` or `quality_event` (by id) those of another enterprise."""
    session.execute(
        text(
            f'UPDATE "{table}" SET enterprise_id = :to '  # noqa: S608
            "WHERE county_code = :county_code AND id = ANY(:ids)"
        ),
        {"to": to, "county_code": county_code, "ids": list(ids)},
    )


def remove(session: Session, county_code: str, table: str, number: int) -> None:
    """Delete what is left of an enterprise in a table."""
    column = "id" if table == "enterprise" else "enterprise_id"
    session.execute(
        text(
            f'DELETE FROM "{table}" '  # noqa: S608
            f"WHERE county_code = :county_code AND {column} = :number"
        ),
        {"county_code": county_code, "number": number},
    )


def remove_row(session: Session, county_code: str, table: str, number: int) -> None:
    """Delete one row of `licence` or `quality_event` by its id."""
    session.execute(
        text(f'DELETE FROM "{table}" WHERE county_code = :county_code AND id = :id'),  # noqa: S608
        {"county_code": county_code, "id": number},
    )


def redirects(session: Session, county_code: str) -> list[RegisterRedirectRow]:
    """Return the register keys that were merged into others."""
    statement = select(RegisterRedirectRow).where(RegisterRedirectRow.county_code == county_code)
    return list(session.scalars(statement.order_by(RegisterRedirectRow.register_key)))


def _as_text(session: Session, table: str) -> str:
    """Return a select of a table with every column as text, exactly reversible by a cast."""
    names = ", ".join(f'"{name}"::text AS "{name}"' for name in _columns(session, table))
    return f'SELECT {names} FROM "{table}"'  # noqa: S608


def _columns(session: Session, table: str) -> dict[str, str]:
    """Return the columns of a table with their types."""
    statement = text(
        """
        SELECT attname, format_type(atttypid, atttypmod) AS kind
        FROM pg_attribute
        WHERE attrelid = CAST(:name AS regclass) AND attnum > 0 AND NOT attisdropped
          AND attgenerated = ''
        ORDER BY attnum
        """
    )
    return {row.attname: row.kind for row in session.execute(statement, {"name": table})}


def _has_analysis(session: Session, row: Mapping[str, Any]) -> bool:
    statement = text(
        "SELECT 1 FROM analysis WHERE county_code = :county AND id = CAST(:id AS uuid)"
    )
    values = {"county": row["county_code"], "id": row["analysis_id"]}
    return session.scalar(statement, values) is not None


def drop_redirects(session: Session, county_code: str, decision_id: int) -> None:
    """Let the keys that a merge had led to its survivor stand for themselves again."""
    session.execute(
        delete(RegisterRedirectRow).where(
            RegisterRedirectRow.county_code == county_code,
            RegisterRedirectRow.decision_id == decision_id,
        )
    )
