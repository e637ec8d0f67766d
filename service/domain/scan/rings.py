"""The neighbours of one centre in blocks of rising distance, without sorting them.

The leading bits of a squared distance, read as a whole number, rise with the distance: they are
its *ring*. Rings grow in proportion to the distance, so that they suit a town and a desert alike.
One pass counts the locations of every ring, runs of rings become blocks that end where the risk
inside passes a level, and a second pass puts each location into its block. Only a block that may
hold a better window is ever sorted.
"""

# ruff: noqa: PLR0913, PLR0917 - kernels take plain arrays, by position

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.domain.scan.jit import inlined
from service.domain.scan.model import Floats, Integers
from service.domain.scan.ring_passes import (
    add_up,
    measure,
    read_rings,
    scatter,
    tally,
)
from service.domain.scan.tiles import Field

OCTAVES = 20  # of squared distance told apart; anything nearer shares the first ring
MANTISSA_BITS = 23  # of single precision
PAD = 8  # rows the adder takes at once; a block is filled up with the row of zeros
BOUND_SLACK = 1e-6  # rounding of single precision and more
NO_LEVEL = 1 << 62


class Rules(NamedTuple):
    """What a window must keep to, as plain numbers for kernels."""

    total_cases: int
    total_risk: int
    size_limit: int
    max_radius: float
    distance_slack: float
    least_risk: int
    min_cases: int
    shift: int
    high: bool
    low: bool
    bernoulli: bool
    closed: bool
    equal_risk: bool
    own_size: bool


class Blocks(NamedTuple):
    """Room for the blocks of one centre; every thread has its own.

    Attributes:
        key: Squared distances of the candidates.
        key_bits: The same memory as whole numbers.
        ring: Of each candidate.
        span: First and one past the last location of each run of candidates.
        held: Locations in each ring, then where the next one goes.
        ring_risk: Risk in each ring.
        ring_size: Size in each ring.
        order: Locations block by block, each block filled up to a multiple of eight.
        start: Of each block in `order`.
        length: Locations in each block.
        rank: Locations before each block.
        risk: Risk before each block; one entry more than there are blocks.
        size: Size before each block.
        level: Highest level not above any window that ends in the block.
        level_up: Lowest level not below any.
        ready: Whether a block has been sorted.
        distance: Of each entry of `order` in a sorted block.
        inside: Risk of the window that ends there.
        may_end: Whether a window may end there.
    """

    key: NDArray[np.float32]
    key_bits: NDArray[np.int32]
    ring: NDArray[np.int32]
    span: Integers
    held: NDArray[np.int32]
    ring_risk: Integers
    ring_size: Integers
    order: NDArray[np.int32]
    start: Integers
    length: Integers
    rank: Integers
    risk: Integers
    size: Integers
    level: Integers
    level_up: Integers
    ready: NDArray[np.bool_]
    distance: Floats
    inside: Integers
    may_end: NDArray[np.bool_]


def ring_shift(window: float) -> int:
    """Return how far to shift the bits of a squared distance.

    Args:
        window: Locations in the largest window. Half of them lie in its outermost octave when
            they are spread evenly; a ring there should hold about eight.
    """
    per_octave = min(9, max(4, math.ceil(math.log2(max(1.0, window)) - 4.5)))
    return MANTISSA_BITS - per_octave


def make_blocks(locations: int, tiles: int, levels: int, shift: int) -> Blocks:
    """Make room for the blocks of a centre."""
    rings = OCTAVES << (MANTISSA_BITS - shift)
    blocks, entries = levels + 2, locations + PAD * (levels + 3)
    key = np.zeros(locations + 1, np.float32)
    whole = {name: np.zeros(blocks + 1, np.int64) for name in _PER_BLOCK}
    return Blocks(
        key=key,
        key_bits=key.view(np.int32),
        ring=np.zeros(locations + 1, np.int32),
        span=np.zeros(2 * tiles + 2, np.int64),
        held=np.zeros(rings + 1, np.int32),
        ring_risk=np.zeros(rings + 1, np.int64),
        ring_size=np.zeros(rings + 1, np.int64),
        order=np.zeros(entries, np.int32),
        ready=np.zeros(blocks + 1, np.bool_),
        distance=np.zeros(entries),
        inside=np.zeros(entries, np.int64),
        may_end=np.zeros(entries, np.bool_),
        **whole,
    )


_PER_BLOCK = ("start", "length", "rank", "risk", "size", "level", "level_up")


