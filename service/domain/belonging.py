"""Which larger area a smaller one belongs to, by the ground they share."""

from typing import Final

import numpy as np
import shapely
from geopandas import GeoDataFrame

from service.domain.area_checks import epsg_of

# An area that shares less than this of itself with any larger one belongs to none.
_LEAST_SHARE: Final = 0.05


def by_largest_overlap(areas: GeoDataFrame, wholes: GeoDataFrame) -> list[str | None]:
    """Return the code of the whole that each area shares most ground with, None when with none.

    Args:
        areas: WGS 84 polygons.
        wholes: WGS 84 polygons with `code`.
    """
    epsg = epsg_of(wholes)
    small = np.asarray(areas.geometry.to_crs(epsg).array)
    large = np.asarray(wholes.geometry.to_crs(epsg).array)
    one, other = shapely.STRtree(large).query(small, predicate="intersects")
    shared = shapely.area(shapely.intersection(small[one], large[other]))
    homes: list[str | None] = [None] * len(areas)
    best = _LEAST_SHARE * shapely.area(small)
    names = wholes["code"].to_numpy()
    for place, whole, ground in zip(one, other, shared, strict=True):
        if ground > best[place]:
            best[place], homes[place] = ground, str(names[whole])
    return homes
