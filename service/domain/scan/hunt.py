"""The fast engine: all windows of 1,024 data sets at once.

For each centre the blocks of its neighbours are added to 1,024 counters, and after each block the
counters are compared with critical counts. A data set is looked at window by window only in a
block where it may beat its best; with 999 replicates that is a few dozen times each in a run.
"""

# ruff: noqa: PLR0913, PLR0917, C901 - kernels take plain arrays, by position

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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
    low_flags = np.zeros_like(flags)
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
            add_upper(start, length, planes, zero_row, order, bits, digits, upper, counter)
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


@kernel
def most_cases(order: NDArray[np.int32], start: int, length: int, digits: Integers) -> int:
    """Return the most cases a data set can have in a block."""
    most = 0
    for k in range(start, start + length):
        most += (1 << digits[order[k]]) - 1
    return most


@kernel
def add_block(
    start: int,
    length: int,
    planes: int,
    order: NDArray[np.int32],
    bits: Words,
    counter: Words,
) -> None:
    """Add the first digits of a block to the counters."""
    groups = (length + GROUP - 1) // GROUP
    done = 0
    while done < groups:
        some = min(groups - done, MAX_GROUPS)
        add_rows(counter, 0, planes, bits, order, start + done * GROUP, some)
        done += some


@kernel
def add_upper(
    start: int,
    length: int,
    planes: int,
    zero_row: int,
    order: NDArray[np.int32],
    bits: Words,
    digits: Integers,
    upper: Integers,
    counter: Words,
) -> None:
    """Add the higher digits of a block, gathered digit by digit."""
    rows = np.empty(MAX_GROUPS * GROUP, np.int32)
    digit, more = 1, True
    while more and digit < planes:
        more = False
        filled = 0
        for k in range(start, start + length):
            j = order[k]
            if digits[j] <= digit:
                continue
            more = True
            rows[filled] = upper[j] + digit - 1
            filled += 1
            if filled == rows.size:
                add_rows(counter, digit, planes - digit, bits, rows, 0, MAX_GROUPS)
                filled = 0
        if filled > 0:
            groups = (filled + GROUP - 1) // GROUP
            rows[filled : groups * GROUP] = zero_row
            add_rows(counter, digit, planes - digit, bits, rows, 0, groups)
        digit += 1


@kernel
def count_of(replicate: int, planes: int, counter: Words) -> int:
    """Return the running count of one replicate."""
    word, bit = replicate >> 6, np.uint64(replicate & 63)
    count = np.int64(0)
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
            cases = count_of(replicate, planes, bests.counter)
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
    seen, ready, ranks = bests.seen, blocks.ready, blocks.rank
    high, low, level, level_up = levels.high, levels.low, blocks.level, blocks.level_up
    best, size, first = 0.0, 0, most_striking(number, rules, seen, blocks.risk)
    for turn in range(-1, number):
        # The most striking block first: what it holds lets most others be passed over.
        block = first if turn < 0 else turn
        if turn == first:
            continue
        step = min(STEPS - 1, int(best / STEP))
        many = rules.high and seen[block + 1] >= high[step, level[block]]
        few = rules.low and seen[block] < low[step, level_up[block]]
        if not (many or few):
            continue
        if not ready[block]:
            sort_block(centre, block, number, field, rules, blocks)
        floor = best if ranks[block] > size else best * (1 - 1e-15)
        value, place = _walk(block, OBSERVED, seen[block + 1], floor, rules, sets, blocks)
        here = ranks[block] + place + 1
        if place >= 0 and (value > best or (value == best and here < size)):
            best, size = value, here
    found.llr[centre] = best
    found.size[centre] = size


@kernel
def most_striking(number: int, rules: Rules, seen: Integers, risk: Integers) -> int:
    """Return the block whose end has the largest ratio, or nearly: a good one to start from."""
    first, most = 0, -1.0
    share = rules.total_cases / rules.total_risk
    for block in range(number):
        cases, expected = seen[block + 1], risk[block + 1] * share
        many = rules.high and cases > expected and cases >= rules.min_cases
        few = rules.low and cases < expected
        if many or few:
            # The inside half of the Poisson ratio.
            striking = expected - cases
            if cases > 0 and expected > 0:
                striking += cases * np.log(cases / expected)
            if striking > most:
                first, most = block, striking
    return first
