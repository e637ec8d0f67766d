"""The order in which one centre takes its neighbours, and where its windows may end."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.domain.scan.model import Floats, Integers, ScanSettings
from service.domain.scan.study import Study


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Neighbours:
    """All locations by distance from one of them.

    Attributes:
        order: Locations, nearest first.
        distance: Of each, in the unit of the coordinates.
        may_end: Whether a window may end with this location.
    """

    order: Integers
    distance: Floats
    may_end: NDArray[np.bool_]


def nearest(study: Study, centre: int, settings: ScanSettings) -> Neighbours:
    """Order all locations around a centre.

    Locations are numbered by coordinates, so that the lesser number is SaTScan's lesser
    coordinate. With closed ties a window ends only where the next location is farther.
    """
    dx = study.x - study.x[centre]
    dy = study.y - study.y[centre]
    dz = study.z - study.z[centre]
    distance = np.sqrt(dx * dx + dy * dy + dz * dz)
    order = np.argsort(distance, kind="stable")
    ordered = distance[order]
    may_end = np.cumsum(study.size[order]) <= study.size_limit
    if settings.max_radius is not None:
        may_end &= ordered <= settings.max_radius
    if settings.ties == "closed":
        may_end[:-1] &= np.diff(ordered) > study.distance_slack
    return Neighbours(order=order, distance=ordered, may_end=may_end)
