"""The fast engine: all windows of 1,024 data sets at once.

For each centre the blocks of its neighbours are added to 1,024 counters, and after each block the
counters are compared with critical counts. A data set is looked at window by window only in a
block where it may beat its best; with 999 replicates that is a few dozen times each in a run.
"""

# ruff: noqa: PLR0913, PLR0917, C901 - kernels take plain arrays, by position

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.domain.scan.bitplanes import GROUP, MAX_GROUPS, WORDS, empty_rows, lowest_bit, reach
from service.domain.scan.counting import add_block, add_upper, count_of, most_cases
from service.domain.scan.jit import inlined, lean
from service.domain.scan.levels import STEP, STEPS, Levels
from service.domain.scan.model import Floats, Integers, Words
from service.domain.scan.observed import Found, best_observed
from service.domain.scan.replicates import OBSERVED, Replicates
from service.domain.scan.rings import BOUND_SLACK, Blocks, Rules, block_neighbours
from service.domain.scan.sorting import sort_block
from service.domain.scan.tiles import Field
from service.domain.scan.walks import walk


class Bests(NamedTuple):
    """The best windows so far; every thread has its own.

    Attributes:
        llr: Of each replicate.
        step: The ratio of each replicate in steps, rounded down.
        high: Critical counts as planes: level by level, threshold planes of all replicates.
        low: The same for low rates.
        mask: Replicates that take part.
        counter: Running counts.
        flags: Replicates that may beat their best in the block at hand.
        low_flags: Those that may by a low rate.
        rows: Room for rows that are added together.
        seen: Observed cases before each block.
        marks: Of each block, the best observed ratio so far when one of its windows equalled it.
        last: Coordinates of the last centre, its reach, and the squared size of the study.
    """

    llr: Floats
    step: Integers
    high: Words
    low: Words
    mask: Words
    counter: Words
    flags: Words
    low_flags: Words
    rows: NDArray[np.int32]
    seen: Integers
    marks: Floats
    last: Floats


def make_bests(levels: Levels, total_cases: int, taking_part: Words, floor: float) -> Bests:
    """Start with every replicate that takes part at a floor."""
    planes = (total_cases + 1).bit_length() + 1
    step = int(floor / STEP)
    replicates = WORDS * 64
    thresholds = []
    for table in (levels.high, levels.low):
        digit = (table[step][:, None] >> np.arange(planes)) & 1
        rows = empty_rows(digit.size)
        rows[:] = digit.reshape(-1, 1).astype(np.uint64) * taking_part
        thresholds.append(rows)
    return Bests(
        llr=np.full(replicates, floor),
        step=np.full(replicates, step, np.int64),
        high=thresholds[0],
        low=thresholds[1],
        mask=taking_part.reshape(1, WORDS),
        counter=empty_rows(planes),
        flags=empty_rows(1),
        low_flags=empty_rows(1),
        rows=np.zeros(MAX_GROUPS * GROUP, np.int32),
        seen=np.zeros(levels.risk.size + 4, np.int64),
        marks=np.zeros(levels.risk.size + 4),
        last=np.zeros(5),
    )


@lean
def hunt(
    centres: Integers,
    field: Field,
    rules: Rules,
    levels: Levels,
    sets: Replicates,
    bests: Bests,
    blocks: Blocks,
    found: Found,
) -> None:
    """Raise the bests by all windows of some centres, and note their best observed windows."""
    for k in range(centres.size):
        centre = centres[k]
        bound = _bound(centre, field, rules, bests.last)
        number, reached = block_neighbours(centre, bound, field, rules, levels.risk, blocks)
        bests.last[0], bests.last[1] = field.x[centre], field.y[centre]
        bests.last[2], bests.last[3] = field.z[centre], reached
        _count_blocks(centre, number, field, rules, levels, sets, bests, blocks)
        seen, marks = bests.seen, bests.marks
        best_observed(centre, number, seen, marks, field, rules, levels, sets, blocks, found)


@inlined
def _bound(centre: int, field: Field, rules: Rules, last: Floats) -> float:
    """Return a squared distance that surely holds all windows of a centre.

    A circle that passes the size limit around the last centre lies within one that is wider by
    the step from there to here.
    """
    dx, dy, dz = field.x[centre] - last[0], field.y[centre] - last[1], field.z[centre] - last[2]
    radius = np.sqrt(last[3]) + np.sqrt(dx * dx + dy * dy + dz * dz)
    radius = min(radius, rules.max_radius + 2 * rules.distance_slack)
    return float(min(radius * radius * (1 + BOUND_SLACK), last[4]))


