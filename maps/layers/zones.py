"""Key areas, border zones and urban fringes: the one that is chosen, outlined and named."""

from typing import ClassVar

import shapely
from geopandas import GeoDataFrame
from pandas import Index

from maps.encoding import feature_collection, simplified
from maps.layers.data_layer import DataLayer
from maps.words import Words

_DETAIL_M = 10.0


class ZonesLayer(DataLayer):
    """Dashed outline and name of the area that the state names (`area`), which the map goes to.

    The cells that belong to it are known by it too: `wangge.inArea` tells a count which cells to
    leave out, or to keep alone where the state says `side: "outside"`.

    Args:
        areas: code, name_zh, name_en, cells (codes), geometry (polygons, EPSG:4326).
        cells: code of every cell, in the order of the map's cells.
    """

    factory: ClassVar[str] = "zones"
    script: ClassVar[str] = "zones"

    def __init__(self, areas: GeoDataFrame, cells: GeoDataFrame) -> None:
        """Prepare the shapes, simplified to what a screen can show."""
        shapes = simplified(areas.geometry, tolerance_m=_DETAIL_M)
        order = Index(cells["code"].astype(str))
        # The name stands at the northern end, where it covers least of the area.
        tops = [
            max(shapely.get_coordinates(shape).tolist(), key=lambda at: at[1]) for shape in shapes
        ]
        data = {
            "codes": [str(code) for code in areas["code"]],
            "names": [
                Words(zh, en).as_json()
                for zh, en in zip(areas["name_zh"], areas["name_en"], strict=True)
            ],
            "cells": [
                [int(at) for at in order.get_indexer(Index(sorted(own))) if at >= 0]
                for own in areas["cells"]
            ],
            "shapes": feature_collection(shapes, [{} for _ in shapes]),
            "tops": [[round(north, 5), round(east, 5)] for east, north in tops],
        }
        super().__init__(layer_id="zones", data=data, name="区域 Areas")
