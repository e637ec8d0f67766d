"""`wangge clusters`: of the county in the database, or of any file without one."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer
from geopandas import GeoDataFrame
from rich.console import Console
from rich.table import Table

from scripts.clusters_file import clusters_from_file
from scripts.running import CountyOption, DayOption, DryRunOption, refusals, running
from service.database import clusters as cluster_reads
from service.domain.errors import InvalidInputError
from service.workflows.find_clusters import DEFAULT_SEED, ClusterOptions, find_clusters

_OF_FILE = "Any file"
_OF_COUNTY = "The county in the database"
_Text = Annotated[str | None, typer.Option(rich_help_panel=_OF_FILE)]


def clusters(  # noqa: PLR0913
    *,
    county: CountyOption = None,
    on: DayOption = None,
    product: Annotated[
        list[str] | None,
        typer.Option(help="Product; every one if left out.", rich_help_panel=_OF_COUNTY),
    ] = None,
    dry_run: DryRunOption = False,
    file: Annotated[
        Path | None,
        typer.Option(help="CSV (also .gz) or XLSX: no database.", rich_help_panel=_OF_FILE),
    ] = None,
    cases: _Text = None,
    population: _Text = None,
    lon: _Text = None,
    lat: _Text = None,
    x: _Text = None,
    y: _Text = None,
    id_: Annotated[str | None, typer.Option("--id", rich_help_panel=_OF_FILE)] = None,
    strata: _Text = None,
    time: _Text = None,
    model: Annotated[
        Literal["poisson", "bernoulli", "space-time"], typer.Option(rich_help_panel=_OF_FILE)
    ] = "poisson",
    unit: Annotated[
        Literal["m", "km"], typer.Option(help="Of x and y.", rich_help_panel=_OF_FILE)
    ] = "m",
    ties: Annotated[
        Literal["closed", "satscan"], typer.Option(rich_help_panel=_OF_FILE)
    ] = "closed",
    rates: Annotated[
        Literal["high", "low", "both"], typer.Option(rich_help_panel=_OF_FILE)
    ] = "high",
    min_cases: Annotated[int, typer.Option(rich_help_panel=_OF_FILE)] = 2,
    fractional: Annotated[
        Literal["refuse", "floor"], typer.Option(rich_help_panel=_OF_FILE)
    ] = "refuse",
    encoding: _Text = None,
    max_share: Annotated[
        float | None, typer.Option(help="Largest share in a window; 0.5, county 0.25.")
    ] = None,
    max_radius_km: Annotated[float | None, typer.Option(help="Largest radius, km.")] = None,
    replications: Annotated[int, typer.Option(help="Simulated data sets.")] = 999,
    seed: Annotated[int | None, typer.Option(help="Of the simulation.")] = None,
    format_: Annotated[Literal["json", "table", "geojson"], typer.Option("--format")] = "table",
    out: Annotated[Path | None, typer.Option(help="Write here instead of printing.")] = None,
) -> None:
    """Find clusters that chance does not explain."""
    if file is None:
        options = ClusterOptions(
            products=tuple(product) if product else None,
            replications=replications,
            max_share=0.25 if max_share is None else max_share,
            max_radius_m=None if max_radius_km is None else max_radius_km * 1000,
            seed=DEFAULT_SEED if seed is None else seed,
        )
        with running(county, on, commit=not dry_run) as run:
            find_clusters(run.session, run.county.code, on=run.on, options=options)
            found = cluster_reads.latest(run.session, run.county.code, run.on)
        _write(found, format_, out)
        return
    with refusals():
        if cases is None or population is None:
            raise InvalidInputError("--file needs --cases and --population, two of its columns")
        clusters_from_file(
            file=file, cases=cases, population=population, lon=lon, lat=lat, x=x, y=y, id_=id_,
            strata=strata, time=time, model=model, unit=unit, ties=ties, rates=rates,
            min_cases=min_cases, fractional=fractional, encoding=encoding,
            max_share=0.5 if max_share is None else max_share, max_radius_km=max_radius_km,
            replications=replications, seed=seed or 0, format_=format_, out=out,
        )  # fmt: skip


def _write(found: GeoDataFrame, format_: str, out: Path | None) -> None:
    if format_ == "table" and out is None:
        _print(found)
        return
    text = found.to_json() if format_ == "geojson" else _as_json(found)
    if out is None:
        typer.echo(text)
    else:
        out.write_text(text, encoding="utf-8")


def _as_json(found: GeoDataFrame) -> str:
    rows = json.loads(found.drop(columns="geometry").to_json(orient="records"))
    return json.dumps({"clusters": rows}, ensure_ascii=False, indent=1)


def _print(found: GeoDataFrame) -> None:
    table = Table("product", "rank", "cases", "expected", "radius km", "p", "q", "townships",
                  "proposed lead")  # fmt: skip
    for row in found.itertuples():
        table.add_row(
            str(row.product),
            str(row.rank),
            str(row.cases),
            f"{row.expected:.1f}",
            f"{row.radius_m / 1000:.2f}",
            f"{row.p:.3f}",
            f"{row.q:.3f}",
            ", ".join(row.township_codes),
            str(row.proposed_lead),
        )
    Console().print(table if len(found) else "no cluster with p at most 0.10")
