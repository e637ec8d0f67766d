"""Compile every kernel and keep the machine code on disk, so that the first scan is fast."""

import numpy as np

from service.domain.scan.ellipses import EllipticSettings, scan_ellipses
from service.domain.scan.run import warm_up as warm_up_circles
from service.domain.scan.space_time import SpaceTimeSettings, scan_space_time


def warm_up() -> None:
    """Run a small scan of each kind."""
    warm_up_circles()
    line = np.arange(8.0)
    cases = (np.arange(24) % 3).reshape(8, 3)
    for rates in ("high", "both"):
        asked = SpaceTimeSettings(rates=rates, replications=9)
        scan_space_time(line, line, cases, np.ones(8), settings=asked)
        scan_space_time(line, line, cases, settings=asked)
    elliptic = EllipticSettings(model="bernoulli", shapes=(2.0,), angles=(2,), replications=9)
    scan_ellipses(line, line, line % 2, np.full(8, 2), settings=elliptic)
