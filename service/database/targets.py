"""Targets: saving a ranking, and reading the list of a cell or an officer."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from geopandas import GeoDataFrame
from pandas import DataFrame
from sqlalchemy import ColumnElement, Select, and_, func, insert, select
from sqlalchemy.orm import Session

from service.database import analyses
from service.database.frames import missing_as_none, read_shapes, read_table
from service.database.tables import (
    EnterpriseRow,
    LocationRow,
    OfficerRow,
    TargetRow,
)

_SAVED = (
    "enterprise_id",
    "cell_code",
    "officer_id",
    "rank_in_cell",
    "rank_in_county",
    "score",
    "risk_class",
    "due_on",
    "last_visit_on",
    "check_zh",
    "check_en",
    "reasons",
)


def save(session: Session, county_code: str, analysis_id: UUID, frame: DataFrame) -> None:
    """Write the rows of a ranking; their columns are those of the table."""
    key = {"county_code": county_code, "analysis_id": analysis_id}
    rows = [
        {**dict(zip(_SAVED, row, strict=True)), **key}
        for row in missing_as_none(frame[list(_SAVED)]).itertuples(index=False, name=None)
    ]
    if rows:
        session.execute(insert(TargetRow), rows)


def of_county(session: Session, county_code: str, on: date) -> GeoDataFrame:
    """Return all targets of a day in order of their rank in the county.

    Columns: enterprise_id, name, code, kind, product, address, principal, cell_code, officer_id,
    officer_name, rank_in_cell, rank_in_county, score, risk_class, due_on, last_visit_on,
    check_zh, check_en, reasons, level, radius_m, lon, lat, register_key, geometry (WGS 84 point,
    may be missing).

    Raises:
        NotFoundError: Targets have not been ranked for that day.
    """
    return _ranked(session, county_code, on, TargetRow.rank_in_county > 0)


def of_cell(session: Session, county_code: str, on: date, cell_code: str) -> GeoDataFrame:
    """Return the targets of a cell in order of their rank; columns as of `of_county`.

    Raises:
        NotFoundError: Targets have not been ranked for that day.
    """
    return _ranked(session, county_code, on, TargetRow.cell_code == cell_code)


def of_officer(session: Session, county_code: str, on: date, officer_id: int) -> GeoDataFrame:
    """Return the targets of an officer, all cells together, in order of their rank.

    Raises:
        NotFoundError: Targets have not been ranked for that day.
    """
    return _ranked(session, county_code, on, TargetRow.officer_id == officer_id)


def of_enterprise(session: Session, county_code: str, on: date, enterprise_id: int) -> GeoDataFrame:
    """Return an enterprise's row of the list, none if it is not on it; columns as `of_county`."""
    return _ranked(session, county_code, on, TargetRow.enterprise_id == enterprise_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose targets are meant: a cell's, else an officer's, else the county's."""

    cell_code: str | None = None
    officer_id: int | None = None


def page(
    session: Session, county_code: str, on: date, whose: Whose, some: slice
) -> tuple[GeoDataFrame, int]:
    """Return some targets by rank, columns as of `of_county`, and how many there are of all.

    Args:
        session: Reads.
        county_code: The county.
        on: The day.
        whose: A cell's, an officer's or the county's.
        some: First and behind the last, counted from 0.

    Raises:
        NotFoundError: Targets have not been ranked for that day.
    """
    conditions = _of_day(session, county_code, on)
    if whose.cell_code is not None:
        conditions = and_(conditions, TargetRow.cell_code == whose.cell_code)
    elif whose.officer_id is not None:
        conditions = and_(conditions, TargetRow.officer_id == whose.officer_id)
    total = session.scalar(select(func.count()).select_from(TargetRow).where(conditions))
    ranked = _statement().where(conditions).order_by(TargetRow.rank_in_county)
    return read_shapes(session, ranked.slice(some.start, some.stop)), int(total or 0)


def tallies(session: Session, county_code: str, on: date) -> DataFrame:
    """Return how many targets there are by officer, cell, product and risk class.

    Columns: officer_id, cell_code (both may be missing), product, risk_class, enterprises.

    Raises:
        NotFoundError: Targets have not been ranked for that day.
    """
    of_day = _of_day(session, county_code, on)
    groups = (
        TargetRow.officer_id,
        TargetRow.cell_code,
        EnterpriseRow.product,
        TargetRow.risk_class,
    )
    counted = select(*groups, func.count().label("enterprises")).join(EnterpriseRow, _ENTERPRISE)
    return read_table(session, counted.where(of_day).group_by(*groups).order_by(*groups))


def risk_classes(session: Session, county_code: str, on: date) -> DataFrame:
    """Return enterprise_id and risk_class of all targets of a day.

    Raises:
        NotFoundError: Targets have not been ranked for that day.
    """
    of_day = _of_day(session, county_code, on)
    return read_table(session, select(TargetRow.enterprise_id, TargetRow.risk_class).where(of_day))


def first_cell(session: Session, county_code: str, on: date) -> str | None:
    """Return the cell of the target that is first in the county; None if none lies in a cell.

    Raises:
        NotFoundError: Targets have not been ranked for that day.
    """
    of_day = _of_day(session, county_code, on)
    ranked = select(TargetRow.cell_code).where(of_day, TargetRow.cell_code.is_not(None))
    return session.scalar(ranked.order_by(TargetRow.rank_in_county).limit(1))


def _of_day(session: Session, county_code: str, on: date) -> ColumnElement[bool]:
    analysis_id = analyses.latest(session, county_code, "targets", on)
    return and_(TargetRow.county_code == county_code, TargetRow.analysis_id == analysis_id)


def _ranked(
    session: Session, county_code: str, on: date, condition: ColumnElement[bool]
) -> GeoDataFrame:
    statement = _statement().where(_of_day(session, county_code, on), condition)
    return read_shapes(session, statement.order_by(TargetRow.rank_in_county))


_ENTERPRISE = and_(
    EnterpriseRow.county_code == TargetRow.county_code, EnterpriseRow.id == TargetRow.enterprise_id
)


def _statement() -> Select[*tuple[Any, ...]]:
    location = and_(
        LocationRow.county_code == TargetRow.county_code,
        LocationRow.enterprise_id == TargetRow.enterprise_id,
    )
    officer = and_(
        OfficerRow.county_code == TargetRow.county_code, OfficerRow.id == TargetRow.officer_id
    )
    return (
        select(
            TargetRow.enterprise_id,
            EnterpriseRow.name,
            EnterpriseRow.code,
            EnterpriseRow.kind,
            EnterpriseRow.product,
            EnterpriseRow.address,
            EnterpriseRow.principal,
            TargetRow.cell_code,
            TargetRow.officer_id,
            OfficerRow.name.label("officer_name"),
            TargetRow.rank_in_cell,
            TargetRow.rank_in_county,
            TargetRow.score,
            TargetRow.risk_class,
            TargetRow.due_on,
            TargetRow.last_visit_on,
            TargetRow.check_zh,
            TargetRow.check_en,
            TargetRow.reasons,
            LocationRow.level,
            LocationRow.radius_m,
            func.ST_X(LocationRow.geometry).label("lon"),
            func.ST_Y(LocationRow.geometry).label("lat"),
            EnterpriseRow.register_key,
            func.ST_AsBinary(LocationRow.geometry).label("geometry"),
        )
        .join(EnterpriseRow, _ENTERPRISE)
        .outerjoin(LocationRow, location)
        .outerjoin(OfficerRow, officer)
    )
