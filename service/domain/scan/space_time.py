"""The space-time scan statistic: cylinders whose base is a circle and whose height is time.

Kulldorff, M. et al. (1998): Evaluating cluster alarms. American Journal of Public Health 88,
1377-1380; prospective: Kulldorff, M. (2001), Journal of the Royal Statistical Society A 164,
61-72. Without population: Kulldorff, M. et al. (2005): A space-time permutation scan statistic
for disease outbreak detection. PLoS Medicine 2:e59.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from service.domain.errors import InvalidInputError
from service.domain.scan.model import Floats, Integers, ScanCluster, ScanResult, ScanSettings
from service.domain.scan.panel import Panel, circles
from service.domain.scan.panel_clusters import Question, find, make_windows
from service.domain.scan.study import cartesian, coordinates, distinct, steps, window_size_limit
from service.domain.scan.sweep import Watch
from service.domain.scan.tables import counts_table, weights_table

MAX_INTERVALS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceTimeSettings(ScanSettings):
    """What a space-time scan is asked; the rest as in the spatial scan.

    Attributes:
        model: Always `poisson`; without population it is the permutation model.
        max_time_share: A cluster lasts at most this share of all intervals, above 0, at most 1.
        min_intervals: It lasts at least so many intervals.
        prospective: Only clusters that are alive at the end of the study.
    """

    model: Literal["bernoulli", "poisson"] = "poisson"
    max_time_share: float = 0.5
    min_intervals: int = 1
    prospective: bool = False

    def __post_init__(self) -> None:
        """Refuse values that have no meaning, naming the setting.

        Raises:
            InvalidInputError: A setting is out of its range.
        """
        ScanSettings.__post_init__(self)
        if self.model != "poisson":
            raise InvalidInputError(
                "a space-time scan is poisson with population, or permutation without; "
                "for visits with problems among visits, hand expected cases in"
            )
        if not 0 < self.max_time_share <= 1:
            raise InvalidInputError("max_time_share must be above 0 and at most 1")
        if self.min_intervals < 1:
            raise InvalidInputError("min_intervals must be at least 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class CylinderCluster(ScanCluster):
    """A window in space and time; population is the mean over all intervals.

    Attributes:
        start: Number of its first interval, from 0.
        end: Number of its last.
    """

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpaceTimeResult(ScanResult):
    """The clusters (CylinderCluster), and what they were judged against.

    Attributes:
        n_intervals: Of time.
        permutation: Whether, for want of population, each place's and each interval's cases
            were kept and the times were shuffled.
    """

    n_intervals: int
    permutation: bool


def scan_space_time(  # noqa: PLR0913, the arrays are the data, the rest is keyword-only
    x: ArrayLike,
    y: ArrayLike,
    cases: ArrayLike,
    population: ArrayLike | None = None,
    *,
    settings: SpaceTimeSettings,
    expected: ArrayLike | None = None,
    progress: Callable[[float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> SpaceTimeResult:
    """Find circles and stretches of time whose rate chance does not explain.

    Args:
        x: First coordinate in metres (or any unit) on a plane, longitude in degrees on a sphere.
        y: Second coordinate, or latitude in degrees.
        cases: Whole counts, one row per place, one column per interval of time, in order.
        population: People at each place, or at each place and interval; None for the
            permutation model, which asks where and when cases come together more than their
            places and their days explain.
        settings: What to look for.
        expected: Expected cases by place and interval (from covariates, or from people times
            length of the interval), in any scale; from population when left out.
        progress: Told the finished share, 0 to 1.
        stop: Asked often; when it answers True the scan ends with ScanStoppedError.

    Returns:
        Clusters with indices of rows and intervals. No value is NaN.

    Raises:
        InvalidInputError: The rows cannot be analysed; the message says which and why.
        ScanStoppedError: `stop` answered True.
    """
    panel = make_panel(x, y, cases, population, settings=settings, expected=expected)
    intervals = panel.cases.shape[1]

    def question(of: Panel) -> Question:
        windows = make_windows(of, settings, _stretches(intervals, settings))
        return Question(panel=of, metrics=circles(of), windows=windows, rest=without)

    def without(of: Panel, members: Integers) -> Question:
        kept = np.delete(of.size, members)
        return question(_with_margins(of.without(members, window_size_limit(kept, settings))))

    found, first = find(question(panel), settings, Watch(progress=progress, stop=stop))
    return SpaceTimeResult(
        settings=settings,
        clusters=tuple(CylinderCluster(**o.fields, start=o.start, end=o.end) for o in found),
        null_maxima=first.null_maxima,
        total_cases=panel.total_cases,
        total_population=float(panel.population.sum()),
        n_locations=panel.x.size,
        centre_llr=first.best.llr[panel.row_location],
        n_intervals=intervals,
        permutation=panel.permuted,
    )


def make_panel(
    x: ArrayLike,
    y: ArrayLike,
    cases: ArrayLike,
    population: ArrayLike | None,
    *,
    settings: SpaceTimeSettings,
    expected: ArrayLike | None,
) -> Panel:
    """Check rows and merge those at one place.

    Raises:
        InvalidInputError: The rows cannot be analysed; the message says which and why.
    """
    counts = counts_table(cases, "cases")
    rows, intervals = counts.shape
    if intervals > MAX_INTERVALS:
        raise InvalidInputError(f"{intervals:,} intervals are too many; take longer ones")
    permuted = population is None and expected is None
    people = np.zeros((rows, intervals))
    if population is not None:
        people = weights_table(population, "population", rows, intervals)
    risks = people if expected is None else weights_table(expected, "expected", rows, intervals)
    xs, ys = coordinates(x, "x"), coordinates(y, "y")
    if not xs.size == ys.size == rows:
        raise InvalidInputError("x, y and cases must be equally long")
    corners, location = distinct(cartesian(xs, ys, settings.geometry))
    merged = _merge(counts.astype(np.float64), location).astype(np.int64)
    held = _merge(risks, location)
    if not permuted:
        _require_risk(counts, risks)
    sizes = merged.sum(axis=1) if permuted else _sizes(held, people, location, settings)
    panel = Panel(
        x=corners[:, 0].copy(),
        y=corners[:, 1].copy(),
        z=corners[:, 2].copy(),
        cases=merged,
        risk=np.zeros_like(merged) if permuted else steps(held),
        size=sizes,
        size_limit=window_size_limit(sizes, settings),
        population=_merge(people, location).mean(axis=1),
        row_location=location,
        permuted=permuted,
    )
    _require_a_question(panel)
    return _with_margins(panel)


def _sizes(held: Floats, people: Floats, location: Integers, settings: ScanSettings) -> Integers:
    """Return what the largest window is measured in: expected cases, or mean population."""
    if settings.share_of == "population":
        return steps(_merge(people, location).mean(axis=1))
    sizes: Integers = steps(held).sum(axis=1)
    return sizes


def _with_margins(panel: Panel) -> Panel:
    """Return the permutation panel with risk in proportion to its margins; others as they are."""
    if not panel.permuted:
        return panel
    by_place, by_interval = panel.cases.sum(axis=1), panel.cases.sum(axis=0)
    panel.risk[:] = by_place[:, None] * by_interval[None, :]
    return panel


def _stretches(intervals: int, settings: SpaceTimeSettings) -> list[tuple[int, int]]:
    """Return the stretches of time as (first, beyond), the shorter ones first."""
    longest = max(int(settings.max_time_share * intervals * (1 + 1e-12)), settings.min_intervals)
    return [
        (first, first + length)
        for length in range(settings.min_intervals, min(longest, intervals) + 1)
        for first in range(intervals - length + 1)
        if not settings.prospective or first + length == intervals
    ]


def _merge(values: Floats, location: Integers) -> Floats:
    merged = np.zeros((int(location.max()) + 1, values.shape[1]))
    np.add.at(merged, location, values)
    return merged


def _require_risk(counts: Integers, risks: Floats) -> None:
    if not risks.sum() > 0:
        raise InvalidInputError("population or expected is 0 everywhere; a scan needs some")
    bad = np.argwhere((counts > 0) & (risks == 0))
    if len(bad):
        row, interval = (int(one) for one in bad[0])
        raise InvalidInputError(
            f"row {row}, interval {interval} has {counts[row, interval]} cases but no population"
        )


def _require_a_question(panel: Panel) -> None:
    if panel.total_cases == 0:
        raise InvalidInputError("there are no cases; a scan needs at least one")
    if panel.x.size < 2:  # noqa: PLR2004, inside and outside
        raise InvalidInputError("all rows lie at one place; a scan compares places")
    if panel.cases.shape[1] < 2:  # noqa: PLR2004, before and after
        raise InvalidInputError("there is one interval of time; a space-time scan compares times")
