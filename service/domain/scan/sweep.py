"""One pass over all centres: the best observed window of each, and the simulated maxima."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from service.domain.scan.errors import ScanStoppedError
from service.domain.scan.model import Floats, Integers, ScanSettings
from service.domain.scan.nearest import nearest
from service.domain.scan.plain import scan_centre
from service.domain.scan.simulate import simulate_counts
from service.domain.scan.study import Study


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Watch:
    """How a long computation talks to whoever waits for it.

    Attributes:
        progress: Told the finished share, 0 to 1, now and then.
        stop: Asked now and then; the computation ends with ScanStoppedError when it says True.
    """

    progress: Callable[[float], None] | None = None
    stop: Callable[[], bool] | None = None

    def tell(self, share: float) -> None:
        """Report progress and end here if asked to.

        Raises:
            ScanStoppedError: `stop` answered True.
        """
        if self.stop is not None and self.stop():
            raise ScanStoppedError(share)
        if self.progress is not None:
            self.progress(share)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sweep:
    """What a pass found.

    Attributes:
        llr: Best log likelihood ratio of the windows of each location; 0 where none counts.
        size: Locations in that window, the nearest ones; the smallest of equally good windows.
        null_maxima: Over all windows, for each replicate.
    """

    llr: Floats
    size: Integers
    null_maxima: Floats


def sweep(study: Study, settings: ScanSettings, watch: Watch) -> Sweep:
    """Look at every window of the observed and of all simulated data.

    Raises:
        ScanStoppedError: The watch asked to stop.
    """
    return sweep_plainly(study, settings, watch)


def sweep_plainly(study: Study, settings: ScanSettings, watch: Watch) -> Sweep:
    """Look at every window in turn; slow, and what a faster way must agree with."""
    locations, total = study.x.size, study.total_risk
    counts = np.column_stack(
        [study.cases, simulate_counts(study, settings.seed, 0, settings.replications)]
    )
    llr, size = np.zeros(locations), np.zeros(locations, np.int64)
    best, best_size = np.zeros(counts.shape[1]), np.zeros(counts.shape[1], np.int64)
    high, low = settings.rates != "low", settings.rates != "high"
    for centre in range(locations):
        around = nearest(study, centre, settings)
        reach = int(around.may_end.nonzero()[0].max(initial=-1)) + 1
        best[0] = best_size[0] = 0
        scan_centre(
            around.order[:reach],
            around.may_end[:reach],
            counts,
            study.risk,
            study.total_cases,
            total,
            settings.min_cases,
            high,
            low,
            study.model == "bernoulli",
            best,
            best_size,
        )
        llr[centre], size[centre] = best[0], best_size[0]
        watch.tell((centre + 1) / locations)
    return Sweep(llr=llr, size=size, null_maxima=best[1:])
