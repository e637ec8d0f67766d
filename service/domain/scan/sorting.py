"""The windows of one block in the order of their distance."""

import math

import numpy as np
from numpy.typing import NDArray

from service.domain.scan.jit import inlined, lean
from service.domain.scan.model import Floats, Integers
from service.domain.scan.rings import Blocks, Rules
from service.domain.scan.tiles import Field

SORT_BY_INSERTION = 200


@inlined
def sort_block(
    centre: int, block: int, blocks: int, field: Field, rules: Rules, into: Blocks
) -> None:
    """Sort one block by distance and find out where its windows may end."""
    order, distance, inside, may_end = into.order, into.distance, into.inside, into.may_end
    risks, sizes = field.risk, field.size
    start, end = into.start[block], into.start[block] + into.length[block]
    measure_distances(centre, start, end, field, order, distance)
    if end - start > SORT_BY_INSERTION:
        heap_sort(start, end, field.number, order, distance)
    else:
        insert_in_order(start, end, field.number, order, distance)
    beyond = np.inf
    if rules.closed and block + 1 < blocks:
        beyond = _nearest_of(centre, block + 1, field, into)
    risk, size = into.risk[block], into.size[block]
    for k in range(start, end):
        risk += risks[order[k]]
        size += sizes[order[k]]
        inside[k] = risk
        after = distance[k + 1] if k + 1 < end else beyond
        apart = not rules.closed or after - distance[k] > rules.distance_slack
        may_end[k] = apart and distance[k] <= rules.max_radius and size <= rules.size_limit
    into.ready[block] = True


@inlined
def _nearest_of(centre: int, block: int, field: Field, into: Blocks) -> float:
    """Return the distance of the nearest location of an unsorted block."""
    # A sorted block has its distances already; computing them anew changes nothing.
    start, end = into.start[block], into.start[block] + into.length[block]
    measure_distances(centre, start, end, field, into.order, into.distance)
    distance = into.distance
    least = np.inf
    for k in range(start, end):
        least = min(least, distance[k])
    return float(least)


@lean
def measure_distances(
    centre: int, start: int, end: int, field: Field, order: NDArray[np.int32], distance: Floats
) -> None:
    """Set the distances of some entries of an order."""
    xs, ys, zs = field.x, field.y, field.z
    x, y, z = xs[centre], ys[centre], zs[centre]
    for k in range(start, end):
        j = order[k]
        dx, dy, dz = xs[j] - x, ys[j] - y, zs[j] - z
        distance[k] = math.sqrt(dx * dx + dy * dy + dz * dz)


@lean
def insert_in_order(
    start: int, end: int, number: Integers, order: NDArray[np.int32], distance: Floats
) -> None:
    """Sort by (distance, number); fast when nearly sorted already, as rings leave it."""
    for k in range(start + 1, end):
        item, far = order[k], distance[k]
        at = k
        while at > start and (
            distance[at - 1] > far
            or (distance[at - 1] == far and number[order[at - 1]] > number[item])
        ):
            order[at], distance[at] = order[at - 1], distance[at - 1]
            at -= 1
        order[at], distance[at] = item, far


@lean
def heap_sort(
    start: int, end: int, number: Integers, order: NDArray[np.int32], distance: Floats
) -> None:
    """Sort by (distance, number) in a time that no arrangement makes quadratic."""
    length = end - start
    for first in range(length // 2 - 1, -1, -1):
        _sink(start, first, length, number, order, distance)
    for last in range(length - 1, 0, -1):
        a, b = start, start + last
        order[a], order[b] = order[b], order[a]
        distance[a], distance[b] = distance[b], distance[a]
        _sink(start, 0, last, number, order, distance)


@lean
def _sink(
    start: int,
    at: int,
    length: int,
    number: Integers,
    order: NDArray[np.int32],
    distance: Floats,
) -> None:
    """Let an entry of a heap sink until no child is after it."""
    item, far = order[start + at], distance[start + at]
    while 2 * at + 1 < length:
        child = start + 2 * at + 1
        if 2 * at + 2 < length and (
            distance[child + 1] > distance[child]
            or (
                distance[child + 1] == distance[child]
                and number[order[child + 1]] > number[order[child]]
            )
        ):
            child += 1
        later = distance[child] > far or (
            distance[child] == far and number[order[child]] > number[item]
        )
        if not later:
            break
        order[start + at], distance[start + at] = order[child], distance[child]
        at = child - start
    order[start + at], distance[start + at] = item, far
