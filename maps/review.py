"""The map beside the review queue: where an address may be, by number, and a point set by hand."""

from collections.abc import Sequence
from dataclasses import dataclass

import folium
import shapely
from shapely.geometry.base import BaseGeometry

from maps.county_map import CountyMap
from maps.figure import Shell
from maps.layers import BaseLayer, ClusterMark, ClustersLayer, LabelsLayer
from maps.layers.base import county_outline
from maps.layers.labels import place_names
from maps.layers.pick import PickLayer
from maps.model import Geography, MapMeta
from maps.words import Words

# Metres per degree of latitude, and metres kept free round the candidates' rings.
_METRES_PER_DEGREE = 111_320.0
_MARGIN_M = 2_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPlace:
    """A place that an address may be at.

    Attributes:
        number: What stands in the badge and is pressed on the keyboard.
        lon, lat: Degrees EPSG:4326.
        radius_m: Metres within which the true place is expected, drawn as a ring.
        rough: Known to its township only.
        lines: What speaks for it.
    """

    number: int
    name: Words
    township: Words
    lon: float
    lat: float
    radius_m: float
    rough: bool
    lines: Sequence[Words] = ()


def build_review_map(
    meta: MapMeta,
    geography: Geography,
    places: Sequence[ReviewPlace],
    *,
    road: BaseGeometry | None = None,
) -> folium.Map:
    """Draw the candidates of a group of addresses as numbered rings.

    Args:
        meta: Title and day.
        geography: The county's shapes (EPSG:4326); its cells are not drawn.
        places: The candidates that have a point.
        road: The line that the addresses name, if it is known (EPSG:4326).
    """
    title = Words("待核实地址的可能位置", "Where addresses in review may be")
    shell = Shell(
        title_zh=f"{meta.county_name_zh} {title.zh}",
        title_en=f"{meta.county_name_en or meta.county_name_zh}: {title.en}",
        kind="review",
        state={"initial": {"product": ""}, "by_product": {}},
    )
    county_map = CountyMap(bounds=_bounds(geography, places, road), shell=shell)
    BaseLayer(geography, highlighted=road).add_to(county_map)
    ClustersLayer([_mark(place) for place in places], name="候选 Candidates").add_to(county_map)
    LabelsLayer(place_names(geography)).add_to(county_map)
    PickLayer(Words("手工定点", "Point set by hand")).add_to(county_map)
    return county_map


def _mark(place: ReviewPlace) -> ClusterMark:
    return ClusterMark(
        mark_id=f"place-{place.number}",
        number=str(place.number),
        shape=shapely.Point(place.lon, place.lat),
        radius_m=place.radius_m,
        doubtful=place.rough,
        title=place.name,
        subtitle=place.township,
        rows=[(Words("依据", "Evidence"), line) for line in place.lines],
    )


def _bounds(
    geography: Geography, places: Sequence[ReviewPlace], road: BaseGeometry | None
) -> tuple[float, float, float, float]:
    """Return what is shown first: the candidates and the road, else the county."""
    parts: list[BaseGeometry] = [
        shapely.Point(place.lon, place.lat).buffer(place.radius_m / _METRES_PER_DEGREE)
        for place in places
    ]
    if road is not None:
        parts.append(road)
    if not parts:
        west, south, east, north = county_outline(geography).bounds
        return west, south, east, north
    west, south, east, north = shapely.buffer(
        shapely.union_all(parts), _MARGIN_M / _METRES_PER_DEGREE
    ).bounds
    return west, south, east, north
