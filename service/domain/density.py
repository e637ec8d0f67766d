"""Dense groups of points: where places crowd, whatever happened there."""

import fast_hdbscan
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.cluster import DBSCAN

from service.domain.errors import InvalidInputError

NOISE = -1


def hdbscan_labels(
    x: ArrayLike, y: ArrayLike, *, min_cluster_size: int = 20, min_samples: int = 10
) -> NDArray[np.int64]:
    """Return the group of each point, from 0 on, or -1 for none; densities may differ by group.

    Args:
        x: Eastings in a metric plane, in metres.
        y: Northings in the same plane, in metres.
        min_cluster_size: Fewest points of a group.
        min_samples: Neighbours, without the point itself, that make a point dense.

    Raises:
        InvalidInputError: A coordinate is missing, or a setting is out of range.
    """
    places = _places(x, y)
    if min_cluster_size < 2 or min_samples < 1:  # noqa: PLR2004 - a pair is the least group
        raise InvalidInputError("min_cluster_size must be at least 2 and min_samples at least 1")
    if len(places) <= max(min_samples, min_cluster_size):
        return np.full(len(places), NOISE, dtype=np.int64)
    model = fast_hdbscan.HDBSCAN(min_cluster_size=min_cluster_size, min_samples=min_samples)
    return np.asarray(model.fit_predict(places), dtype=np.int64)


def dbscan_labels(
    x: ArrayLike, y: ArrayLike, *, radius: float, min_samples: int = 10
) -> NDArray[np.int64]:
    """Return the group of each point, from 0 on, or -1 for none; one density for all groups.

    Args:
        x: Eastings in a metric plane, in metres.
        y: Northings in the same plane, in metres.
        radius: Metres within which neighbours count.
        min_samples: Points within the radius, the point itself included, that make it dense.

    Raises:
        InvalidInputError: A coordinate is missing, or a setting is out of range.
    """
    places = _places(x, y)
    if not (np.isfinite(radius) and radius > 0 and min_samples >= 1):
        raise InvalidInputError("radius must be above 0 and min_samples at least 1")
    if len(places) == 0:
        return np.zeros(0, dtype=np.int64)
    return np.asarray(DBSCAN(eps=radius, min_samples=min_samples).fit_predict(places), np.int64)


def _places(x: ArrayLike, y: ArrayLike) -> NDArray[np.float64]:
    places = np.column_stack((np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)))
    if not np.isfinite(places).all():
        raise InvalidInputError("a coordinate is missing or not finite; remove that point first")
    return places
