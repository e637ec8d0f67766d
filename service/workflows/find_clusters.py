"""Visits and results in PostGIS → clusters with owners, and cell statistics."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import geopandas
import numpy as np
import pandas as pd
from geopandas import GeoDataFrame, GeoSeries
from sqlalchemy.orm import Session

from service.database import analyses, cells, clusters, counties, enterprises, officers, plans
from service.domain.multiple_testing import corrected
from service.domain.problem_clusters import (
    Inspected,
    can_be_scanned,
    cell_statistics,
    officer_shares,
    scan_producers,
)
from service.domain.scan import ScanCluster, ScanSettings

DEFAULT_SEED = 20120506
_LOOK_BACK = timedelta(days=365)
_REPORTED_P = 0.10
# A cluster at one place is drawn as wide as a village point is uncertain.
_LEAST_RADIUS_M = 500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterOptions:
    """How to scan.

    Attributes:
        products: Which; None is every product with results, and all of them together.
        since: First day of the results counted; None is the campaign's first, or a year back.
        replications: Simulations behind each p.
        max_share: Largest share of the expected cases in a window.
        max_radius_m: Largest radius in metres; None is unlimited.
        seed: Of the simulations.
    """

    products: tuple[str, ...] | None = None
    since: date | None = None
    replications: int = 999
    max_share: float = 0.25
    max_radius_m: float | None = None
    seed: int = DEFAULT_SEED


@dataclass(frozen=True, slots=True)
class _Scan:
    """One product's scan: which, in which metric CRS, how."""

    product: str
    epsg: int
    options: ClusterOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterReport:
    """What was found: the analysis, and how many clusters of each product are below p 0.05."""

    analysis_id: UUID
    significant: dict[str, int]
    scanned: dict[str, int]


def find_clusters(
    session: Session, county_code: str, *, on: date, options: ClusterOptions | None = None
) -> ClusterReport:
    """Scan each product for clusters of problem producers and save them with their owners.

    Running it again for the same day replaces the analysis of that day.
    """
    options = options or ClusterOptions()
    plan_id = plans.in_force(session, county_code, on)
    since = options.since or _first_day(session, county_code, on)
    epsg = counties.get(session, county_code).metric_epsg
    placed = _placed(session, county_code, plan_id, epsg)
    results = clusters.results_by_enterprise(session, county_code, since=since, until=on)
    table = placed.merge(results, on="enterprise_id", how="left")
    table[["results", "problems"]] = table[["results", "problems"]].fillna(0).astype(int)
    leads = officers.responsible_on(session, county_code, plan_id, on)
    leads = leads[leads["duty"] == "lead"]

    found: dict[str, list[dict[str, Any]]] = {}
    products = _products(table, options)
    for product in products:
        of_product = table if product == clusters.ALL else table[table["product"] == product]
        found[product] = _scan(of_product, leads, _Scan(product, epsg, options))
    _correct(found)
    analysis_id = analyses.replace(
        session,
        county_code,
        analyses.NewAnalysis(
            kind="clusters",
            as_of=on,
            plan_id=plan_id,
            inputs={
                "since": since.isoformat(),
                "results": int(table["results"].sum()),
                "inspected": int((table["results"] > 0).sum()),
                "placed": len(table),
            },
            parameters={
                "model": "poisson, expected 1-(1-r)^n",
                "replications": options.replications,
                "max_share": options.max_share,
                "max_radius_m": options.max_radius_m,
                "products": list(products),
            },
            summary={product: len(rows) for product, rows in found.items()},
            seed=options.seed,
        ),
    )
    for product in products:
        clusters.save_clusters(session, county_code, analysis_id, found[product])
    _save_statistics(session, county_code, analysis_id, plan_id, table, products)
    return ClusterReport(
        analysis_id=analysis_id,
        significant={
            product: sum(row["p"] <= 0.05 for row in rows)  # noqa: PLR2004
            for product, rows in found.items()
        },
        scanned={product: int(_of(table, product)["results"].gt(0).sum()) for product in products},
    )


def _of(table: GeoDataFrame, product: str) -> GeoDataFrame:
    return table if product == clusters.ALL else table[table["product"] == product]


def _first_day(session: Session, county_code: str, on: date) -> date:
    campaign = counties.campaign_on(session, county_code, on)
    return campaign.starts_on if campaign is not None else on - _LOOK_BACK


def _placed(session: Session, county_code: str, plan_id: int, epsg: int) -> GeoDataFrame:
    """Return the enterprises with a cell, with x and y in the county's metres."""
    located = enterprises.located(session, county_code, plan_id)
    inside = located[located["cell_code"].notna()].copy()
    metric = inside.geometry.to_crs(epsg)
    # Points of one village are one place; a millimetre of reprojection noise must not part them.
    inside["x"], inside["y"] = metric.x.round(2), metric.y.round(2)
    return inside


