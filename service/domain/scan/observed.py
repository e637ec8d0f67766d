"""The best window of the observed data around one centre."""

# ruff: noqa: PLR0913, PLR0917, FBT001 - kernels take plain arrays, by position

from typing import NamedTuple

import numpy as np

from service.domain.scan.jit import inlined
from service.domain.scan.levels import STEP, STEPS, Levels
from service.domain.scan.likelihood import window_llr
from service.domain.scan.model import Floats, Integers
from service.domain.scan.replicates import OBSERVED, Replicates
from service.domain.scan.rings import Blocks, Rules
from service.domain.scan.sorting import sort_block
from service.domain.scan.tiles import Field
from service.domain.scan.walks import EQUAL, walk

ROUNDING = 1e-9


class Found(NamedTuple):
    """The best observed window of each location.

    Attributes:
        llr: Its ratio.
        size: Its locations.
        reach: The distance of the farthest one.
        last: The number of that one in the study.
    """

    llr: Floats
    size: Integers
    reach: Floats
    last: Integers


@inlined
def best_observed(
    centre: int,
    number: int,
    seen: Integers,
    marks: Floats,
    field: Field,
    rules: Rules,
    levels: Levels,
    sets: Replicates,
    blocks: Blocks,
    found: Found,
) -> None:
    """Note the largest ratio around a centre, and the smallest window that equals it.

    Args:
        centre: A location.
        number: Of its blocks.
        seen: Observed cases before each block.
        marks: Room for one number per block.
        field: All locations.
        rules: Of windows.
        levels: Critical counts.
        sets: All data sets.
        blocks: Of the centre.
        found: Where to.
    """
    ready, high, low = blocks.ready, levels.high, levels.low
    level_down, level_up = blocks.level, blocks.level_up
    best, first = 0.0, most_striking(number, rules, seen, blocks.risk)
    marks[:number] = -1.0
    for turn in range(-1, number):
        # The most striking block first: what it holds lets most others be passed over.
        block = first if turn < 0 else turn
        if turn == first:
            continue
        step = min(STEPS - 1, int(best * EQUAL / STEP))
        enough, under = high[step, level_down[block]], low[step, level_up[block]]
        many = rules.high and seen[block + 1] >= enough
        few = rules.low and seen[block] < under
        if not (many or few) or _bound(block, many, few, seen, rules, blocks) < best * EQUAL:
            continue
        if not ready[block]:
            sort_block(centre, block, number, field, rules, blocks)
        cases = seen[block + 1]
        best, place = walk(block, OBSERVED, cases, enough, under, best, rules, sets, blocks)
        if place >= 0:
            marks[block] = best
    found.llr[centre] = best
    _note_smallest(centre, number, seen, marks, field, rules, levels, sets, blocks, found)


@inlined
def _note_smallest(
    centre: int,
    number: int,
    seen: Integers,
    marks: Floats,
    field: Field,
    rules: Rules,
    levels: Levels,
    sets: Replicates,
    blocks: Blocks,
    found: Found,
) -> None:
    """Note the smallest window that equals the best; none where there is no best."""
    best = found.llr[centre]
    step = min(STEPS - 1, int(best * EQUAL / STEP))
    found.size[centre] = 0
    for block in range(number):
        if marks[block] < best * EQUAL:
            continue
        enough = levels.high[step, blocks.level[block]]
        under = levels.low[step, blocks.level_up[block]]
        cases = seen[block + 1]
        _, place = walk(block, OBSERVED, cases, enough, under, best, rules, sets, blocks)
        if place >= 0:
            end = blocks.start[block] + place
            found.size[centre] = blocks.rank[block] + place + 1
            found.reach[centre] = blocks.distance[end]
            found.last[centre] = field.number[blocks.order[end]]
            break


@inlined
def _bound(
    block: int, many: bool, few: bool, seen: Integers, rules: Rules, blocks: Blocks
) -> float:
    """Return a ratio that no window ending in a block exceeds.

    The highest rate has all cases of the block first, the lowest none of them. In the Bernoulli
    model each case takes one unit of the risk.
    """
    risk, least, most = blocks.risk, seen[block], seen[block + 1]
    taken = most - least if rules.bernoulli else 0
    total_cases, total_risk = rules.total_cases, rules.total_risk
    bound = 0.0
    if many:
        inside = risk[block] + max(taken, rules.least_risk)
        if float(most) * total_risk > float(inside) * total_cases:
            bound = window_llr(most, inside, total_cases, total_risk, rules.bernoulli)
    if few:
        inside = risk[block + 1] - taken
        if inside >= total_risk:
            bound = np.inf
        elif float(least) * total_risk < float(inside) * total_cases:
            value = window_llr(least, inside, total_cases, total_risk, rules.bernoulli)
            bound = max(bound, value)
    return bound * (1.0 + ROUNDING)


@inlined
def most_striking(number: int, rules: Rules, seen: Integers, risk: Integers) -> int:
    """Return the block whose end has the largest ratio, or nearly: a good one to start from.

    Twice the squared difference of the square roots is near the ratio, and needs no logarithm.
    """
    first, most = 0, -1.0
    share = rules.total_cases / rules.total_risk
    for block in range(number):
        cases, expected = seen[block + 1], risk[block + 1] * share
        many = rules.high and cases > expected and cases >= rules.min_cases
        few = rules.low and cases < expected
        if many or few:
            difference = np.sqrt(float(cases)) - np.sqrt(expected)
            striking = (
                difference
                * difference
                * (
                    rules.total_risk
                    / (rules.total_risk - min(risk[block + 1], rules.total_risk - 1))
                )
            )
            if striking > most:
                first, most = block, striking
    return first
