"""What leadership sees: the worst place first, figures with goal and n, the townships."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from pandas import DataFrame

from maps.cluster_texts import ClusterEntry, cluster_entries
from maps.hotspot_themes import is_blind
from maps.model import Geography, HotspotInput, MapMeta
from service.api.dependencies import Scope
from service.database import (
    analyses,
    analysis_facts,
    cells,
    clusters,
    gaps,
    officers,
    townships,
)
from service.database.analysis_facts import AnalysisFacts
from service.domain.pass_rates import MINIMUM_SAMPLES, wilson_interval
from service.workflows.publish_maps import switch_of

ALL = "all"
GOAL = 0.85
MINIMUM_VISITS = 3
SIGNIFICANT_P = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """The figures that leadership is asked about, each with its n."""

    samples: int
    passed: int
    producers: int
    licensed: int
    held: int
    cells: int
    blind: int
    cells_with_work: int
    clusters: int

    @property
    def pass_rate(self) -> float | None:
        """Share of sample tests passed, 0 to 1; None below the least n."""
        return self.passed / self.samples if self.samples >= MINIMUM_SAMPLES else None

    @property
    def licence_rate(self) -> float | None:
        """Share of producers that hold every required licence, 0 to 1."""
        return self.licensed / self.producers if self.producers else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything on the page for one product."""

    strip: Strip
    clusters: list[ClusterEntry]
    headline: ClusterEntry | None
    headline_product: str
    townships: list[dict[str, Any]]
    facts: AnalysisFacts | None
    since: date | None


def products_of(scope: Scope) -> list[str]:
    """Return the positions of the product switch, those of the map."""
    return [label.key for label in switch_of(clusters.cell_statistics(
        scope.session, scope.code, scope.on))]  # fmt: skip


def board(scope: Scope, product: str) -> Board:
    """Return the page's content for a product.

    Raises:
        NotFoundError: The clusters of the day have not been computed.
    """
    statistics = clusters.cell_statistics(scope.session, scope.code, scope.on)
    facts = analysis_facts.of_day(scope.session, scope.code, "clusters", scope.on)
    first_day = facts.inputs.get("since") if facts else None
    since = date.fromisoformat(str(first_day)) if first_day else None
    quality = _of_product(
        townships.quality(scope.session, scope.code, scope.on, since=since), product
    )
    entries = _entries(scope, statistics, facts)
    every_cell = cells.of_plan(scope.session, scope.code, scope.plan_id)
    blind = _blind_cells(statistics, product)
    headline_product, headline = _worst(entries)
    return Board(
        strip=_strip(
            scope,
            quality,
            statistics[statistics["product"] == product],
            len(every_cell),
            len(entries.get(product, [])),
        ),
        clusters=entries.get(product, []),
        headline=headline,
        headline_product=headline_product,
        townships=_townships(quality, _count(every_cell, blind), _gaps_by_township(scope)),
        facts=facts,
        since=since,
    )


def _entries(
    scope: Scope, statistics: DataFrame, facts: AnalysisFacts | None
) -> dict[str, list[ClusterEntry]]:
    shapes = townships.of_county(scope.session, scope.code)
    given = HotspotInput(
        meta=MapMeta(
            county_name_zh=scope.county.name,
            as_of=scope.on,
            plan_code="",
            seed=facts.seed if facts else None,
            simulations=facts.replications if facts else None,
        ),
        geography=Geography(townships=shapes, cells=shapes),
        statistics=statistics,
        clusters=clusters.latest(scope.session, scope.code, scope.on),
        products=switch_of(statistics),
        cluster_p=SIGNIFICANT_P,
    )
    return cluster_entries(given)


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
    return min(single, key=lambda each: (each[1].p_text, -_excess(each[1])))


def _excess(entry: ClusterEntry) -> float:
    try:
        return float(entry.excess.rstrip("×"))
    except ValueError:
        return 0.0


def _of_product(quality: DataFrame, product: str) -> DataFrame:
    """Return one row a township; for all products the counts are added up."""
    rows = quality if product == ALL else quality[quality["product"] == product]
    counts = ["producers", "problem_producers", "samples", "passed", "unlicensed"]
    return rows.groupby(["township_code", "township_name"], as_index=False)[counts].sum()


def _strip(
    scope: Scope, quality: DataFrame, statistics: DataFrame, cells_total: int, n_clusters: int
) -> Strip:
    held = officers.responsible_on(scope.session, scope.code, scope.plan_id, scope.on)
    producers = int(quality["producers"].sum())
    has_work = (statistics["enterprises"] > 0) | (statistics["visits"] > 0)
    return Strip(
        samples=int(quality["samples"].sum()),
        passed=int(quality["passed"].sum()),
        producers=producers,
        licensed=producers - int(quality["unlicensed"].sum()),
        held=int(held.loc[held["duty"] == "lead", "cell_code"].nunique()),
        cells=cells_total,
        blind=int(is_blind(statistics, MINIMUM_VISITS).sum()),
        cells_with_work=int(has_work.sum()),
        clusters=n_clusters,
    )


def _blind_cells(statistics: DataFrame, product: str) -> set[str]:
    rows = statistics[statistics["product"] == product]
    return set(rows.loc[is_blind(rows, MINIMUM_VISITS), "cell_code"].astype(str))


def _count(every_cell: DataFrame, codes: set[str]) -> dict[str, int]:
    chosen = every_cell[every_cell["code"].isin(codes)]
    return {str(key): int(n) for key, n in chosen["township_code"].value_counts().items()}


def _gaps_by_township(scope: Scope) -> dict[str, int] | None:
    if analyses.latest_or_none(scope.session, scope.code, "gaps", scope.on) is None:
        return None
    found = gaps.latest(scope.session, scope.code, scope.on)
    return {str(key): int(n) for key, n in found["township_code"].value_counts().items()}


def _townships(
    quality: DataFrame, blind: dict[str, int], gap_counts: dict[str, int] | None
) -> list[dict[str, Any]]:
    """Return the table's rows: the lowest rate first, townships without a rate at the end."""
    rows = []
    for row in quality.to_dict("records"):
        samples, passed = int(row["samples"]), int(row["passed"])
        low, high = wilson_interval(passed, samples)
        code = str(row["township_code"])
        is_few = samples < MINIMUM_SAMPLES
        rows.append(
            {
                "code": code,
                "name": row["township_name"],
                "samples": samples,
                "passed": passed,
                "rate": None if is_few else passed / samples,
                "low": None if pd.isna(low) else low,
                "high": None if pd.isna(high) else high,
                "unlicensed": int(row["unlicensed"]),
                "blind": blind.get(code, 0),
                "gaps": None if gap_counts is None else gap_counts.get(code, 0),
            }
        )
    return sorted(rows, key=lambda row: (row["rate"] is None, row["rate"] or 0.0, row["code"]))
