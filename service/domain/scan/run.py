"""The spatial scan statistic, from rows to clusters."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from service.domain.scan.clusters import best_windows, describe
from service.domain.scan.model import ScanCluster, ScanResult, ScanSettings
from service.domain.scan.study import Study, make_study
from service.domain.scan.sweep import Sweep, Watch, sweep


def scan(  # noqa: PLR0913, the arrays are the data, the rest is keyword-only
    x: ArrayLike,
    y: ArrayLike,
    cases: ArrayLike,
    population: ArrayLike,
    *,
    settings: ScanSettings,
    expected: ArrayLike | None = None,
    progress: Callable[[float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> ScanResult:
    """Find circular windows whose rate chance does not explain.

    Every location is a centre; its windows grow one distance at a time. The null distribution is
    that of the best window of simulated data sets, so that p accounts for all windows tried.
    Source: Kulldorff, M. (1997), Communications in Statistics: Theory and Methods 26.

    Args:
        x: First coordinate in metres (or any unit) on a plane, longitude in degrees on a sphere.
        y: Second coordinate, or latitude in degrees.
        cases: Whole counts; rows at one place are added up.
        population: Units, cases among them (Bernoulli), or people (Poisson).
        settings: What to look for.
        expected: Poisson only: expected cases from covariates, in any scale.
        progress: Told the finished share, 0 to 1.
        stop: Asked often; when it answers True the scan ends with ScanStoppedError.

    Returns:
        Clusters with indices of rows, in the order they were handed in. No value is NaN.

    Raises:
        InvalidInputError: The rows cannot be analysed; the message says which and why.
        ScanStoppedError: `stop` answered True.
    """
    study = make_study(x, y, cases, population, settings=settings, expected=expected)
    watch = Watch(progress=progress, stop=stop)
    found = sweep(study, settings, watch)
    if settings.secondary == "sequential":
        clusters = _sequential(study, settings, found, watch)
    else:
        clusters = list(describe(study, best_windows(study, settings, found), found.null_maxima))
    return ScanResult(
        settings=settings,
        clusters=tuple(clusters),
        null_maxima=found.null_maxima,
        total_cases=study.total_cases,
        total_population=float(study.population.sum()),
        n_locations=study.x.size,
        centre_llr=found.llr[study.row_location],
    )


def _sequential(
    study: Study, settings: ScanSettings, found: Sweep, watch: Watch
) -> list[ScanCluster]:
    """Report the best window, take its locations out, and analyse the rest again.

    Zhang, Z., Assunção, R., Kulldorff, M. (2010): Spatial scan statistics adjusted for multiple
    clusters. Journal of Probability and Statistics 2010:642379.
    """
    clusters: list[ScanCluster] = []
    rows = np.arange(study.row_location.size)
    while windows := best_windows(study, replace(settings, max_clusters=1), found):
        cluster, members = next(describe(study, windows, found.null_maxima)), windows[0].members
        clusters.append(_with_rows(cluster, rows, rank=len(clusters) + 1))
        study, rows = study.without(members, settings), _rows_left(study, rows, members)
        done = len(clusters) == settings.max_clusters or cluster.p > settings.alpha
        if done or not study.has_a_question:
            break
        found = sweep(study, settings, Watch(stop=watch.stop))
    return clusters


def _with_rows(cluster: ScanCluster, rows: NDArray[np.int64], *, rank: int) -> ScanCluster:
    members = tuple(int(row) for row in rows[list(cluster.members)])
    return replace(cluster, rank=rank, centre=int(rows[cluster.centre]), members=members)


def _rows_left(
    study: Study, rows: NDArray[np.int64], members: NDArray[np.int64]
) -> NDArray[np.int64]:
    return rows[~np.isin(study.row_location, members)]


def warm_up() -> None:
    """Compile every kernel and keep the machine code on disk, so that the first scan is fast."""
    line = np.arange(8.0)
    for settings in (ScanSettings(model="bernoulli"), ScanSettings(model="poisson")):
        scan(line, line, line % 2, np.full(8, 2), settings=settings)
