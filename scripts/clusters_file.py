"""`wangge clusters --file`: clusters in any table of places, without a database."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from gis_data.points import PointColumns, read_points
from scripts.clusters_output import as_geojson, as_table, write_text
from scripts.sites_output import sites_geojson, sites_table
from service.domain.errors import InvalidInputError
from service.domain.point_clusters import Analysis, ClusterOptions, clusters
from service.domain.point_methods import analyse_points, options_of

if TYPE_CHECKING:
    import folium

    from service.domain.density_clusters import DensityOptions
    from service.domain.local_options import LocalOptions

Format = Literal["json", "table", "geojson", "map"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsFile:
    """A table of places, and which of its columns means what.

    Attributes:
        file: CSV (also .gz) or XLSX with a header.
        cases: Column of cases, whole counts; None for crowds of places, or with a value.
        population: Column of people, or of units with their cases; None for a space-time scan
            by permutation.
        lon, lat: Columns of longitude and latitude, degrees WGS 84; or
        x, y: columns of a plane.
        id: Column that names the place.
        strata: Covariate columns, separated by commas.
        time: Column of the time of cases, or of the census.
        value: Column of a measured figure, for local statistics.
        fractional: Refuse cases that are no whole numbers, or round each down.
        encoding: Of a CSV; found if left out.
        epsg: Number of the plane's coordinate system, for maps and GeoJSON alone.
    """

    file: Path
    cases: str | None = None
    population: str | None = None
    lon: str | None = None
    lat: str | None = None
    x: str | None = None
    y: str | None = None
    id: str | None = None
    strata: str | None = None
    time: str | None = None
    value: str | None = None
    fractional: Literal["refuse", "floor"] = "refuse"
    encoding: str | None = None
    epsg: int | None = None

    @property
    def degrees(self) -> bool:
        """Whether the coordinates are longitude and latitude.

        Raises:
            InvalidInputError: They are named by neither pair of columns, or by both.
        """
        given = tuple(name is not None for name in (self.lon, self.lat, self.x, self.y))
        if given == (True, True, False, False):
            return True
        if given == (False, False, True, True):
            return False
        raise InvalidInputError("name the coordinates by --lon and --lat, or by --x and --y")

    @property
    def columns(self) -> PointColumns:
        """Return which column means what."""
        degrees = self.degrees
        return PointColumns(
            x=str(self.lon if degrees else self.x),
            y=str(self.lat if degrees else self.y),
            cases=self.cases,
            population=self.population,
            id=self.id,
            strata=tuple(name.strip() for name in (self.strata or "").split(",") if name.strip()),
            time=self.time,
            value=self.value,
            degrees=degrees,
        )

    def read(self) -> pd.DataFrame:
        """Return its rows, checked.

        Raises:
            InvalidInputError: The file, a column or some rows cannot be used.
        """
        return read_points(
            self.file, self.columns, encoding=self.encoding, fractional=self.fractional
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Where the answer goes.

    Attributes:
        format: Of what is printed or written to `out`.
        out: A file; None prints.
        map: Write the one-file map here as well.
    """

    format: Format = "table"
    out: Path | None = None
    map: Path | None = None


def clusters_from_file(
    source: PointsFile,
    options: "ClusterOptions | LocalOptions | DensityOptions",
    output: Output,
    *,
    bar: bool = True,
) -> dict[str, Any]:
    """Find clusters in a table of places, and write them.

    Args:
        source: The file.
        options: What to look for, and by which method; `degrees` is the file's.
        output: Where to.
        bar: Show progress on the terminal.

    Returns:
        What the JSON holds.

    Raises:
        InvalidInputError: A setting, the file or some rows cannot be used; nothing is written.
    """
    if isinstance(options, ClusterOptions):
        options.scan_settings()  # refuse a bad setting before reading a large file
        _require_counts(source)
    _require_place(output)
    points = source.read()
    with _progress(shown=bar) as progress:
        task = progress.add_task("聚集区 clusters", total=1.0)
        analysis = analyse_points(
            points, options, progress=lambda share: progress.update(task, completed=share)
        )
    found = analysis.found
    found["settings"] |= {
        "file": source.file.name,
        "fractional": source.fractional,
        "columns": asdict(source.columns),
    }
    _write(analysis, source, output)
    return found


def _progress(*, shown: bool) -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not (shown and console.is_terminal),
    )


def _require_counts(source: PointsFile) -> None:
    if source.cases is None:
        raise InvalidInputError("--file needs --cases, one of its columns")
    if source.value is not None:
        raise InvalidInputError(
            "--value belongs to local statistics (--method getis-ord-star …); a scan counts --cases"
        )


def _require_place(output: Output) -> None:
    for path in (output.out, output.map):
        if path is not None and not path.parent.is_dir():
            raise InvalidInputError(f"there is no folder {path.parent}; make it first")


def _write(analysis: Analysis, source: PointsFile, output: Output) -> None:
    # Everything is drawn before anything is written.
    form = output.map.suffix.lower().removeprefix(".") if output.map else ""
    on_paper = form in {"pdf", "png"}
    wants_page = output.format == "map" or (output.map is not None and not on_paper)
    page = _page(analysis, source) if wants_page else ""
    text = page if output.format == "map" else _rendered(analysis.found, output.format, source.epsg)
    if output.map is not None and on_paper:
        output.map.write_bytes(_sheet(analysis, source, form))
    elif output.map is not None:
        write_text(page, output.map)
    write_text(text, output.out)


def _sheet(analysis: Analysis, source: PointsFile, form: str) -> bytes:
    from maps.paper import Sheet, to_paper  # noqa: PLC0415

    return to_paper(_map(analysis, source), form, Sheet(landscape=True))


def _page(analysis: Analysis, source: PointsFile) -> str:
    from maps.publish import to_html  # noqa: PLC0415

    return to_html(_map(analysis, source))


def _map(analysis: Analysis, source: PointsFile) -> "folium.Map":
    # Folium takes a second to import, and most runs want no map.
    from maps.points_map import PointsMapInput, build_points_map  # noqa: PLC0415

    given = PointsMapInput(
        found=analysis.found,
        places=analysis.places,
        title=source.file.name,
        epsg=None if source.degrees else source.epsg,
    )
    if "sites" in analysis.found:
        from maps.sites_map import build_sites_map  # noqa: PLC0415

        return build_sites_map(given)
    return build_points_map(given)


def _rendered(found: dict[str, Any], format_: Format, epsg: int | None) -> str:
    of_sites = "sites" in found
    if format_ == "table":
        return sites_table(found) if of_sites else as_table(found)
    if format_ == "geojson":
        found = sites_geojson(found, epsg=epsg) if of_sites else as_geojson(found, epsg=epsg)
    return json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False)


__all__ = [
    "ClusterOptions",
    "Output",
    "PointsFile",
    "analyse_points",
    "clusters",
    "clusters_from_file",
    "options_of",
]
