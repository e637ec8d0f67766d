"""Gazetteer files (CSV, plain or gzipped, any Chinese encoding; GeoJSON) as place rows."""

import gzip
import io
import json
import zlib
from pathlib import Path

import pandas as pd
from pandas import DataFrame

from service.domain.errors import InvalidInputError
from service.domain.places import Datum

_ENCODINGS = ("utf-8-sig", "gb18030")
_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_KNOWN = {
    "代码": "code",
    "区划代码": "code",
    "名称": "name",
    "地名": "name",
    "级别": "level",
    "层级": "level",
    "上级": "parent",
    "经度": "longitude",
    "纬度": "latitude",
}
_DATED = {
    "lon_wgs84": ("lat_wgs84", Datum.WGS84),
    "lon_gcj02": ("lat_gcj02", Datum.GCJ02),
    "lon_bd09": ("lat_bd09", Datum.BD09),
}


def read_gazetteer(path: Path, *, datum: Datum | None = None) -> tuple[DataFrame, Datum]:
    """Return a gazetteer file's rows as text, and the datum of its coordinates.

    The datum is what the caller says, else what the file's columns or format say: lon_wgs84,
    lon_gcj02, lon_bd09; WGS 84 for GeoJSON (RFC 7946). A CSV that says nothing is taken as
    GCJ-02: the free gazetteers of China with points come from a map vendor, and their columns
    are called longitude and latitude without more.

    Raises:
        InvalidInputError: The file is missing, empty or cannot be decoded.
    """
    text = decode_file(path)
    if text.lstrip().startswith("{"):
        return _from_geojson(text, path), datum or Datum.WGS84
    frame = read_csv_text(text, path).rename(columns=_KNOWN)
    for lon, (lat, named) in _DATED.items():
        if lon in frame.columns and lat in frame.columns and datum in {None, named}:
            frame["longitude"], frame["latitude"] = frame[lon], frame[lat]
            return frame, named
    return frame, datum or Datum.GCJ02


def decode_file(path: Path) -> str:
    """Return a text file's content, gzipped or not, in UTF-8, UTF-16 with its mark, or GB 18030.

    Raises:
        InvalidInputError: The file is missing or in another encoding.
    """
    return decode_content(read_file(path), path.name)


def read_file(path: Path) -> bytes:
    """Return a file's content, unpacked if it is gzipped.

    Raises:
        InvalidInputError: The file is missing or damaged.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidInputError(f"cannot read {path}: {error.strerror or error}") from error
    if content.startswith(_GZIP):
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise InvalidInputError(f"{path.name} is a damaged gzip file: {error}") from error
    return content


def decode_content(content: bytes, name: str) -> str:
    """Return text in UTF-8, UTF-16 with its mark, or GB 18030.

    Raises:
        InvalidInputError: It is in another encoding, or no text.
    """
    encodings = ("utf-16",) if content.startswith(_UTF16) else _ENCODINGS
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeError:
            continue
    raise InvalidInputError(f"{name} is neither UTF-8 nor GB 18030; save it as UTF-8")


def read_csv_text(text: str, path: Path) -> DataFrame:
    """Return CSV text as a frame of strings, '' where a field is empty.

    Raises:
        InvalidInputError: There is no header, or a row is longer than it.
    """
    try:
        return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    except (pd.errors.EmptyDataError, pd.errors.ParserError) as error:
        raise InvalidInputError(f"{path.name} is no CSV with a header: {error}") from error


def _from_geojson(text: str, path: Path) -> DataFrame:
    try:
        features = json.loads(text)["features"]
        rows = [_feature_row(feature) for feature in features]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise InvalidInputError(f"{path.name} is no GeoJSON of point features: {error}") from error
    return DataFrame(rows).rename(columns=_KNOWN)


def _feature_row(feature: dict[str, object]) -> dict[str, object]:
    properties, geometry = feature.get("properties"), feature.get("geometry")
    row = dict(properties) if isinstance(properties, dict) else {}
    if isinstance(geometry, dict) and geometry.get("type") == "Point":
        row["longitude"], row["latitude"] = geometry["coordinates"][:2]
    return row
