"""`wangge clusters`: of the county in the database, or of any file without one."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from scripts.command_options import CountyOption, DayOption, DryRunOption, refusals

_OF_FILE = "Any file"
_OF_COUNTY = "The county in the database"
_OF_LOCAL = "Any file: --method getis-ord, getis-ord-star, local-moran"
_OF_DENSITY = "Any file: --method hdbscan, dbscan"


def _of_file(text: str, *names: str, panel: str = _OF_FILE) -> typer.models.OptionInfo:
    """Return an option that only a file takes."""
    found: typer.models.OptionInfo = typer.Option(*names, help=text, rich_help_panel=panel)
    return found


def _of_local(text: str) -> typer.models.OptionInfo:
    return _of_file(text, panel=_OF_LOCAL)


def _of_density(text: str) -> typer.models.OptionInfo:
    return _of_file(text, panel=_OF_DENSITY)


def clusters(  # noqa: PLR0913
    *,
    county: CountyOption = None,
    on: DayOption = None,
    product: Annotated[
        list[str] | None,
        typer.Option(help="Product; every one if left out.", rich_help_panel=_OF_COUNTY),
    ] = None,
    without_lead: Annotated[
        bool,
        typer.Option(
            "--without-lead", help="Show those nobody leads yet.", rich_help_panel=_OF_COUNTY
        ),
    ] = False,
    adjust_for: Annotated[
        str,
        typer.Option(
            help="Who visited and what was visited, compared within cells: of inspector, kind, "
            "scale, credit_class.",
            rich_help_panel=_OF_COUNTY,
        ),
    ] = "inspector,kind,scale",
    variants: Annotated[
        int | None,
        typer.Option(
            help="Times each cluster is tested again; 200, fewer in a large county.",
            rich_help_panel=_OF_COUNTY,
        ),
    ] = None,
    weekly_from: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Also compute the weeks from this day on, so that first seen and trend are known.",
            rich_help_panel=_OF_COUNTY,
        ),
    ] = None,
    dry_run: DryRunOption = False,
    file: Annotated[
        Path | None,
        typer.Option(help="CSV (also .gz) or XLSX: no database.", rich_help_panel=_OF_FILE),
    ] = None,
    method: Annotated[
        Literal["scan", "getis-ord", "getis-ord-star", "local-moran", "hdbscan", "dbscan"],
        _of_file(
            "Windows that chance does not explain (scan), places among high or low neighbours "
            "(Gi, Gi*, local Moran), or where places crowd (HDBSCAN, DBSCAN: no rate)."
        ),
    ] = "scan",
    cases: Annotated[str | None, _of_file("Column of cases, whole counts.")] = None,
    population: Annotated[
        str | None, _of_file("Column of people, or of units with their cases.")
    ] = None,
    lon: Annotated[str | None, _of_file("Column of longitude, degrees WGS 84.")] = None,
    lat: Annotated[str | None, _of_file("Column of latitude, degrees WGS 84.")] = None,
    x: Annotated[str | None, _of_file("Column of x in a plane.")] = None,
    y: Annotated[str | None, _of_file("Column of y in the same plane.")] = None,
    id_: Annotated[
        str | None, _of_file("Column that names the place; rows with one id are one place.", "--id")
    ] = None,
    strata: Annotated[str | None, _of_file("Columns to adjust for: age,sex (Poisson).")] = None,
    time: Annotated[
        str | None,
        _of_file(
            "Column of the time of cases, or of the census: 2012, 2012-03, 2012-03-14, 2012-W11."
        ),
    ] = None,
    model: Annotated[
        Literal["poisson", "bernoulli", "space-time"],
        _of_file("Cases against people, cases among units, or cases by place and time."),
    ] = "poisson",
    window: Annotated[
        Literal["circle", "ellipse"], _of_file("Ellipses, besides circles, need a plane.")
    ] = "circle",
    compactness: Annotated[
        Literal["none", "medium", "strong"], _of_file("How much long ellipses are held back.")
    ] = "none",
    secondary: Annotated[
        Literal["no_overlap", "sequential"],
        _of_file("Next best places apart, or each cluster taken out and the rest analysed again."),
    ] = "no_overlap",
    max_clusters: Annotated[int, _of_file("Report at most this many.")] = 20,
    alpha: Annotated[
        float,
        _of_file(
            "Sequential: stop after a cluster whose p is above this. Local statistics: highest q "
            "of a named class."
        ),
    ] = 0.05,
    share_of: Annotated[
        Literal["expected", "population"], _of_file("What --max-share is a share of (Poisson).")
    ] = "expected",
    start: Annotated[
        str | None,
        _of_file("First year, month, week or day of the study; from the rows if left out."),
    ] = None,
    end: Annotated[str | None, _of_file("Last one.")] = None,
    time_unit: Annotated[
        Literal["year", "month", "week", "day", "period"] | None,
        _of_file("Space-time: length of an interval; from the rows if left out."),
    ] = None,
    max_time_share: Annotated[
        float, _of_file("Space-time: a cluster lasts at most this share of the study.")
    ] = 0.5,
    prospective: Annotated[bool, _of_file("Space-time: only clusters alive at the end.")] = False,
    unit: Annotated[Literal["m", "km"], _of_file("Of x and y, for --max-radius-km.")] = "m",
    ties: Annotated[
        Literal["closed", "satscan"],
        _of_file("Places at one distance enter together, or the lesser coordinate first."),
    ] = "closed",
    rates: Annotated[
        Literal["high", "low", "both"], _of_file("Which windows to look for.")
    ] = "high",
    min_cases: Annotated[int, _of_file("Fewest cases in a window of high rates.")] = 2,
    fractional: Annotated[
        Literal["refuse", "floor"],
        _of_file("Cases that are no whole numbers: refuse, or round down."),
    ] = "refuse",
    encoding: Annotated[str | None, _of_file("Of the CSV; found if left out.")] = None,
    epsg: Annotated[
        int | None, _of_file("Coordinate system of x and y, for maps and GeoJSON: 4547, 32650 …")
    ] = None,
    map_: Annotated[Path | None, _of_file("Write the one-file map here as well.", "--map")] = None,
    value: Annotated[
        str | None, _of_local("Column of a measured figure, instead of --cases.")
    ] = None,
    measure: Annotated[
        Literal["standardised", "rate", "excess", "cases"] | None,
        _of_local(
            "What is compared: the rate in its own standard deviations (empirical Bayes; with a "
            "population the default), the rate, cases beyond the common rate, or cases."
        ),
    ] = None,
    neighbours: Annotated[
        int | None, _of_local("The so many nearest; 8, fewer among few places.")
    ] = None,
    band_km: Annotated[
        float | None, _of_local("Everyone within so many km, instead of the nearest.")
    ] = None,
    weights: Annotated[
        Literal["equal", "fading"] | None,
        _of_local("Neighbours in a band weigh the same (the default), or less the farther."),
    ] = None,
    draws: Annotated[
        int | None,
        _of_local("Simulated neighbourhoods behind each p; 1,000,000, with fading weights 9,999."),
    ] = None,
    correction: Annotated[
        Literal["bh", "by", "none"] | None,
        _of_local("For the number of places: Benjamini-Hochberg (the default), -Yekutieli, none."),
    ] = None,
    alternative: Annotated[
        Literal["two-sided", "greater", "less"] | None,
        _of_local("Which deviations count; two-sided by default."),
    ] = None,
    min_population: Annotated[
        float | None, _of_local("A place with fewer people is not rated.")
    ] = None,
    min_cluster_size: Annotated[
        int | None, _of_density("HDBSCAN: fewest places of a crowd; 20.")
    ] = None,
    min_samples: Annotated[
        int | None, _of_density("Neighbours that make a place dense (DBSCAN counts itself); 10.")
    ] = None,
    eps_km: Annotated[
        float | None, _of_density("DBSCAN: within so many km neighbours count.")
    ] = None,
    max_share: Annotated[
        float | None, typer.Option(help="Largest share in a window; 0.5, county 0.25.")
    ] = None,
    max_radius_km: Annotated[float | None, typer.Option(help="Largest radius, km.")] = None,
    replications: Annotated[int, typer.Option(help="Simulated data sets.")] = 999,
    seed: Annotated[int | None, typer.Option(help="Of the simulation.")] = None,
    format_: Annotated[
        Literal["json", "table", "geojson", "map"], typer.Option("--format")
    ] = "table",
    out: Annotated[Path | None, typer.Option(help="Write here instead of printing.")] = None,
) -> None:
    """Find clusters that chance does not explain."""
    if file is None:
        if format_ == "map":
            raise typer.BadParameter("the county's map is written by: wangge map hotspot")
        # The county needs the database, the web's answers and maps; a file needs none of them.
        from scripts.county_clusters import CountyQuestion, county_clusters  # noqa: PLC0415

        county_clusters(
            CountyQuestion(
                county=county, on=on, product=product, without_lead=without_lead,
                adjust_for=adjust_for, variants=variants, weekly_from=weekly_from,
                dry_run=dry_run, max_share=max_share, max_radius_km=max_radius_km,
                replications=replications, seed=seed, format_=format_, out=out,
            )
        )  # fmt: skip
        return
    # Compiled code takes a third of a second to import: `--help` and the county's lists do without.
    from scripts.clusters_file import (  # noqa: PLC0415
        Output,
        PointsFile,
        clusters_from_file,
        options_of,
    )

    with refusals():
        source = PointsFile(
            file=file, cases=cases, population=population, lon=lon, lat=lat, x=x, y=y, id=id_,
            strata=strata, time=time, value=value, fractional=fractional, encoding=encoding,
            epsg=epsg,
        )  # fmt: skip
        asked = options_of({
            "method": method, "model": model, "window": window, "compactness": compactness,
            "secondary": secondary, "max_clusters": max_clusters, "alpha": alpha,
            "share_of": share_of, "start": start, "end": end, "time_unit": time_unit,
            "max_time_share": max_time_share, "prospective": prospective, "unit": unit,
            "ties": ties, "rates": rates, "min_cases": min_cases, "replications": replications,
            "max_share": max_share, "max_radius_km": max_radius_km, "seed": seed,
            "degrees": source.degrees, "measure": measure, "neighbours": neighbours,
            "band_km": band_km, "weights": weights, "draws": draws, "correction": correction,
            "alternative": alternative, "min_population": min_population,
            "min_cluster_size": min_cluster_size, "min_samples": min_samples, "eps_km": eps_km,
        })  # fmt: skip
        clusters_from_file(source, asked, Output(format=format_, out=out, map=map_))
