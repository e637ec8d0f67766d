"""The ground of a map: the county's own lines and names, inlined or as tiles of its own."""

from collections.abc import Sequence

import folium
from shapely.geometry.base import BaseGeometry

from maps.layers.base import BaseLayer
from maps.layers.labels import LabelsLayer, place_names
from maps.layers.pmtiles import PmtilesLayer
from maps.model import Geography


def add_ground(
    county_map: folium.Map,
    geography: Geography,
    *,
    highlighted: BaseGeometry | None = None,
    earlier: Sequence[BaseGeometry] = (),
) -> None:
    """Add land, township lines, rivers, roads and names to a map.

    With `geography.base_address` the lines and names come from the county's PMTiles, which a live
    map asks its own server for; otherwise they are inlined, as every one-file map needs them.

    Args:
        county_map: Where they go; after the cells, which they lie over.
        geography: Shapes in EPSG:4326.
        highlighted: A shape to draw a blue line round (EPSG:4326).
        earlier: Shapes of an earlier plan, for a dashed line (EPSG:4326).
    """
    is_tiled = geography.base_address is not None
    BaseLayer(geography, highlighted=highlighted, earlier=earlier, has_lines=not is_tiled).add_to(
        county_map
    )
    if geography.base_address is not None:
        PmtilesLayer(geography.base_address).add_to(county_map)
    else:
        LabelsLayer(place_names(geography)).add_to(county_map)
