"""The register and the cells as lists: a page is read, never the whole county."""

from dataclasses import dataclass
from typing import Any

from geopandas import GeoDataFrame
from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session

from service.database import cells, enterprises
from service.database.frames import read_shapes
from service.database.tables import CellRow, EnterpriseRow, LocationRow


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterFilter:
    """Which enterprises: of a cell, a product, some numbers, a box (degrees, WGS 84); None is all.

    Attributes:
        box: West, south, east, north; only enterprises placed to their village or better.
    """

    cell_code: str | None = None
    product: str | None = None
    ids: tuple[int, ...] = ()
    box: tuple[float, float, float, float] | None = None


def page_of_enterprises(
    session: Session,
    county_code: str,
    plan_id: int,
    wanted: RegisterFilter,
    *,
    limit: int,
    offset: int,
) -> tuple[GeoDataFrame, int]:
    """Return a page of the register in order of number, and how many there are in all.

    Columns as of `enterprises.located`.
    """
    narrowed = _narrowed(county_code, plan_id, wanted)
    total = session.scalar(select(func.count()).select_from(narrowed.subquery()))
    # The numbers first: places and cells are worked out for a page's rows alone.
    numbers = session.scalars(narrowed.order_by(EnterpriseRow.id).limit(limit).offset(offset)).all()
    statement = enterprises.located_statement(county_code, plan_id)
    return read_shapes(session, statement.where(EnterpriseRow.id.in_(numbers))), int(total or 0)


def page_of_cells(
    session: Session,
    county_code: str,
    plan_id: int,
    *,
    township_code: str | None,
    limit: int,
    offset: int,
) -> tuple[GeoDataFrame, int]:
    """Return a page of a plan's cells, all or a township's, and how many there are in all.

    Columns as of `cells.of_plan`.
    """
    here = [CellRow.county_code == county_code, CellRow.plan_id == plan_id]
    if township_code is not None:
        here.append(CellRow.township_code == township_code)
    total = session.scalar(select(func.count()).select_from(CellRow).where(*here))
    statement = cells.plan_statement(county_code, plan_id).where(*here)
    return read_shapes(session, statement.limit(limit).offset(offset)), int(total or 0)


def _narrowed(county_code: str, plan_id: int, wanted: RegisterFilter) -> Select[*tuple[Any, ...]]:
    conditions: list[ColumnElement[bool]] = [EnterpriseRow.county_code == county_code]
    if wanted.product is not None:
        conditions.append(EnterpriseRow.product == wanted.product)
    if wanted.ids:
        conditions.append(EnterpriseRow.id.in_(wanted.ids))
    numbers = select(EnterpriseRow.id)
    if wanted.box is None and wanted.cell_code is None:
        return numbers.where(*conditions)
    numbers = numbers.join(
        LocationRow,
        and_(
            LocationRow.county_code == EnterpriseRow.county_code,
            LocationRow.enterprise_id == EnterpriseRow.id,
        ),
    )
    conditions += [LocationRow.status == "placed", LocationRow.level.in_(enterprises.PRECISE)]
    if wanted.box is not None:
        envelope = func.ST_MakeEnvelope(*wanted.box, 4326)
        conditions.append(LocationRow.geometry.op("&&")(envelope))
    if wanted.cell_code is not None:
        conditions.append(_in_cell(county_code, plan_id, wanted.cell_code))
    return numbers.where(*conditions)


def _in_cell(county_code: str, plan_id: int, code: str) -> ColumnElement[bool]:
    """Tell whether a point is in a cell; the lowest code wins on a shared edge."""
    own = and_(CellRow.county_code == county_code, CellRow.plan_id == plan_id)
    shape = select(CellRow.geometry).where(own, CellRow.code == code).scalar_subquery()
    lower = exists().where(
        own, CellRow.code < code, func.ST_Covers(CellRow.geometry, LocationRow.geometry)
    )
    return and_(func.ST_Covers(shape, LocationRow.geometry), ~lower)