@inlined
def block_neighbours(
    centre: int, bound: float, field: Field, rules: Rules, levels: Integers, into: Blocks
) -> tuple[int, float]:
    """Fill the blocks of a centre.

    Args:
        centre: A location.
        bound: Squared distance within which the size limit is passed, or everything.
        field: All locations.
        rules: Of windows.
        levels: Risks at which blocks end.
        into: Where to.

    Returns:
        The number of blocks, and a squared distance within which the size limit is passed
        (`bound` itself if it is not).
    """
    spans = _spans_within(centre, bound, field, into)
    rings = into.held.size - 1
    into.key[0] = bound
    base = (into.key_bits[0] >> rules.shift) - rings + 1
    _assign_rings(centre, spans, base, field, rules, into)
    blocks, last = _cut_blocks(centre, field, rules, levels, into)
    scatter(spans, last, into.span, into.ring, into.held, into.order)
    if into.size[blocks] <= rules.size_limit:
        return blocks, bound
    into.key_bits[0] = (base + last + 1) << rules.shift
    return blocks, float(into.key[0])


@inlined
def _spans_within(centre: int, bound: float, field: Field, into: Blocks) -> int:
    """Note the runs of tiles that come within a squared distance; return how many runs."""
    x, y, z = field.x[centre], field.y[centre], field.z[centre]
    low, high, tile_start, span = field.low, field.high, field.tile_start, into.span
    spans, end = 0, -1
    for t in range(low.shape[0]):
        dx = max(low[t, 0] - x, x - high[t, 0], 0.0)
        dy = max(low[t, 1] - y, y - high[t, 1], 0.0)
        dz = max(low[t, 2] - z, z - high[t, 2], 0.0)
        if dx * dx + dy * dy + dz * dz > bound:
            continue
        if tile_start[t] != end:
            span[2 * spans] = tile_start[t]
            spans += 1
        end = tile_start[t + 1]
        span[2 * spans - 1] = end
    return spans


@inlined
def _assign_rings(
    centre: int, spans: int, base: int, field: Field, rules: Rules, into: Blocks
) -> None:
    """Find the ring of each candidate; count the locations, risk and size of each ring."""
    xs, ys, zs = field.x, field.y, field.z
    x, y, z = xs[centre], ys[centre], zs[centre]
    span, held, keys, key_bits, rings = into.span, into.held, into.key, into.key_bits, into.ring
    held[:] = 0
    at = 0
    for s in range(spans):
        first, end = span[2 * s], span[2 * s + 1]
        to = at + end - first
        key, ring = keys[at:to], rings[at:to]
        measure(xs[first:end], ys[first:end], zs[first:end], x, y, z, not rules.closed, key)
        read_rings(key_bits[at:to], rules.shift, base, held.size - 1, ring)
        tally(ring, held)
        at = to
    if not rules.equal_risk:
        add_up(spans, span, rings, field.risk, into.ring_risk)
    if rules.own_size:
        add_up(spans, span, rings, field.size, into.ring_size)


@inlined
def _cut_blocks(
    centre: int, field: Field, rules: Rules, levels: Integers, into: Blocks
) -> tuple[int, int]:
    """Make runs of rings into blocks; return how many, and the last ring in one."""
    held, ring_risk, ring_size = into.held, into.ring_risk, into.ring_size
    blocks, level, level_up, place, rank = 0, 0, 0, 0, 0
    risk, size = 0, 0
    each, own = int(field.risk[0]), int(field.risk[centre])
    last = held.size - 2
    is_open, target = False, 0
    for ring in range(held.size - 1):
        count = int(held[ring])
        if count == 0:
            continue
        if not is_open:
            is_open = True
            least = max(risk + rules.least_risk, own)
            while level + 1 < levels.size and levels[level + 1] <= least:
                level += 1
            target = (
                int(levels[level + 1]) - rules.least_risk if level + 1 < levels.size else NO_LEVEL
            )
            into.start[blocks], into.rank[blocks] = place, rank
            into.risk[blocks], into.size[blocks] = risk, size
            into.level[blocks], into.ready[blocks] = level, False
        held[ring] = place
        place += count
        rank += count
        added = count * each if rules.equal_risk else int(ring_risk[ring])
        risk += added
        size += int(ring_size[ring]) if rules.own_size else added
        if risk >= target or size > rules.size_limit:
            place = _close_block(blocks, place, risk, levels, level_up, field, into)
            level_up = int(into.level_up[blocks])
            blocks += 1
            is_open = False
        if size > rules.size_limit:
            last = ring
            break
    if is_open:
        _close_block(blocks, place, risk, levels, level_up, field, into)
        blocks += 1
    into.rank[blocks], into.risk[blocks], into.size[blocks] = rank, risk, size
    return blocks, last


@inlined
def _close_block(
    block: int, place: int, risk: int, levels: Integers, level_up: int, field: Field, into: Blocks
) -> int:
    """Fill a block up to a multiple of eight with the row of zeros; return where it ends."""
    into.length[block] = place - into.start[block]
    while level_up + 1 < levels.size and levels[level_up] < risk:
        level_up += 1
    into.level_up[block] = level_up
    while place % PAD != 0:
        into.order[place] = field.x.size
        place += 1
    return place
