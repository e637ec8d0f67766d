"""Clusters of problem producers: a producer counts once, and being looked at often is no fault.

Each producer that was inspected is a case if any of its results was a problem. Its expected count
is its chance of at least one problem given how often it was visited, by whom, and what it is
(`effort.expected_producers`): the expected counts of a Poisson scan, so that a place is not hot
because it was visited more, or by stricter people.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.domain.local_statistics import (
    SHARED_DRAWS,
    LocalSettings,
    getis_ord,
    local_moran,
    simulated_tails,
)
from service.domain.rates import standardised_rates
from service.domain.scan import ScanResult, ScanSettings, scan
from service.domain.weights import nearest

Floats = NDArray[np.float64]

# Fewer results than this say nothing about a cell: it is blind, neither good nor bad.
LEAST_RESULTS = 3
DRAWS = SHARED_DRAWS
_NEIGHBOURS = 8
_ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """Producers with at least one result, in a metric CRS.

    Attributes:
        x, y: Metres.
        is_problem: Whether any result was a problem.
        expected: Chance of at least one problem, given the visits; adds up to the problems.
    """

    x: Floats
    y: Floats
    is_problem: NDArray[np.bool_]
    expected: Floats

    @property
    def cases(self) -> NDArray[np.int64]:
        """Return 1 for a problem producer and 0 for others."""
        return self.is_problem.astype(np.int64)


def can_be_scanned(x: Floats, y: Floats, is_problem: NDArray[np.bool_]) -> bool:
    """Say whether there is anything to compare: problem producers and others, in two places."""
    places = np.unique(np.column_stack([x, y]), axis=0)
    return 1 < int(is_problem.sum()) < len(is_problem) and len(places) > 1


def scan_producers(
    inspected: Inspected,
    *,
    settings: ScanSettings,
    progress: Callable[[float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> ScanResult:
    """Scan for places with more problem producers than their visits explain.

    Raises:
        InvalidInputError: There is nothing to compare; ask `can_be_scanned` first.
        ScanStoppedError: `stop` answered True.
    """
    return scan(
        inspected.x,
        inspected.y,
        inspected.cases,
        np.ones_like(inspected.cases),
        settings=settings,
        expected=inspected.expected,
        progress=progress,
        stop=stop,
    )


def cell_statistics(cells: pd.DataFrame, *, seed: int = 0, draws: int = DRAWS) -> pd.DataFrame:
    """Add Gi*, local Moran, p, q and the classes of each cell.

    Args:
        cells: cell_code, x, y (of a point inside, metres), enterprises, visits, problems,
            expected (problems to expect of these visits, above 0 where there are any).
        seed: Of the draws.
        draws: Simulated neighbourhoods behind each p, shared by all cells.

    Returns:
        The frame with, of cells with `LEAST_RESULTS` results or more: gi_star (z of Ord & Getis
        1995), local_moran (Anselin 1995), p (two-sided, conditional permutation: the same for
        both), q (Benjamini-Hochberg over these cells), draws; and gi_class: hot, cold, none, and
        local_class: HH and LL (like their neighbours), HL (high among low), LH, none, or untested
        (nothing there, or too few cells to compare). Both are `blind` where a cell has enterprises
        and fewer results. Compared are problems over expected, in standard deviations of their
        own (`rates.standardised_rates`), of a cell and its eight nearest.
    """
    table = cells.assign(
        gi_star=np.nan, local_moran=np.nan, p=np.nan, q=np.nan, draws=0, gi_class="none",
        local_class="untested",
    )  # fmt: skip
    seen = table["visits"] >= LEAST_RESULTS
    table.loc[~seen & (table["enterprises"] > 0), ["gi_class", "local_class"]] = "blind"
    if seen.sum() > _NEIGHBOURS:
        _judge(table, seen, np.random.default_rng(seed), draws)
    return table


def _judge(table: pd.DataFrame, seen: pd.Series, rng: np.random.Generator, draws: int) -> None:
    measured = table[seen]
    problems = measured["problems"].to_numpy(dtype=float)
    expected = measured["expected"].where(measured["expected"] > 0, 1.0).to_numpy(dtype=float)
    rates = standardised_rates(problems, expected)
    if np.ptp(rates) == 0:
        return
    weights = nearest(measured["x"], measured["y"], count=_NEIGHBOURS)
    settings = LocalSettings(alpha=_ALPHA, shared_draws=draws)
    tails = simulated_tails(rates, weights, rng=rng, settings=settings)
    gi = getis_ord(rates, weights, rng=rng, settings=settings, tails=tails)
    moran = local_moran(rates, weights, rng=rng, settings=settings, tails=tails)
    leaning = np.char.startswith(gi.classes, "leaning")
    found = {
        "gi_star": gi.z,
        "local_moran": moran.statistic,
        "p": gi.p,
        "q": gi.q,
        "draws": gi.draws,
        "gi_class": np.where(leaning, "none", gi.classes).astype(object),
        "local_class": moran.classes.astype(object),
    }
    for name, values in found.items():
        table.loc[seen, name] = values


def officer_shares(leads: pd.DataFrame, problem_cells: Sequence[str]) -> list[dict[str, object]]:
    """Return who answers for the problem producers of a cluster, the largest share first.

    Args:
        leads: cell_code, officer_id, name of the lead on the day.
        problem_cells: The cell of each problem producer in the cluster.

    Returns:
        officer_id, name and share (0 to 1) each; officer_id None is 'nobody'.
    """
    counts = pd.Series(list(problem_cells), dtype=object).value_counts()
    first = leads.drop_duplicates("cell_code")
    lead_of = dict(zip(first["cell_code"], first["officer_id"].astype(int), strict=True))
    names = dict(zip(first["officer_id"].astype(int), first["name"], strict=True))
    held: dict[int | None, float] = {}
    for cell, count in counts.items():
        officer = lead_of.get(str(cell))
        held[officer] = held.get(officer, 0.0) + float(count)
    total = sum(held.values())
    ordered = sorted(held, key=lambda one: (-held[one], one is None, one or 0))
    return [
        {"officer_id": one, "name": names.get(one or 0, ""), "share": held[one] / total}
        for one in ordered
    ]
