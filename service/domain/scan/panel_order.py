"""The windows of one centre: its neighbours in order, and where a window may end."""

# ruff: noqa: PLR0913, PLR0917 - kernels take plain arrays, by position

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.domain.scan.jit import kernel
from service.domain.scan.model import Floats, Integers

LARGE_BUCKET = 24  # beyond which a bucket is sorted by merging


class Windows(NamedTuple):
    """Rules of all windows.

    Attributes:
        first: First interval of each stretch of time; shorter stretches come first.
        beyond: The interval after its last.
        size: Of each location.
        size_limit: A window's sizes add up to at most this.
        max_radius: Of the farthest point; infinite for no limit.
        slack: Two distances nearer than this are one.
        closed: Whether all locations at one distance enter together.
        high: Look for windows with more cases than expected.
        low: Look for windows with fewer.
        min_cases: A window of high rates holds at least this many.
        total_cases: Everywhere.
        total_risk: Everywhere.
        bernoulli: Which likelihood.
    """

    first: Integers
    beyond: Integers
    size: Integers
    size_limit: int
    max_radius: float
    slack: float
    closed: bool
    high: bool
    low: bool
    min_cases: int
    total_cases: int
    total_risk: int
    bernoulli: bool


@kernel
def neighbours(
    centre: int,
    x: Floats,
    y: Floats,
    z: Floats,
    stretch: float,
    windows: Windows,
    order: Integers,
    ends: NDArray[np.bool_],
) -> int:
    """Write the neighbours of a centre in order, and after which of them a window may end.

    Locations are numbered by coordinates: of equally near ones, SaTScan's lesser coordinate is
    the lesser number.

    Returns:
        How many neighbours can be in a window.
    """
    dx, dy, dz = x - x[centre], y - y[centre], z - z[centre]
    distance = np.sqrt(dx * dx + dy * dy + dz * dz)
    sort_by_distance(distance, order)
    held, last = 0, 0
    for k in range(order.size):
        j = order[k]
        held += windows.size[j]
        if held > windows.size_limit or distance[j] * stretch > windows.max_radius:
            break
        tied = (
            windows.closed
            and k + 1 < order.size
            and distance[order[k + 1]] - distance[j] <= windows.slack
        )
        ends[k] = not tied
        if not tied:
            last = k + 1
    return last


@kernel
def sort_by_distance(distance: Floats, order: Integers) -> None:
    """Write the numbers of locations by distance, equally far ones by number.

    Locations spread over a plane are as many as the square of their distance, so buckets of equal
    squares hold about one each; only what shares a bucket is compared. However the locations lie,
    it takes no longer than merging all of them.
    """
    n = distance.size
    square = distance.max() ** 2
    per_square = (n - 1) / square
    if not (square < np.inf and per_square < np.inf):  # too far, or too near, for a square
        order[:] = np.argsort(distance, kind="mergesort")
        return
    bucket = np.empty(n, np.int64)
    begin = np.zeros(n + 1, np.int64)
    for j in range(n):
        bucket[j] = min(n - 1, int(distance[j] * distance[j] * per_square))
        begin[bucket[j] + 1] += 1
    for k in range(n):
        begin[k + 1] += begin[k]
    at = begin[:-1].copy()
    for j in range(n):
        order[at[bucket[j]]] = j
        at[bucket[j]] += 1
    for k in range(n):
        sort_bucket(distance, order, begin[k], begin[k + 1])


@kernel
def sort_bucket(distance: Floats, order: Integers, first: int, beyond: int) -> None:
    """Sort a stretch of an order by distance, equally far ones staying as they are."""
    if beyond - first > LARGE_BUCKET:
        inside = order[first:beyond].copy()
        order[first:beyond] = inside[np.argsort(distance[inside], kind="mergesort")]
        return
    for i in range(first + 1, beyond):
        j, hole = order[i], i
        far = distance[j]
        while hole > first and distance[order[hole - 1]] > far:
            order[hole] = order[hole - 1]
            hole -= 1
        order[hole] = j
