"""The passes over all candidates of a centre.

They are kernels of plain arrays: taking an array out of a tuple for every element would hide the
loop from the vectoriser.
"""

# ruff: noqa: PLR0913, PLR0917, FBT001 - kernels take plain arrays, by position

import math

import numpy as np
from numpy.typing import NDArray

from service.domain.scan.jit import lean
from service.domain.scan.model import Floats, Integers


@lean
def measure(
    xs: Floats,
    ys: Floats,
    zs: Floats,
    x: float,
    y: float,
    z: float,
    rounded: bool,
    key: NDArray[np.float32],
) -> None:
    """Set keys that rise with the distance from a point: squares, in single precision.

    The nearer of two points never gets the larger key. Where `rounded`, squares are those of
    rounded distances: equal distances then have equal keys.
    """
    if rounded:
        for k in range(key.size):
            dx, dy, dz = xs[k] - x, ys[k] - y, zs[k] - z
            distance = math.sqrt(dx * dx + dy * dy + dz * dz)
            key[k] = distance * distance
    else:
        for k in range(key.size):
            dx, dy, dz = xs[k] - x, ys[k] - y, zs[k] - z
            key[k] = dx * dx + dy * dy + dz * dz


@lean
def read_rings(
    key_bits: NDArray[np.int32], shift: int, base: int, rings: int, ring: NDArray[np.int32]
) -> None:
    """Read the ring of each squared distance out of its leading bits."""
    # All in 32 bits, so that one instruction does eight.
    by, lowest, most = np.int32(shift), np.int32(base), np.int32(rings)
    none = np.int32(0)
    for k in range(ring.size):
        ring[k] = min(max(np.int32(np.int32(key_bits[k] >> by) - lowest), none), most)


@lean
def tally(ring: NDArray[np.int32], count: NDArray[np.int32]) -> None:
    """Count the candidates of each ring."""
    for k in range(ring.size):
        count[ring[k]] += 1


@lean
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


@lean
def scatter(
    spans: int,
    last: int,
    span: Integers,
    ring: NDArray[np.int32],
    place: NDArray[np.int32],
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
