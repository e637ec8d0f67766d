"""Which of the best windows of all centres share no location with a better one."""

# ruff: noqa: PLR0913, PLR0917, C901 - kernels take plain arrays, by position

import math

import numpy as np

from service.domain.scan.jit import kernel
from service.domain.scan.model import Floats, Integers


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
) -> Integers:
    """Return at most `most` centres whose windows have no location in common.

    Args:
        centres: The centres to choose from; of two whose windows meet, the earlier is chosen.
        most: Windows to choose.
        reach: Of each location, the distance of the farthest member of its window.
        last: The highest number among the members at that distance.
        x: First coordinate.
        y: Second coordinate.
        z: Third coordinate.
    """
    taken = np.zeros(x.size, np.bool_)
    members = np.empty(x.size, np.int64)
    held, number = 0, 0
    chosen = np.empty(most, np.int64)
    for centre in centres:
        if number == most:
            break
        meets = taken[centre]
        # Centres first: where windows meet, one often holds the centre of the other.
        for k in range(number):
            meets = meets or holds(centre, chosen[k], reach, last, x, y, z)
        for k in range(held):
            if meets:
                break
            meets = holds(centre, members[k], reach, last, x, y, z)
        if meets:
            continue
        chosen[number] = centre
        number += 1
        for location in range(x.size):
            if holds(centre, location, reach, last, x, y, z):
                taken[location] = True
                members[held] = location
                held += 1
    return chosen[:number]
