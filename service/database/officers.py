"""Officers, and who answers for which cell on a day."""

from datetime import date

from geopandas import GeoDataFrame
from pandas import DataFrame
from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from service.database.frames import read_shapes, read_table
from service.database.tables import CellRow, OfficerRow, ResponsibilityRow
from service.domain.errors import NotFoundError


def of_county(session: Session, county_code: str) -> GeoDataFrame:
    """Return all officers, past ones too, in order of staff number.

    Columns: officer_id, staff_no, name, role, department, township_code, phone, is_enforcement,
    capacity_visits_per_month, active_from, active_to, lon, lat, geometry (the office, WGS 84
    point, may be missing).
    """
    statement = (
        select(
            OfficerRow.id.label("officer_id"),
            OfficerRow.staff_no,
            OfficerRow.name,
            OfficerRow.role,
            OfficerRow.department,
            OfficerRow.township_code,
            OfficerRow.phone,
            OfficerRow.is_enforcement,
            OfficerRow.capacity_visits_per_month,
            OfficerRow.active_from,
            OfficerRow.active_to,
            func.ST_X(OfficerRow.base).label("lon"),
            func.ST_Y(OfficerRow.base).label("lat"),
            func.ST_AsBinary(OfficerRow.base).label("geometry"),
        )
        .where(OfficerRow.county_code == county_code)
        .order_by(OfficerRow.staff_no)
    )
    return read_shapes(session, statement)


def id_of(session: Session, county_code: str, key: str) -> int:
    """Return the id of an officer named by staff number or, failing that, by id.

    Raises:
        NotFoundError: Nobody has it.
    """
    by_key = or_(OfficerRow.staff_no == key, cast(OfficerRow.id, String) == key)
    named = (
        select(OfficerRow.id)
        .where(OfficerRow.county_code == county_code, by_key)
        .order_by((OfficerRow.staff_no == key).desc())
        .limit(1)
    )
    found = session.scalar(named)
    if found is None:
        raise NotFoundError(f"county {county_code} has no officer {key}")
    return found


def active_on(session: Session, county_code: str, on: date) -> GeoDataFrame:
    """Return the officers active on a day; columns as of `of_county`."""
    everyone = of_county(session, county_code)
    has_come = everyone["active_from"] <= on
    has_left = everyone["active_to"].map(lambda end: end is not None and end <= on).astype(bool)
    return everyone[has_come & ~has_left].reset_index(drop=True)


def responsible_on(session: Session, county_code: str, plan_id: int, on: date) -> DataFrame:
    """Return who answers for each cell of a plan on a day; a cell without anyone has no row.

    A responsibility counts while its days hold the day *and* its officer is active on it.

    Columns: those of `history`, in order of cell, duty and matter.
    """
    valid = and_(
        ResponsibilityRow.during.contains(on),
        OfficerRow.active_from <= on,
        or_(OfficerRow.active_to.is_(None), OfficerRow.active_to > on),
    )
    return _responsibilities(session, county_code, plan_id, valid)


def history(session: Session, county_code: str, plan_id: int) -> DataFrame:
    """Return every responsibility of a plan's cells, past and future ones too.

    Columns: cell_code, duty, matter, officer_id, staff_no, name, role, phone, is_enforcement,
    capacity_visits_per_month, since, until (first day no longer held, missing if open),
    active_from, active_to, rule, approved_by.
    """
    return _responsibilities(session, county_code, plan_id, ResponsibilityRow.id.is_not(None))


def _responsibilities(
    session: Session, county_code: str, plan_id: int, condition: ColumnElement[bool]
) -> DataFrame:
    statement = (
        select(
            CellRow.code.label("cell_code"),
            ResponsibilityRow.duty,
            ResponsibilityRow.matter,
            ResponsibilityRow.officer_id,
            OfficerRow.staff_no,
            OfficerRow.name,
            OfficerRow.role,
            OfficerRow.phone,
            OfficerRow.is_enforcement,
            OfficerRow.capacity_visits_per_month,
            func.lower(ResponsibilityRow.during).label("since"),
            func.upper(ResponsibilityRow.during).label("until"),
            OfficerRow.active_from,
            OfficerRow.active_to,
            ResponsibilityRow.rule,
            ResponsibilityRow.approved_by,
        )
        .join(
            CellRow,
            and_(
                CellRow.county_code == ResponsibilityRow.county_code,
                CellRow.id == ResponsibilityRow.cell_id,
            ),
        )
        .join(
            OfficerRow,
            and_(
                OfficerRow.county_code == ResponsibilityRow.county_code,
                OfficerRow.id == ResponsibilityRow.officer_id,
            ),
        )
        .where(
            ResponsibilityRow.county_code == county_code,
            CellRow.plan_id == plan_id,
            condition,
        )
        .order_by(
            CellRow.code, ResponsibilityRow.duty, ResponsibilityRow.matter, ResponsibilityRow.id
        )
    )
    return read_table(session, statement)
