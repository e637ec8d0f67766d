"""What stands in PostGIS → the maps about plans: who answers where, and what a plan changes."""

from dataclasses import replace
from datetime import date, timedelta

from pandas import DataFrame
from sqlalchemy.orm import Session

from maps.difference_model import DifferenceInput, PlanSide
from maps.lookup import LookupInput
from service.database import cells, counties, officers, plans
from service.database.tables import PlanRow
from service.domain.errors import InvalidInputError
from service.domain.plan_difference import cell_changes, enterprise_changes, leads_by_matter
from service.workflows.map_inputs import (
    MapSubject,
    geography_of,
    meta_of,
    placed_enterprises,
)


def lookup_input(session: Session, county_code: str, subject: MapSubject) -> LookupInput:
    """Return what the lookup map is drawn from; NotFoundError without a plan in force."""
    county, on = counties.get(session, county_code), subject.on
    plan_id = plans.in_force(session, county_code, on)
    return LookupInput(
        meta=meta_of(session, county, subject, None),
        geography=geography_of(session, county, plan_id, subject),
        responsibilities=officers.responsible_on(session, county_code, plan_id, on),
        enterprises=placed_enterprises(session, county_code, plan_id),
    )


def difference_input(session: Session, county_code: str, subject: MapSubject) -> DifferenceInput:
    """Return what the difference map is drawn from.

    Raises:
        InvalidInputError: A plan is not named, or both are one.
        NotFoundError: A plan does not exist.
    """
    if not subject.from_plan or not subject.to_plan:
        raise InvalidInputError(
            "a difference map needs two plans: give their codes with --from and --to; "
            "`wangge plans` lists them"
        )
    if subject.from_plan == subject.to_plan:
        raise InvalidInputError(f"--from and --to are both {subject.to_plan}; name two plans")
    county = counties.get(session, county_code)
    old = plans.by_code(session, county_code, subject.from_plan)
    new = plans.by_code(session, county_code, subject.to_plan)
    sides, held, located = [], [], []
    for plan in (old, new):
        history = officers.history(session, county_code, plan.id)
        day = _day_of(plan, history, subject.on)
        held.append(officers.responsible_on(session, county_code, plan.id, day))
        located.append(placed_enterprises(session, county_code, plan.id))
        frame = cells.of_plan(session, county_code, plan.id)
        sides.append(PlanSide(code=plan.code, day=day, cells=frame))
    moved = enterprise_changes(
        located[0], located[1], leads_by_matter(held[0]), leads_by_matter(held[1])
    )
    meta = meta_of(session, county, subject, None)
    return DifferenceInput(
        meta=replace(meta, plan_code=f"{old.code} → {new.code}"),
        geography=geography_of(session, county, new.id, subject),
        before=sides[0],
        after=sides[1],
        changes=cell_changes(sides[0].cells, sides[1].cells),
        responsibilities_before=held[0],
        responsibilities_after=held[1],
        enterprises=located[1].merge(moved, on="enterprise_id", validate="1:1"),
    )


def _day_of(plan: PlanRow, history: DataFrame, on: date) -> date:
    """Return the day nearest to `on` on which the plan's duties are held.

    A plan that ended is read on its last day, one that has not begun (or a draft) on its first.
    """
    starts = [one for one in history["since"] if one is not None]
    first = plan.valid_from or min(starts, default=on)
    if plan.valid_to is not None and on >= plan.valid_to:
        return plan.valid_to - timedelta(days=1)
    return max(on, first)