def _products(table: GeoDataFrame, options: ClusterOptions) -> tuple[str, ...]:
    if options.products is not None:
        return options.products
    seen = sorted(table.loc[table["results"] > 0, "product"].unique())
    return (*seen, clusters.ALL)


def _scan(table: GeoDataFrame, leads: pd.DataFrame, asked: _Scan) -> list[dict[str, Any]]:
    visited = table[table["results"] > 0].reset_index(drop=True)
    inspected = Inspected(
        x=visited["x"].to_numpy(dtype=float),
        y=visited["y"].to_numpy(dtype=float),
        results=visited["results"].to_numpy(dtype=np.int64),
        is_problem=(visited["problems"] > 0).to_numpy(dtype=bool),
    )
    if not can_be_scanned(inspected):
        return []
    options = asked.options
    settings = ScanSettings(
        model="poisson",
        max_share=options.max_share,
        max_radius=options.max_radius_m,
        replications=options.replications,
        seed=options.seed,
    )
    result = scan_producers(inspected, settings=settings)
    return [
        _as_row(cluster, visited, leads, asked)
        for cluster in result.clusters
        if cluster.p <= _REPORTED_P
    ]


def _as_row(
    cluster: ScanCluster, visited: GeoDataFrame, leads: pd.DataFrame, asked: _Scan
) -> dict[str, Any]:
    members = visited.iloc[list(cluster.members)]
    problems = members[members["problems"] > 0]
    shares = officer_shares(leads, list(problems["cell_code"]))
    first = next((share["officer_id"] for share in shares if share["officer_id"]), None)
    centre = visited.loc[cluster.centre, ["x", "y"]].to_numpy(dtype=float)
    circle = GeoSeries(geopandas.points_from_xy([centre[0]], [centre[1]]), crs=asked.epsg)
    disc = circle.buffer(max(cluster.radius, _LEAST_RADIUS_M), quad_segs=16)
    townships = sorted(members["cell_township_code"].unique())
    return {
        "product": asked.product,
        "rank": cluster.rank,
        "llr": cluster.llr,
        "p": cluster.p,
        "p_gumbel": cluster.p if cluster.p_gumbel is None else cluster.p_gumbel,
        "q": cluster.p,
        "cases": cluster.cases,
        "expected": cluster.expected,
        "population": cluster.population,
        "relative_risk": cluster.relative_risk,
        "radius_m": cluster.radius,
        "crosses_township": len(townships) > 1,
        "township_codes": townships,
        "cell_codes": sorted(members["cell_code"].unique()),
        "enterprise_ids": [int(one) for one in members["enterprise_id"]],
        "officer_shares": shares,
        "proposed_lead_officer_id": first,
        "robustness": {},
        "centre": circle.to_crs(4326).iloc[0],
        "geometry": disc.to_crs(4326).iloc[0],
    }


def _correct(found: dict[str, list[dict[str, Any]]]) -> None:
    """Correct each product's best p for the number of products; the lesser clusters follow."""
    named = [product for product in found if product != clusters.ALL and found[product]]
    if not named:
        return
    best = [min(row["p"] for row in found[product]) for product in named]
    for product, q, least in zip(named, corrected(best), best, strict=True):
        for row in found[product]:
            row["q"] = min(1.0, row["p"] * float(q) / least)


def _save_statistics(
    session: Session,
    county_code: str,
    analysis_id: UUID,
    plan_id: int,
    table: GeoDataFrame,
    products: tuple[str, ...],
) -> None:
    grid = cells.of_plan(session, county_code, plan_id)
    inside = GeoSeries(geopandas.points_from_xy(grid["lon"], grid["lat"]), crs=4326)
    metric = inside.to_crs(counties.get(session, county_code).metric_epsg)
    frame = pd.DataFrame({"cell_code": grid["code"], "x": metric.x, "y": metric.y})
    for product in products:
        counts = (
            _of(table, product)
            .groupby("cell_code")
            .agg(
                enterprises=("enterprise_id", "size"),
                visits=("results", "sum"),
                problems=("problems", "sum"),
            )
        )
        whole = frame.merge(counts, left_on="cell_code", right_index=True, how="left")
        numbers = ["enterprises", "visits", "problems"]
        whole[numbers] = whole[numbers].fillna(0).astype(int)
        clusters.save_cell_statistics(
            session, county_code, analysis_id, product, cell_statistics(whole)
        )
