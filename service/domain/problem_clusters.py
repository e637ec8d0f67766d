"""Clusters of problem producers: a producer counts once, and being looked at often is no fault.

Each producer that was inspected is a case if any of its results was a problem. With n results it
would show one with probability 1 - (1 - r)^n even if every visit anywhere found problems at the
same rate r; r is chosen so that these chances add up to the cases there are. They are the expected
counts of a Poisson scan, so that a place is not hot because it was visited more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

from service.domain.errors import InvalidInputError
from service.domain.local_moments import getis_ord_moments
from service.domain.multiple_testing import corrected
from service.domain.scan import ScanResult, ScanSettings, scan
from service.domain.weights import nearest

Floats = NDArray[np.float64]

# Fewer results than this say nothing about a cell: it is blind, neither good nor bad.
LEAST_RESULTS = 3
_NEIGHBOURS = 8
_ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """Producers with at least one result, in a metric CRS.

    Attributes:
        x, y: Metres.
        results: Visits and sample tests with a result.
        is_problem: Whether any of them was a problem.
    """

    x: Floats
    y: Floats
    results: NDArray[np.int64]
    is_problem: NDArray[np.bool_]


def chance_of_a_problem(results: NDArray[np.int64], cases: int) -> Floats:
    """Return each producer's chance of at least one problem, the chances adding up to the cases.

    Args:
        results: Number of results of each producer, at least 1.
        cases: Producers with a problem, more than 0 and fewer than all.
    """
    if not 0 < cases < len(results):
        raise InvalidInputError(
            f"{cases} of {len(results)} inspected producers have a problem; with all or none of "
            "them there is nothing to compare"
        )

    def surplus(log_good: float) -> float:
        return float(-np.expm1(log_good * results).sum() - cases)

    log_good = brentq(surplus, -60.0, -1e-12, xtol=1e-14)
    chance: Floats = -np.expm1(log_good * results)
    return chance


def can_be_scanned(inspected: Inspected) -> bool:
    """Say whether there is anything to compare: problem producers and others, in two places."""
    cases = int(inspected.is_problem.sum())
    places = np.unique(np.column_stack([inspected.x, inspected.y]), axis=0)
    return 1 < cases < len(inspected.is_problem) and len(places) > 1


def scan_producers(inspected: Inspected, *, settings: ScanSettings) -> ScanResult:
    """Scan for places with more problem producers than their visits explain.

    Raises:
        InvalidInputError: There is nothing to compare; ask `can_be_scanned` first.
    """
    cases = inspected.is_problem.astype(np.int64)
    return scan(
        inspected.x,
        inspected.y,
        cases,
        np.ones_like(cases),
        settings=settings,
        expected=chance_of_a_problem(inspected.results, int(cases.sum())),
    )


def cell_statistics(cells: pd.DataFrame) -> pd.DataFrame:
    """Add expected problems, Gi* of the problem rate, p, q and the class of each cell.

    Args:
        cells: cell_code, x, y (of a point inside, metres), enterprises, visits, problems.

    Returns:
        The frame with expected, gi_star, p (two-sided, normal), q (Benjamini-Hochberg over the
        cells with enough results) and gi_class: hot, cold, none, or blind, which is a cell with
        enterprises and fewer than `LEAST_RESULTS` results. Gi* (Ord & Getis 1995) compares the
        rate of a cell and its eight nearest with all cells that are not blind.
    """
    table = cells.assign(expected=0.0, gi_star=np.nan, p=np.nan, q=np.nan, gi_class="none")
    total = table["visits"].sum()
    if total:
        table["expected"] = table["visits"] * (table["problems"].sum() / total)
    seen = table["visits"] >= LEAST_RESULTS
    table.loc[~seen & (table["enterprises"] > 0), "gi_class"] = "blind"
    if seen.sum() > _NEIGHBOURS:
        _judge(table, seen)
    return table


def _judge(table: pd.DataFrame, seen: pd.Series) -> None:
    measured = table[seen]
    weights = nearest(measured["x"], measured["y"], count=_NEIGHBOURS)
    rate = (measured["problems"] / measured["visits"]).to_numpy(dtype=float)
    z = getis_ord_moments(rate, weights, star=True).z
    p = _two_sided(z)
    q = corrected(p)
    table.loc[seen, "gi_star"] = z
    table.loc[seen, "p"] = p
    table.loc[seen, "q"] = q
    table.loc[seen, "gi_class"] = np.select(
        [(q <= _ALPHA) & (z > 0), (q <= _ALPHA) & (z < 0)], ["hot", "cold"], "none"
    )


def _two_sided(z: Floats) -> Floats:
    p: Floats = 2 * ndtr(-np.abs(z))
    return p


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
