"""The order in which one centre takes its neighbours."""

import numpy as np

from service.domain.scan.model import Integers
from service.domain.scan.study import Study


def nearest(study: Study, centre: int) -> Integers:
    """Return all locations, the nearest to a centre first.

    Locations are numbered by coordinates: of equally near ones, SaTScan's lesser coordinate is
    the lesser number.
    """
    dx = study.x - study.x[centre]
    dy = study.y - study.y[centre]
    dz = study.z - study.z[centre]
    order: Integers = np.argsort(np.sqrt(dx * dx + dy * dy + dz * dz), kind="stable")
    return order
