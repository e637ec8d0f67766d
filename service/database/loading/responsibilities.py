"""Who answers for a cell: proposed, carried over from another plan, approved."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from service.database.tables import CellRow, ResponsibilityRow

Held = tuple[int, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewResponsibility:
    """An officer answers for a cell from `begins` until the day before `until`.

    Attributes:
        cell_id: The cell.
        officer_id: The officer.
        duty: `lead`, `second`, `coordinator` or `township_leader`.
        matter: What for; `all` is everything.
        begins: First day.
        until: Day after the last one; None is open.
        rule: Why it is proposed.
    """

    cell_id: int
    officer_id: int
    duty: str
    matter: str
    begins: date
    until: date | None
    rule: str


def add(session: Session, county_code: str, new: Iterable[NewResponsibility]) -> None:
    """Save responsibilities, none of them approved yet."""
    session.add_all(
        ResponsibilityRow(
            county_code=county_code,
            cell_id=one.cell_id,
            duty=one.duty,
            matter=one.matter,
            officer_id=one.officer_id,
            during=Range(one.begins, one.until),
            rule=one.rule,
        )
        for one in new
    )
    session.flush()


def held(session: Session, county_code: str, cell_ids: Collection[int]) -> set[Held]:
    """Return cell, duty and matter of every responsibility for some cells, of any day."""
    statement = select(ResponsibilityRow).where(
        ResponsibilityRow.county_code == county_code, ResponsibilityRow.cell_id.in_(cell_ids)
    )
    return {(row.cell_id, row.duty, row.matter) for row in session.scalars(statement)}


def approve(session: Session, county_code: str, plan_id: int, *, by: str) -> None:
    """Put a name under every responsibility of a plan that bears none yet."""
    own = select(CellRow.id).where(CellRow.county_code == county_code, CellRow.plan_id == plan_id)
    session.execute(
        update(ResponsibilityRow)
        .where(
            ResponsibilityRow.county_code == county_code,
            ResponsibilityRow.cell_id.in_(own),
            ResponsibilityRow.approved_by == "",
        )
        .values(approved_by=by)
    )
