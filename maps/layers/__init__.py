"""Folium layers that carry their data as JSON and their texts as text.

Any Folium map can take them: `CellsLayer(...).add_to(folium.Map())`.
"""

from maps.layers.areas import AreaCount, AreasLayer
from maps.layers.base import BaseLayer
from maps.layers.cells import CellsLayer, Column, FillClass, Theme
from maps.layers.clusters import ClusterMark, ClustersLayer
from maps.layers.labels import Label, LabelsLayer
from maps.layers.points import CanvasPoints, PointLook
from maps.layers.spots import SpotShape, SpotsLayer
from maps.layers.tiles import EnterpriseTiles, RecordRow
from maps.layers.zones import ZonesLayer

__all__ = [
    "AreaCount",
    "AreasLayer",
    "BaseLayer",
    "CanvasPoints",
    "CellsLayer",
    "ClusterMark",
    "ClustersLayer",
    "Column",
    "EnterpriseTiles",
    "FillClass",
    "Label",
    "LabelsLayer",
    "PointLook",
    "RecordRow",
    "SpotShape",
    "SpotsLayer",
    "Theme",
    "ZonesLayer",
]
