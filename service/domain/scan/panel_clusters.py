"""From the best window of each centre of a panel to clusters, apart or one after another."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from service.domain.scan.clusters import SMALLEST_LLR
from service.domain.scan.inference import gumbel_p, monte_carlo_p, standard_error
from service.domain.scan.model import Floats, Integers, ScanSettings
from service.domain.scan.panel import Metrics, Panel
from service.domain.scan.panel_order import Windows
from service.domain.scan.panel_sweep import PanelSweep, sweep_panel
from service.domain.scan.sweep import Watch


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """A panel, the ways to measure it, and how it becomes smaller when a cluster is taken out.

    Attributes:
        panel: Counts.
        metrics: Of its coordinates.
        windows: Rules.
        rest: Returns the question about the other locations.
    """

    panel: Panel
    metrics: Metrics
    windows: Windows
    rest: Callable[[Panel, Integers], "Question"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Described:
    """A cluster: the fields that every kind has, the number of its metric, and its stretch."""

    fields: dict[str, Any]
    metric: int
    start: int
    end: int


def make_windows(panel: Panel, settings: ScanSettings, stretches: list[tuple[int, int]]) -> Windows:
    """Return the rules of the windows, for stretches of time given as (first, beyond)."""
    return Windows(
        first=np.array([first for first, _ in stretches], np.int64),
        beyond=np.array([beyond for _, beyond in stretches], np.int64),
        size=panel.size,
        size_limit=int(panel.size_limit),
        max_radius=np.inf if settings.max_radius is None else float(settings.max_radius),
        slack=panel.distance_slack,
        closed=settings.ties == "closed",
        high=settings.rates != "low",
        low=settings.rates != "high",
        min_cases=settings.min_cases,
        total_cases=panel.total_cases,
        total_risk=panel.total_risk,
        bernoulli=panel.bernoulli,
    )


def find(
    question: Question, settings: ScanSettings, watch: Watch
) -> tuple[list[Described], PanelSweep]:
    """Return the clusters, best first, and the first pass.

    Raises:
        ScanStoppedError: The watch asked to stop.
    """
    first = _sweep(question, settings, watch)
    if settings.secondary == "no_overlap":
        found = _apart(question, first, settings.max_clusters)
        return _ranked(found), first
    quiet, clusters, swept = Watch(stop=watch.stop), [], first
    while best := _apart(question, swept, 1):
        clusters.append(best[0])
        done = len(clusters) == settings.max_clusters or best[0].fields["p"] > settings.alpha
        if done:
            break
        taken = np.unique(question.panel.row_location[list(best[0].fields["members"])])
        question = question.rest(question.panel, taken)
        if not question.panel.has_a_question:
            break
        swept = _sweep(question, settings, quiet)
    return _ranked(clusters), first


def _sweep(question: Question, settings: ScanSettings, watch: Watch) -> PanelSweep:
    return sweep_panel(
        question.panel,
        question.metrics,
        question.windows,
        replications=settings.replications,
        seed=settings.seed,
        watch=watch,
    )


def _ranked(found: list[Described]) -> list[Described]:
    for rank, one in enumerate(found, start=1):
        one.fields["rank"] = rank
    return found


def _apart(question: Question, found: PanelSweep, most: int) -> list[Described]:
    """Return the best windows that share no location, at most so many.

    Each centre stands for its best window only. Equally good windows: the centre whose row comes
    first in the data wins.
    """
    panel, best = question.panel, found.best
    clusters: list[Described] = []
    taken = np.zeros(panel.x.size, np.bool_)
    for centre in np.lexsort((panel.first_row, -best.llr)):
        if best.llr[centre] < SMALLEST_LLR or len(clusters) == most:
            break
        if taken[centre]:
            continue
        order, distance = _nearest(question, int(centre), int(best.metric[centre]))
        members = order[: best.size[centre]]
        if not taken[members].any():
            taken[members] = True
            clusters.append(_described(question, found, int(centre), members, distance))
    return clusters


def _nearest(question: Question, centre: int, metric: int) -> tuple[Integers, Floats]:
    x, y, z = question.metrics.x[metric], question.metrics.y[metric], question.panel.z
    dx, dy, dz = x - x[centre], y - y[centre], z - z[centre]
    distance = np.sqrt(dx * dx + dy * dy + dz * dz)
    return np.argsort(distance, kind="stable"), distance


def _described(
    question: Question, found: PanelSweep, centre: int, members: Integers, distance: Floats
) -> Described:
    panel, windows, best = question.panel, question.windows, found.best
    stretch, metric = best.stretch[centre], int(best.metric[centre])
    begin, beyond = int(windows.first[stretch]), int(windows.beyond[stretch])
    cases, total = int(panel.cases[members, begin:beyond].sum()), panel.total_cases
    risk = sum(int(one) for one in panel.risk[members, begin:beyond].ravel())
    expected = risk * total / panel.total_risk
    outside = (total - cases) / (total - expected)
    llr = float(best.llr[centre])
    p = monte_carlo_p(llr, found.null_maxima)
    fields = {
        "rank": 1,
        "centre": int(panel.first_row[centre]),
        "members": panel.rows_of(members),
        "radius": float(distance[members[-1]] * question.metrics.stretch[metric]),
        "cases": cases,
        "population": float(panel.population[members].sum()),
        "expected": expected,
        "relative_risk": cases / expected / outside if outside > 0 else None,
        "llr": llr,
        "p": p,
        "p_se": standard_error(p, found.null_maxima.size),
        "p_gumbel": gumbel_p(llr, found.null_maxima),
    }
    return Described(fields=fields, metric=metric, start=begin, end=beyond - 1)
