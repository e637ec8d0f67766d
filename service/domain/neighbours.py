"""Neighbours among places of any plane or sphere, however many of them share one spot."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import KDTree

from service.domain.errors import InvalidInputError

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

# Pairs of neighbours that a run keeps: half a gigabyte.
MAX_PAIRS = 20_000_000

_EARTH_RADIUS_M = 6_367_000.0  # the sphere of the scan
_SLACK = 1 + 1e-12


def positions(x: ArrayLike, y: ArrayLike, *, degrees: bool) -> Floats:
    """Return places as rows of coordinates whose straight distance is the distance meant.

    Args:
        x: Longitude in degrees (WGS 84), or x of a plane.
        y: Latitude in degrees, or y.
        degrees: Whether they are longitude and latitude; the rows then hold three coordinates in
            metres from the centre of a sphere of 6,367 km, and distances are chords (of 100 km, a
            metre less than along the ground).

    Raises:
        InvalidInputError: A coordinate is missing or not finite, or there is no place.
    """
    first, second = (np.asarray(one, dtype=np.float64) for one in (x, y))
    if first.size == 0:
        raise InvalidInputError("there are no sites; hand in at least one")
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise InvalidInputError("a coordinate is missing or not finite; remove that site first")
    if not degrees:
        return np.column_stack((first, second))
    longitude, latitude = np.radians(first), np.radians(second)
    across = np.cos(latitude)
    ball = (across * np.cos(longitude), across * np.sin(longitude), np.sin(latitude))
    # A nanometre of rounding must not part rows of one place.
    return np.round(_EARTH_RADIUS_M * np.column_stack(ball), 6)


def pairs_within(places: Floats, radius: float) -> int:
    """Return how many ordered pairs of different places lie at most `radius` apart."""
    tree = KDTree(places)
    return int(tree.count_neighbors(tree, radius)) - len(places)


def within(places: Floats, radius: float) -> tuple[Indices, Indices]:
    """Return both ends of every pair at most `radius` apart, each pair in both directions.

    Raises:
        InvalidInputError: The radius is no positive number, or joins too many pairs.
    """
    if not (np.isfinite(radius) and radius > 0):
        raise InvalidInputError(f"the radius must be a positive number, not {radius}")
    number = pairs_within(places, radius)
    if number > MAX_PAIRS:
        raise InvalidInputError(
            f"a band of {radius:g} gives {number / len(places):,.0f} neighbours to a place on "
            "average, more than can be kept; choose a narrower one, or the nearest few"
        )
    pairs = KDTree(places).query_pairs(radius, output_type="ndarray").astype(np.int64)
    one, other = pairs[:, 0], pairs[:, 1]
    return np.concatenate((one, other)), np.concatenate((other, one))


def nearest_others(places: Floats, count: int) -> Indices:
    """Return, row by row, the `count` nearest other places; ties go to the lower position.

    Raises:
        InvalidInputError: There are not so many others.
    """
    total = len(places)
    if not 1 <= count < total:
        raise InvalidInputError(
            f"{count} nearest neighbours cannot be found among {total} sites; ask for 1 to "
            f"{max(total - 1, 1)}"
        )
    spots, spot_of = np.unique(places, axis=0, return_inverse=True)
    spot_of = spot_of.ravel()
    spot, other = _candidates(spots, spot_of, count + 1)
    # The candidates of a spot, once for each site that stands there.
    begins = np.searchsorted(spot, np.arange(len(spots) + 1))
    lengths = np.diff(begins)[spot_of]
    site = np.repeat(np.arange(total), lengths)
    within_spot = np.arange(len(site)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    other = other[begins[spot_of[site]] + within_spot]
    apart = site != other
    site, other = site[apart], other[apart]
    gaps = np.linalg.norm(places[other] - places[site], axis=1)
    order = np.lexsort((other, gaps, site))
    firsts = np.searchsorted(site[order], np.arange(total))
    found: Indices = other[order][firsts[:, None] + np.arange(count)]
    return found


def _candidates(spots: Floats, spot_of: Indices, needed: int) -> tuple[Indices, Indices]:
    """Return pairs of a spot and a site near it, in order of spots: `needed` sites or more.

    Of the sites of one spot only the first `needed` count: nobody's neighbours hold more.
    """
    order = np.argsort(spot_of, kind="stable").astype(np.int64)
    sizes = np.bincount(spot_of, minlength=len(spots))
    ends = np.cumsum(sizes) - sizes
    kept = np.minimum(sizes, needed)
    tree = KDTree(spots)
    gaps, near = tree.query(spots, k=[*range(1, min(needed, len(spots)) + 1)])
    enough = np.cumsum(kept[near], axis=1) >= needed
    # The distance first, then every spot within it: a tree alone breaks ties by its own shape.
    reach = gaps[np.arange(len(spots)), np.argmax(enough, axis=1)]
    balls = tree.query_ball_point(spots, reach * _SLACK)
    about = np.repeat(np.arange(len(spots)), [len(ball) for ball in balls])
    held = np.concatenate(balls).astype(np.int64)
    number = kept[held]
    rank = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    return np.repeat(about, number), order[np.repeat(ends[held], number) + rank]
