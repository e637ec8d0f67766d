"""Quality events by cell: visits and problems, and reports that nobody has followed up."""

from datetime import date
from typing import Any

from geopandas import GeoDataFrame
from pandas import DataFrame
from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select
from sqlalchemy.orm import Session

from service.database.enterprises import located_statement
from service.database.frames import read_shapes, read_table
from service.database.tables import CellRow, QualityEventRow

# Events of these kinds are visits with a result; only they enter a problem rate.
INSPECTIONS = ("visit", "sample_test")
REPORTS = ("complaint", "tip_off")

ALL_PRODUCTS = "all"


def counts_by_cell(
    session: Session, county_code: str, plan_id: int, product: str, since: date, until: date
) -> DataFrame:
    """Return visits and problems of each cell of a plan, cells without any included.

    An event belongs to the cell of its enterprise, or, without one, to the cell around its point.

    Args:
        session: An open session.
        county_code: The county.
        plan_id: The plan whose cells are counted by.
        product: A product line, or 'all'.
        since: First day counted.
        until: Last day counted.

    Returns:
        cell_code, enterprises (in the cell today), visits, problems (visits that found one),
        problem_enterprises (with at least one), in order of code.
    """
    visited = _inspections_in_cells(county_code, plan_id, product, since, until)
    per_cell = (
        select(
            visited.c.cell_code,
            func.count().label("visits"),
            func.count().filter(visited.c.is_problem).label("problems"),
            func.count(visited.c.enterprise_id.distinct())
            .filter(visited.c.is_problem)
            .label("problem_enterprises"),
        )
        .group_by(visited.c.cell_code)
        .subquery()
    )
    register = _enterprises_in_cells(county_code, plan_id, product)
    statement = (
        select(
            CellRow.code.label("cell_code"),
            func.coalesce(register.c.enterprises, 0).label("enterprises"),
            func.coalesce(per_cell.c.visits, 0).label("visits"),
            func.coalesce(per_cell.c.problems, 0).label("problems"),
            func.coalesce(per_cell.c.problem_enterprises, 0).label("problem_enterprises"),
        )
        .outerjoin(per_cell, per_cell.c.cell_code == CellRow.code)
        .outerjoin(register, register.c.cell_code == CellRow.code)
        .where(CellRow.county_code == county_code, CellRow.plan_id == plan_id)
        .order_by(CellRow.code)
    )
    return read_table(session, statement)


def visits_by_cell(
    session: Session, county_code: str, plan_id: int, since: date, until: date
) -> dict[str, int]:
    """Return visits and sample tests by code of the cell, both days counted; cells without none."""
    counts = counts_by_cell(session, county_code, plan_id, ALL_PRODUCTS, since, until)
    seen = counts[counts["visits"] > 0]
    return {str(code): int(n) for code, n in zip(seen["cell_code"], seen["visits"], strict=True)}


def unanswered_reports(
    session: Session, county_code: str, plan_id: int, since: date, on: date
) -> GeoDataFrame:
    """Return complaints and tip-offs that no inspection has followed up to a day.

    An inspection of the enterprise answers a report about it; one anywhere in the cell answers a
    report that names no enterprise. It counts from the day of the report on.

    Columns: event_id, enterprise_id, kind, occurred_on, cell_code, geometry (WGS 84 point, may be
    missing), in order of day.
    """
    reports = _events_in_cells(
        county_code, plan_id, _happened(county_code, REPORTS, since=since, until=on)
    )
    inspections = _events_in_cells(
        county_code, plan_id, _happened(county_code, INSPECTIONS, since=since, until=on)
    )
    # Only the last inspection matters: a report is answered if that one is no older.
    at_enterprise = _last_by(inspections, "enterprise_id")
    in_cell = _last_by(inspections, "cell_code")
    about_nobody = and_(
        reports.c.enterprise_id.is_(None), in_cell.c.cell_code == reports.c.cell_code
    )
    last = func.coalesce(at_enterprise.c.last_on, in_cell.c.last_on)
    statement = (
        select(
            reports.c.event_id,
            reports.c.enterprise_id,
            reports.c.kind,
            reports.c.occurred_on,
            reports.c.cell_code,
            reports.c.geometry,
        )
        .outerjoin(at_enterprise, at_enterprise.c.enterprise_id == reports.c.enterprise_id)
        .outerjoin(in_cell, about_nobody)
        .where(or_(last.is_(None), last < reports.c.occurred_on))
        .order_by(reports.c.occurred_on, reports.c.event_id)
    )
    return read_shapes(session, statement)


def _last_by(inspections: Subquery, key: str) -> Subquery:
    column = inspections.c[key]
    last_on = func.max(inspections.c.occurred_on).label("last_on")
    return select(column, last_on).where(column.is_not(None)).group_by(column).subquery()


def _happened(
    county_code: str, kinds: tuple[str, ...], *, since: date, until: date
) -> ColumnElement[bool]:
    return and_(
        QualityEventRow.county_code == county_code,
        QualityEventRow.kind.in_(kinds),
        QualityEventRow.occurred_on.between(since, until),
    )


def _inspections_in_cells(
    county_code: str, plan_id: int, product: str, since: date, until: date
) -> Subquery:
    condition = _happened(county_code, INSPECTIONS, since=since, until=until)
    if product != ALL_PRODUCTS:
        condition = and_(condition, QualityEventRow.product == product)
    events = _events_in_cells(county_code, plan_id, condition)
    return select(events).where(events.c.cell_code.is_not(None)).subquery("inspection_in_cell")


def _events_in_cells(county_code: str, plan_id: int, condition: ColumnElement[bool]) -> Subquery:
    """Return events with the cell of their enterprise, or else the one around their point."""
    register = located_statement(county_code, plan_id).subquery()
    around = (
        select(func.min(CellRow.code).label("code"))
        .where(
            CellRow.county_code == county_code,
            CellRow.plan_id == plan_id,
            func.ST_Covers(CellRow.geometry, QualityEventRow.location),
        )
        .correlate(QualityEventRow)
        .lateral("around")
    )
    has_only_a_point = and_(
        QualityEventRow.enterprise_id.is_(None), QualityEventRow.location.is_not(None)
    )
    point = func.ST_AsBinary(QualityEventRow.location)
    statement: Select[*tuple[Any, ...]] = (
        select(
            QualityEventRow.id.label("event_id"),
            QualityEventRow.enterprise_id,
            QualityEventRow.kind,
            QualityEventRow.occurred_on,
            QualityEventRow.is_problem,
            QualityEventRow.inspector,
            func.coalesce(register.c.credit_class, 0).label("credit_class"),
            func.coalesce(register.c.cell_code, around.c.code).label("cell_code"),
            func.coalesce(register.c.geometry, point).label("geometry"),
        )
        .select_from(QualityEventRow)
        .outerjoin(register, register.c.enterprise_id == QualityEventRow.enterprise_id)
        .outerjoin(around, has_only_a_point)
        .where(condition)
    )
    return statement.subquery()


def _enterprises_in_cells(county_code: str, plan_id: int, product: str) -> Subquery:
    register = located_statement(county_code, plan_id).subquery()
    statement = select(register.c.cell_code, func.count().label("enterprises")).where(
        register.c.cell_code.is_not(None)
    )
    if product != ALL_PRODUCTS:
        statement = statement.where(register.c.product == product)
    return statement.group_by(register.c.cell_code).subquery("enterprises_in_cell")
