"""The blocks of a centre, added to its running counts."""

# ruff: noqa: PLR0913, PLR0917 - kernels take plain arrays, by position

import numpy as np
from numpy.typing import NDArray

from service.domain.scan.bitplanes import GROUP, MAX_GROUPS, add_row, add_rows
from service.domain.scan.jit import inlined, lean
from service.domain.scan.model import Integers, Words

FEW = 2  # rows that are added sooner one by one than as a group


@lean
def most_cases(order: NDArray[np.int32], start: int, length: int, digits: Integers) -> int:
    """Return the most cases a data set can have in a block."""
    most = 0
    for k in range(start, start + length):
        most += (1 << digits[order[k]]) - 1
    return most


@inlined
def add_block(
    start: int,
    length: int,
    planes: int,
    order: NDArray[np.int32],
    bits: Words,
    counter: Words,
) -> None:
    """Add the first digits of a block to the counters."""
    if length <= FEW:
        for k in range(start, start + length):
            add_row(counter, planes, bits, np.int64(order[k]))
        return
    groups = (length + GROUP - 1) // GROUP
    done = 0
    while done < groups:
        some = min(groups - done, MAX_GROUPS)
        add_rows(counter, 0, planes, bits, order, start + done * GROUP, some)
        done += some


@lean
def add_upper(
    start: int,
    length: int,
    planes: int,
    zero_row: int,
    order: NDArray[np.int32],
    bits: Words,
    digits: Integers,
    upper: Integers,
    rows: NDArray[np.int32],
    counter: Words,
) -> None:
    """Add the higher digits of a block, gathered digit by digit into `rows`."""
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


@lean
def count_of(replicate: int, planes: int, counter: Words) -> int:
    """Return the running count of one replicate."""
    word, bit = replicate >> 6, np.uint64(replicate & 63)
    count = np.int64(0)
    for p in range(planes):
        count |= np.int64((counter[p, word] >> bit) & np.uint64(1)) << p
    return int(count)
