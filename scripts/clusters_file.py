"""`wangge clusters --file`: clusters in any table of places, without a database."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
import typer

from gis_data.points import PointColumns, read_points
from scripts.clusters_output import as_geojson, as_table, write_text
from service.domain.errors import InvalidInputError, UnavailableError
from service.domain.place_counts import merge_places
from service.domain.scan import ScanCluster, ScanResult, ScanSettings, scan

Model = Literal["poisson", "bernoulli", "space-time"]
Format = Literal["json", "table", "geojson"]

# Every place is a centre and every window is weighed a thousand times: beyond this, a run takes
# hours, and cells answer the same question.
MAX_PLACES = 250_000

_METRES_PER_KM = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterOptions:
    """What to look for; names and defaults are those of the command.

    Attributes:
        model: `poisson` (cases against people or strata) or `bernoulli` (cases among units).
        max_share: Largest share of all expected cases (Bernoulli: units) in a window.
        max_radius_km: Largest radius in kilometres.
        replications: Simulated data sets.
        ties: Whether places at the same distance enter a window together (`closed`).
        rates: Which windows to look for.
        min_cases: Fewest cases in a window of high rates.
        seed: Of the simulation.
        degrees: Whether x and y are longitude and latitude; else they are a plane.
        unit: Of the plane, for `max_radius_km` alone: 1 km is 1000 m.
    """

    model: Model = "poisson"
    max_share: float = 0.5
    max_radius_km: float | None = None
    replications: int = 999
    ties: Literal["closed", "satscan"] = "closed"
    rates: Literal["high", "low", "both"] = "high"
    min_cases: int = 2
    seed: int = 0
    degrees: bool = False
    unit: Literal["m", "km"] = "m"

    def scan_settings(self) -> ScanSettings:
        """Return the settings of the engine.

        Raises:
            InvalidInputError: A setting is out of range.
        """
        if self.model == "space-time":
            raise UnavailableError("space-time scans of a file are not available yet; use poisson")
        per_km = _METRES_PER_KM if self.unit == "m" and not self.degrees else 1.0
        radius = None if self.max_radius_km is None else self.max_radius_km * per_km
        return ScanSettings(
            model=self.model,
            max_share=self.max_share,
            max_radius=radius,
            replications=self.replications,
            ties=self.ties,
            rates=self.rates,
            min_cases=self.min_cases,
            seed=self.seed,
            geometry="sphere" if self.degrees else "plane",
        )


def clusters(points: pd.DataFrame, options: ClusterOptions) -> dict[str, Any]:
    """Return the clusters of a frame of counts at places, as the command's JSON.

    Args:
        points: x, y, cases, population; optional id, stratum, time (text). x and y are longitude
            and latitude in degrees (WGS 84) when `options.degrees`, else a plane.
        options: What to look for.

    Returns:
        `settings` and `clusters`, best first. `members` are ids (row numbers from 1 without an
        id), in order of distance from the centre. `centre` holds the central place's id with
        lon and lat, or x and y. `radius` is in kilometres (chord of a sphere of 6,367 km), or in
        the unit of the plane. `relative_risk` is null when no case lies outside, `p_gumbel` when
        the simulated maxima do not vary.

    Raises:
        InvalidInputError: The points cannot be analysed; the message says which and why.
    """
    settings = options.scan_settings()
    missing = {name: "" for name in ("id", "stratum", "time") if name not in points.columns}
    places = merge_places(points.assign(**missing), model=settings.model)
    if len(places) > MAX_PLACES:
        raise InvalidInputError(
            f"{len(places):,} places are more than the {MAX_PLACES:,} a scan can weigh; "
            "add them up by cell first"
        )
    standardised = settings.model == "poisson" and bool(points.get("stratum", pd.Series()).any())
    result = scan(
        places["x"],
        places["y"],
        places["cases"],
        places["population"],
        settings=settings,
        expected=places["expected"] if standardised else None,
    )
    return {
        "settings": _settings_out(options, settings, result, places),
        "clusters": [_cluster_out(found, places, options) for found in result.clusters],
    }


def _settings_out(
    options: ClusterOptions, settings: ScanSettings, result: ScanResult, places: pd.DataFrame
) -> dict[str, Any]:
    return {
        **asdict(settings),
        "max_radius_km": options.max_radius_km,
        "radius_unit": "km" if options.degrees else "unit of x and y",
        "places": len(places),
        "total_cases": result.total_cases,
        "total_population": result.total_population,
    }


def _cluster_out(
    found: ScanCluster, places: pd.DataFrame, options: ClusterOptions
) -> dict[str, Any]:
    axes = ("lon", "lat") if options.degrees else ("x", "y")
    centre = places.iloc[found.centre]
    return {
        "rank": found.rank,
        "llr": found.llr,
        "p": found.p,
        "p_gumbel": found.p_gumbel,
        "members": places["id"].iloc[list(found.members)].tolist(),
        "cases": found.cases,
        "expected": found.expected,
        "population": found.population,
        "relative_risk": found.relative_risk,
        "centre": {
            "id": places["id"].iloc[[found.centre]].tolist()[0],
            axes[0]: float(centre["x"]),
            axes[1]: float(centre["y"]),
        },
        "radius": found.radius,
        "p_se": found.p_se,
    }


def clusters_from_file(  # noqa: PLR0913 - one parameter per option of the command
    *,
    file: Annotated[Path, typer.Option(help="CSV (also .gz) or XLSX with a header.")],
    cases: Annotated[str, typer.Option(help="Column of cases, whole counts.")],
    population: Annotated[str, typer.Option(help="Column of people, or units with their cases.")],
    lon: Annotated[str | None, typer.Option(help="Column of longitude, degrees WGS 84.")] = None,
    lat: Annotated[str | None, typer.Option(help="Column of latitude, degrees WGS 84.")] = None,
    x: Annotated[str | None, typer.Option(help="Column of x in a plane.")] = None,
    y: Annotated[str | None, typer.Option(help="Column of y in the same plane.")] = None,
    id_: Annotated[str | None, typer.Option("--id", help="Column that names the place.")] = None,
    strata: Annotated[str | None, typer.Option(help="Covariate columns: age,sex.")] = None,
    time: Annotated[str | None, typer.Option(help="Column of the census year or date.")] = None,
    model: Annotated[Model, typer.Option()] = "poisson",
    max_share: Annotated[float, typer.Option(help="Largest share in a window.")] = 0.5,
    max_radius_km: Annotated[float | None, typer.Option(help="Largest radius, km.")] = None,
    unit: Annotated[Literal["m", "km"], typer.Option(help="Unit of x and y.")] = "m",
    replications: Annotated[int, typer.Option(help="Simulated data sets.")] = 999,
    ties: Annotated[Literal["closed", "satscan"], typer.Option()] = "closed",
    rates: Annotated[Literal["high", "low", "both"], typer.Option()] = "high",
    min_cases: Annotated[int, typer.Option(help="Fewest cases in a high window.")] = 2,
    fractional: Annotated[Literal["refuse", "floor"], typer.Option()] = "refuse",
    seed: Annotated[int, typer.Option(help="Of the simulation.")] = 0,
    encoding: Annotated[str | None, typer.Option(help="Of the CSV; found if left out.")] = None,
    format_: Annotated[Format, typer.Option("--format")] = "table",
    out: Annotated[Path | None, typer.Option(help="Write here instead of printing.")] = None,
) -> None:
    """Find clusters that chance does not explain in any table of places."""
    degrees = _is_degrees(lon, lat, x, y)
    columns = PointColumns(
        x=str(lon if degrees else x),
        y=str(lat if degrees else y),
        cases=cases,
        population=population,
        id=id_,
        strata=tuple(name.strip() for name in (strata or "").split(",") if name.strip()),
        time=time,
        degrees=degrees,
    )
    options = ClusterOptions(
        model=model, max_share=max_share, max_radius_km=max_radius_km, replications=replications,
        ties=ties, rates=rates, min_cases=min_cases, seed=seed, degrees=degrees, unit=unit,
    )  # fmt: skip
    options.scan_settings()  # refuse a bad setting before reading a large file
    found = clusters(read_points(file, columns, encoding=encoding, fractional=fractional), options)
    found["settings"] |= {"file": file.name, "fractional": fractional, "columns": asdict(columns)}
    # The one-file map takes `found` from here: as_geojson(found) is its layer.
    write_text(_rendered(found, format_), out)


def _rendered(found: dict[str, Any], format_: Format) -> str:
    if format_ == "table":
        return as_table(found)
    content = found if format_ == "json" else as_geojson(found)
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)


def _is_degrees(lon: str | None, lat: str | None, x: str | None, y: str | None) -> bool:
    given = (lon is not None, lat is not None, x is not None, y is not None)
    if given == (True, True, False, False):
        return True
    if given == (False, False, True, True):
        return False
    raise InvalidInputError("name the coordinates by --lon and --lat, or by --x and --y")


__all__ = ["ClusterOptions", "clusters", "clusters_from_file"]
