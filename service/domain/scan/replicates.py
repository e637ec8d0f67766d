"""Simulated data sets as bit planes: one bit per replicate, location and binary digit."""

# ruff: noqa: PLR0913, PLR0917, FBT001, FBT003 - kernels take plain arrays, by position

from typing import NamedTuple

import numpy as np

from service.domain.scan.bitplanes import REPLICATES, WORDS
from service.domain.scan.jit import kernel
from service.domain.scan.model import Integers, Words
from service.domain.scan.simulate import Urn, draw_places, seen_size
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
    """Draw replicates `first` to `first + count - 1`, at most 1,023, and the observed data.

    Cases are drawn twice: once to learn how many digits each location needs, once to keep them.
    Drawing is cheap; keeping all counts at once is not.
    """
    where = np.empty(field.number.size, np.int64)
    where[field.number] = np.arange(field.number.size)
    peak = field.cases.copy()
    none = np.zeros((1, WORDS), np.uint64)
    scatter(*_urn(urn), where, field.risk, first, count, none, peak, peak, peak, True)
    digits = np.array([max(1, int(p).bit_length()) for p in np.unique(peak)], np.int64)[
        np.unique(peak, return_inverse=True)[1]
    ]
    upper = peak.size + np.cumsum(digits - 1) - (digits - 1) + 1
    bits = np.zeros((int(peak.size + 1 + (digits - 1).sum()), WORDS), np.uint64)
    scatter(*_urn(urn), where, field.risk, first, count, bits, digits, upper, peak, False)
    set_column(bits, digits, upper, field.cases, OBSERVED)
    return Replicates(bits=bits, digits=digits, upper=upper)


def _urn(urn: Urn) -> tuple[Integers, Integers, int, int, bool, bool, int]:
    return (urn.ends, urn.guide, urn.slice_bits, urn.draws, urn.complement, urn.replace, urn.seed)


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
