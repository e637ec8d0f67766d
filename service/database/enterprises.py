"""The register: where each enterprise stands, in which cell, and what it is licensed for."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from geopandas import GeoDataFrame
from pandas import DataFrame
from sqlalchemy import ColumnElement, Double, Select, and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.orm import Session

from service.database.frames import read_shapes, read_table
from service.database.tables import CellRow, EnterpriseRow, LicenceRow, LocationRow, TownshipRow
from service.domain.places import PIN_LEVELS
from service.domain.scoring_licences import Licence, examine, names_en, names_zh

# A point that stands for a whole township says nothing about the cell.
PRECISE = tuple(sorted(level.value for level in PIN_LEVELS))
# Among the candidates of a review, the point that the register itself gives has no code.
_GIVEN_POINT = cast('$[*] ? (@.code == "")', JSONPATH)


def located(session: Session, county_code: str, plan_id: int) -> GeoDataFrame:
    """Return every enterprise of the register with its place and its cell under a plan.

    An enterprise is in a cell when it is placed to its village or better and a cell covers the
    point; the lowest code wins on a shared edge.

    Columns: enterprise_id, register_key, code, name, kind, product, address, principal,
    township_code (as registered), enterprise_status, scale, credit_class, attributes; status
    (placed / review), level, confidence, radius_m, reason, reason_zh, located_township_code (as
    the locating said); cell_code, cell_township_code, cells_around (cells with the point in their
    interior: two or more where cells overlap), point_township_code (township whose polygon
    covers the point), disputed_township_code (township of the point that the register gives where
    the address contradicts it); geometry (WGS 84 point, may be missing).
    """
    return read_shapes(session, located_statement(county_code, plan_id))


def located_statement(county_code: str, plan_id: int) -> Select[*tuple[Any, ...]]:
    """Return the statement behind `located`, for those who ask how it is executed."""
    is_precise = and_(LocationRow.status == "placed", LocationRow.level.in_(PRECISE))
    cell = (
        select(
            func.min(CellRow.code).label("code"),
            func.count()
            .filter(func.ST_Contains(CellRow.geometry, LocationRow.geometry))
            .label("cells_around"),
        )
        .where(
            CellRow.county_code == county_code,
            CellRow.plan_id == plan_id,
            is_precise,
            func.ST_Covers(CellRow.geometry, LocationRow.geometry),
        )
        .correlate(LocationRow)
        .lateral("covering_cell")
    )
    township = (
        select(func.min(TownshipRow.code).label("code"))
        .where(
            TownshipRow.county_code == county_code,
            is_precise,
            func.ST_Covers(TownshipRow.geometry, LocationRow.geometry),
        )
        .correlate(LocationRow)
        .lateral("covering_township")
    )
    own_point = func.jsonb_path_query_first(LocationRow.candidates, _GIVEN_POINT)
    disputed = (
        select(func.min(TownshipRow.code).label("code"))
        .where(
            TownshipRow.county_code == county_code,
            LocationRow.reason == "coordinate_text_conflict",
            func.ST_Covers(TownshipRow.geometry, _point(own_point)),
        )
        .correlate(LocationRow)
        .lateral("disputed_township")
    )
    own_cell = and_(
        CellRow.county_code == county_code,
        CellRow.plan_id == plan_id,
        CellRow.code == cell.c.code,
    )
    here = and_(
        LocationRow.county_code == EnterpriseRow.county_code,
        LocationRow.enterprise_id == EnterpriseRow.id,
    )
    return (
        select(
            EnterpriseRow.id.label("enterprise_id"),
            EnterpriseRow.register_key,
            EnterpriseRow.code,
            EnterpriseRow.name,
            EnterpriseRow.kind,
            EnterpriseRow.product,
            EnterpriseRow.address,
            EnterpriseRow.principal,
            EnterpriseRow.township_code,
            EnterpriseRow.status.label("enterprise_status"),
            EnterpriseRow.scale,
            EnterpriseRow.credit_class,
            EnterpriseRow.attributes,
            func.coalesce(LocationRow.status, "review").label("status"),
            LocationRow.level,
            LocationRow.confidence,
            LocationRow.radius_m,
            LocationRow.reason,
            LocationRow.reason_zh,
            LocationRow.township_code.label("located_township_code"),
            cell.c.code.label("cell_code"),
            CellRow.township_code.label("cell_township_code"),
            cell.c.cells_around,
            township.c.code.label("point_township_code"),
            disputed.c.code.label("disputed_township_code"),
            func.ST_AsBinary(LocationRow.geometry).label("geometry"),
        )
        .select_from(EnterpriseRow)
        .outerjoin(LocationRow, here)
        .outerjoin(cell, LocationRow.geometry.is_not(None))
        .outerjoin(township, LocationRow.geometry.is_not(None))
        .outerjoin(disputed, LocationRow.geometry.is_(None))
        .outerjoin(CellRow, own_cell)
        .where(EnterpriseRow.county_code == county_code)
        .order_by(EnterpriseRow.id)
    )


def _point(candidate: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the WGS 84 point of a candidate in jsonb."""
    lon, lat = (cast(candidate.op("->>")(name), Double) for name in ("lon", "lat"))
    return func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326)


