"""A closer look: every window of one block for one data set."""

# ruff: noqa: PLR0913, PLR0917, C901 - kernels take plain arrays, by position

import numpy as np

from service.domain.scan.jit import inlined
from service.domain.scan.likelihood import window_llr
from service.domain.scan.replicates import Replicates
from service.domain.scan.rings import Blocks, Rules

EQUAL = 1.0 - 1e-9
"""Two ratios are equal when the lesser is at least this share of the other.

Windows that are each other's complement have one ratio, and rounding would choose between them.
"""
ROUNDING = 1.000001


@inlined
def walk(
    block: int,
    replicate: int,
    cases: int,
    enough: int,
    few: int,
    best: float,
    rules: Rules,
    sets: Replicates,
    blocks: Blocks,
) -> tuple[float, int]:
    """Return the larger of `best` and the best window of one data set in a sorted block.

    The walk goes from the outside in, and ends where too few cases are left for a high rate to
    matter. Of the windows with the same cases only the smallest can have the highest rate.

    Args:
        block: A sorted block.
        replicate: A data set.
        cases: Its cases up to the end of the block.
        enough: A window of the block with fewer cases has no high rate that matters.
        few: A window with as many cases has no low rate that matters.
        best: What a window must equal to be noticed.
        rules: Of windows.
        sets: All data sets.
        blocks: Of the centre.

    Returns:
        The ratio, and the place in the block of the smallest window that equals it; -1 when no
        window does.
    """
    # Arrays are taken out of their tuples once: a taking costs as much as a step of the loop.
    bits, digits, upper = sets.bits, sets.digits, sets.upper
    order, insides, may_end = blocks.order, blocks.inside, blocks.may_end
    word, shift = replicate >> 6, np.uint64(replicate & 63)
    one = np.uint64(1)
    low, plain = rules.low, bits.shape[0] == digits.size + 1
    start = blocks.start[block]
    place, waiting = -1, -1
    for k in range(start + blocks.length[block] - 1, start - 1, -1):
        if may_end[k]:
            waiting = k
        j = order[k]
        held = np.int64((bits[j, word] >> shift) & one)
        if not plain:
            for p in range(1, digits[j]):
                held |= np.int64((bits[upper[j] + p - 1, word] >> shift) & one) << p
        if held == 0 and not low:
            continue
        if waiting >= 0:
            if cases >= enough or cases < few:
                value = _ratio(cases, insides[waiting], best, rules)
                if value > 0.0 and value >= best * EQUAL:
                    # From the outside in: of equal windows the smallest is the last.
                    best, place = max(best, value), waiting - start
            waiting = -1
        cases -= int(held)
        if cases < enough and not low:
            break
    if waiting >= 0 and cases >= enough:
        value = _ratio(cases, insides[waiting], best, rules)
        if value > 0.0 and value >= best * EQUAL:
            best, place = max(best, value), waiting - start
    return best, place


@inlined
def _ratio(cases: int, inside: int, best: float, rules: Rules) -> float:
    """Return the ratio of a window, or 0 where it is surely less than the best.

    Divergence is at most the chi-square distance: a window that fails by it needs no logarithm.
    """
    total_cases, total_risk = rules.total_cases, rules.total_risk
    share = total_cases / total_risk
    spread = (1.0 - share if rules.bernoulli else 1.0) * share
    excess = cases - inside * share
    many = rules.high and excess > 0 and cases >= rules.min_cases
    few = rules.low and excess < 0
    variance = spread * inside * (1.0 - inside / total_risk)
    value = 0.0
    if (many or few) and excess * excess * ROUNDING >= best * variance:
        value = window_llr(cases, inside, total_cases, total_risk, rules.bernoulli)
    return value
