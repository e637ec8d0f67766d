"""Dense groups of points: where places crowd, whatever happened there.

The two libraries take seconds to import; they are imported by the function that needs them.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from service.domain.errors import InvalidInputError
from service.domain.neighbours import MAX_PAIRS, pairs_within

NOISE = -1


def hdbscan_labels(
    *coordinates: ArrayLike, min_cluster_size: int = 20, min_samples: int = 10
) -> NDArray[np.int64]:
    """Return the group of each point, from 0 on, or -1 for none; densities may differ by group.

    Args:
        coordinates: Eastings and northings of a plane in metres, or three of a sphere.
        min_cluster_size: Fewest points of a group.
        min_samples: Neighbours, without the point itself, that make a point dense.

    Raises:
        InvalidInputError: A coordinate is missing, or a setting is out of range.
    """
    places = _places(coordinates)
    if min_cluster_size < 2 or min_samples < 1:  # noqa: PLR2004 - a pair is the least group
        raise InvalidInputError("min_cluster_size must be at least 2 and min_samples at least 1")
    if len(places) <= max(min_samples, min_cluster_size):
        return np.full(len(places), NOISE, dtype=np.int64)
    import fast_hdbscan  # noqa: PLC0415

    model = fast_hdbscan.HDBSCAN(min_cluster_size=min_cluster_size, min_samples=min_samples)
    return np.asarray(model.fit_predict(places), dtype=np.int64)


def dbscan_labels(
    *coordinates: ArrayLike, radius: float, min_samples: int = 10
) -> NDArray[np.int64]:
    """Return the group of each point, from 0 on, or -1 for none; one density for all groups.

    Points at one place are handed on as one point that weighs as many.

    Args:
        coordinates: Eastings and northings of a plane in metres, or three of a sphere.
        radius: Metres within which neighbours count.
        min_samples: Points within the radius, the point itself included, that make it dense.

    Raises:
        InvalidInputError: A coordinate is missing, a setting is out of range, or the radius
            holds so many pairs that memory would not.
    """
    places = _places(coordinates)
    if not (np.isfinite(radius) and radius > 0 and min_samples >= 1):
        raise InvalidInputError("radius must be above 0 and min_samples at least 1")
    if len(places) == 0:
        return np.zeros(0, dtype=np.int64)
    spots, spot_of, number = np.unique(places, axis=0, return_inverse=True, return_counts=True)
    if pairs_within(spots, radius) > MAX_PAIRS:
        raise InvalidInputError(
            f"a radius of {radius:g} joins more than {MAX_PAIRS:,} pairs; choose a smaller one"
        )
    from sklearn.cluster import DBSCAN  # noqa: PLC0415

    found = DBSCAN(eps=radius, min_samples=min_samples).fit_predict(spots, sample_weight=number)
    return np.asarray(found, np.int64)[spot_of.ravel()]


def _places(coordinates: tuple[ArrayLike, ...]) -> NDArray[np.float64]:
    places = np.column_stack([np.asarray(one, dtype=np.float64) for one in coordinates])
    if not np.isfinite(places).all():
        raise InvalidInputError("a coordinate is missing or not finite; remove that point first")
    return places
