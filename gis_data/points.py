"""Counts at places in a table of any origin → a checked frame, every bad row named."""

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from gis_data.bounded import Limits
from gis_data.tables import read_table
from service.domain.errors import InvalidInputError

# A row is a place, or a place and stratum. More than this belongs in a sum by place first; a
# file of ten million rows is refused by its size before it fills the memory.
LIMITS = Limits(max_rows=1_000_000)

_SHOWN = 20
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PointColumns:
    """Which column of the file means what.

    Attributes:
        x: First coordinate: longitude in degrees, or x in the plane of the file.
        y: Second coordinate: latitude in degrees, or y.
        cases: Whole counts; None where places alone, or values, are analysed.
        population: Units or people, cases among them; None where nobody counted them.
        id: Names the place; rows with the same one are one place.
        strata: Covariates (age, sex, class).
        time: Year or date of the row.
        value: A measured figure of the place, of any sign.
        degrees: Whether x and y are longitude and latitude.
    """

    x: str
    y: str
    cases: str | None
    population: str | None = None
    id: str | None = None
    strata: tuple[str, ...] = ()
    time: str | None = None
    value: str | None = None
    degrees: bool = False

    @property
    def named(self) -> list[str]:
        """Return all columns asked for."""
        optional = (self.cases, self.population, self.value, self.id, self.time)
        return [self.x, self.y, *(n for n in optional if n is not None), *self.strata]

    @property
    def numbers(self) -> dict[str, str]:
        """Return the columns of numbers by what they mean."""
        counted = {"cases": self.cases, "population": self.population, "value": self.value}
        given = {field: name for field, name in counted.items() if name is not None}
        return {"x": self.x, "y": self.y, **given}


class PointRowsError(InvalidInputError):
    """Rows that cannot be used; `rows` lists line, field, value and reason of each."""

    def __init__(self, name: str, rows: pd.DataFrame) -> None:
        """Show the first of them in the message and keep all."""
        shown = [
            f"line {row.line}, {row.field}: {row.reason} ({row.value!r})"
            for row in rows.head(_SHOWN).itertuples()
        ]
        more = len(rows) - len(shown)
        tail = [f"and {more} more"] if more > 0 else []
        super().__init__(
            f"{name}: {len(rows)} values cannot be used; correct them and run again\n  "
            + "\n  ".join(shown + tail)
        )
        self.rows = rows


def read_points(
    path: Path,
    columns: PointColumns,
    *,
    encoding: str | None = None,
    fractional: Literal["refuse", "floor"] = "refuse",
) -> pd.DataFrame:
    """Return one row per row of a CSV (plain or gzip; UTF-8 or GB18030) or XLSX file.

    Args:
        path: The file.
        columns: Which column means what.
        encoding: Of a CSV, when the one found is wrong.
        fractional: Refuse cases that are no whole numbers, or round each down.

    Returns:
        x, y, cases and value (each where a column is named), population (NaN where empty in a
        file with a time column, or without a column of it), id, stratum and time as text; indexed
        by line number.

    Raises:
        InvalidInputError: The file or one of its columns cannot be used.
        PointRowsError: Some rows cannot be used.
    """
    _refuse_many_rows(path)
    table = read_table(path, encoding=encoding, limits=LIMITS)
    absent = [name for name in columns.named if name not in table.rows.columns]
    if absent:
        raise InvalidInputError(
            f"{path.name} has no column {', '.join(absent)}; it has {', '.join(table.rows.columns)}"
        )
    text = table.rows
    faults = [
        table.refused.rename(columns={"reason_en": "reason"})[["line", "field", "value", "reason"]]
    ]
    points = pd.DataFrame(index=text.index)
    points["population"] = np.nan
    for field, name in columns.numbers.items():
        points[field] = pd.to_numeric(text[name], errors="coerce").astype("float64")
    for field, column in (("id", columns.id), ("time", columns.time)):
        points[field] = "" if column is None else text[column].astype("object")
    points["stratum"] = _joined(text, columns.strata)
    if fractional == "floor" and columns.cases is not None:
        points["cases"] = np.floor(points["cases"])
    faults += _faults(text, points, columns)
    bad = pd.concat(faults).sort_values(["line", "field"], kind="stable", ignore_index=True)
    if len(bad):
        raise PointRowsError(path.name, bad)
    return points


def _refuse_many_rows(path: Path) -> None:
    """Refuse a file of too many lines while reading no more of it than it takes to know."""
    if not path.is_file():
        return  # the reader says so
    lines = 0
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            while lines <= LIMITS.max_rows + 1 and (part := file.read(_CHUNK)):
                lines += part.count(b"\n")
    except (OSError, EOFError, zlib.error):
        return
    if lines > LIMITS.max_rows + 1:
        raise InvalidInputError(
            f"{path.name} has more than {LIMITS.max_rows:,} rows; add them up first, one row per "
            "place (and stratum, and time) with its sums"
        )


def _joined(text: pd.DataFrame, strata: tuple[str, ...]) -> pd.Series:
    """Return the strata of each row as one text."""
    if not strata:
        return pd.Series("", index=text.index, dtype="object")
    # A separator that no field of a table holds, so that a|b, c and a, b|c stay apart.
    return text[list(strata)].astype("object").agg("\x1f".join, axis=1)


def _faults(text: pd.DataFrame, points: pd.DataFrame, columns: PointColumns) -> list[pd.DataFrame]:
    """Return every value that cannot be used, with the reason."""
    found = []
    for field, name in columns.numbers.items():
        given = text[name]
        numbers = points[field]
        empty = given.eq("")
        if field == "population" and columns.time is not None:
            empty &= False  # not measured at this time
            found.append(_listed(given, given.ne("") & numbers.isna(), "is not a number"))
        else:
            found.append(_listed(given, empty, "is missing"))
            found.append(_listed(given, ~empty & numbers.isna(), "is not a number"))
        found.append(_listed(given, np.isinf(numbers), "is not finite"))
        if field in {"cases", "population"}:
            found.append(_listed(given, numbers < 0, "is negative"))
    if columns.cases is not None:
        cases = points["cases"]
        whole = cases.isna() | np.isinf(cases) | (cases == np.floor(cases))
        advice = "is not a whole number; --fractional floor rounds each row down"
        found.append(_listed(text[columns.cases], ~whole, advice))
    if columns.degrees:
        found.append(_listed(text[columns.x], points["x"].abs() > 180, "is no longitude"))  # noqa: PLR2004
        found.append(_listed(text[columns.y], points["y"].abs() > 90, "is no latitude"))  # noqa: PLR2004
    if columns.id is not None:
        found.append(_listed(text[columns.id], text[columns.id].eq(""), "is missing"))
    if columns.time is not None:
        found.append(_listed(text[columns.time], text[columns.time].eq(""), "is missing"))
    return found


def _listed(given: pd.Series, bad: pd.Series, reason: str) -> pd.DataFrame:
    lines = given.index[bad]
    return pd.DataFrame(
        {"line": lines, "field": given.name, "value": given[bad].to_numpy(), "reason": reason}
    )
