"""Enterprises with their licences, officers and quality events: saved in bulk, found by name."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.database.loading.bulk import Counts, insert, upsert
from service.database.tables import EnterpriseRow, LicenceRow, OfficerRow, QualityEventRow

_CHUNK = 10_000


def save_enterprises(session: Session, rows: Sequence[dict[str, Any]]) -> Counts:
    """Save enterprises by their register key; one that is there already is brought up to date."""
    return upsert(
        session,
        EnterpriseRow,
        rows,
        key=("county_code", "register_key"),
        ignore=("batch_id",),
    )


def enterprise_ids(session: Session, county_code: str) -> pd.DataFrame:
    """Return id, register_key, code, name and product of every enterprise of the county."""
    columns = ("id", "register_key", "code", "name", "product")
    statement = select(*(getattr(EnterpriseRow, name) for name in columns)).where(
        EnterpriseRow.county_code == county_code
    )
    return pd.DataFrame(session.execute(statement).all(), columns=list(columns))


def replace_licences(
    session: Session, county_code: str, held: dict[int, list[dict[str, Any]]]
) -> int:
    """Give enterprises (by number) the licences a register says they hold, and no others."""
    numbers = list(held)
    for start in range(0, len(numbers), _CHUNK):
        session.execute(
            delete(LicenceRow).where(
                LicenceRow.county_code == county_code,
                LicenceRow.enterprise_id.in_(numbers[start : start + _CHUNK]),
            )
        )
    rows = [
        {"county_code": county_code, "enterprise_id": number, **licence}
        for number, licences in held.items()
        for licence in licences
    ]
    return insert(session, LicenceRow, rows)


def save_officers(session: Session, rows: Sequence[dict[str, Any]]) -> Counts:
    """Save officers by staff number; one who is there already is brought up to date."""
    return upsert(session, OfficerRow, rows, key=("county_code", "staff_no"))


def save_events(session: Session, rows: Sequence[dict[str, Any]]) -> Counts:
    """Save quality events by their key; one that is there already is brought up to date."""
    return upsert(
        session,
        QualityEventRow,
        rows,
        key=("county_code", "event_key"),
        ignore=("batch_id",),
    )
