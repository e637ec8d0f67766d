"""One pass over all centres and metrics of a panel, observed and simulated."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numba
import numpy as np

from service.domain.errors import InvalidInputError
from service.domain.scan.model import Floats, Integers
from service.domain.scan.panel import Metrics, Panel
from service.domain.scan.panel_draws import Source, draw, source_of
from service.domain.scan.panel_hunt import Hunter, hunt_windows, make_hunter
from service.domain.scan.panel_ladder import Ladder, make_ladder
from service.domain.scan.panel_observed import Best, best_observed_windows
from service.domain.scan.panel_order import Windows
from service.domain.scan.sweep import Watch

MOST_REPLICATES = 1_023  # side by side
MOST_CASES_AT_ONCE = 20_000_000  # over the replicates of a batch: 160 MB
MOST_CELLS = 2**31 - 1
PAIRS_PER_CHUNK = 2_000_000  # centres times locations between two reports
OBSERVED_PART = 0.05  # of the work, roughly


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PanelSweep:
    """What a pass found: the best window of each centre, and each replicate's largest ratio."""

    best: Best
    null_maxima: Floats


def sweep_panel(
    panel: Panel,
    metrics: Metrics,
    windows: Windows,
    *,
    replications: int,
    seed: int,
    watch: Watch,
) -> PanelSweep:
    """Look at every window of the observed and of all simulated data.

    Raises:
        InvalidInputError: There are more places times intervals, or cases, than can be held.
        ScanStoppedError: The watch asked to stop.
    """
    if panel.cases.size > MOST_CELLS or panel.total_cases > MOST_CASES_AT_ONCE:
        raise InvalidInputError(
            f"{panel.cases.size:,} places times intervals with {panel.total_cases:,} cases are "
            "more than this scan can hold; use longer intervals or add places up by cell"
        )
    watch.tell(0.0)
    best = _observed(panel, metrics, windows, watch)
    maxima = np.zeros(replications)
    if replications:
        source, ladder = source_of(panel, seed), make_ladder(windows)
        width = min(MOST_REPLICATES, max(1, MOST_CASES_AT_ONCE // max(1, panel.total_cases)))
        for first in range(0, replications, width):
            count = min(width, replications - first)
            part = (OBSERVED_PART + (1 - OBSERVED_PART) * np.array([first, first + count])
                    / replications)  # fmt: skip
            batch = _Batch(panel, metrics, windows, source, ladder)
            maxima[first : first + count] = batch.run(first, count, _part(watch, *part))
    watch.tell(1.0)
    return PanelSweep(best=best, null_maxima=maxima)


def _part(watch: Watch, begin: float, end: float) -> Callable[[float], None]:
    def tell(share: float) -> None:
        watch.tell(begin + min(share, 1.0) * (end - begin))

    return tell


def before(values: Integers) -> Integers:
    """Return the sum of each row before each column, and of all."""
    return np.hstack([np.zeros((len(values), 1), np.int64), np.cumsum(values, axis=1)])


def _centres(locations: int) -> list[Integers]:
    """Return the centres for each thread, far apart from one to the next.

    The first few centres raise the bests, and they do it soonest when they look everywhere.
    """
    order = np.random.default_rng(0).permutation(locations)
    return [part for part in np.array_split(order, numba.get_num_threads()) if part.size]


def _observed(panel: Panel, metrics: Metrics, windows: Windows, watch: Watch) -> Best:
    locations = panel.x.size
    best = Best(np.zeros(locations), *(np.zeros(locations, np.int64) for _ in range(3)))
    cases_before, risk_before = before(panel.cases), before(panel.risk)
    parts = _centres(locations)

    def work(part: Integers) -> None:
        best_observed_windows(part, metrics, panel.z, windows, cases_before, risk_before, best)

    chunk = max(1, PAIRS_PER_CHUNK // (locations * metrics.stretch.size))
    _together([work] * len(parts), parts, chunk, _part(watch, 0.0, OBSERVED_PART))
    return best


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """What the batches of a sweep share."""

    panel: Panel
    metrics: Metrics
    windows: Windows
    source: Source
    ladder: Ladder

    def run(self, first: int, count: int, tell: Callable[[float], None]) -> Floats:
        """Return the largest ratios of some replicates; each thread keeps its own bests."""
        panel, number = self.panel, self.metrics.stretch.size
        draws = draw(panel, self.source, first, count)
        parts, risk_before = _centres(panel.x.size), before(panel.risk)
        times = panel.cases.shape[1]
        hunters = [make_hunter(self.ladder, self.windows, times, count) for _ in parts]

        def worker(hunter: Hunter, metric: int) -> Callable[[Integers], None]:
            m = self.metrics

            def work(part: Integers) -> None:
                hunt_windows(
                    part, m.x[metric], m.y[metric], panel.z, m.stretch[metric], m.penalty[metric],
                    self.windows, risk_before, draws, self.ladder, hunter,
                )  # fmt: skip

            return work

        chunk = max(1, PAIRS_PER_CHUNK // panel.x.size)
        for metric in range(number):
            works = [worker(hunter, metric) for hunter in hunters]
            _together(works, parts, chunk, partial(_of_metric, tell, metric, number))
        largest: Floats = np.max([hunter.best for hunter in hunters], axis=0)
        return largest


def _of_metric(tell: Callable[[float], None], metric: int, number: int, share: float) -> None:
    tell((metric + min(share, 1.0)) / number)


def _together(
    works: list[Callable[[Integers], None]],
    parts: list[Integers],
    chunk: int,
    tell: Callable[[float], None],
) -> None:
    """Run one worker per part, a chunk of centres at a time."""
    longest = max(part.size for part in parts)
    with ThreadPoolExecutor(len(works)) as pool:
        for begin in range(0, longest, chunk):
            jobs = [
                pool.submit(work, part[begin : begin + chunk])
                for work, part in zip(works, parts, strict=True)
            ]
            for job in jobs:
                job.result()
            tell((begin + chunk) / longest)
