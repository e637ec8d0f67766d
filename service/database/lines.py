"""Roads and rivers: what a map draws beside the cells, where the county has loaded them."""

from geopandas import GeoDataFrame
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.database.frames import read_shapes
from service.database.tables import PlaceRow


def of_level(session: Session, county_code: str, level: str) -> GeoDataFrame:
    """Return the lines of a level, `road` or `river`: name, geometry (WGS 84); often none."""
    statement = (
        select(PlaceRow.name, func.ST_AsBinary(PlaceRow.geometry).label("geometry"))
        .where(
            PlaceRow.county_code == county_code,
            PlaceRow.level == level,
            PlaceRow.geometry.is_not(None),
        )
        .order_by(PlaceRow.code)
    )
    return read_shapes(session, statement)
