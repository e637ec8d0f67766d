"""A table exactly as it is, to be given back with columns added: CSV in any Chinese encoding, XLSX.

Nothing is cleaned, refused or left out but lines that are wholly empty: a row that makes no sense
is for whoever reads it to say so.
"""

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from gis_data.gazetteer import decode_content, read_file
from service.domain.errors import InvalidInputError

_DELIMITERS = ",\t;|，"
_XLSX = b"PK\x03\x04"
# The limit of the csv module is below what a broken quote can run together.
_LONGEST_FIELD = 10_000_000


@dataclass(frozen=True, slots=True)
class WholeTable:
    """A header and its rows, all text; every row is as long as the header."""

    header: list[str]
    rows: list[list[str]]


def read_whole(path: Path) -> WholeTable:
    """Read a CSV (any usual delimiter, gzipped or not) or the first sheet of an XLSX.

    A column without a name is given its number; a row longer than the header keeps its surplus
    in its last column, a shorter one is filled up.

    Raises:
        InvalidInputError: The file is missing, empty, damaged or of another kind.
    """
    content = read_file(path)
    if content.startswith(_XLSX):
        lines = _sheet(path.name, content)
    else:
        lines = _csv(decode_content(content, path.name))
    filled = [line for line in lines if any(cell.strip() for cell in line)]
    # A line of delimiters alone is a row all the same: its writer counts on getting it back.
    kept = [line for line in lines if len(line) > 1 or any(cell.strip() for cell in line)]
    if not filled:
        raise InvalidInputError(f"{path.name} is empty; it needs a header and rows")
    kept = kept[kept.index(filled[0]) :]
    header = [name.strip() or f"column {at}" for at, name in enumerate(kept[0], start=1)]
    return WholeTable(header, [_fitted(line, len(header)) for line in kept[1:]])


def _fitted(line: Sequence[str], width: int) -> list[str]:
    if len(line) <= width:
        return [*line, *[""] * (width - len(line))]
    return [*line[: width - 1], " ".join(line[width - 1 :]).rstrip()]


def _csv(text: str) -> list[list[str]]:
    head = text[:20_000].split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=head.count)
    csv.field_size_limit(_LONGEST_FIELD)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _sheet(name: str, content: bytes) -> list[list[str]]:
    import openpyxl  # noqa: PLC0415 - a CSV need not wait for it

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book[book.sheetnames[0]]
        return [[_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError) as error:
        raise InvalidInputError(f"{name} is no XLSX that can be read; save it again") from error


def _text(value: object) -> str:
    """Return a spreadsheet value as a CSV would hold it."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