def attribute_values(
    session: Session, county_code: str, enterprise_ids: Iterable[int], name: str
) -> dict[int, str]:
    """Return a further column's value of each enterprise that has one (supplier, water, …)."""
    value = func.btrim(EnterpriseRow.attributes[name].astext)
    statement = (
        select(EnterpriseRow.id, value)
        .where(
            EnterpriseRow.county_code == county_code,
            EnterpriseRow.id.in_(list(enterprise_ids)),
            value != "",
        )
        .order_by(EnterpriseRow.id)
    )
    return {int(number): str(text) for number, text in session.execute(statement)}


def licences_of(session: Session, county_code: str, enterprise_id: int, on: date) -> DataFrame:
    """Return the licences of one enterprise issued by a day, expired ones too.

    Columns: enterprise_id, kind, number, issued_on, expires_on, in order of kind.
    """
    statement = (
        select(
            LicenceRow.enterprise_id,
            LicenceRow.kind,
            LicenceRow.number,
            LicenceRow.issued_on,
            LicenceRow.expires_on,
        )
        .where(
            LicenceRow.county_code == county_code,
            LicenceRow.enterprise_id == enterprise_id,
            or_(LicenceRow.issued_on.is_(None), LicenceRow.issued_on <= on),
        )
        .order_by(LicenceRow.kind, LicenceRow.number)
    )
    return read_table(session, statement)


def licences_held(
    session: Session, county_code: str, on: date, ids: Collection[int] | None = None
) -> dict[int, tuple[Licence, ...]]:
    """Return the licences issued by a day, expired ones too, by enterprise_id: all, or of `ids`."""
    held: dict[int, list[Licence]] = {}
    statement = (
        select(LicenceRow.enterprise_id, LicenceRow.kind, LicenceRow.number, LicenceRow.expires_on)
        .where(
            LicenceRow.county_code == county_code,
            or_(LicenceRow.issued_on.is_(None), LicenceRow.issued_on <= on),
        )
        .order_by(LicenceRow.enterprise_id, LicenceRow.kind, LicenceRow.number)
    )
    if ids is not None:
        statement = statement.where(LicenceRow.enterprise_id.in_(ids))
    for enterprise_id, kind, number, expires_on in session.execute(statement):
        licence = Licence(kind=kind, number=number, expires_on=expires_on)
        held.setdefault(enterprise_id, []).append(licence)
    return {enterprise_id: tuple(each) for enterprise_id, each in held.items()}


def licences_lacked(
    session: Session, county_code: str, on: date, ids: Collection[int]
) -> dict[int, tuple[str, str]]:
    """Return what producers lack of required licences on a day, in Chinese and English, by id."""
    held = licences_held(session, county_code, on, ids)
    statement = select(EnterpriseRow.id, EnterpriseRow.product, EnterpriseRow.attributes).where(
        EnterpriseRow.county_code == county_code, EnterpriseRow.id.in_(ids)
    )
    lacked = {}
    for number, product, attributes in session.execute(statement):
        found = examine("producer", product, attributes, held.get(number, ()), on=on)
        kinds = [*found.missing, *(kind for kind, _ in found.expired)]
        if kinds:
            lacked[number] = names_zh(kinds), names_en(kinds)
    return lacked


def to_review(session: Session, county_code: str) -> DataFrame:
    """Return the enterprises that a person must place, those with one reason together.

    Columns: register_key, name, address, township (registered, '' unknown), reason, reason_zh,
    candidates (names of the places it may be, joined).
    """
    statement = (
        select(
            EnterpriseRow.register_key,
            EnterpriseRow.name,
            EnterpriseRow.address,
            func.coalesce(TownshipRow.name, "").label("township"),
            LocationRow.reason,
            LocationRow.reason_zh,
            LocationRow.candidates,
        )
        .join(
            LocationRow,
            and_(
                LocationRow.county_code == EnterpriseRow.county_code,
                LocationRow.enterprise_id == EnterpriseRow.id,
            ),
        )
        .outerjoin(
            TownshipRow,
            and_(
                TownshipRow.county_code == EnterpriseRow.county_code,
                TownshipRow.code == EnterpriseRow.township_code,
            ),
        )
        .where(EnterpriseRow.county_code == county_code, LocationRow.status == "review")
        .order_by(LocationRow.reason, EnterpriseRow.id)
    )
    table = read_table(session, statement)
    names = [
        "、".join(place["name"] for place in found if place["name"])
        for found in table["candidates"]
    ]
    return table.assign(candidates=names)
