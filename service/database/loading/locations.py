"""The register to be located, and the places that were found."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database.loading.bulk import upsert
from service.database.tables import EnterpriseRow, LocationRow


def register(
    session: Session, county_code: str, *, only: Collection[int] | None = None
) -> Sequence[EnterpriseRow]:
    """Return the enterprises in order of their numbers: all, or only those named."""
    statement = select(EnterpriseRow).where(EnterpriseRow.county_code == county_code)
    rows = session.scalars(statement.order_by(EnterpriseRow.id)).all()
    if only is None:
        return rows
    wanted = set(only)
    return [row for row in rows if row.id in wanted]


def save(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Save where enterprises are, one row each; what was known of them before is replaced."""
    upsert(session, LocationRow, rows, key=("county_code", "enterprise_id"))
