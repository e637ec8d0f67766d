"""`wangge clusters` of the county in the database."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import typer
from geopandas import GeoDataFrame
from rich.console import Console
from rich.progress import Progress, TaskID

from scripts.clusters_of_county import as_geojson, as_json, print_clusters
from scripts.clusters_output import write_text
from scripts.running import Running, refusals, running
from service.database import clusters as cluster_reads
from service.domain.errors import InvalidInputError
from service.workflows.find_clusters import (
    DEFAULT_SEED,
    ClusterOptions,
    Watching,
    find_clusters,
    weekly_days,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyQuestion:
    """What the command was asked; names and meanings are those of its options."""

    county: str | None
    on: datetime | None
    product: list[str] | None
    without_lead: bool
    adjust_for: str
    variants: int | None
    weekly_from: datetime | None
    dry_run: bool
    max_share: float | None
    max_radius_km: float | None
    replications: int
    seed: int | None
    format_: str
    out: Path | None


def county_clusters(asked: CountyQuestion) -> None:
    """Find the clusters of the county, keep and show them."""
    with refusals():
        options = ClusterOptions(
            products=tuple(asked.product) if asked.product else None,
            replications=asked.replications,
            max_share=0.25 if asked.max_share is None else asked.max_share,
            max_radius_m=None if asked.max_radius_km is None else asked.max_radius_km * 1000,
            seed=DEFAULT_SEED if asked.seed is None else asked.seed,
            adjust_for=tuple(name.strip() for name in asked.adjust_for.split(",") if name.strip()),
            variants=asked.variants,
        )
    with running(asked.county, asked.on, commit=not asked.dry_run) as run:
        _find(run, options, asked.weekly_from)
        found = cluster_reads.latest(run.session, run.county.code, run.on)
    if asked.without_lead:
        found = found[(found["state"] != "closed") & (found["lead"] == "")]
    _write(found, asked.format_, asked.out)


def _find(run: Running, options: ClusterOptions, weekly_from: datetime | None) -> None:
    """Compute the day, after the weeks before it if they are asked for; show how far it is."""
    first = run.on if weekly_from is None else weekly_from.date()
    if first > run.on:
        raise InvalidInputError(f"--weekly-from {first} is after the day, {run.on}")
    days = list(weekly_days(first, run.on))
    with Progress(console=Console(stderr=True), transient=True) as bar:
        for day in days:
            task = bar.add_task(f"clusters of {day}", total=1.0)
            report = find_clusters(
                run.session,
                run.county.code,
                on=day,
                options=options if day == run.on else replace(options, variants=0),
                watch=Watching(progress=partial(_show, bar, task)),
            )
    if report.left_out:
        typer.echo(
            f"not in the scan: {report.left_out} inspected enterprises that stand in no cell "
            f"(`wangge gaps` lists them as G6)",
            err=True,
        )


def _show(bar: Progress, task: TaskID, share: float) -> None:
    bar.update(task, completed=share)


def _write(found: GeoDataFrame, format_: str, out: Path | None) -> None:
    if format_ == "table" and out is None:
        print_clusters(found, nothing="no cluster with p at most 0.10")
        return
    write_text(as_geojson(found) if format_ == "geojson" else as_json(found), out)
