"""Plans: which is in force on a day, drafts, and their publication with a date."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from geopandas import GeoDataFrame
from pandas import DataFrame
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from service.database.frames import read_shapes, read_table
from service.database.loading.cells import plan_on
from service.database.tables import CellRow, PlanRow
from service.domain.errors import InvalidInputError, NotFoundError


def in_force(session: Session, county_code: str, on: date) -> int:
    """Return the plan in force on a day.

    Raises:
        NotFoundError: No plan has been published for that day.
    """
    plan_id = plan_on(session, county_code, on)
    if plan_id is None:
        raise NotFoundError(
            f"no plan of {county_code} is in force on {on}; build one with `wangge grid build` "
            "and publish it with `wangge assign publish`"
        )
    return plan_id


def by_code(session: Session, county_code: str, code: str) -> PlanRow:
    """Return a plan by its code.

    Raises:
        NotFoundError: There is none.
    """
    plan = session.scalar(
        select(PlanRow).where(PlanRow.county_code == county_code, PlanRow.code == code)
    )
    if plan is None:
        raise NotFoundError(f"county {county_code} has no plan {code!r}; `wangge plans` lists them")
    return plan


def exists(session: Session, county_code: str, code: str) -> bool:
    """Say whether the county has a plan of this code, draft or not."""
    statement = select(PlanRow.id).where(PlanRow.county_code == county_code, PlanRow.code == code)
    return session.scalar(statement) is not None


def of_county(session: Session, county_code: str) -> DataFrame:
    """Return every plan, newest first.

    Columns: plan_id, code, status, method, parameters, valid_from, valid_to, note, created_at,
    cells.
    """
    cells = (
        select(func.count())
        .where(CellRow.county_code == PlanRow.county_code, CellRow.plan_id == PlanRow.id)
        .scalar_subquery()
    )
    statement = (
        select(
            PlanRow.id.label("plan_id"),
            PlanRow.code,
            PlanRow.status,
            PlanRow.method,
            PlanRow.parameters,
            PlanRow.valid_from,
            PlanRow.valid_to,
            PlanRow.note,
            PlanRow.created_at,
            cells.label("cells"),
        )
        .where(PlanRow.county_code == county_code)
        .order_by(PlanRow.id.desc())
    )
    return read_table(session, statement)


def add_draft(
    session: Session, county_code: str, *, code: str, method: str, parameters: Mapping[str, Any]
) -> int:
    """Add a draft; a draft of the same code is replaced, a published plan never is.

    Raises:
        InvalidInputError: A published plan has that code.
    """
    same = session.scalar(
        select(PlanRow).where(PlanRow.county_code == county_code, PlanRow.code == code)
    )
    if same is not None and same.status != "draft":
        raise InvalidInputError(f"plan {code!r} is published already; choose another --plan")
    if same is not None:
        session.delete(same)
        session.flush()
    plan = PlanRow(
        county_code=county_code,
        code=code,
        status="draft",
        method=method,
        parameters=dict(parameters),
    )
    session.add(plan)
    session.flush()
    return plan.id


def publish(session: Session, county_code: str, plan_id: int, *, begins: date) -> None:
    """Put a draft in force from a day on; the plan in force until then ends that day.

    Raises:
        InvalidInputError: It is no draft, or a published plan begins that day or later.
    """
    plan = session.get_one(PlanRow, (county_code, plan_id))
    if plan.status != "draft":
        raise InvalidInputError(f"plan {plan.code!r} is {plan.status}; only a draft is published")
    published = select(PlanRow).where(
        PlanRow.county_code == county_code, PlanRow.status == "published"
    )
    later = session.scalar(published.where(PlanRow.valid_from >= begins).limit(1))
    if later is not None:
        raise InvalidInputError(
            f"plan {later.code!r} is in force from {later.valid_from}; publish from a later day"
        )
    session.execute(
        update(PlanRow)
        .where(PlanRow.county_code == county_code, PlanRow.status == "published")
        .values(valid_to=begins, status="superseded")
    )
    plan.status = "published"
    plan.valid_from = begins
    session.flush()


def earlier_cells(session: Session, county_code: str) -> GeoDataFrame:
    """Return code and geometry of every cell of every plan, the newest plan's first.

    A code appears once, with its newest ground: what a rebuilt grid keeps its codes by.
    """
    statement = (
        select(CellRow.code, func.ST_AsBinary(CellRow.geometry).label("geometry"))
        .where(CellRow.county_code == county_code)
        .order_by(CellRow.code, CellRow.plan_id.desc())
        .ext(distinct_on(CellRow.code))
    )
    return read_shapes(session, statement)
