"""Cells of an imported plan, and the responsibilities in them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from geopandas import GeoDataFrame
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from service.database.loading.bulk import insert
from service.database.tables import CellRow, OfficerRow, PlanRow, ResponsibilityRow
from service.domain.errors import InvalidInputError


def make_plan(
    session: Session,
    county_code: str,
    *,
    code: str,
    begins: date,
    parameters: Mapping[str, Any],
) -> int:
    """Publish a plan from a day on; the plan in force until then ends that day.

    Raises:
        InvalidInputError: A plan of that code, or one that begins that day or later, is there.
    """
    plans = select(PlanRow).where(PlanRow.county_code == county_code)
    if session.scalar(plans.where(PlanRow.code == code)) is not None:
        raise InvalidInputError(f"there is a plan {code} already; name this one with --plan")
    published = plans.where(PlanRow.status == "published")
    later = session.scalar(published.where(PlanRow.valid_from >= begins).limit(1))
    if later is not None:
        raise InvalidInputError(
            f"plan {later.code} is in force from {later.valid_from}; let this one begin later "
            f"with --from"
        )
    session.execute(
        update(PlanRow)
        .where(PlanRow.county_code == county_code, PlanRow.status == "published")
        .where((PlanRow.valid_to.is_(None)) | (PlanRow.valid_to > begins))
        .values(valid_to=begins, status="superseded")
    )
    plan = PlanRow(
        county_code=county_code,
        code=code,
        status="published",
        method="imported",
        parameters=dict(parameters),
        valid_from=begins,
    )
    session.add(plan)
    session.flush()
    return plan.id


def save_cells(session: Session, county_code: str, plan_id: int, cells: GeoDataFrame) -> int:
    """Save cells with the columns of the data dictionary into a plan."""
    columns = (
        "code",
        "code_system",
        "township_code",
        "village_code",
        "name",
        "cell_type",
        "area_m2",
        "geometry",
    )
    rows = [
        {"county_code": county_code, "plan_id": plan_id, **dict(zip(columns, row, strict=True))}
        for row in zip(*(cells[column] for column in columns), strict=True)
    ]
    return insert(session, CellRow, rows)


def cell_ids(session: Session, county_code: str, plan_id: int) -> dict[str, int]:
    """Return the number of each cell of a plan by its code."""
    statement = select(CellRow.code, CellRow.id).where(
        CellRow.county_code == county_code, CellRow.plan_id == plan_id
    )
    return {row.code: row.id for row in session.execute(statement)}


def plan_on(session: Session, county_code: str, on: date) -> int | None:
    """Return the plan that is published on a day, None when there is none."""
    return session.scalar(
        select(PlanRow.id)
        .where(PlanRow.county_code == county_code, PlanRow.status != "draft")
        .where(PlanRow.valid_from <= on)
        .where(PlanRow.valid_to.is_(None) | (PlanRow.valid_to > on))
        .order_by(PlanRow.valid_from.desc())
        .limit(1)
    )


def officer_ids(session: Session, county_code: str) -> dict[str, int]:
    """Return the number of each officer by staff number."""
    statement = select(OfficerRow.staff_no, OfficerRow.id).where(
        OfficerRow.county_code == county_code
    )
    return {row.staff_no: row.id for row in session.execute(statement)}


def held_duties(
    session: Session, county_code: str, plan_id: int
) -> dict[tuple[int, str, str], list[tuple[date, date | None, int]]]:
    """Return who holds each (cell, duty, matter) of a plan: first day, last day + 1, officer."""
    statement = (
        select(ResponsibilityRow)
        .join(
            CellRow,
            (CellRow.county_code == ResponsibilityRow.county_code)
            & (CellRow.id == ResponsibilityRow.cell_id),
        )
        .where(CellRow.county_code == county_code, CellRow.plan_id == plan_id)
    )
    held: dict[tuple[int, str, str], list[tuple[date, date | None, int]]] = {}
    for row in session.scalars(statement):
        first = row.during.lower
        if first is not None:
            spans = held.setdefault((row.cell_id, row.duty, row.matter), [])
            spans.append((first, row.during.upper, row.officer_id))
    return held


def save_responsibilities(
    session: Session, county_code: str, rows: Sequence[Mapping[str, Any]]
) -> int:
    """Save duties: cell_id, duty, matter, officer_id, from, to, rule, approved_by."""
    session.add_all(
        ResponsibilityRow(
            county_code=county_code,
            cell_id=row["cell_id"],
            duty=row["duty"],
            matter=row["matter"],
            officer_id=row["officer_id"],
            during=Range(row["from"], row["to"], bounds="[)"),
            rule=row["rule"],
            approved_by=row["approved_by"],
        )
        for row in rows
    )
    session.flush()
    return len(rows)
