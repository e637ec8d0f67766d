"""Locations laid out so that neighbours in space are neighbours in memory.

A k-d split gives tiles of at most 64 locations, each with its bounding box: a centre looks only
into tiles its windows can reach, on a plane or a sphere, in a town or a desert. Centres are
visited along a snake, so that one is near the last and its reach can be bounded by it.
"""

from typing import NamedTuple

import numpy as np

from service.domain.scan.model import Floats, Integers
from service.domain.scan.study import Study

TILE = 64
WARM_UP_CENTRES = 48


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
    order, start = _split(place)
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


def _split(place: Floats) -> tuple[Integers, Integers]:
    """Return an order of the points and where its tiles start: halves of the widest side."""
    order = np.arange(len(place))
    starts, waiting = [0], [(0, len(place))]
    while waiting:
        first, last = waiting.pop()
        if last - first <= TILE:
            starts.append(last)
            continue
        part = order[first:last]
        here = place[part]
        side = here[:, int(np.argmax(np.ptp(here, axis=0)))]
        middle = (last - first) // 2
        order[first:last] = part[np.argpartition(side, middle)]
        waiting += [(first + middle, last), (first, first + middle)]
    return order, np.array(starts, np.int64)


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
