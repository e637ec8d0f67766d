"""Cells of a plan: which one a point is in, what they cover, and where they leave holes."""

from collections.abc import Sequence
from typing import Any

from geopandas import GeoDataFrame
from sqlalchemy import ColumnElement, Select, and_, func, select, text
from sqlalchemy.orm import Session

from service.database.frames import read_shapes
from service.database.tables import CellRow, TownshipRow
from service.domain.errors import CellNotFoundError


def code_at(session: Session, county_code: str, plan_id: int, *, lon: float, lat: float) -> str:
    """Return the code of the cell covering a WGS 84 point; the lowest one on a shared edge.

    Raises:
        CellNotFoundError: No cell of the plan covers the point.
    """
    point = func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326)
    # ST_Covers, not ST_Contains: a shop exactly on a cell's edge is in no cell's interior.
    covering = select(CellRow.code).where(
        _of(county_code, plan_id), func.ST_Covers(CellRow.geometry, point)
    )
    code = session.scalar(covering.order_by(CellRow.code).limit(1))
    if code is None:
        raise CellNotFoundError(lon=lon, lat=lat)
    return code


def of_plan(session: Session, county_code: str, plan_id: int) -> GeoDataFrame:
    """Return the plan's cells in WGS 84, in order of code.

    Columns: cell_id, code, name, township_code, township_name, village_code, cell_type,
    code_system, area_m2, lon and lat (of a point inside the cell), geometry.
    """
    return read_shapes(session, plan_statement(county_code, plan_id))


def codes(session: Session, county_code: str, plan_id: int) -> list[str]:
    """Return the codes of the plan's cells, in order."""
    statement = select(CellRow.code).where(_of(county_code, plan_id))
    return list(session.scalars(statement.order_by(CellRow.code)))


def townships_of(
    session: Session, county_code: str, plan_id: int, cell_codes: Sequence[str]
) -> set[str]:
    """Return the codes of the townships in which cells of a plan lie."""
    statement = select(CellRow.township_code).where(
        _of(county_code, plan_id), CellRow.code.in_(cell_codes)
    )
    return set(session.scalars(statement.distinct()))


def plan_statement(county_code: str, plan_id: int) -> Select[*tuple[Any, ...]]:
    """Return the statement behind `of_plan`, for those who want a part of its rows."""
    inside = func.ST_PointOnSurface(CellRow.geometry)
    return (
        select(
            CellRow.id.label("cell_id"),
            CellRow.code,
            CellRow.name,
            CellRow.township_code,
            TownshipRow.name.label("township_name"),
            CellRow.village_code,
            CellRow.cell_type,
            CellRow.code_system,
            CellRow.area_m2,
            func.ST_X(inside).label("lon"),
            func.ST_Y(inside).label("lat"),
            func.ST_AsBinary(CellRow.geometry).label("geometry"),
        )
        .join(
            TownshipRow,
            and_(
                TownshipRow.county_code == CellRow.county_code,
                TownshipRow.code == CellRow.township_code,
            ),
        )
        .where(_of(county_code, plan_id))
        .order_by(CellRow.code)
    )


def holes(session: Session, county_code: str, plan_id: int, *, min_area_m2: float) -> GeoDataFrame:
    """Return the parts of the county that no cell of the plan covers, the largest first.

    Args:
        session: An open session.
        county_code: The county.
        plan_id: The plan.
        min_area_m2: Parts smaller than this, geodesic square metres, are slivers and left out.

    Returns:
        area_m2 (geodesic), township_code (of the township that holds most of it, missing outside
        every township), geometry (polygon, WGS 84).
    """
    return read_shapes(
        session, _HOLES, county_code=county_code, plan_id=plan_id, min_area_m2=min_area_m2
    )


def overlaps(
    session: Session, county_code: str, plan_id: int, *, min_area_m2: float
) -> GeoDataFrame:
    """Return the pairs of cells that share ground, in order of their codes.

    Returns:
        code, other_code (code < other_code), township_code (of `code`), area_m2 of the ground in
        both (geodesic, more than `min_area_m2`), geometry (multipolygon, WGS 84).
    """
    return read_shapes(
        session, _OVERLAPS, county_code=county_code, plan_id=plan_id, min_area_m2=min_area_m2
    )


def _of(county_code: str, plan_id: int) -> ColumnElement[bool]:
    return and_(CellRow.county_code == county_code, CellRow.plan_id == plan_id)


_HOLES = text(
    """
    WITH hole AS (
        SELECT (ST_Dump(coalesce(ST_Difference(county.geometry, covered.geometry),
                                 county.geometry))).geom AS geometry
        FROM county, LATERAL (
            SELECT ST_Union(cell.geometry) AS geometry
            FROM cell
            WHERE cell.county_code = :county_code AND cell.plan_id = :plan_id
        ) AS covered
        WHERE county.code = :county_code
    )
    SELECT ST_Area(hole.geometry::geography) AS area_m2, township.code AS township_code,
           ST_AsBinary(hole.geometry) AS geometry
    FROM hole LEFT JOIN LATERAL (
        SELECT township.code
        FROM township
        WHERE township.county_code = :county_code
          AND ST_Intersects(township.geometry, hole.geometry)
        ORDER BY ST_Area(ST_Intersection(township.geometry, hole.geometry)) DESC, township.code
        LIMIT 1
    ) AS township ON true
    WHERE ST_Dimension(hole.geometry) = 2
      AND ST_Area(hole.geometry::geography) >= :min_area_m2
    ORDER BY area_m2 DESC, ST_XMin(hole.geometry)
    """
)

_OVERLAPS = text(
    """
    SELECT code, other_code, township_code, area_m2, ST_AsBinary(shared) AS geometry
    FROM (
        SELECT a.code, b.code AS other_code, a.township_code, both_in.shared,
               ST_Area(both_in.shared::geography) AS area_m2
        FROM cell AS a
        JOIN cell AS b ON b.county_code = a.county_code AND b.plan_id = a.plan_id
                      AND a.code < b.code AND ST_Intersects(a.geometry, b.geometry)
        CROSS JOIN LATERAL (
            SELECT ST_CollectionExtract(ST_Intersection(a.geometry, b.geometry), 3) AS shared
        ) AS both_in
        WHERE a.county_code = :county_code AND a.plan_id = :plan_id
          -- Neighbours touch along an edge: an interior in common is cheap to rule out.
          AND NOT ST_Touches(a.geometry, b.geometry)
    ) AS pair
    WHERE area_m2 > :min_area_m2
    ORDER BY code, other_code
    """
)
