"""Visits and results in PostGIS → clusters with owners, and cell and township statistics."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import geopandas
import pandas as pd
from geopandas import GeoDataFrame, GeoSeries
from sqlalchemy.orm import Session

from service.database import analyses, cells, clusters
from service.domain.cluster_life import SIGNIFICANT_P
from service.domain.effort import expected_problems
from service.domain.multiple_testing import corrected
from service.domain.problem_clusters import LEAST_RESULTS, cell_statistics
from service.workflows import cluster_objects, township_clusters
from service.workflows.cluster_inputs import (
    DEFAULT_SEED,
    ClusterOptions,
    Inputs,
    Watching,
    producers,
    read_inputs,
)
from service.workflows.cluster_scan import ProductScan, scan_product, variants_of

WEEK: Final = timedelta(days=7)
__all__ = [
    "DEFAULT_SEED",
    "ClusterOptions",
    "ClusterReport",
    "Watching",
    "find_clusters",
    "weekly_days",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterReport:
    """What was found: the analysis, and how many clusters of each product are below p 0.05."""

    analysis_id: UUID
    significant: dict[str, int]
    scanned: dict[str, int]
    left_out: int = 0  # inspected enterprises that stand in no cell: the scan cannot see them


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One run: what was read, the inspected producers by product, how to scan."""

    inputs: Inputs
    seen: dict[str, GeoDataFrame]
    options: ClusterOptions


def find_clusters(
    session: Session,
    county_code: str,
    *,
    on: date,
    options: ClusterOptions | None = None,
    watch: Watching | None = None,
) -> ClusterReport:
    """Scan each product for clusters of problem producers and save them with their owners.

    What is found is matched to the clusters of earlier runs, and each township that fails beyond
    chance to itself; results close them. Running it again for the same day replaces the analysis
    of that day and keeps the objects.

    Raises:
        ScanStoppedError: The watch asked to stop; nothing has been written.
    """
    options = options or ClusterOptions()
    inputs = read_inputs(session, county_code, on=on, since=options.since)
    seen = {
        product: producers(inputs.of(product), options.adjust_for)
        for product in _products(inputs, options)
    }
    run = _Run(inputs=inputs, seen=seen, options=options)
    found = _scan_all(run, watch or Watching())
    _correct(found)
    cluster_objects.link(session, county_code, on, found)
    analysis_id = analyses.replace(session, county_code, _as_analysis(run, found))
    for rows in found.values():
        clusters.save_clusters(session, county_code, analysis_id, rows)
    _save_cells(session, analysis_id, run)
    township_clusters.save(session, analysis_id, inputs, seen)
    cluster_objects.settle(session, county_code, on)
    return ClusterReport(
        analysis_id=analysis_id,
        significant={
            product: sum(row["p"] <= SIGNIFICANT_P for row in rows)
            for product, rows in found.items()
        },
        scanned={product: len(rows) for product, rows in seen.items()},
        left_out=len(run.inputs.unplaced),
    )


def weekly_days(first: date, last: date) -> Iterator[date]:
    """Yield the days of weekly runs from `first` on that end with `last`, a week apart."""
    day = last - (last - first) // WEEK * WEEK
    while day <= last:
        yield day
        day += WEEK


def _products(inputs: Inputs, options: ClusterOptions) -> tuple[str, ...]:
    if options.products is not None:
        return options.products
    return (*sorted(inputs.results["product"].unique()), clusters.ALL)


def _scan_all(run: _Run, watch: Watching) -> dict[str, list[dict[str, Any]]]:
    """Scan the products in turn; the share of each in the work is that of its producers."""
    total = sum(len(rows) for rows in run.seen.values()) or 1
    found, done = {}, 0
    for product, rows in run.seen.items():
        part = watch.part(done / total, (done + len(rows)) / total)
        asked = ProductScan(product=product, seen=rows, inputs=run.inputs, options=run.options)
        found[product] = scan_product(asked, part)
        done += len(rows)
    return found


def _correct(found: dict[str, list[dict[str, Any]]]) -> None:
    """Correct each product's best p for the number of products; the lesser clusters follow."""
    named = [product for product in found if product != clusters.ALL and found[product]]
    if not named:
        return
    best = [min(row["p"] for row in found[product]) for product in named]
    for product, q, least in zip(named, corrected(best), best, strict=True):
        for row in found[product]:
            row["q"] = min(1.0, row["p"] * float(q) / least)


def _as_analysis(run: _Run, found: dict[str, list[dict[str, Any]]]) -> analyses.NewAnalysis:
    inputs, options = run.inputs, run.options
    return analyses.NewAnalysis(
        kind="clusters",
        as_of=inputs.on,
        plan_id=inputs.plan_id,
        inputs={
            "since": inputs.since.isoformat(),
            "results": len(inputs.results),
            "inspected": int(inputs.results["enterprise_id"].nunique()),
            "placed": len(inputs.placed),
            # A cluster may be missed where these stand: the county's doubt, kept with its answer.
            "left_out": inputs.left_out,
        },
        parameters={
            "model": "poisson, expected by visits within cells",
            "adjust_for": list(options.adjust_for),
            "replications": options.replications,
            "max_share": options.max_share,
            "max_radius_m": options.max_radius_m,
            "products": list(run.seen),
            "draws": options.draws,
            "variants": {
                product: variants_of(options, len(rows)) for product, rows in run.seen.items()
            },
        },
        summary={product: len(rows) for product, rows in found.items()},
        seed=options.seed,
    )


def _save_cells(session: Session, analysis_id: UUID, run: _Run) -> None:
    inputs = run.inputs
    grid = cells.of_plan(session, inputs.county_code, inputs.plan_id)
    inside = GeoSeries(geopandas.points_from_xy(grid["lon"], grid["lat"]), crs=4326)
    metric = inside.to_crs(inputs.epsg)
    frame = pd.DataFrame({"cell_code": grid["code"], "x": metric.x, "y": metric.y})
    for product in run.seen:
        counted = _counted(frame, inputs.of(product), run.options)
        clusters.save_cell_statistics(
            session, inputs.county_code, analysis_id, product,
            cell_statistics(counted, seed=run.options.seed, draws=run.options.draws),
        )  # fmt: skip


def _counted(frame: pd.DataFrame, inputs: Inputs, options: ClusterOptions) -> pd.DataFrame:
    """Add enterprises, visits, problems and expected problems of each cell."""
    enterprises = inputs.placed.groupby("cell_code").size().rename("enterprises")
    whole = frame.join(enterprises, on="cell_code")
    whole["enterprises"] = whole["enterprises"].fillna(0).astype(int)
    if inputs.results.empty:
        return whole.assign(visits=0, problems=0, expected=0.0)
    counted = expected_problems(
        inputs.results.rename(columns={"cell_code": "cell"}),
        strata=options.adjust_for,
        min_visits=LEAST_RESULTS,
        cells=pd.Index(frame["cell_code"]),
        place="cell",
    )
    numbers = counted.loc[frame["cell_code"]].reset_index(drop=True)
    return whole.assign(
        visits=numbers["visits"].astype(int),
        problems=numbers["problems"].astype(int),
        expected=numbers["expected"].astype(float),
    )
