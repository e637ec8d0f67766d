"""The order in which one centre takes its neighbours."""

import numpy as np

from service.domain.scan.model import Integers
from service.domain.scan.study import Study


def nearest(study: Study, centre: int, count: int) -> Integers:
    """Return some locations, the nearest to a centre first.

    Locations are numbered by coordinates: of equally near ones, SaTScan's lesser coordinate is
    the lesser number.
    """
    dx = study.x - study.x[centre]
    dy = study.y - study.y[centre]
    dz = study.z - study.z[centre]
    distance = np.sqrt(dx * dx + dy * dy + dz * dz)
    within: Integers = np.flatnonzero(distance <= np.partition(distance, count - 1)[count - 1])
    return within[np.argsort(distance[within], kind="stable")][:count]
