"""The largest ratio of every simulated data set, over all windows.

Neighbours enter in blocks. Each block's cases are added to one counter per interval and replicate;
sums over stretches of time are then compared with critical counts for all replicates side by side
(see `levels`), and only a replicate that may beat its best is looked at window by window. Cases
are few and are kept as lists, so that adding a location costs as many steps as it has cases.
"""

# ruff: noqa: PLR0913, PLR0917 - kernels take plain arrays, by position

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.domain.scan.jit import inlined, kernel
from service.domain.scan.levels import STEP, STEPS
from service.domain.scan.likelihood import window_llr
from service.domain.scan.model import Floats, Integers
from service.domain.scan.panel_draws import Draws, count_between
from service.domain.scan.panel_ladder import Counts, Ladder, mark_high, mark_low
from service.domain.scan.panel_observed import counts
from service.domain.scan.panel_order import Windows, neighbours

BLOCK_SD = 0.3  # of the count of a window over all times
MOST_IN_BLOCK = 128
SLACK = 1.0 + 1e-9


class Hunter(NamedTuple):
    """One thread's bests and its room.

    Attributes:
        best: Largest ratio, penalty included, of each replicate.
        need: Critical counts of high rates by level and replicate.
        most: The same of low rates.
        counter: Cases by interval and replicate.
        sums: Cases before each interval, by replicate, at the two ends of a block in turn.
        order: The neighbours of a centre.
        ends: After which of them a window may end.
        risks: Risk before each interval at the start, after one location, and at the end of a
            block.
        marks: Stretches of time in which some replicate may beat its best.
    """

    best: Floats
    need: Counts
    most: Counts
    counter: Counts
    sums: NDArray[np.int32]
    order: Integers
    ends: NDArray[np.bool_]
    risks: Integers
    marks: NDArray[np.bool_]


def make_hunter(ladder: Ladder, windows: Windows, intervals: int, replicates: int) -> Hunter:
    """Start every replicate at 0."""
    return Hunter(
        best=np.zeros(replicates),
        need=np.empty((ladder.risk.size, replicates), np.int32),
        most=np.empty((ladder.risk.size, replicates), np.int32),
        counter=np.empty((intervals, replicates), np.int32),
        sums=np.empty((2, intervals + 1, replicates), np.int32),
        order=np.empty(windows.size.size, np.int64),
        ends=np.empty(windows.size.size, np.bool_),
        risks=np.empty((3, intervals + 1), np.int64),
        marks=np.empty(windows.first.size, np.bool_),
    )


@kernel
def set_thresholds(replicate: int, penalty: float, ladder: Ladder, hunter: Hunter) -> None:
    """Write the critical counts that a replicate's best asks for."""
    step = min(STEPS - 1, int(hunter.best[replicate] / penalty / STEP))
    for level in range(ladder.risk.size):
        hunter.need[level, replicate] = ladder.high[step, level]
        hunter.most[level, replicate] = ladder.low[step, level]


@kernel
def hunt_windows(
    centres: Integers,
    x: Floats,
    y: Floats,
    z: Floats,
    stretch: float,
    penalty: float,
    windows: Windows,
    risk_before: Integers,
    draws: Draws,
    ladder: Ladder,
    hunter: Hunter,
) -> None:
    """Raise the bests by all windows of some centres, by one metric."""
    first, beyond = windows.first, windows.beyond
    order, ends, risks, marks = hunter.order, hunter.ends, hunter.risks, hunter.marks
    counter, sums, need, most = hunter.counter, hunter.sums, hunter.need, hunter.most
    start, slot = draws.start, draws.slot
    for replicate in range(draws.replicates):
        set_thresholds(replicate, penalty, ladder, hunter)
    for centre in centres:
        last = neighbours(centre, x, y, z, stretch, windows, order, ends)
        counter[:] = 0
        sums[:] = 0
        risks[:] = 0
        at, now = 0, 0
        while at < last:
            then = 1 - now
            end = next_block(at, last, order, ends, windows, risk_before, risks)
            add_cases(at, end, order, start, slot, counter, sums[then])
            marks[:] = False
            if windows.high:
                mark_high(first, beyond, ladder.risk, risks[1], need, sums[then], marks)
            if windows.low:
                mark_low(first, beyond, ladder.risk, risks[2], most, sums[now], marks)
            for k in range(marks.size):
                if marks[k]:
                    look_closely(
                        at, end, first[k], beyond[k], penalty, sums[now], sums[then], windows,
                        risk_before, draws, ladder, hunter,
                    )  # fmt: skip
            at, now = end, then


