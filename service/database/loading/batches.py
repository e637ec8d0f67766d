"""The record of imports: a file sent again with the same mapping is known, and doubles nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from service.database.tables import ImportBatchRow


def earlier(
    session: Session, county_code: str, *, kind: str, sha256: str, mapping: Mapping[str, Any]
) -> datetime | None:
    """Return when the same file was imported in the same way, None if it never was."""
    return session.scalars(
        select(ImportBatchRow.created_at)
        .where(
            ImportBatchRow.county_code == county_code,
            ImportBatchRow.kind == kind,
            ImportBatchRow.sha256 == sha256,
            ImportBatchRow.mapping == dict(mapping),
        )
        .limit(1)
    ).first()


def lock(session: Session, county_code: str) -> None:
    """Let imports into one county wait for each other until the transaction ends."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('wangge import ' || :county, 0))"),
        {"county": county_code},
    )


def record(session: Session, batch: ImportBatchRow) -> UUID:
    """Keep what was imported, and return its number."""
    session.add(batch)
    session.flush()
    return batch.id