@inlined
def _count_blocks(
    centre: int,
    number: int,
    field: Field,
    rules: Rules,
    levels: Levels,
    sets: Replicates,
    bests: Bests,
    blocks: Blocks,
) -> None:
    """Add block after block, and look closer where a replicate may beat its best."""
    # Arrays are taken out of their tuples once: inside the loop each taking would cost as much
    # as adding a few rows.
    counter, mask, flags, seen = bests.counter, bests.mask, bests.flags, bests.seen
    high, low = bests.high, bests.low
    high_planes, low_planes = levels.high_planes, levels.low_planes
    starts, lengths, ready = blocks.start, blocks.length, blocks.ready
    level_down, level_up, order = blocks.level, blocks.level_up, blocks.order
    bits, digits, upper = sets.bits, sets.digits, sets.upper
    stride, zero_row = counter.shape[0], field.x.size
    widest = bits.shape[0] > zero_row + 1
    low_flags, rows = bests.low_flags, bests.rows
    counter[:] = 0
    seen[0] = 0
    most, planes = 0, 1
    nothing, ones = np.uint64(0), ~np.uint64(0)
    for block in range(number):
        start, length = starts[block], lengths[block]
        few = nothing
        if rules.low:
            level = level_up[block]
            needed = max(planes, low_planes[level])
            few = reach(counter, needed, low, level * stride, mask, ones, low_flags)
        most += most_cases(order, start, length, digits) if widest else length
        while planes < stride and (1 << planes) <= min(most, rules.total_cases):
            planes += 1
        add_block(start, length, planes, order, bits, counter)
        if widest:
            add_upper(start, length, planes, zero_row, order, bits, digits, upper, rows, counter)
        seen[block + 1] = count_of(OBSERVED, planes, counter)
        many = nothing
        if rules.high:
            level = level_down[block]
            needed = max(planes, high_planes[level])
            many = reach(counter, needed, high, level * stride, mask, nothing, flags)
        if (many | few) != 0:
            if many == 0:
                flags[:] = 0
            if few != 0:
                flags |= low_flags
            if not ready[block]:
                sort_block(centre, block, number, field, rules, blocks)
            _walk_flagged(block, planes, rules, levels, sets, bests, blocks)


@inlined
def _walk_flagged(
    block: int,
    planes: int,
    rules: Rules,
    levels: Levels,
    sets: Replicates,
    bests: Bests,
    blocks: Blocks,
) -> None:
    """Look at every window of a block for each flagged replicate."""
    down, up = blocks.level[block], blocks.level_up[block]
    for word in range(WORDS):
        flags = bests.flags[0, word]
        while flags != 0:
            replicate = (word << 6) + lowest_bit(flags)
            flags &= flags - np.uint64(1)
            cases = count_of(replicate, planes, bests.counter)
            best, step = bests.llr[replicate], bests.step[replicate]
            enough, few = levels.high[step, down], levels.low[step, up]
            value, _ = walk(block, replicate, cases, enough, few, best, rules, sets, blocks)
            if value > best:
                bests.llr[replicate] = value
                _raise_step(replicate, min(STEPS - 1, int(value / STEP)), rules, levels, bests)


@inlined
def _raise_step(replicate: int, step: int, rules: Rules, levels: Levels, bests: Bests) -> None:
    """Replace the critical counts of a replicate by those of a higher ratio."""
    old = bests.step[replicate]
    if step == old:
        return
    bests.step[replicate] = step
    if rules.high:
        _replace(replicate, levels.high[old], levels.high[step], bests.counter, bests.high)
    if rules.low:
        _replace(replicate, levels.low[old], levels.low[step], bests.counter, bests.low)


@inlined
def _replace(
    replicate: int, old: Integers, new: Integers, counter: Words, thresholds: Words
) -> None:
    word, bit = replicate >> 6, np.uint64(1) << np.uint64(replicate & 63)
    for level in range(old.size):
        changed = old[level] ^ new[level]
        row = level * counter.shape[0]
        while changed != 0:
            if changed & 1:
                thresholds[row, word] ^= bit
            changed >>= 1
            row += 1
