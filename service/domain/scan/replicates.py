"""Simulated data sets as bit planes: one bit per replicate, location and binary digit."""

# ruff: noqa: PLR0913, PLR0917, FBT001, FBT003 - kernels take plain arrays, by position

from typing import NamedTuple

import numpy as np

from service.domain.scan.bitplanes import REPLICATES, WORDS, empty_rows
from service.domain.scan.jit import kernel, lean
from service.domain.scan.model import Integers, Words
from service.domain.scan.random_stream import below, start_stream
from service.domain.scan.simulate import Urn, draw_places, seen_size, top_bits
from service.domain.scan.tiles import Field

OBSERVED = REPLICATES - 1  # the observed data ride along as the last replicate
BATCH = OBSERVED  # simulated data sets in one pass


class Replicates(NamedTuple):
    """The cases of 1,024 data sets at every location.

    Attributes:
        bits: Rows: the lowest digit of each location, one row of zeros, then higher digits.
        digits: Binary digits each location needs, at least 1.
        upper: Row of the second digit of each location; the third follows it.
    """

    bits: Words
    digits: Integers
    upper: Integers

    @property
    def widest(self) -> int:
        """Digits of the largest count."""
        return int(self.digits.max())


def pack(field: Field, urn: Urn, first: int, count: int) -> Replicates:
    """Draw replicates `first` to `first + count - 1`, at most 1,023, and the observed data."""
    where = np.empty(field.number.size, np.int64)
    where[field.number] = np.arange(field.number.size)
    sets = (
        _single(urn, where, first, count) if urn.single else _many(field, urn, where, first, count)
    )
    set_column(sets.bits, sets.digits, sets.upper, field.cases, OBSERVED)
    return sets


def _single(urn: Urn, where: Integers, first: int, count: int) -> Replicates:
    """Draw cases of which a location has one or none, straight into their bits."""
    size = where.size
    bits = empty_rows(size + 1)
    draw_units(urn.draws, urn.seed, where, first, count, bits)
    if urn.complement:
        bits[:size] ^= mask_of(np.arange(count))
    return Replicates(bits=bits, digits=np.ones(size, np.int64), upper=np.zeros(size, np.int64))


def _many(field: Field, urn: Urn, where: Integers, first: int, count: int) -> Replicates:
    """Draw cases of which a location may have several.

    They are drawn twice: once to learn how many digits each location needs, once to keep them.
    Drawing is cheap; keeping all counts at once is not.
    """
    peak = field.cases.copy()
    none = empty_rows(1)
    scatter(*_urn(urn), where, field.risk, first, count, none, peak, peak, peak, True)
    digits = np.array([max(1, int(p).bit_length()) for p in np.unique(peak)], np.int64)[
        np.unique(peak, return_inverse=True)[1]
    ]
    upper = peak.size + np.cumsum(digits - 1) - (digits - 1) + 1
    bits = empty_rows(int(peak.size + 1 + (digits - 1).sum()))
    scatter(*_urn(urn), where, field.risk, first, count, bits, digits, upper, peak, False)
    return Replicates(bits=bits, digits=digits, upper=upper)


def mask_of(columns: Integers) -> Words:
    """Return a row with the bits of some columns set."""
    bits = np.zeros(REPLICATES, np.uint8)
    bits[columns] = 1
    return np.packbits(bits, bitorder="little").view(np.uint64)[:WORDS]


def _urn(urn: Urn) -> tuple[Integers, Integers, int, int, bool, bool, int]:
    return (urn.ends, urn.guide, urn.slice_bits, urn.draws, urn.complement, urn.replace, urn.seed)


@lean
def draw_units(draws: int, seed: int, where: Integers, first: int, count: int, bits: Words) -> None:
    """Draw units that are locations, the same ones as `draw_places`; a bit says what is drawn."""
    total = np.uint64(where.size)
    shift = top_bits(total)
    for column in range(count):
        state = start_stream(seed, first + column)
        word, bit = column >> 6, np.uint64(1) << np.uint64(column & 63)
        for _ in range(draws):
            while True:
                unit, state = below(state, total, shift)
                row = where[np.int64(unit)]
                if bits[row, word] & bit == 0:
                    break
            bits[row, word] |= bit


@kernel
def scatter(
    ends: Integers,
    guide: Integers,
    slice_bits: int,
    draws: int,
    complement: bool,
    replace: bool,
    seed: int,
    where: Integers,
    risk: Integers,
    first: int,
    count: int,
    bits: Words,
    digits: Integers,
    upper: Integers,
    peak: Integers,
    measure: bool,
) -> None:
    """Draw replicates; raise `peak` to their largest counts, or set their bits."""
    places = np.empty(draws, np.int64)
    seen = np.zeros(seen_size(draws, replace), np.uint64)
    counts = np.zeros(where.size, np.int64)
    for column in range(count):
        draw_places(ends, guide, slice_bits, replace, seed, first + column, seen, places)
        for k in range(draws):
            counts[where[places[k]]] += 1
        if complement:
            for j in range(counts.size):
                counts[j] = risk[j] - counts[j]
        touched = counts.size if complement else draws
        for k in range(touched):
            j = k if complement else where[places[k]]
            if measure:
                peak[j] = max(peak[j], counts[j])
            elif counts[j] > 0:
                set_count(bits, digits, upper, j, counts[j], column)
            counts[j] = 0


@kernel
def set_count(
    bits: Words, digits: Integers, upper: Integers, j: int, cases: int, column: int
) -> None:
    """Write a count into the planes of a location, which are zero there."""
    bit = np.uint64(1) << np.uint64(column & 63)
    word = column >> 6
    if cases & 1:
        bits[j, word] |= bit
    for p in range(1, digits[j]):
        if (cases >> p) & 1:
            bits[upper[j] + p - 1, word] |= bit


@kernel
def set_column(
    bits: Words, digits: Integers, upper: Integers, cases: Integers, column: int
) -> None:
    """Write one data set into the planes of all locations."""
    for j in range(cases.size):
        set_count(bits, digits, upper, j, cases[j], column)
