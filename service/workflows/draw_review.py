"""A group of the review queue → the map of its candidates."""

from datetime import date

import geopandas
import pandas as pd
import shapely
from folium import Map
from geopandas import GeoDataFrame
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from maps.model import Geography, MapMeta
from maps.review import ReviewPlace, build_review_map
from maps.words import Words
from service.database import counties, lines, places, townships
from service.domain.places import RADIUS_M, Level
from service.domain.review_evidence import Option
from service.workflows.review_group import Group


def draw_review(session: Session, county_code: str, group: Group | None, *, on: date) -> Map:
    """Return the map of a group's candidates; of the county alone when there is no group."""
    county = counties.get(session, county_code)
    geography = Geography(
        townships=townships.of_county(session, county_code),
        cells=_no_cells(),
        outline=GeoDataFrame(geometry=geopandas.GeoSeries([county.geometry], crs=4326)),
        villages=places.villages(session, county_code),
        roads=lines.of_level(session, county_code, "road"),
        rivers=lines.of_level(session, county_code, "river"),
    )
    meta = MapMeta(
        county_name_zh=county.name,
        county_name_en=county.name_en,
        as_of=on,
        plan_code="",
        is_fictional=county.is_fictional,
    )
    options = group.options if group is not None else []
    drawn = [_place(one) for one in options if one.lon is not None and one.lat is not None]
    return build_review_map(meta, geography, drawn, road=_road(geography, group))


def _no_cells() -> GeoDataFrame:
    columns = ["code", "name", "township_code", "township_name"]
    return GeoDataFrame(pd.DataFrame(columns=columns), geometry=geopandas.GeoSeries([], crs=4326))


def _road(geography: Geography, group: Group | None) -> BaseGeometry | None:
    roads = geography.roads
    name = group.road if group is not None else ""
    if roads is None or not name:
        return None
    named = roads[roads["name"] == name]
    return None if named.empty else shapely.union_all(named.geometry.to_numpy())


def _place(option: Option) -> ReviewPlace:
    level = Level(option.level)
    name = option.name or "登记坐标"
    return ReviewPlace(
        number=option.number,
        name=Words(name, option.name or "registered point"),
        township=Words(option.township),
        lon=float(option.lon or 0.0),
        lat=float(option.lat or 0.0),
        radius_m=RADIUS_M[level],
        rough=level is Level.TOWNSHIP,
        lines=[Words(said.zh, said.en) for said in option.evidence],
    )
