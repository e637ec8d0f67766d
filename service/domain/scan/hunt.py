"""The fast engine: all windows of 1,024 data sets at once.

For each centre the blocks of its neighbours are added to 1,024 counters, and after each block the
counters are compared with critical counts. A data set is looked at window by window only in a
block where it may beat its best; with 999 replicates that is a few dozen times each in a run.
"""

from typing import NamedTuple

import numpy as np

from service.domain.scan.bitplanes import (
    GROUP,
    MAX_GROUPS,
    WORDS,
    add_rows,
    lowest_bit,
    reach,
)
from service.domain.scan.jit import inlined, kernel
from service.domain.scan.levels import STEP, STEPS, Levels
from service.domain.scan.likelihood import window_llr
from service.domain.scan.model import Floats, Integers, Words
from service.domain.scan.replicates import OBSERVED, Replicates
from service.domain.scan.rings import BOUND_SLACK, Blocks, Rules, block_neighbours, sort_block
from service.domain.scan.tiles import Field


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
        seen: Observed cases before each block.
        last: Coordinates of the last centre, its reach, and the squared size of the study.
    """

    llr: Floats
    step: Integers
    high: Words
    low: Words
    mask: Words
    counter: Words
    flags: Words
    seen: Integers
    last: Floats


class Found(NamedTuple):
    """The best observed window of each location: its ratio and its number of locations."""

    llr: Floats
    size: Integers


def make_bests(levels: Levels, total_cases: int, taking_part: Words, floor: float) -> Bests:
    """Start with every replicate that takes part at a floor."""
    planes = (total_cases + 1).bit_length() + 1
    step = int(floor / STEP)
    replicates = WORDS * 64
    thresholds = []
    for table in (levels.high, levels.low):
        digit = (table[step][:, None] >> np.arange(planes)) & 1
        thresholds.append(digit[:, :, None].astype(np.uint64) * taking_part)
    return Bests(
        llr=np.full(replicates, floor),
        step=np.full(replicates, step, np.int64),
        high=thresholds[0].reshape(-1, WORDS),
        low=thresholds[1].reshape(-1, WORDS),
        mask=taking_part.reshape(1, WORDS),
        counter=np.zeros((planes, WORDS), np.uint64),
        flags=np.zeros((1, WORDS), np.uint64),
        seen=np.zeros(levels.risk.size + 4, np.int64),
        last=np.zeros(5),
    )


@kernel
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
        _best_observed(centre, number, field, rules, levels, sets, bests, blocks, found)


@inlined
def _bound(centre: int, field: Field, rules: Rules, last: Floats) -> float:
    """Return a squared distance that surely holds all windows of a centre.

    A circle that passes the size limit around the last centre lies within one that is wider by
    the step from there to here.
    """
    dx, dy, dz = field.x[centre] - last[0], field.y[centre] - last[1], field.z[centre] - last[2]
    radius = np.sqrt(last[3]) + np.sqrt(dx * dx + dy * dy + dz * dz)
    radius = min(radius, rules.max_radius + 2 * rules.distance_slack)
    return min(radius * radius * (1 + BOUND_SLACK), last[4])


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
    counter = bests.counter
    stride = counter.shape[0]
    counter[:] = 0
    most, planes = 0, 1
    bests.seen[0] = 0
    ones = ~np.uint64(0)
    widest = sets.bits.shape[0] > field.x.size + 1
    for block in range(number):
        if rules.low:
            level = blocks.level_up[block]
            needed = max(planes, levels.low_planes[level])
            found = reach(counter, needed, bests.low, level * stride, bests.mask, ones, bests.flags)
            low_flags = bests.flags.copy() if found != 0 else bests.flags
        most += _most_cases(block, sets, blocks) if widest else blocks.length[block]
        while planes < stride and (1 << planes) <= min(most, rules.total_cases):
            planes += 1
        _add_block(block, planes, field.x.size, widest, sets, counter, blocks)
        bests.seen[block + 1] = _count_of(OBSERVED, planes, counter)
        flagged = np.uint64(0)
        if rules.high:
            level = blocks.level[block]
            needed = max(planes, levels.high_planes[level])
            flagged = reach(
                counter,
                needed,
                bests.high,
                level * stride,
                bests.mask,
                np.uint64(0),
                bests.flags,
            )
        if rules.low and found != 0:
            for w in range(WORDS):
                high_flags = bests.flags[0, w] if flagged != 0 else np.uint64(0)
                bests.flags[0, w] = low_flags[0, w] | high_flags
            flagged |= found
        if flagged != 0:
            if not blocks.ready[block]:
                sort_block(centre, block, number, field, rules, blocks)
            _walk_flagged(block, planes, rules, levels, sets, bests, blocks)


@inlined
def _most_cases(block: int, sets: Replicates, blocks: Blocks) -> int:
    """Return the most cases a data set can have in a block."""
    most = 0
    start = blocks.start[block]
    for k in range(start, start + blocks.length[block]):
        most += (1 << sets.digits[blocks.order[k]]) - 1
    return most


@inlined
def _add_block(
    block: int,
    planes: int,
    zero_row: int,
    widest: bool,
    sets: Replicates,
    counter: Words,
    blocks: Blocks,
) -> None:
    """Add the rows of a block to the counters: first digits in place, higher ones gathered."""
    start, length = blocks.start[block], blocks.length[block]
    groups = (length + GROUP - 1) // GROUP
    done = 0
    while done < groups:
        some = min(groups - done, MAX_GROUPS)
        add_rows(counter, 0, planes, sets.bits, blocks.order, start + done * GROUP, some)
        done += some
    if not widest:
        return
    rows = np.empty(MAX_GROUPS * GROUP, np.int32)
    digit, more = 1, True
    while more and digit < planes:
        more = False
        filled = 0
        for k in range(start, start + length):
            j = blocks.order[k]
            if sets.digits[j] <= digit:
                continue
            more = True
            rows[filled] = sets.upper[j] + digit - 1
            filled += 1
            if filled == rows.size:
                add_rows(counter, digit, planes - digit, sets.bits, rows, 0, MAX_GROUPS)
                filled = 0
        if filled > 0:
            groups = (filled + GROUP - 1) // GROUP
            rows[filled : groups * GROUP] = zero_row
            add_rows(counter, digit, planes - digit, sets.bits, rows, 0, groups)
        digit += 1


@inlined
def _count_of(replicate: int, planes: int, counter: Words) -> int:
    word, bit = replicate >> 6, np.uint64(replicate & 63)
    count = 0
    for p in range(planes):
        count |= np.int64((counter[p, word] >> bit) & np.uint64(1)) << p
    return count


@inlined
def _cases_at(j: int, replicate: int, sets: Replicates) -> int:
    word, bit = replicate >> 6, np.uint64(replicate & 63)
    count = np.int64((sets.bits[j, word] >> bit) & np.uint64(1))
    for p in range(1, sets.digits[j]):
        row = sets.upper[j] + p - 1
        count |= np.int64((sets.bits[row, word] >> bit) & np.uint64(1)) << p
    return count


@kernel
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
    for word in range(WORDS):
        flags = bests.flags[0, word]
        while flags != 0:
            replicate = (word << 6) + lowest_bit(flags)
            flags &= flags - np.uint64(1)
            cases = _count_of(replicate, planes, bests.counter)
            value, _ = _walk(block, replicate, cases, bests.llr[replicate], rules, sets, blocks)
            if value > bests.llr[replicate]:
                bests.llr[replicate] = value
                _raise_step(replicate, min(STEPS - 1, int(value / STEP)), rules, levels, bests)


@kernel
def _walk(
    block: int,
    replicate: int,
    cases: int,
    best: float,
    rules: Rules,
    sets: Replicates,
    blocks: Blocks,
) -> tuple[float, int]:
    """Return the best window of one data set in a sorted block, and its place in the block.

    From the outside in, so that of equally good windows the smallest stays. Divergence is at
    most the chi-square distance: a window that fails by it needs no logarithm.
    """
    place = -1
    start = blocks.start[block]
    share = rules.total_cases / rules.total_risk
    spread = 1.0 - share if rules.bernoulli else 1.0
    for k in range(start + blocks.length[block] - 1, start - 1, -1):
        if blocks.may_end[k]:
            inside = blocks.inside[k]
            expected = inside * share
            excess = cases - expected
            variance = spread * expected * (1.0 - inside / rules.total_risk)
            wanted = (rules.high and excess > 0 and cases >= rules.min_cases) or (
                rules.low and excess < 0
            )
            if wanted and excess * excess * 1.000001 >= best * variance:
                value = window_llr(
                    cases, inside, rules.total_cases, rules.total_risk, rules.bernoulli
                )
                if value > best or (value == best and place >= 0):
                    best, place = value, k - start
        cases -= _cases_at(blocks.order[k], replicate, sets)
    return best, place


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


@inlined
def _best_observed(
    centre: int,
    number: int,
    field: Field,
    rules: Rules,
    levels: Levels,
    sets: Replicates,
    bests: Bests,
    blocks: Blocks,
    found: Found,
) -> None:
    """Note the best window of the observed data around a centre, the smallest of equals."""
    best, size, first = 0.0, 0, _most_striking(number, rules, bests, blocks)
    for turn in range(-1, number):
        # The most striking block first: what it holds lets most others be passed over.
        block = first if turn < 0 else turn
        if turn == first:
            continue
        step = min(STEPS - 1, int(best / STEP))
        many = rules.high and bests.seen[block + 1] >= levels.high[step, blocks.level[block]]
        few = rules.low and bests.seen[block] < levels.low[step, blocks.level_up[block]]
        if not (many or few):
            continue
        if not blocks.ready[block]:
            sort_block(centre, block, number, field, rules, blocks)
        floor = best if blocks.rank[block] > size else best * (1 - 1e-15)
        value, place = _walk(block, OBSERVED, bests.seen[block + 1], floor, rules, sets, blocks)
        here = blocks.rank[block] + place + 1
        if place >= 0 and (value > best or (value == best and here < size)):
            best, size = value, here
    found.llr[centre] = best
    found.size[centre] = size


@inlined
def _most_striking(number: int, rules: Rules, bests: Bests, blocks: Blocks) -> int:
    """Return the block at whose end the observed count is farthest from its expectation."""
    first, most = 0, -1.0
    for block in range(number):
        expected = blocks.risk[block + 1] * (rules.total_cases / rules.total_risk)
        excess = bests.seen[block + 1] - expected
        wanted = excess > 0 if rules.high else excess < 0
        if wanted or (rules.high and rules.low):
            striking = excess * excess / (expected + 1e-300)
            if striking > most:
                first, most = block, striking
    return first