@kernel
def next_block(
    at: int,
    last: int,
    order: Integers,
    ends: NDArray[np.bool_],
    windows: Windows,
    risk_before: Integers,
    risks: Integers,
) -> int:
    """Move the running risks on by a block; return where it ends."""
    times = risks.shape[1] - 1
    risks[0] = risks[2]
    risks[1] = risks[0] + risk_before[order[at]]
    per_case = windows.total_risk / windows.total_cases
    full = risks[0, times] + BLOCK_SD * math.sqrt(risks[0, times] / per_case) * per_case
    for k in range(at, last):
        risks[2] += risk_before[order[k]]
        enough = risks[2, times] >= full or k + 1 - at >= MOST_IN_BLOCK
        if ends[k] and enough:
            return k + 1
    return last


@kernel
def add_cases(
    at: int,
    end: int,
    order: Integers,
    start: Integers,
    slot: Counts,
    counter: Counts,
    sums: Counts,
) -> None:
    """Add the cases of a block to the counters, and sum them over time."""
    flat = counter.ravel()
    for k in range(at, end):
        j = order[k]
        for case in range(start[j], start[j + 1]):
            flat[slot[case]] += 1
    for interval in range(counter.shape[0]):
        new, earlier, later = counter[interval], sums[interval], sums[interval + 1]
        for r in range(new.size):
            later[r] = earlier[r] + new[r]


@kernel
def look_closely(
    at: int,
    end: int,
    begin: int,
    beyond: int,
    penalty: float,
    early: Counts,
    late: Counts,
    windows: Windows,
    risk_before: Integers,
    draws: Draws,
    ladder: Ladder,
    hunter: Hunter,
) -> None:
    """Walk through a block for every replicate that may beat its best in a stretch of time."""
    start_risk, first_risk, end_risk = hunter.risks[:, beyond] - hunter.risks[:, begin]
    down = np.searchsorted(ladder.risk, first_risk, side="right") - 1
    up = np.searchsorted(ladder.risk, end_risk, side="left")
    for r in range(draws.replicates):
        before = int(early[beyond, r]) - int(early[begin, r])
        after = int(late[beyond, r]) - int(late[begin, r])
        chosen = False
        # Without a case in the block, its windows have lower rates than the one before it.
        if windows.high and after > before and after >= hunter.need[down, r]:
            inside = (
                max(first_risk, start_risk + after - before) if windows.bernoulli else first_risk
            )
            chosen = promising(after, inside, hunter.best[r] / penalty, windows)
        if windows.low and not chosen:
            chosen = up == ladder.risk.size or before < hunter.most[up, r]
        if chosen:
            walk_block(
                r, at, end, begin, beyond, before, start_risk, penalty, windows, risk_before,
                draws, ladder, hunter,
            )  # fmt: skip


@inlined
def promising(count: int, inside: int, best: float, windows: Windows) -> bool:
    """Say whether a window of high rates with so many cases in so little risk beats a ratio."""
    if inside <= 0:
        return True
    if inside >= windows.total_risk:
        return False
    value = window_llr(count, inside, windows.total_cases, windows.total_risk, windows.bernoulli)
    rising = float(count) * windows.total_risk > float(inside) * windows.total_cases
    return bool(rising and value * SLACK > best)


@kernel
def walk_block(
    r: int,
    at: int,
    end: int,
    begin: int,
    beyond: int,
    count: int,
    held: int,
    penalty: float,
    windows: Windows,
    risk_before: Integers,
    draws: Draws,
    ladder: Ladder,
    hunter: Hunter,
) -> None:
    """Look at each window of a block for one replicate."""
    order, ends, key, start = hunter.order, hunter.ends, draws.key, draws.start
    intervals, best = hunter.counter.shape[0], hunter.best[r]
    lowest, past = r * intervals + begin, r * intervals + beyond
    for k in range(at, end):
        j = order[k]
        held += risk_before[j, beyond] - risk_before[j, begin]
        count += count_between(key, start[j], start[j + 1], lowest, past)
        if ends[k] and counts(count, held, windows):
            value = penalty * window_llr(
                count, held, windows.total_cases, windows.total_risk, windows.bernoulli
            )
            best = max(best, value)
    if best > hunter.best[r]:
        hunter.best[r] = best
        set_thresholds(r, penalty, ladder, hunter)
