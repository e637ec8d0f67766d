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

from service.domain.scan.jit import inlined, kernel
from service.domain.scan.model import Floats, Integers
from service.domain.scan.ring_passes import (
    add_up,
    measure,
    read_rings,
    scatter,
    square_rounded,
    tally,
)
from service.domain.scan.tiles import Field

OCTAVES = 20  # of squared distance told apart; anything nearer shares the first ring
MANTISSA_BITS = 52
PAD = 8  # rows the adder takes at once; a block is filled up with the row of zeros
BOUND_SLACK = 1e-9
DIRECT_SEARCH = 1 << 62


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

    key: Floats
    key_bits: Integers
    ring: NDArray[np.int32]
    span: Integers
    held: Integers
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


def ring_shift(locations: int) -> int:
    """Return how far to shift the bits of a squared distance: finer rings for more locations."""
    per_octave = min(9, max(4, math.ceil(math.log2(locations) / 2 + 1)))
    return MANTISSA_BITS - per_octave


def make_blocks(locations: int, tiles: int, levels: int, shift: int) -> Blocks:
    """Make room for the blocks of a centre."""
    rings = OCTAVES << (MANTISSA_BITS - shift)
    blocks, entries = levels + 2, locations + PAD * (levels + 3)
    key = np.zeros(locations + 1)
    whole = {name: np.zeros(blocks + 1, np.int64) for name in _PER_BLOCK}
    return Blocks(
        key=key,
        key_bits=key.view(np.int64),
        ring=np.zeros(locations + 1, np.int32),
        span=np.zeros(2 * tiles + 2, np.int64),
        held=np.zeros(rings + 1, np.int64),
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


@kernel
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
    return blocks, into.key[0]


@inlined
def _spans_within(centre: int, bound: float, field: Field, into: Blocks) -> int:
    """Note the runs of tiles that come within a squared distance; return how many runs."""
    x, y, z = field.x[centre], field.y[centre], field.z[centre]
    spans, end = 0, -1
    for t in range(field.low.shape[0]):
        dx = max(field.low[t, 0] - x, x - field.high[t, 0], 0.0)
        dy = max(field.low[t, 1] - y, y - field.high[t, 1], 0.0)
        dz = max(field.low[t, 2] - z, z - field.high[t, 2], 0.0)
        if dx * dx + dy * dy + dz * dz > bound:
            continue
        if field.tile_start[t] != end:
            into.span[2 * spans] = field.tile_start[t]
            spans += 1
        end = field.tile_start[t + 1]
        into.span[2 * spans - 1] = end
    return spans


@inlined
def _assign_rings(
    centre: int, spans: int, base: int, field: Field, rules: Rules, into: Blocks
) -> None:
    """Find the ring of each candidate; count the locations, risk and size of each ring."""
    x, y, z = field.x[centre], field.y[centre], field.z[centre]
    into.held[:] = 0
    at = 0
    for s in range(spans):
        first, end = into.span[2 * s], into.span[2 * s + 1]
        key = into.key[at : at + end - first]
        measure(field.x[first:end], field.y[first:end], field.z[first:end], x, y, z, key)
        if not rules.closed:
            square_rounded(key)
        ring = into.ring[at : at + end - first]
        read_rings(key.view(np.int64), rules.shift, base, into.held.size - 1, ring)
        tally(ring, into.held)
        at += end - first
    if not rules.equal_risk:
        add_up(spans, into.span, into.ring, field.risk, into.ring_risk)
    if rules.own_size:
        add_up(spans, into.span, into.ring, field.size, into.ring_size)


@inlined
def _cut_blocks(
    centre: int, field: Field, rules: Rules, levels: Integers, into: Blocks
) -> tuple[int, int]:
    """Make runs of rings into blocks; return how many, and the last ring in one."""
    blocks, level, level_up, place, rank = 0, 0, 0, 0, 0
    risk, size = 0, 0
    last = into.held.size - 2
    is_open, target = False, np.int64(0)
    for ring in range(into.held.size - 1):
        count = into.held[ring]
        if count == 0:
            continue
        if not is_open:
            is_open = True
            least = max(risk + rules.least_risk, field.risk[centre])
            while level + 1 < levels.size and levels[level + 1] <= least:
                level += 1
            target = (
                levels[level + 1] - rules.least_risk if level + 1 < levels.size else DIRECT_SEARCH
            )
            into.start[blocks], into.rank[blocks] = place, rank
            into.risk[blocks], into.size[blocks] = risk, size
            into.level[blocks], into.ready[blocks] = level, False
        into.held[ring] = place
        place += count
        rank += count
        added = int(count * field.risk[0] if rules.equal_risk else into.ring_risk[ring])
        risk += added
        size += int(into.ring_size[ring]) if rules.own_size else added
        if risk >= target or size > rules.size_limit:
            place = _close_block(blocks, place, risk, levels, level_up, field, into)
            level_up = into.level_up[blocks]
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
