"""Key areas, border zones and urban fringes of a county, and the cells that belong to each."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from geopandas import GeoDataFrame
from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session

from service.database.frames import read_shapes
from service.database.loading.bulk import Counts, upsert
from service.database.tables import AreaRow
from service.domain.special_areas import members


def of_county(session: Session, county_code: str, on: date) -> GeoDataFrame:
    """Return the areas that hold on a day, in order of kind and code.

    Columns: code, name, kind, buffer_m (missing for a polygon taken as it is), valid_from,
    valid_to, geometry (WGS 84).
    """
    statement = (
        select(
            AreaRow.code,
            AreaRow.name,
            AreaRow.kind,
            AreaRow.buffer_m,
            AreaRow.valid_from,
            AreaRow.valid_to,
            func.ST_AsBinary(AreaRow.geometry).label("geometry"),
        )
        .where(AreaRow.county_code == county_code, AreaRow.valid_from <= on)
        .where(or_(AreaRow.valid_to.is_(None), AreaRow.valid_to > on))
        .order_by(AreaRow.kind, AreaRow.code)
    )
    return read_shapes(session, statement)


def cells_of(
    session: Session, county_code: str, plan_id: int, areas: GeoDataFrame
) -> dict[str, frozenset[str]]:
    """Return the codes of a plan's cells that belong to each area of the county, by its code."""
    if areas.empty:
        return {}
    near = read_shapes(
        session,
        _NEAR,
        county_code=county_code,
        plan_id=plan_id,
        codes=areas["code"].astype(str).tolist(),
    )
    return members(near, areas)


def save(session: Session, rows: Sequence[dict[str, Any]]) -> Counts:
    """Save areas; one with the same code is replaced."""
    return upsert(session, AreaRow, rows, key=("county_code", "code"), ignore=("batch_id",))


_NEAR: Final = text(
    """
    SELECT c.code, ST_AsBinary(c.geometry) AS geometry
    FROM cell c
    WHERE c.county_code = :county_code AND c.plan_id = :plan_id
      AND EXISTS (
        SELECT FROM area a
        WHERE a.county_code = :county_code AND a.code = ANY (:codes)
          AND ST_Intersects(a.geometry, c.geometry))
    ORDER BY c.code
    """
)
