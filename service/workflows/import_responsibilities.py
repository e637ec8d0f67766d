"""Lists of duties → who answers for which cell, from when to when."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd
from sqlalchemy.orm import Session

from gis_data import refusals
from gis_data.officers import read_responsibilities
from gis_data.rows import Reading
from service.database import counties
from service.database.loading import cells
from service.domain.errors import NotFoundError
from service.workflows.importing import ImportReport, begin, finish

Holder = tuple[date, date | None, int]

_NO_CELL: Final = refusals.Reason(
    "当前网格方案中没有这个网格",
    "the plan in force has no such cell",
    "改正网格编码，或先导入网格",
    "correct the code, or import the cells first",
)
_NO_OFFICER: Final = refusals.Reason(
    "没有这个工号的人员",
    "no officer has this staff number",
    "改正工号，或先导入人员",
    "correct the number, or import the officers first",
)


def import_responsibilities(
    session: Session,
    path: Path,
    reading: Reading,
    *,
    county: str | None = None,
    plan_on: date | None = None,
) -> ImportReport:
    """Load duties into the plan in force; a duty that somebody else holds is refused.

    Args:
        session: Its transaction is the import's.
        path: CSV or XLSX.
        reading: How to read it.
        county: None is the only one loaded.
        plan_on: The plan meant is the one of this day; None is that of each duty's first day.

    Raises:
        FileRefusedError: No row can be used.
        InvalidInputError: The file cannot be read, or its columns are shifted.
        NotFoundError: No plan is in force.
    """
    at = counties.chosen(session, county)
    intake, already = begin(session, "responsibilities", at.code, path, reading, plan_on=plan_on)
    if already is not None:
        return already
    read = read_responsibilities(path, reading)
    officers = cells.officer_ids(session, at.code)
    refused = refusals.Collector()
    kept: list[dict[str, Any]] = []
    for plan_id, rows in _by_plan(session, at.code, read.frame, plan_on):
        numbers = cells.cell_ids(session, at.code, plan_id)
        held = cells.held_duties(session, at.code, plan_id)
        kept.extend(_assigned(rows, numbers, officers, held, refused))
    cells.save_responsibilities(session, at.code, kept)
    return finish(
        session,
        intake,
        read.rows,
        kept=len(kept),
        refused=refusals.together(read.refused, refused.frame()),
        notes=read.rows.notes,
    )


def _by_plan(
    session: Session, county_code: str, frame: pd.DataFrame, plan_on: date | None
) -> list[tuple[int, pd.DataFrame]]:
    """Return the rows of each plan that their days fall in."""
    days = frame["from"] if plan_on is None else frame["from"].map(lambda _: plan_on)
    plans = {day: cells.plan_on(session, county_code, day) for day in days.unique()}
    without = [day for day, plan in plans.items() if plan is None]
    if without:
        raise NotFoundError(
            f"no plan is in force on {min(without).isoformat()}; import or build cells first, or "
            f"name the day of the plan that is meant with --plan-on"
        )
    numbers = days.map(plans)
    return [(int(str(plan)), rows) for plan, rows in frame.groupby(numbers, sort=True)]


def _assigned(
    rows: pd.DataFrame,
    numbers: Mapping[str, int],
    officers: Mapping[str, int],
    held: dict[tuple[int, str, str], list[Holder]],
    refused: refusals.Collector,
) -> list[dict[str, Any]]:
    """Return the rows whose cell and officer are known and whose duty nobody else holds."""
    kept = []
    for place, row in zip(rows.index.tolist(), rows.to_dict("records"), strict=True):
        cell, officer = numbers.get(row["cell_code"]), officers.get(row["staff_no"])
        if cell is None:
            refused.add(place, "cell_code", row["cell_code"], _NO_CELL)
            continue
        if officer is None:
            refused.add(place, "staff_no", row["staff_no"], _NO_OFFICER)
            continue
        spans = held.setdefault((cell, row["duty"], row["matter"]), [])
        span = (row["from"], row["to"], officer)
        other = next((each for each in spans if _meet(each, span)), None)
        if other is not None:
            refused.add(place, "staff_no", row["staff_no"], _taken(other))
            continue
        spans.append(span)
        kept.append({**{str(k): v for k, v in row.items()}, "cell_id": cell, "officer_id": officer})
    return kept


def _meet(one: Holder, other: Holder) -> bool:
    """Whether two spans share a day; the last day is not included, None never ends."""
    return (one[1] is None or other[0] < one[1]) and (other[1] is None or one[0] < other[1])


def _taken(holder: Holder) -> refusals.Reason:
    until = "…" if holder[1] is None else holder[1].isoformat()
    days = f"{holder[0].isoformat()}–{until}"
    return refusals.Reason(
        f"该职责在{days}已有人承担",
        f"somebody holds this duty {days} already",
        "先结束原责任，或改正日期",
        "end that duty first, or correct the dates",
    )
