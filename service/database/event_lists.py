"""Quality events as a list: a page of the county's, or all of one enterprise."""

from datetime import date
from typing import Any

from geopandas import GeoDataFrame
from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from service.database.frames import read_shapes
from service.database.tables import EnterpriseRow, LocationRow, QualityEventRow


def of_county(  # noqa: PLR0913 - a question with its narrowings
    session: Session,
    county_code: str,
    *,
    on: date,
    enterprise_id: int | None = None,
    kind: str | None = None,
    product: str | None = None,
    limit: int = 1000,
    offset: int = 0,
) -> tuple[GeoDataFrame, int]:
    """Return a page of the events up to a day, the newest first, and how many there are in all.

    Columns: event_id, enterprise_id, enterprise_name, kind, product, occurred_on, is_problem,
    result, inspector, level, due_on, closed_on, disposition, geometry (WGS 84 point of the event,
    else of its enterprise, may be missing).
    """
    wanted: list[ColumnElement[bool]] = [
        QualityEventRow.county_code == county_code,
        QualityEventRow.occurred_on <= on,
    ]
    if enterprise_id is not None:
        wanted.append(QualityEventRow.enterprise_id == enterprise_id)
    if kind is not None:
        wanted.append(QualityEventRow.kind == kind)
    if product is not None:
        wanted.append(QualityEventRow.product == product)
    condition = and_(*wanted)
    total = session.scalar(select(func.count()).select_from(QualityEventRow).where(condition))
    statement = _statement().where(condition)
    newest = (QualityEventRow.occurred_on.desc(), QualityEventRow.id.desc())
    page = statement.order_by(*newest).limit(limit).offset(offset)
    return read_shapes(session, page), int(total or 0)


def _statement() -> Select[*tuple[Any, ...]]:
    point = func.coalesce(QualityEventRow.location, LocationRow.geometry)
    return (
        select(
            QualityEventRow.id.label("event_id"),
            QualityEventRow.enterprise_id,
            EnterpriseRow.name.label("enterprise_name"),
            QualityEventRow.kind,
            QualityEventRow.product,
            QualityEventRow.occurred_on,
            QualityEventRow.is_problem,
            QualityEventRow.result,
            QualityEventRow.inspector,
            QualityEventRow.level,
            QualityEventRow.due_on,
            QualityEventRow.closed_on,
            QualityEventRow.disposition,
            func.ST_AsBinary(point).label("geometry"),
        )
        .outerjoin(
            EnterpriseRow,
            and_(
                EnterpriseRow.county_code == QualityEventRow.county_code,
                EnterpriseRow.id == QualityEventRow.enterprise_id,
            ),
        )
        .outerjoin(
            LocationRow,
            and_(
                LocationRow.county_code == QualityEventRow.county_code,
                LocationRow.enterprise_id == QualityEventRow.enterprise_id,
            ),
        )
    )
