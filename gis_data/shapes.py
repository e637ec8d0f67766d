"""Shapes as people send them: GeoJSON, GeoPackage, Shapefile zipped or not, KML → WGS 84."""

import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError

from gis_data.bounded import DEFAULT_LIMITS, Limits, open_zip, read_bytes, refuse_foreign
from gis_data.tables import clean
from service.domain.crs import STORAGE_EPSG
from service.domain.datum import to_wgs84
from service.domain.errors import CrsError, InvalidInputError
from service.domain.places import Datum

_SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeOptions:
    """How to read a file of shapes, where it does not say so itself.

    Attributes:
        layer: Of a file with several.
        encoding: Of a Shapefile's table.
        crs: EPSG code of a Shapefile that comes without `.prj`, or that states a wrong one.
        datum: What degrees are measured against.
        limits: Refuse more than this.
    """

    layer: str | None = None
    encoding: str | None = None
    crs: int | None = None
    datum: Datum = Datum.WGS84
    limits: Limits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """Features in WGS 84 with text attributes, indexed by feature number from 1 (`line`)."""

    features: GeoDataFrame
    notes: tuple[str, ...] = ()


def is_shape_file(path: Path) -> bool:
    """Whether the name of a file is that of shapes rather than of a table."""
    suffix = PurePosixPath(path.name.casefold().removesuffix(".gz")).suffix
    return suffix in {".geojson", ".json", ".gpkg", ".shp", ".zip", ".kml", ".kmz"}


def read_shapes(path: Path, options: ShapeOptions | None = None) -> Shapes:
    """Read features with their attributes as text, in WGS 84.

    Raises:
        CrsError: A Shapefile says nothing of its CRS, or one that is unknown.
        InvalidInputError: The file is of another kind, damaged, too large, or has no features.
    """
    chosen = options or ShapeOptions()
    content = read_bytes(path, chosen.limits)
    refuse_foreign(path.name, content)
    with _readable(path, content, chosen) as source:
        _refuse_other_kind(source)
        layer = _layer(source, chosen.layer)
        frame = _read(source, layer, chosen)
    if frame.empty:
        raise InvalidInputError(f"{path.name} has no features")
    if len(frame) > chosen.limits.max_rows:
        raise InvalidInputError(f"{path.name} has more than {chosen.limits.max_rows} features")
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="line")
    placed, notes = _in_wgs84(path.name, frame, chosen)
    return Shapes(features=_with_text(placed), notes=notes)


@contextmanager
def _readable(path: Path, content: bytes, options: ShapeOptions) -> Iterator[Path]:
    """Give the path that GDAL reads: the file itself, or what was inside its wrapping."""
    with tempfile.TemporaryDirectory(prefix="wangge-") as folder:
        if content.startswith(b"PK\x03\x04"):
            yield _unpacked(path.name, content, Path(folder), options.limits)
        elif path.suffix.casefold() == ".gz":
            inner = Path(folder) / path.stem
            inner.write_bytes(content)
            yield inner
        else:
            if path.suffix.casefold() == ".shp":
                _require_parts(path)
            yield path


def _unpacked(name: str, content: bytes, folder: Path, limits: Limits) -> Path:
    """Unpack the one dataset of an archive under plain names, so that no member can climb out."""
    archive = open_zip(name, content, limits)
    members = [member for member in archive.infolist() if not member.is_dir()]
    mains = [
        member
        for member in members
        if PurePosixPath(_member_name(member)).suffix.casefold()
        in {".shp", ".geojson", ".json", ".gpkg", ".kml"}
        and not _member_name(member).startswith("__MACOSX")
    ]
    if len(mains) != 1:
        found = ", ".join(_member_name(member) for member in mains) or "none"
        raise InvalidInputError(f"{name} must hold one set of shapes; it holds {found}")
    main = PurePosixPath(_member_name(mains[0]))
    for member in members:
        inner = PurePosixPath(_member_name(member))
        if inner.with_suffix("") == main.with_suffix(""):
            target = folder / f"shapes{inner.suffix.casefold()}"
            target.write_bytes(archive.read(member))
    path = folder / f"shapes{main.suffix.casefold()}"
    if path.suffix == ".shp":
        _require_parts(path)
    return path


