"""Rows of any accepted file, table or shapes, under the names of the fields that are wanted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from gis_data import headers, refusals
from gis_data.bounded import DEFAULT_LIMITS, Limits
from gis_data.shapes import ShapeOptions, is_shape_file, read_shapes
from gis_data.tables import read_table
from service.domain.errors import InvalidInputError
from service.domain.places import Datum


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read a file: what its sender did not say in it.

    Attributes:
        fields: Column of each field, where its header is not one of the known names.
        constants: Value of a field for every row.
        encoding: Of the text, when the one found is wrong.
        datum: What given degrees are measured against; None when a column says it, else WGS 84.
        layer: Layer of a map file, or sheet of a spreadsheet.
        crs: EPSG code of a file of shapes that does not state one.
        code_system: Name of the system that the codes belong to.
        limits: Refuse more than this.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    datum: Datum | None = None
    layer: str | None = None
    crs: int | None = None
    code_system: str | None = None
    limits: Limits = DEFAULT_LIMITS

    def of_shapes(self) -> ShapeOptions:
        """Return what of this concerns a file of shapes."""
        return ShapeOptions(
            layer=self.layer,
            encoding=self.encoding,
            crs=self.crs,
            datum=self.datum or Datum.WGS84,
            limits=self.limits,
        )

    def as_json(self) -> dict[str, object]:
        """Return what of this changes the outcome, for the record of the import."""
        return {
            "map": dict(sorted(self.fields.items())),
            "set": dict(sorted(self.constants.items())),
            "encoding": self.encoding,
            "datum": self.datum,
            "layer": self.layer,
            "crs": self.crs,
            "code_system": self.code_system,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRows:
    """A file's rows with one text column per field.

    Attributes:
        rows: Indexed by line.
        source: The file as it was, for returning refused rows to their sender.
        columns: Column of each field.
        unused: Columns that were not taken.
        refused: Lines that are no rows.
        rows_read: Lines that held data.
        notes: What is worth knowing.
    """

    rows: pd.DataFrame
    source: pd.DataFrame
    columns: dict[str, str]
    unused: tuple[str, ...]
    refused: pd.DataFrame
    rows_read: int
    notes: tuple[str, ...] = ()


def read_rows(
    path: Path,
    reading: Reading,
    synonyms: headers.Synonyms,
    *,
    needed: Iterable[str],
) -> FieldRows:
    """Read a table, or the attributes and points of a file of shapes.

    Raises:
        InvalidInputError: The file cannot be read, or a needed field has no column.
    """
    notes: tuple[str, ...]
    if is_shape_file(path):
        source, notes = _attributes_and_points(path, reading)
        refused, rows_read = refusals.none(), len(source)
    else:
        table = read_table(
            path, encoding=reading.encoding, sheet=reading.layer, limits=reading.limits
        )
        source, refused, rows_read = table.rows, table.refused, table.rows_read
        notes = (f"read as {table.encoding}",) if table.encoding == "gb18030" else ()
    found = headers.resolve(
        source.columns,
        synonyms,
        told=reading.fields,
        needed=[name for name in needed if name not in reading.constants],
    )
    unknown = [name for name in reading.constants if name not in synonyms]
    if unknown:
        raise InvalidInputError(
            f"there is no field '{unknown[0]}'; fields are {', '.join(synonyms)}"
        )
    return FieldRows(
        rows=headers.rename(source, found, reading.constants),
        source=source,
        columns=found.columns,
        unused=found.unused,
        refused=refused,
        rows_read=rows_read,
        notes=notes,
    )


def text(rows: pd.DataFrame, name: str) -> pd.Series:
    """Return a field as text, '' throughout when the file does not have it."""
    if name in rows:
        return rows[name].astype("str")
    return pd.Series("", index=rows.index, dtype="str")


def _attributes_and_points(path: Path, reading: Reading) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the attributes of features with the longitude and latitude of their points."""
    shapes = read_shapes(path, reading.of_shapes())
    frame = pd.DataFrame(shapes.features.drop(columns="geometry"))
    points = shapes.features.geometry
    is_point = (points.geom_type == "Point").to_numpy() & ~points.is_empty.to_numpy()
    for axis, values in (("lon", points), ("lat", points)):
        if axis not in frame:
            given = np.full(len(frame), "", dtype=object)
            of_axis = values[is_point].x if axis == "lon" else values[is_point].y
            given[is_point] = [repr(float(value)) for value in of_axis]
            frame[axis] = given
    return frame, shapes.notes
