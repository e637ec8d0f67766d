"""Targets: saving a ranking, and reading the list of a cell or an officer."""

from datetime import date
from typing import Any
from uuid import UUID

from geopandas import GeoDataFrame
from pandas import DataFrame
from sqlalchemy import ColumnElement, Select, and_, func, insert, select
from sqlalchemy.orm import Session

from service.database import analyses
from service.database.frames import missing_as_none, read_shapes
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


def _ranked(
    session: Session, county_code: str, on: date, condition: ColumnElement[bool]
) -> GeoDataFrame:
    analysis_id = analyses.latest(session, county_code, "targets", on)
    statement = _statement().where(
        TargetRow.county_code == county_code, TargetRow.analysis_id == analysis_id, condition
    )
    return read_shapes(session, statement.order_by(TargetRow.rank_in_county))


def _statement() -> Select[*tuple[Any, ...]]:
    enterprise = and_(
        EnterpriseRow.county_code == TargetRow.county_code,
        EnterpriseRow.id == TargetRow.enterprise_id,
    )
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
        .join(EnterpriseRow, enterprise)
        .outerjoin(LocationRow, location)
        .outerjoin(OfficerRow, officer)
    )
