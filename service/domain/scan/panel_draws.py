"""Cases scattered over places and times by chance, listed place by place.

Poisson and Bernoulli draw units of risk, as `simulate` does. A permuted panel keeps where each
case was and shuffles when: each place and each interval keep their totals (Kulldorff, M. et al.
(2005): A space-time permutation scan statistic. PLoS Medicine 2:e59).
"""

# ruff: noqa: PLR0913, PLR0917, FBT001 - kernels take plain arrays, by position

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.domain.scan.jit import kernel
from service.domain.scan.model import Integers
from service.domain.scan.panel import Panel
from service.domain.scan.random_stream import below, start_stream
from service.domain.scan.simulate import GUIDES_PER_LOCATION, draw_places, seen_size, top_bits

Cells = NDArray[np.int32]


class Draws(NamedTuple):
    """The cases of some replicates.

    Attributes:
        start: Where the cases of each location begin; one more at the end.
        key: replicate * intervals + interval of each case, ascending within a location.
        slot: interval * replicates + replicate of each case.
        replicates: How many.
    """

    start: Integers
    key: Cells
    slot: Cells
    replicates: int


class Source(NamedTuple):
    """What is drawn from."""

    ends: Integers
    guide: Integers
    slice_bits: int
    place: Cells
    time: Cells
    draws: int
    replace: bool
    permuted: bool
    seed: int


def source_of(panel: Panel, seed: int) -> Source:
    """Prepare the drawing of replicates of a panel."""
    ends = np.cumsum(panel.risk.ravel())
    slices = GUIDES_PER_LOCATION * ends.size
    slice_bits = max(0, (int(ends[-1]) // slices).bit_length() - 1)
    starts = np.arange((int(ends[-1]) >> slice_bits) + 1, dtype=np.int64) << slice_bits
    cells = np.repeat(np.arange(panel.cases.size), panel.cases.ravel())
    return Source(
        ends=ends,
        guide=np.searchsorted(ends, starts, side="right").astype(np.int64),
        slice_bits=slice_bits,
        place=(cells // panel.cases.shape[1]).astype(np.int32),
        time=(cells % panel.cases.shape[1]).astype(np.int32),
        draws=panel.total_cases,
        replace=not panel.bernoulli,
        permuted=panel.permuted,
        seed=seed,
    )


def draw(panel: Panel, source: Source, first: int, count: int) -> Draws:
    """Draw replicates `first` to `first + count - 1`."""
    locations, intervals = panel.cases.shape
    cells = np.empty((count, source.draws), np.int32)
    draw_cells(*source, first, intervals, cells)
    return listed(cells, locations, intervals)


def observed(panel: Panel) -> Draws:
    """Return the observed data as one replicate."""
    cells = np.repeat(np.arange(panel.cases.size), panel.cases.ravel()).astype(np.int32)
    return listed(cells[None, :], *panel.cases.shape)


def listed(cells: Cells, locations: int, intervals: int) -> Draws:
    """List cases, one row of sorted cells per replicate, by location."""
    start = np.zeros(locations + 1, np.int64)
    count_cells(cells, intervals, start)
    start = np.cumsum(start)
    key, slot = np.empty(cells.size, np.int32), np.empty(cells.size, np.int32)
    list_cells(cells, intervals, start[:-1].copy(), key, slot)
    return Draws(start=start, key=key, slot=slot, replicates=len(cells))


@kernel
def draw_cells(
    ends: Integers,
    guide: Integers,
    slice_bits: int,
    place: Cells,
    time: Cells,
    draws: int,
    replace: bool,
    permuted: bool,
    seed: int,
    first: int,
    intervals: int,
    cells: Cells,
) -> None:
    """Fill one row of cells (location * intervals + interval) per replicate, sorted."""
    drawn = np.empty(draws, np.int64)
    seen = np.zeros(seen_size(draws, replace or permuted), np.uint64)
    shuffled = time.copy()
    for row in range(cells.shape[0]):
        if permuted:
            shuffled[:] = time
            shuffle(seed, first + row, shuffled)
            for k in range(draws):
                drawn[k] = np.int64(place[k]) * intervals + shuffled[k]
        else:
            draw_places(ends, guide, slice_bits, replace, seed, first + row, seen, drawn)
        cells[row] = np.sort(drawn)


@kernel
def shuffle(seed: int, replicate: int, values: Cells) -> None:
    """Put values into a random order (Fisher and Yates), the stream that of a replicate."""
    state = start_stream(seed, replicate)
    for k in range(values.size - 1, 0, -1):
        bound = np.uint64(k + 1)
        drawn, state = below(state, bound, top_bits(bound))
        other = np.int64(drawn)
        values[k], values[other] = values[other], values[k]


@kernel
def count_cells(cells: Cells, intervals: int, start: Integers) -> None:
    """Count the cases of each location, one place further on."""
    for row in range(cells.shape[0]):
        for k in range(cells.shape[1]):
            start[cells[row, k] // intervals + 1] += 1


@kernel
def list_cells(cells: Cells, intervals: int, at: Integers, key: Cells, slot: Cells) -> None:
    """Write the cases of each location in the order of replicates and intervals."""
    replicates = cells.shape[0]
    for row in range(replicates):
        for k in range(cells.shape[1]):
            location = cells[row, k] // intervals
            interval = cells[row, k] - location * intervals
            key[at[location]] = row * intervals + interval
            slot[at[location]] = interval * replicates + row
            at[location] += 1


@kernel
def count_between(key: Cells, begin: int, end: int, lowest: int, beyond: int) -> int:
    """Return how many of some ascending keys are at least `lowest` and under `beyond`."""
    low, high = begin, end
    while low < high:
        middle = (low + high) >> 1
        if key[middle] < lowest:
            low = middle + 1
        else:
            high = middle
    count = 0
    while low + count < end and key[low + count] < beyond:
        count += 1
    return count
