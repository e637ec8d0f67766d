"""Which of the best windows of all centres share no location with a better one."""

# ruff: noqa: PLR0913, PLR0917, C901 - kernels take plain arrays, by position

import math

import numpy as np

from service.domain.scan.jit import kernel
from service.domain.scan.model import Floats, Integers

ROUNDING = 1e-9  # circles this much apart, for their size, are apart whatever the rounding


@kernel
def holds(
    centre: int, location: int, reach: Floats, last: Integers, x: Floats, y: Floats, z: Floats
) -> bool:
    """Return whether a location lies in the best window of a centre."""
    dx, dy, dz = x[location] - x[centre], y[location] - y[centre], z[location] - z[centre]
    distance = math.sqrt(dx * dx + dy * dy + dz * dz)
    return bool(
        distance < reach[centre] or (distance == reach[centre] and location <= last[centre])
    )


@kernel
def choose_apart(
    centres: Integers,
    most: int,
    reach: Floats,
    last: Integers,
    x: Floats,
    y: Floats,
    z: Floats,
) -> tuple[Integers, Integers, Integers]:
    """Return at most `most` centres whose windows have no location in common.

    Args:
        centres: The centres to choose from; of two whose windows meet, the earlier is chosen.
        most: Windows to choose.
        reach: Of each location, the distance of the farthest member of its window.
        last: The highest number among the members at that distance.
        x: First coordinate.
        y: Second coordinate.
        z: Third coordinate.

    Returns:
        The centres chosen; the members of their windows, window by window, the lowest number
        first; where each window begins among them, and where the last ends.
    """
    taken = np.zeros(x.size, np.bool_)
    members = np.empty(x.size, np.int64)
    held, number = 0, 0
    chosen, ends = np.empty(most, np.int64), np.zeros(most + 1, np.int64)
    for centre in centres:
        if number == most:
            break
        meets = taken[centre]
        for k in range(number):
            if meets:
                break
            other = chosen[k]
            dx, dy, dz = x[other] - x[centre], y[other] - y[centre], z[other] - z[centre]
            between = math.sqrt(dx * dx + dy * dy + dz * dz)
            if between > (reach[centre] + reach[other]) * (1.0 + ROUNDING):
                continue
            for m in range(ends[k], ends[k + 1]):
                if holds(centre, members[m], reach, last, x, y, z):
                    meets = True
                    break
        if meets:
            continue
        chosen[number] = centre
        number += 1
        for location in range(x.size):
            if holds(centre, location, reach, last, x, y, z):
                taken[location] = True
                members[held] = location
                held += 1
        ends[number] = held
    return chosen[:number], members[:held], ends[: number + 1]
