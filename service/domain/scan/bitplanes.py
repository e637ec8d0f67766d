"""1,024 counters side by side, one bit of each in every word: the arithmetic of the fast scan.

A *row* is 16 words of 64 bits: one bit for each of 1,024 replicates. A *counter* is a stack of
rows, its planes, the lowest first: plane p holds bit p of 1,024 counts. Adding a row to a counter
is a binary addition done with AND, OR and XOR on whole rows (a carry-save adder); comparing a
counter with 1,024 thresholds is the same kind of ripple.

The functions are written as LLVM vectors, because an automatic vectoriser finds the shape
of these loops on one compiler version and loses it on the next. LLVM turns a vector into whatever
the machine has: one AVX-512 register, two of AVX2, four of NEON.
"""

# ruff: noqa: PLR0913, PLR0917 - kernels take plain arrays, by position

from collections.abc import Callable
from typing import Any, TypeAlias, cast

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numpy.typing import NDArray

WORDS = 16  # per row
REPLICATES = WORDS * 64
LANES = 8  # words in a vector
GROUP = 8  # rows that one step of the adder takes in
BLOCK_PLANES = 7  # a block is counted on its own first: at most 15 groups, 120 rows
MAX_GROUPS = 15

Value: TypeAlias = Any  # llvmlite and numba are untyped
_WORD = ir.IntType(64)
_VECTOR = ir.VectorType(_WORD, LANES)
_ZERO = ir.Constant(_VECTOR, None)
_ONES = ir.Constant(_VECTOR, [ir.Constant(_WORD, -1)] * LANES)


_room = cast("Callable[..., Value]", cgutils.alloca_once)  # untyped


def _word(value: int) -> Value:
    return ir.Constant(_WORD, value)


