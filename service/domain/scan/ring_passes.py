"""The passes over all candidates of a centre.

They are kernels of plain arrays: taking an array out of a tuple for every element would hide the
loop from the vectoriser.
"""

# ruff: noqa: PLR0913, PLR0917 - kernels take plain arrays, by position

import math

import numpy as np
from numpy.typing import NDArray

from service.domain.scan.jit import kernel
from service.domain.scan.model import Floats, Integers


@kernel
def measure(xs: Floats, ys: Floats, zs: Floats, x: float, y: float, z: float, key: Floats) -> None:
    """Set squared distances from a point."""
    for k in range(key.size):
        dx, dy, dz = xs[k] - x, ys[k] - y, zs[k] - z
        key[k] = dx * dx + dy * dy + dz * dz


@kernel
def square_rounded(key: Floats) -> None:
    """Make keys the squares of rounded distances: equal distances then have equal keys."""
    for k in range(key.size):
        distance = math.sqrt(key[k])
        key[k] = distance * distance


@kernel
def read_rings(
    key_bits: Integers, shift: int, base: int, rings: int, ring: NDArray[np.int32]
) -> None:
    """Read the ring of each squared distance out of its leading bits."""
    for k in range(ring.size):
        ring[k] = min(max((key_bits[k] >> shift) - base, 0), rings)


@kernel
def tally(ring: NDArray[np.int32], count: Integers) -> None:
    """Count the candidates of each ring."""
    for k in range(ring.size):
        count[ring[k]] += 1


@kernel
def add_up(
    spans: int, span: Integers, ring: NDArray[np.int32], values: Integers, totals: Integers
) -> None:
    """Add up the values of each ring's candidates."""
    totals[:] = 0
    at = 0
    for s in range(spans):
        for j in range(span[2 * s], span[2 * s + 1]):
            totals[ring[at]] += values[j]
            at += 1


@kernel
def scatter(
    spans: int,
    last: int,
    span: Integers,
    ring: NDArray[np.int32],
    place: Integers,
    order: NDArray[np.int32],
) -> None:
    """Put each candidate up to the last ring where its ring has room."""
    at = 0
    for s in range(spans):
        for j in range(span[2 * s], span[2 * s + 1]):
            to = ring[at]
            at += 1
            if to <= last:
                order[place[to]] = j
                place[to] += 1
