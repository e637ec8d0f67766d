"""Villages and other named places of the gazetteer, and where enterprises stand."""

from geopandas import GeoDataFrame
from pandas import DataFrame
from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from service.database.frames import read_shapes, read_table
from service.database.tables import LocationRow, PlaceRow, TownshipRow
from service.domain.places import Level

_PIN_LEVELS = ("rooftop", "road", "village")


def villages(session: Session, county_code: str) -> GeoDataFrame:
    """Return the villages that have a polygon or a point.

    Columns: code, name, township_code, geometry (EPSG:4326; the polygon where one is known).
    """
    shape = func.coalesce(PlaceRow.geometry, PlaceRow.location)
    statement = (
        select(
            PlaceRow.code,
            PlaceRow.name,
            PlaceRow.township_code,
            func.ST_AsBinary(shape).label("geometry"),
        )
        .where(PlaceRow.county_code == county_code, PlaceRow.level == "village")
        .where(shape.is_not(None))
        .order_by(PlaceRow.code)
    )
    return read_shapes(session, statement)


def gazetteer(session: Session, county_code: str) -> DataFrame:
    """Return every place, as the geocoder takes them.

    Columns: code, level, name, township_code, datum, lon, lat (WGS 84 degrees, may be missing),
    radius_m.
    """
    statement = (
        select(
            PlaceRow.code,
            PlaceRow.level,
            PlaceRow.name,
            PlaceRow.township_code,
            PlaceRow.datum,
            func.ST_X(PlaceRow.location).label("lon"),
            func.ST_Y(PlaceRow.location).label("lat"),
            PlaceRow.radius_m,
        )
        .where(PlaceRow.county_code == county_code)
        .order_by(PlaceRow.code)
    )
    return read_table(session, statement)


def landmarks(session: Session, county_code: str) -> GeoDataFrame:
    """Return roads, cut at the borders of townships, and named points with their township.

    Columns: code, name, level (road / poi), township_code (NULL outside every township),
    radius_m, geometry (EPSG:4326; of a road the part inside the township).
    """
    shape = func.coalesce(PlaceRow.geometry, PlaceRow.location)
    inside = func.ST_Intersection(shape, TownshipRow.geometry)
    part = case((TownshipRow.code.is_(None), shape), else_=inside)
    statement = (
        select(
            PlaceRow.code,
            PlaceRow.name,
            PlaceRow.level,
            TownshipRow.code.label("township_code"),
            PlaceRow.radius_m,
            func.ST_AsBinary(part).label("geometry"),
        )
        .outerjoin(
            TownshipRow,
            and_(
                TownshipRow.county_code == PlaceRow.county_code,
                func.ST_Intersects(TownshipRow.geometry, shape),
            ),
        )
        .where(PlaceRow.county_code == county_code, PlaceRow.level.in_(("road", "poi")))
        .where(shape.is_not(None))
        .order_by(PlaceRow.code, TownshipRow.code)
    )
    return read_shapes(session, statement)


def township_names(session: Session, county_code: str) -> dict[str, str]:
    """Return the names of the county's townships by their codes."""
    statement = select(TownshipRow.code, TownshipRow.name).where(
        TownshipRow.county_code == county_code
    )
    return {row.code: row.name for row in session.execute(statement)}


def township_codes_of_places(session: Session, county_code: str) -> dict[str, str]:
    """Return the township's own code by its code in the gazetteer, which may be of 12 digits."""
    statement = select(PlaceRow.code, PlaceRow.township_code).where(
        PlaceRow.county_code == county_code,
        PlaceRow.level == Level.TOWNSHIP.value,
        PlaceRow.township_code.is_not(None),
    )
    return {row.code: row.township_code for row in session.execute(statement)}


def enterprise_points(session: Session, county_code: str) -> GeoDataFrame:
    """Return the points (enterprise_id, geometry) placed to their village or better."""
    statement = (
        select(LocationRow.enterprise_id, func.ST_AsBinary(LocationRow.geometry).label("geometry"))
        .where(LocationRow.county_code == county_code, LocationRow.geometry.is_not(None))
        .where(LocationRow.level.in_(_PIN_LEVELS))
        .order_by(LocationRow.enterprise_id)
    )
    return read_shapes(session, statement)