def empty_rows(number: int) -> NDArray[np.uint64]:
    """Return rows of zeros that lie on lines of the cache, so that no load touches two."""
    room = np.zeros(number * WORDS + LANES, np.uint64)
    first = -(room.ctypes.data // room.itemsize) % LANES
    return room[first : first + number * WORDS].reshape(number, WORDS)


class _Rows:
    """The rows of one array, seen through one half of their words."""

    def __init__(self, context: Value, builder: Value, kind: Value, array: Value) -> None:
        data = context.make_array(kind)(context, builder, array).data
        self._builder = builder
        self._first = builder.bitcast(data, _WORD.as_pointer())

    def _at(self, row: Value, half: int) -> Value:
        offset = self._builder.add(self._builder.mul(row, _word(WORDS)), _word(half * LANES))
        return self._builder.bitcast(self._builder.gep(self._first, [offset]), _VECTOR.as_pointer())

    def load(self, row: Value, half: int) -> Value:
        return self._builder.load(self._at(row, half), align=8)

    def store(self, vector: Value, row: Value, half: int) -> None:
        self._builder.store(vector, self._at(row, half), align=8)


def _add_bits(builder: Value, a: Value, b: Value, c: Value) -> tuple[Value, Value]:
    """Return sum and carry of three bits, in every lane."""
    either = builder.xor(a, b)
    return builder.xor(either, c), builder.or_(builder.and_(a, b), builder.and_(either, c))


def _sum_group(builder: Value, rows: list[Value], counter: list[Value]) -> None:
    """Add eight rows to a counter of registers: four full adders, two, one, then the carry."""
    ones, twos, fours = (builder.load(counter[p]) for p in range(3))
    ones, two_a = _add_bits(builder, ones, rows[0], rows[1])
    ones, two_b = _add_bits(builder, ones, rows[2], rows[3])
    twos, four_a = _add_bits(builder, twos, two_a, two_b)
    ones, two_a = _add_bits(builder, ones, rows[4], rows[5])
    ones, two_b = _add_bits(builder, ones, rows[6], rows[7])
    twos, four_b = _add_bits(builder, twos, two_a, two_b)
    fours, carry = _add_bits(builder, fours, four_a, four_b)
    for plane, value in enumerate((ones, twos, fours)):
        builder.store(value, counter[plane])
    for plane in counter[3:]:
        value = builder.load(plane)
        builder.store(builder.xor(value, carry), plane)
        carry = builder.and_(value, carry)


@intrinsic
def _add_rows(
    _typing: Value,
    counter: Value,
    lowest: Value,
    planes: Value,
    bits: Value,
    order: Value,
    start: Value,
    groups: Value,
) -> Value:
    signature = types.void(counter, types.int64, types.int64, bits, order, types.int64, types.int64)
    del lowest, planes, start, groups

    def generate(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        total = _Rows(context, builder, sig.args[0], args[0])
        source = _Rows(context, builder, sig.args[3], args[3])
        numbers = context.make_array(sig.args[4])(context, builder, args[4]).data
        block = [_room(builder, _VECTOR) for _ in range(BLOCK_PLANES)]
        carry = _room(builder, _VECTOR)
        for half in range(WORDS // LANES):
            for plane in block:
                builder.store(_ZERO, plane)
            with cgutils.for_range(builder, args[6]) as loop:
                first = builder.add(args[5], builder.mul(loop.index, _word(GROUP)))
                rows = []
                for k in range(GROUP):
                    number = builder.load(builder.gep(numbers, [builder.add(first, _word(k))]))
                    rows.append(source.load(builder.sext(number, _WORD), half))
                _sum_group(builder, rows, block)
            builder.store(_ZERO, carry)
            for p, plane in enumerate(block):
                with builder.if_then(builder.icmp_signed("<", _word(p), args[2])):
                    row = builder.add(args[1], _word(p))
                    value, more = _add_bits(
                        builder, total.load(row, half), builder.load(plane), builder.load(carry)
                    )
                    total.store(value, row, half)
                    builder.store(more, carry)
            above = builder.sub(args[2], _word(BLOCK_PLANES))
            with cgutils.for_range(builder, above) as loop:
                row = builder.add(args[1], builder.add(loop.index, _word(BLOCK_PLANES)))
                value, more = total.load(row, half), builder.load(carry)
                total.store(builder.xor(value, more), row, half)
                builder.store(builder.and_(value, more), carry)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def _add_row(_typing: Value, counter: Value, planes: Value, bits: Value, number: Value) -> Value:
    signature = types.void(counter, types.int64, bits, types.int64)
    del planes, number

    def generate(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        total = _Rows(context, builder, sig.args[0], args[0])
        source = _Rows(context, builder, sig.args[2], args[2])
        carries = [_room(builder, _VECTOR) for _ in range(WORDS // LANES)]
        for half, carry in enumerate(carries):
            builder.store(source.load(args[3], half), carry)
        with cgutils.for_range(builder, args[1]) as loop:
            for half, carry in enumerate(carries):
                value, more = total.load(loop.index, half), builder.load(carry)
                total.store(builder.xor(value, more), loop.index, half)
                builder.store(builder.and_(value, more), carry)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def _reach(
    _typing: Value,
    counter: Value,
    planes: Value,
    thresholds: Value,
    first: Value,
    mask: Value,
    flip: Value,
    flags: Value,
) -> Value:
    signature = types.uint64(
        counter, types.int64, thresholds, types.int64, mask, types.uint64, flags
    )
    del planes, first, flip

    def generate(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        count = _Rows(context, builder, sig.args[0], args[0])
        threshold = _Rows(context, builder, sig.args[2], args[2])
        allowed = _Rows(context, builder, sig.args[4], args[4])
        answer = _Rows(context, builder, sig.args[6], args[6])
        flips = builder.insert_element(_ZERO, args[5], ir.Constant(ir.IntType(32), 0))
        flips = builder.shuffle_vector(
            flips, _ZERO, ir.Constant(ir.VectorType(ir.IntType(32), LANES), None)
        )
        reached = _room(builder, _VECTOR)
        union = _ZERO
        for half in range(WORDS // LANES):
            builder.store(_ONES, reached)
            with cgutils.for_range(builder, args[1]) as loop:
                # From the low plane up: where the bits differ, the count's bit decides anew.
                a = count.load(loop.index, half)
                b = threshold.load(builder.add(args[3], loop.index), half)
                differ = builder.xor(a, b)
                keep = builder.and_(builder.not_(differ), builder.load(reached))
                builder.store(builder.or_(builder.and_(differ, a), keep), reached)
            found = builder.and_(
                builder.xor(builder.load(reached), flips), allowed.load(_word(0), half)
            )
            answer.store(found, _word(0), half)
            union = builder.or_(union, found)
        any_bit = builder.extract_element(union, ir.Constant(ir.IntType(32), 0))
        for lane in range(1, LANES):
            any_bit = builder.or_(
                any_bit, builder.extract_element(union, ir.Constant(ir.IntType(32), lane))
            )
        return any_bit

    return signature, generate


@intrinsic
def _lowest_bit(_typing: Value, word: Value) -> Value:
    del word

    def generate(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        del context, sig
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), generate


add_rows = cast("Callable[..., None]", _add_rows)
"""Add rows to a counter.

add_rows(counter, lowest, planes, bits, order, start, groups): adds rows bits[order[k]], for k
from start to start + 8 * groups - 1, to the counter whose planes are counter[lowest] to
counter[lowest + planes - 1]; at most 15 groups. A row added from plane p up weighs 2 ** p.
"""

add_row = cast("Callable[..., None]", _add_row)
"""Add one row to a counter: cheaper than a group of eight that are zero but for a few.

add_row(counter, planes, bits, number): adds row bits[number] to the lowest planes of a counter.
"""

reach = cast("Callable[..., np.uint64]", _reach)
"""Compare counts with thresholds.

reach(counter, planes, thresholds, first, mask, flip, flags): sets flags, one bit per replicate,
where the mask has a bit and the count is at least the threshold (flip 0) or below it (flip all
ones); the threshold's planes are rows first, first + 1 ... of `thresholds` seen as rows. Returns
non-zero when any flag is set.
"""

lowest_bit = cast("Callable[[np.uint64], int]", _lowest_bit)
"""Return the position of the lowest set bit of a word that is not 0."""
