"""Does a county's own outline agree with its townships, or is it in another datum?"""

from typing import Final

import numpy as np
import shapely
from geopandas import GeoSeries
from shapely.geometry.base import BaseGeometry

from service.domain.crs import STORAGE_EPSG, metric_epsg
from service.domain.datum import to_wgs84
from service.domain.places import Datum

# Two agencies' drawings of one county differ by this share of its area at most.
_AGREE: Final = 0.02
# Converting from another datum explains a disagreement when it removes at least this share of it.
_EXPLAINS: Final = 0.5


def disagreement(one: BaseGeometry, other: BaseGeometry) -> float:
    """Return the ground that only one of two WGS 84 areas covers, as a share of the second."""
    middle = other.centroid
    metric = GeoSeries([one, other], crs=STORAGE_EPSG).to_crs(metric_epsg(middle.x, middle.y))
    difference: float = metric.iloc[0].symmetric_difference(metric.iloc[1]).area
    return difference / float(metric.iloc[1].area)


def converted(shape: BaseGeometry, datum: Datum) -> BaseGeometry:
    """Return a shape given in another datum in WGS 84."""
    return shapely.transform(
        shape, lambda pairs: np.column_stack(to_wgs84(pairs[:, 0], pairs[:, 1], datum))
    )


def compare_outlines(outline: BaseGeometry, townships: BaseGeometry) -> str | None:
    """Return why an outline does not fit the townships, None when it does.

    Args:
        outline: Of the county, in degrees taken for WGS 84.
        townships: The ground that its townships cover, in WGS 84.
    """
    share = disagreement(outline, townships)
    if share <= _AGREE:
        return None
    for datum in (Datum.GCJ02, Datum.BD09):
        after = disagreement(converted(outline, datum), townships)
        if after <= share * (1 - _EXPLAINS):
            return (
                f"the outline misses its townships by {share:.1%} of the county, and by "
                f"{after:.1%} once converted from {datum}: it seems to be in {datum}, "
                f"not WGS 84; convert it, or leave it out (the townships together make the county)"
            )
    return (
        f"the outline and the townships differ by {share:.1%} of the county; check that both are "
        f"of the same county and datum"
    )
