"""The kernels of conditional permutation: neighbourhoods drawn, their sums ranked."""

# ruff: noqa: PLR0913, PLR0917 - kernels take plain arrays, by position

import numpy as np
from numpy.typing import NDArray

from service.domain.scan.jit import inlined, kernel

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Slots = NDArray[np.int32]

# Sums are compared with each of so few steps faster than they are looked up.
_FEW_STEPS = 40

# Draws ranked together, so that what they are looked up in stays in cache.
_BLOCK = 256


@inlined
def _mixed(state: np.uint64) -> np.uint64:
    """Return the random word of a counter (SplitMix64: Steele, Lea & Flood 2014)."""
    word = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


@inlined
def _deal(order: Slots, place: int, state: np.uint64) -> tuple[np.int32, np.uint64]:
    """Put a random one of the sites from a place on into that place; return it and the counter.

    Dealing the first places one by one is a partial Fisher-Yates shuffle, which is uniform from
    whatever order the last draw left behind. Numbers below a bound come from the high half of
    word times bound, and words that would favour a number are drawn again (Lemire 2019).
    """
    half, step = np.uint64(0xFFFFFFFF), np.uint64(0x9E3779B97F4A7C15)
    bound = np.uint64(len(order) - place)
    state += step
    product = (_mixed(state) >> np.uint64(32)) * bound
    if (product & half) < bound:
        threshold = (np.uint64(0x100000000) - bound) % bound
        while (product & half) < threshold:
            state += step
            product = (_mixed(state) >> np.uint64(32)) * bound
    other = place + np.int64(product >> np.uint64(32))
    site = order[other]
    order[other] = order[place]
    order[place] = site
    return site, state


@inlined
def _pass_over(
    hits: Slots, values: Floats, sizes: Slots, bounds: Floats, order: Slots, sums: Floats,
    more: Slots,
) -> None:  # fmt: skip
    """Note, for each site in its own draw, what leaving it out of its neighbourhood changes.

    Branch-free on purpose: whether a sum crosses a bound is a coin toss no processor foresees.
    """
    for place in hits:
        site = order[place]
        within = sums[sizes[site]]
        without = sums[sizes[site] + 1] - values[site]
        low, high = bounds[site, 0], bounds[site, 1]
        more[site, 0] += np.int64(without >= low) - np.int64(within >= low)
        more[site, 1] += np.int64(without <= high) - np.int64(within <= high)


@inlined
def _rank(
    sums: Floats, lows: Floats, highs: Floats, slots: Slots, scale: float, slot_of: Slots,
    histogram: Counts,
) -> None:  # fmt: skip
    """Count each sum below the step it does not exceed, or on it."""
    last, lowest = len(slots) - 1, highs[0]
    # On its own, because one instruction then does it for several sums.
    for index in range(len(sums)):
        slot_of[index] = np.int32(min(max((sums[index] - lowest) * scale, 0.0), np.float64(last)))
    for index in range(len(sums)):
        total, slot = sums[index], np.int64(slot_of[index])
        step = np.int64(slots[slot])
        if slot == last or slots[slot + 1] - step > 1:
            while highs[step] < total:
                step += 1
        else:
            step += np.int64(highs[step] < total)
        histogram[2 * step + np.int64(lows[step] <= total)] += 1


@inlined
def _rank_among_few(sums: Floats, lows: Floats, highs: Floats, histogram: Counts) -> None:
    """Do the same step by step instead of sum by sum, which one instruction does for several."""
    before = np.int64(0)
    for step in range(len(lows)):
        low, high = lows[step], highs[step]
        below, up_to = np.int64(0), np.int64(0)
        for index in range(len(sums)):
            below += np.int64(sums[index] < low)
            up_to += np.int64(sums[index] <= high)
        histogram[2 * step] += below - before
        histogram[2 * step + 1] += up_to - below
        before = up_to


@kernel
def draw_shared(
    values: Floats, sizes: Slots, larger: Slots, bounds: Floats, distinct: Counts, lows: Floats,
    highs: Floats, steps: Counts, slots: Slots, tables: Counts, scales: Floats, draws: int,
    seed: np.uint64,
) -> tuple[Counts, Slots]:  # fmt: skip
    """Return sums below and on every step, and what passing over the site itself changes.

    Sites come in falling order of their sizes: a site stands in its own draw when its position
    is before `larger[place]`, the number of sites with more neighbours than the place.
    """
    n, longest = len(values), distinct[-1]
    histogram, more = np.zeros(2 * len(lows), np.int64), np.zeros((n, 2), np.int32)
    order, hits = np.arange(n).astype(np.int32), np.zeros(longest + 1, np.int32)
    row, sums = np.zeros(longest + 2), np.zeros((longest + 2, _BLOCK))
    slot_of = np.zeros(_BLOCK, np.int32)
    state = seed
    for first in range(0, draws, _BLOCK):
        block = np.int64(min(_BLOCK, draws - first))
        for draw in range(block):
            total, found = 0.0, np.int64(0)
            for place in range(longest + 1):
                site, state = _deal(order, place, state)
                hits[found] = place
                found += np.int64(site < larger[place])
                total += values[site]
                row[place + 1] = total
                sums[place + 1, draw] = total
            _pass_over(hits[:found], values, sizes, bounds, order, row, more)
        for group in range(len(distinct)):
            begin, end = steps[group], steps[group + 1]
            here, counts = sums[distinct[group], :block], histogram[2 * begin : 2 * end]
            if end - begin <= _FEW_STEPS:
                _rank_among_few(here, lows[begin:end], highs[begin:end], counts)
                continue
            _rank(
                here, lows[begin:end], highs[begin:end],
                slots[tables[group] : tables[group + 1]], scales[group], slot_of, counts,
            )  # fmt: skip
    return histogram, more


@kernel
def draw_direct(
    values: Floats, starts: Counts, row_weights: Floats, sites: Counts, bounds: Floats,
    longest: int, draws: int, seed: np.uint64,
) -> Counts:  # fmt: skip
    """Return the weighted sums at least, and at most, the observed one, by site."""
    n = len(values)
    counts = np.zeros((n, 2), np.int64)
    order = np.arange(n).astype(np.int32)
    state = seed
    for _ in range(draws):
        for place in range(min(longest + 1, n - 1)):
            _, state = _deal(order, place, state)
        for site in sites:
            total, place = 0.0, 0
            for index in range(starts[site], starts[site + 1]):
                if order[place] == site:
                    place += 1
                total += row_weights[index] * values[order[place]]
                place += 1
            counts[site, 0] += np.int64(total >= bounds[site, 0])
            counts[site, 1] += np.int64(total <= bounds[site, 1])
    return counts
