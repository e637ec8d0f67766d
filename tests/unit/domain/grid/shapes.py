"""Townships to cut in tests: concave, irregular, from a seed."""

import geopandas
import numpy as np
import shapely
from geopandas import GeoDataFrame
from shapely import Polygon

EPSG = 4547


def ragged_township(seed: int, *, corners: int = 60, radius_m: float = 4000) -> Polygon:
    """Return a star-shaped polygon with deep bays, in EPSG:4547 metres."""
    rng = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach = radius_m * rng.uniform(0.25, 1.0, corners)
    xy = np.column_stack([reach * np.cos(angle), reach * np.sin(angle)])
    return Polygon(xy + np.array([500_000, 4_200_000]))


def township_frame(shape: Polygon, *, code: str = "139921101") -> GeoDataFrame:
    frame = geopandas.GeoDataFrame({"code": [code], "name": ["测试镇"]}, geometry=[shape], crs=EPSG)
    return frame.to_crs(4326)


def village_frame(
    shape: Polygon, count: int, seed: int, *, township: str = "139921101"
) -> GeoDataFrame:
    rng = np.random.default_rng(seed)
    west, south, east, north = shape.bounds
    points: list[shapely.Point] = []
    while len(points) < count:
        point = shapely.Point(rng.uniform(west, east), rng.uniform(south, north))
        if shape.contains(point):
            points.append(point)
    return geopandas.GeoDataFrame(
        {
            "code": [f"{township}{200 + at}" for at in range(count)],
            "name": [f"村{at}" for at in range(count)],
            "township_code": township,
        },
        geometry=points,
        crs=EPSG,
    ).to_crs(4326)
