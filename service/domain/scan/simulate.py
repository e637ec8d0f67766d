"""Cases scattered by chance: the data sets a scan is judged against.

Both models draw one unit of risk after another and ask at which location it lies: without putting
back for Bernoulli (cases are distinct units: multivariate hypergeometric), with putting back for
Poisson (given their total, cases fall in proportion to their expectation: multinomial).
"""

# ruff: noqa: PLR0913, PLR0917, FBT001 - kernels take plain arrays, by position

from dataclasses import dataclass

import numpy as np

from service.domain.scan.jit import inlined, kernel, lean
from service.domain.scan.model import Integers, Words
from service.domain.scan.random_stream import below, start_stream
from service.domain.scan.study import Study

GUIDES_PER_LOCATION = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Urn:
    """Everything needed to draw the cases of one replicate.

    Attributes:
        ends: Running total of risk, by location.
        guide: For each equal slice of the risk, the location where it starts.
        slice_bits: A slice holds two to this power of risk.
        draws: Units to draw; when more than half of all, those that are *not* cases.
        complement: Whether the drawn units are those that are not cases.
        replace: Whether a unit is put back.
        single: Whether every location is one unit, and no unit is put back.
        seed: Of the streams.
    """

    ends: Integers
    guide: Integers
    slice_bits: int
    draws: int
    complement: bool
    replace: bool
    single: bool
    seed: int


def fill_urn(study: Study, seed: int) -> Urn:
    """Prepare the drawing of replicates of a study."""
    ends = np.cumsum(study.risk)
    total, bernoulli = int(ends[-1]), study.model == "bernoulli"
    slices = GUIDES_PER_LOCATION * ends.size
    slice_bits = max(0, (total // slices).bit_length() - 1)
    starts = np.arange((total >> slice_bits) + 1, dtype=np.int64) << slice_bits
    complement = bernoulli and 2 * study.total_cases > total
    return Urn(
        ends=ends,
        guide=np.searchsorted(ends, starts, side="right").astype(np.int64),
        slice_bits=slice_bits,
        draws=total - study.total_cases if complement else study.total_cases,
        complement=complement,
        replace=not bernoulli,
        single=bernoulli and bool((study.risk == 1).all()),
        seed=seed,
    )


def simulate_counts(study: Study, seed: int, first: int, count: int) -> Integers:
    """Return the cases of replicates `first` to `first + count - 1`, one row per location."""
    urn = fill_urn(study, seed)
    drawn = draw_counts(
        urn.ends, urn.guide, urn.slice_bits, urn.draws, urn.replace, urn.seed, first, count
    )
    return study.risk[:, None] - drawn if urn.complement else drawn


@kernel
def draw_counts(
    ends: Integers,
    guide: Integers,
    slice_bits: int,
    draws: int,
    replace: bool,
    seed: int,
    first: int,
    count: int,
) -> Integers:
    """Return how many drawn units lie at each location, one column per replicate."""
    counts = np.zeros((ends.size, count), np.int64)
    places = np.empty(draws, np.int64)
    seen = np.zeros(seen_size(draws, replace), np.uint64)
    for column in range(count):
        draw_places(ends, guide, slice_bits, replace, seed, first + column, seen, places)
        for k in range(draws):
            counts[places[k], column] += 1
    return counts


@kernel
def seen_size(draws: int, replace: bool) -> int:
    """Return the slots of a hash set that stays at most half full; 1 when none is needed."""
    size = 1
    while not replace and size < 2 * draws:
        size *= 2
    return size


@lean
def draw_places(
    ends: Integers,
    guide: Integers,
    slice_bits: int,
    replace: bool,
    seed: int,
    replicate: int,
    seen: Words,
    places: Integers,
) -> None:
    """Fill `places` with the locations of the units drawn in one replicate."""
    state = start_stream(seed, replicate)
    total = np.uint64(ends[-1])
    shift = top_bits(total)
    if not replace:
        seen[:] = 0
    for k in range(places.size):
        unit, state = below(state, total, shift)
        while not replace and not _note(seen, unit):
            unit, state = below(state, total, shift)
        place = guide[np.int64(unit) >> slice_bits]
        while ends[place] <= np.int64(unit):
            place += 1
        places[k] = place


@inlined
def top_bits(total: np.uint64) -> np.uint64:
    """Return how far to shift a random word for a number that may be under `total`."""
    shift = np.uint64(63)
    while shift > 0 and (np.uint64(1) << (np.uint64(64) - shift)) < total:
        shift -= np.uint64(1)
    return shift


@inlined
def _note(seen: Words, unit: np.uint64) -> bool:
    """Put a unit into the hash set; return False when it is there already."""
    mask = np.uint64(seen.size - 1)
    mark = unit + np.uint64(1)  # 0 marks an empty slot
    slot = ((unit * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)) & mask
    while seen[slot] != 0:
        if seen[slot] == mark:
            return False
        slot = (slot + np.uint64(1)) & mask
    seen[slot] = mark
    return True
