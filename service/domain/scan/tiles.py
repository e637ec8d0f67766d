"""Locations laid out so that neighbours in space are neighbours in memory.

A k-d split gives tiles of at most 64 locations, each with its bounding box: a centre looks only
into tiles its windows can reach, on a plane or a sphere, in a town or a desert. Centres are
visited along a snake, so that one is near the last and its reach can be bounded by it.
"""

from typing import NamedTuple

import numpy as np

from service.domain.scan.jit import kernel
from service.domain.scan.model import Floats, Integers
from service.domain.scan.study import Study

TILE = 64
WARM_UP_CENTRES = 48
WAITING = 64  # parts put aside while others are split: one at each of log2(locations) halvings


class Field(NamedTuple):
    """A study in the order of its tiles; plain arrays, for kernels.

    Attributes:
        x: First coordinate.
        y: Second coordinate.
        z: Third coordinate.
        risk: Of each location.
        size: What the largest window is measured in.
        number: Of each location in the study, the lesser coordinate first.
        cases: Observed.
        tile_start: First location of each tile, and one past the last.
        low: Lower corner of each tile.
        high: Upper corner of each tile.
    """

    x: Floats
    y: Floats
    z: Floats
    risk: Integers
    size: Integers
    number: Integers
    cases: Integers
    tile_start: Integers
    low: Floats
    high: Floats


def lay_out(study: Study) -> Field:
    """Sort the locations of a study into tiles."""
    place = np.column_stack([study.x, study.y, study.z])
    order, start = _split(place, TILE)
    tiled = place[order]
    return Field(
        x=tiled[:, 0].copy(),
        y=tiled[:, 1].copy(),
        z=tiled[:, 2].copy(),
        risk=study.risk[order],
        size=study.size[order],
        number=order,
        cases=study.cases[order],
        tile_start=start,
        low=np.minimum.reduceat(tiled, start[:-1]),
        high=np.maximum.reduceat(tiled, start[:-1]),
    )


@kernel
def _split(place: Floats, most: int) -> tuple[Integers, Integers]:
    """Return an order of the points and where its tiles start: halves of the widest side."""
    size = place.shape[0]
    order = np.arange(size)
    starts, tiles = np.zeros(size + 1, np.int64), 0
    waiting, depth = np.zeros((WAITING, 2), np.int64), 1
    waiting[0, 1] = size
    while depth > 0:
        depth -= 1
        first, last = waiting[depth]
        if last - first <= most:
            tiles += 1
            starts[tiles] = last
            continue
        middle = first + (last - first) // 2
        _halve(first, middle, last, _widest_side(order[first:last], place), order)
        waiting[depth] = middle, last
        waiting[depth + 1] = first, middle
        depth += 2
    return order, starts[: tiles + 1]


@kernel
def _widest_side(order: Integers, place: Floats) -> Floats:
    """Return the coordinates along which some points spread the most."""
    best, widest = 0, -1.0
    for side in range(place.shape[1]):
        low, high = np.inf, -np.inf
        for item in order:
            low, high = min(low, place[item, side]), max(high, place[item, side])
        if high - low > widest:
            best, widest = side, high - low
    return place[:, best]


@kernel
def _halve(first: int, middle: int, last: int, key: Floats, order: Integers) -> None:
    """Order a part so that no key before the middle is above one from there on.

    Quickselect: Hoare, C. A. R. (1961), Algorithm 65: Find.
    """
    low, high = first, last - 1
    while low < high:
        pivot = key[order[(low + high) // 2]]
        left, right = low, high
        while left <= right:
            while key[order[left]] < pivot:
                left += 1
            while key[order[right]] > pivot:
                right -= 1
            if left <= right:
                order[left], order[right] = order[right], order[left]
                left, right = left + 1, right - 1
        if right < middle:
            low = left
        if left > middle:
            high = right


def visiting_order(field: Field) -> Integers:
    """Return all locations: a few from everywhere first, then along a snake.

    The first ones find good windows early, which lets the others be passed over quickly.
    """
    place = np.column_stack([field.x, field.y, field.z])
    spread = np.ptp(place, axis=0)
    across, along = np.argsort(spread)[::-1][:2]
    rows = max(1, int(np.sqrt(len(place) * max(spread[along], 1e-300) / spread[across] / 2)))
    row = ((place[:, along] - place[:, along].min()) * (rows / max(spread[along], 1e-300))).astype(
        np.int64
    )
    forth = np.where(row % 2 == 0, place[:, across], -place[:, across])
    snake = np.lexsort((forth, row))
    ahead = snake[:: max(1, len(place) // WARM_UP_CENTRES)][:WARM_UP_CENTRES]
    rest = np.ones(len(place), np.bool_)
    rest[ahead] = False
    return np.concatenate([ahead, snake[rest[snake]]])
