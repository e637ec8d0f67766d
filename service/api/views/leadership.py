"""What leadership sees: the worst place first, figures with goal and n, the townships."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from maps.cluster_texts import ClusterEntry, cluster_entries
from maps.model import Geography, HotspotInput, MapMeta
from maps.past_clusters import of_week
from service.api.dependencies import Scope
from service.api.views.asked import ALL, Asked
from service.api.views.county_facts import cells_of, figures_of
from service.api.views.figures import BATCHES, Figures
from service.api.views.owned_townships import owned_townships
from service.api.views.zone_sides import compared
from service.database import analyses, analysis_facts, clusters, gaps, ledger, townships
from service.database.analysis_facts import AnalysisFacts
from service.domain.pass_rates import MINIMUM_SAMPLES, wilson_interval
from service.workflows.past_runs import run_days
from service.workflows.publish_maps import switch_of

GOAL = 0.85
SIGNIFICANT_P = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything on the page for one view.

    Attributes:
        counts: Set of `figures.SETS` → number of its rows; empty where they are counted later.
        enterprises: In the register, all of them.
        sides: The area against the rest of the county, as of `zone_sides`; empty without an area.
        headline: The county's most certain cluster of a single product.
        townships: One row each, the lowest pass rate first.
        owned: Townships that fail beyond chance, open, as of `owned_townships`.
        facts: Of the run whose clusters are listed: that of the week asked for, where it had one.
        is_own_run: The listed figures are of the view's own week, or of the day itself.
    """

    counts: Mapping[str, int]
    clusters: list[ClusterEntry]
    headline: ClusterEntry | None
    headline_product: str
    townships: list[dict[str, Any]]
    owned: list[dict[str, Any]]
    facts: AnalysisFacts | None
    is_past: bool
    is_own_run: bool
    enterprises: int
    sides: list[dict[str, Any]] = field(default_factory=list)

    @property
    def pass_rate(self) -> float | None:
        """Share of sample tests passed, 0 to 1; None below the least n."""
        samples = self.counts.get("samples", 0)
        return 1 - self.counts["failed"] / samples if samples >= MINIMUM_SAMPLES else None


_COUNTED = (
    *("samples", "failed", "producers", "unlicensed", "visits", "problems", "cells", "led"),
    *("unled", "blind", "work", "unplaced"),
    *(f"{batch}{end}" for batch in BATCHES for end in ("", "_done")),
)


# Counting a larger register takes longer than a reader waits for the first picture.
COUNTED_AT_ONCE = 50_000


def board(scope: Scope, asked: Asked, *, whole: bool) -> Board:
    """Return the page's content for a view; a large register is counted when the `whole` is asked.

    Raises:
        NotFoundError: The clusters of the day have not been computed, or no plan is in force.
    """
    facts = analysis_facts.of_day(scope.session, scope.code, "clusters", scope.on)
    enterprises = ledger.size(scope.session, scope.code)
    entries = entries_of(scope, facts, scope.on)
    headline_product, headline = _worst(entries)
    week = asked.week.key if asked.week else ""
    run_day = run_days(scope.session, scope.code, scope.on).get(week)
    if run_day is not None:
        facts = analysis_facts.of_day(scope.session, scope.code, "clusters", run_day)
        entries = dict(of_week(entries_of(scope, facts, run_day), week))
    counts: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    sides: list[dict[str, Any]] = []
    within = cells_of(scope, asked)
    if whole or enterprises <= COUNTED_AT_ONCE:
        figures = figures_of(scope, asked)
        counts = {name: figures.count(name) for name in _COUNTED}
        rows = _townships(figures, _gaps_by_township(scope, figures.period.cells))
        sides = compared(scope, asked) if asked.area else []
    return Board(
        counts=counts,
        clusters=[one for one in entries.get(asked.product, []) if _is_shown(one, asked, within)],
        headline=headline,
        headline_product=headline_product,
        townships=rows,
        owned=owned_townships(scope, asked, within),
        sides=sides,
        facts=facts,
        is_past=asked.week is not None or asked.is_single,
        is_own_run=run_day is not None or asked.week is None,
        enterprises=enterprises,
    )


def entries_of(
    scope: Scope, facts: AnalysisFacts | None, day: date
) -> dict[str, list[ClusterEntry]]:
    """Return the lines of the list of a day's run, by position of the product switch."""
    statistics = clusters.cell_statistics(scope.session, scope.code, scope.on)
    shapes = townships.of_county(scope.session, scope.code)
    given = HotspotInput(
        meta=MapMeta(
            county_name_zh=scope.county.name,
            as_of=day,
            plan_code="",
            seed=facts.seed if facts else None,
            simulations=facts.replications if facts else None,
        ),
        geography=Geography(townships=shapes, cells=shapes),
        statistics=statistics,
        clusters=clusters.latest(scope.session, scope.code, day),
        products=switch_of(statistics),
        cluster_p=SIGNIFICANT_P,
    )
    return cluster_entries(given)


def _is_shown(entry: ClusterEntry, asked: Asked, within: Sequence[str] | None) -> bool:
    """Tell whether a cluster reaches into township and area, and was known by then."""
    known = entry.facts.first_seen
    is_known = known is None or known <= asked.until
    if within is not None and not entry.facts.cell_codes & set(within):
        return False
    return is_known and (not asked.township or asked.township in entry.facts.township_codes)


def _worst(entries: dict[str, list[ClusterEntry]]) -> tuple[str, ClusterEntry | None]:
    """Return the most certain cluster of any single product, the largest excess of equals."""
    single = [
        (product, entry)
        for product, listed in entries.items()
        if product != ALL
        for entry in listed[:1]
    ]
    if not single:
        return ALL, next(iter(entries.get(ALL, [])), None)
    return min(single, key=lambda each: (each[1].facts.p, -each[1].facts.excess))


def _gaps_by_township(scope: Scope, within: Sequence[str] | None) -> dict[str, int] | None:
    if analyses.latest_or_none(scope.session, scope.code, "gaps", scope.on) is None:
        return None
    found = gaps.latest(scope.session, scope.code, scope.on)
    if within is not None:
        found = found[found["cell_code"].isin(set(within))]
    return {str(key): int(n) for key, n in found["township_code"].value_counts().items()}


_BY_TOWNSHIP = (
    *("samples", "failed", "visits", "problems", "unlicensed", "blind"),
    *(f"{batch}{end}" for batch in BATCHES for end in ("", "_done")),
)


def _townships(figures: Figures, gap_counts: dict[str, int] | None) -> list[dict[str, Any]]:
    """Return the table's rows: the lowest rate first, townships without a rate at the end."""
    counted = {name: figures.by_township(name) for name in _BY_TOWNSHIP}
    names = figures.plan_cells.drop_duplicates("township_code").set_index("township_code")
    rows = []
    for code, name in names["township_name"].items():
        counts = {key: tally.get(str(code), 0) for key, tally in counted.items()}
        samples, passed = counts["samples"], counts["samples"] - counts["failed"]
        low, high = wilson_interval(passed, samples)
        rows.append(
            {
                **counts,
                "code": str(code),
                "name": str(name),
                "rate": None if samples < MINIMUM_SAMPLES else passed / samples,
                "low": None if pd.isna(low) else low,
                "high": None if pd.isna(high) else high,
                "gaps": None if gap_counts is None else gap_counts.get(str(code), 0),
            }
        )
    return sorted(rows, key=lambda row: (row["rate"] is None, row["rate"] or 0.0, row["code"]))
