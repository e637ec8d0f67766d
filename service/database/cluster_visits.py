"""Which enterprises of a cluster are visited next, by whom: from the targets of the day."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from service.database import analyses
from service.database.frames import read_table
from service.database.tables import EnterpriseRow, OfficerRow, TargetRow

_SHOWN = 5


def next_visits(
    session: Session, county_code: str, on: date, members: Mapping[int, Iterable[int]]
) -> dict[int, list[dict[str, Any]]]:
    """Return for each cluster the members with the highest scores among the day's targets.

    Args:
        session: A session.
        county_code: The county.
        on: The day of the targets; without a ranking of that day there are no visits to name.
        members: Enterprise ids by any key of a cluster.

    Returns:
        By the same keys: enterprise_id, name, cell_code, officer_id, officer (its name, ''
        nobody), due_on (ISO date or None), score; the highest score first, five at most.
    """
    lists = {key: frozenset(ids) for key, ids in members.items()}
    everyone = frozenset[int]().union(*lists.values())
    analysis_id = analyses.latest_or_none(session, county_code, "targets", on)
    if analysis_id is None or not everyone:
        return {key: [] for key in lists}
    statement = (
        select(
            TargetRow.enterprise_id,
            EnterpriseRow.name,
            TargetRow.cell_code,
            TargetRow.officer_id,
            OfficerRow.name.label("officer"),
            TargetRow.due_on,
            TargetRow.score,
        )
        .join(
            EnterpriseRow,
            and_(
                EnterpriseRow.county_code == TargetRow.county_code,
                EnterpriseRow.id == TargetRow.enterprise_id,
            ),
        )
        .outerjoin(
            OfficerRow,
            and_(
                OfficerRow.county_code == TargetRow.county_code,
                OfficerRow.id == TargetRow.officer_id,
            ),
        )
        .where(
            TargetRow.county_code == county_code,
            TargetRow.analysis_id == analysis_id,
            TargetRow.enterprise_id.in_(everyone),
        )
        .order_by(TargetRow.rank_in_county)
    )
    rows = [_plain(row) for row in read_table(session, statement).itertuples(index=False)]
    return {
        key: [row for row in rows if row["enterprise_id"] in ids][:_SHOWN]
        for key, ids in lists.items()
    }


def _plain(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a named tuple of a frame
    return {
        "enterprise_id": int(row.enterprise_id),
        "name": str(row.name),
        "cell_code": row.cell_code,
        "officer_id": None if pd.isna(row.officer_id) else int(row.officer_id),
        "officer": row.officer or "",
        "due_on": row.due_on.isoformat() if isinstance(row.due_on, date) else None,
        "score": float(row.score),
    }
