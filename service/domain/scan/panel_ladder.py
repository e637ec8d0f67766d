"""How many cases a stretch of time in a block must hold to matter, and where some replicate does.

The levels of `levels`, laid out for windows of very different risk: from a ten-thousandth of a
case expected in one interval to all of them.
"""

# ruff: noqa: PLR0913, PLR0917 - kernels take plain arrays, by position

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.domain.scan.jit import kernel
from service.domain.scan.levels import STEPS, fill_high, fill_low
from service.domain.scan.model import Integers
from service.domain.scan.panel_order import Windows

FINEST = 1e-4  # expected cases of the first level
RATIO = 1.2  # of two levels below one expected case
LEVEL_SD = 0.15  # of two levels above

Counts = NDArray[np.int32]


class Ladder(NamedTuple):
    """Risks, and the counts that a window of such a risk needs to beat a ratio.

    Attributes:
        risk: Ascending, from 0.
        high: For each step of the ratio and each level, the smallest count that can beat it in
            a window of at least this risk.
        low: One more than the largest count that can beat it in a window of at most this risk.
    """

    risk: Integers
    high: Counts
    low: Counts


def make_ladder(windows: Windows) -> Ladder:
    """Choose levels and compute their critical counts."""
    cases, total = windows.total_cases, windows.total_risk
    expected, at = [0.0], FINEST
    while at < cases:
        expected.append(at)
        at = at * RATIO if at < 1 else at + LEVEL_SD * math.sqrt(at)
    risk = np.unique(np.floor(np.array(expected) * total / cases).astype(np.int64))
    high = np.full((STEPS, risk.size), cases + 1, np.int32)
    low = np.zeros((STEPS, risk.size), np.int32)
    if windows.high:
        fill_high(high, risk, cases, total, windows.min_cases, windows.bernoulli)
    if windows.low:
        fill_low(low, risk, cases, total, windows.bernoulli)
    return Ladder(risk=risk, high=high, low=low)


@kernel
def mark_high(
    first: Integers,
    beyond: Integers,
    levels: Integers,
    risk: Integers,
    need: Counts,
    sums: Counts,
    marks: NDArray[np.bool_],
) -> None:
    """Mark the stretches in which some replicate reaches its critical count of high rates."""
    for k in range(first.size):
        begin, end = first[k], beyond[k]
        level = np.searchsorted(levels, risk[end] - risk[begin], side="right") - 1
        wanted, upper, lower = need[level], sums[end], sums[begin]
        hits = 0
        for r in range(wanted.size):
            hits += upper[r] - lower[r] >= wanted[r]
        marks[k] = hits > 0


@kernel
def mark_low(
    first: Integers,
    beyond: Integers,
    levels: Integers,
    risk: Integers,
    most: Counts,
    sums: Counts,
    marks: NDArray[np.bool_],
) -> None:
    """Mark the stretches in which some replicate has few enough cases at the block's start."""
    for k in range(first.size):
        begin, end = first[k], beyond[k]
        level = np.searchsorted(levels, risk[end] - risk[begin], side="left")
        if level == levels.size:  # beyond the ladder everything is looked at
            marks[k] = True
            continue
        allowed, upper, lower = most[level], sums[end], sums[begin]
        hits = 0
        for r in range(allowed.size):
            hits += upper[r] - lower[r] < allowed[r]
        marks[k] = marks[k] or hits > 0