def _member_name(member: zipfile.ZipInfo) -> str:
    """Return the name of a member; archives made on Chinese Windows are in GBK, unmarked."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def _require_parts(path: Path) -> None:
    there = {item.suffix.casefold() for item in path.parent.glob(f"{path.stem}.*")}
    lacking = [part for part in (".shx", ".dbf") if part not in there]
    if lacking:
        raise InvalidInputError(
            f"{path.name} comes without its {' and '.join(lacking)}; a Shapefile is "
            f"{', '.join(_SHAPEFILE_PARTS)} together, best sent as one zip"
        )


def _refuse_other_kind(source: Path) -> None:
    if source.suffix.casefold() in {".csv", ".xlsx", ".txt"}:
        raise InvalidInputError(
            f"{source.name} is a table, and shapes are needed here: GeoJSON, GeoPackage, "
            f"Shapefile or KML"
        )
    if source.suffix.casefold() not in {".geojson", ".json"}:
        return
    # GDAL reads a broken document as far as it goes; the whole file is read or none of it.
    try:
        document = json.loads(source.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{source.name} is not UTF-8, as GeoJSON must be") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise InvalidInputError(f"{source.name} is damaged JSON: {error}") from error
    if not isinstance(document, dict) or document.get("type") not in _GEOJSON_TYPES:
        raise InvalidInputError(f"{source.name} is JSON but no GeoJSON")


_GEOJSON_TYPES = frozenset(
    {
        "FeatureCollection",
        "Feature",
        "Polygon",
        "MultiPolygon",
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "GeometryCollection",
    }
)


def _layer(source: Path, wanted: str | None) -> str:
    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(source)]
    except DataSourceError as error:
        raise InvalidInputError(
            f"{source.name} is no file of shapes that can be read: send GeoJSON, GeoPackage, "
            f"Shapefile or KML"
        ) from error
    if wanted is None and len(layers) == 1:
        return layers[0]
    if wanted in layers:
        return wanted
    asked = f"has no layer '{wanted}'" if wanted is not None else "has several layers"
    raise InvalidInputError(
        f"{source.name} {asked}; choose with --layer one of {', '.join(layers)}"
    )


def _read(source: Path, layer: str, options: ShapeOptions) -> GeoDataFrame:
    encoding = options.encoding
    if encoding is None and source.suffix.casefold() == ".shp":
        encoding = _table_encoding(source)
    try:
        # A NaN or an unclosed ring is read as it is, or as no shape, to be refused by its number.
        with np.errstate(invalid="ignore"):
            frame = geopandas.read_file(
                source, layer=layer, encoding=encoding, engine="pyogrio", on_invalid="ignore"
            )
    except (DataSourceError, DataLayerError, LookupError) as error:
        raise InvalidInputError(f"{source.name} cannot be read: {error}") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(
            f"the texts of {source.name} are not {encoding}; try --encoding gb18030"
        ) from error
    if not isinstance(frame, GeoDataFrame):
        raise InvalidInputError(f"{source.name} has a table and no shapes")
    return frame


def _table_encoding(source: Path) -> str | None:
    """Return the encoding of a Shapefile's table: its .cpg, else UTF-8 if it is, else GB18030."""
    siblings = {item.suffix.casefold(): item for item in source.parent.glob(f"{source.stem}.*")}
    if ".cpg" in siblings:
        return None
    table = siblings[".dbf"].read_bytes()
    header = int.from_bytes(table[8:10], "little")
    try:
        table[header:].decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _in_wgs84(
    name: str, frame: GeoDataFrame, options: ShapeOptions
) -> tuple[GeoDataFrame, tuple[str, ...]]:
    """Return the features in WGS 84, converted from what the file or the caller says."""
    if options.crs is not None:
        frame = frame.set_crs(_known_crs(options.crs), allow_override=True)
    if frame.crs is None:
        raise CrsError(
            f"{name} does not say which coordinate system it is in (no .prj); ask its sender and "
            f"give --crs EPSG, for example --crs 4490 (CGCS2000 degrees) or --crs 4549"
        )
    notes: tuple[str, ...] = ()
    crs = CRS.from_user_input(frame.crs)
    if not crs.is_geographic:
        notes = (f"converted from {crs.name} to WGS 84",)
        # Only what PROJ can convert; NaN and metres-in-degrees are reported later, by name.
        frame = frame.to_crs(STORAGE_EPSG)
    else:
        frame = frame.set_crs(STORAGE_EPSG, allow_override=True)
    if options.datum in {Datum.GCJ02, Datum.BD09}:
        notes = (*notes, f"converted from {options.datum} to WGS 84")
        frame = frame.set_geometry(_from_datum(frame, options.datum))
    return frame, notes


def _known_crs(epsg: int) -> CRS:
    try:
        return CRS.from_epsg(epsg)
    except CRSError as error:
        raise CrsError(f"there is no coordinate system EPSG:{epsg}") from error


def _from_datum(frame: GeoDataFrame, datum: Datum) -> geopandas.GeoSeries:
    def convert(pairs: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_wgs84(pairs[:, 0], pairs[:, 1], datum))

    shapes = shapely.transform(np.asarray(frame.geometry.array), convert)
    return geopandas.GeoSeries(shapes, index=frame.index, crs=STORAGE_EPSG)


def _with_text(frame: GeoDataFrame) -> GeoDataFrame:
    """Return the features with flat shapes and every attribute as text; a missing one is ''."""
    texts = {
        str(column): [_text(value) for value in frame[column]]
        for column in frame.columns
        if column != frame.geometry.name
    }
    flat = shapely.force_2d(np.asarray(frame.geometry.array))
    return GeoDataFrame(pd.DataFrame(texts, index=frame.index), geometry=flat, crs=STORAGE_EPSG)


def _text(value: object) -> str:
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return clean(str(value))
