"""Tables as people send them: CSV in any Chinese encoding, XLSX, zipped or not → text rows.

Every value is text, stripped; a missing one is ''. The index is the line in the file, where the
header is line 1 when the file begins with it.
"""

import csv
import io
import math
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path

import pandas as pd

from gis_data import refusals
from gis_data.bounded import DEFAULT_LIMITS, Limits, open_zip, read_bytes, refuse_foreign
from service.domain.errors import InvalidInputError

_MISSING = frozenset({"null", "nan", "none", "n/a", "#n/a", "nat", "\\n"})
_DELIMITERS = ",\t;|，"
_MAX_COLUMNS = 1_000
_TITLE_ROWS = 5
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Below this share of common Chinese among the letters beyond ASCII, GB18030 was a wrong guess:
# it decodes nearly anything, and mojibake is full of rare characters.
_PLAUSIBLE_SHARE = 0.6
# Beyond this share of ragged lines it is not the lines that are wrong.
_RAGGED_SHARE = 0.5

Line = tuple[int, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as text, with the lines that could not be read as rows of it.

    Attributes:
        rows: One column per header, all text; indexed by line number.
        encoding: The encoding it was read in, or the kind of file.
        refused: Refusals (see `gis_data.refusals`) of ragged lines.
        raw: The fields of every ragged line, by line number.
    """

    rows: pd.DataFrame
    encoding: str
    refused: pd.DataFrame = field(default_factory=refusals.none)
    raw: dict[int, list[str]] = field(default_factory=dict)

    @property
    def rows_read(self) -> int:
        """Return how many lines held data, good or bad."""
        return len(self.rows) + len(self.raw)


def read_table(
    path: Path,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Table:
    """Read a CSV or XLSX file, plain or gzip.

    Args:
        path: The file.
        encoding: Of a CSV, when the one found is wrong.
        sheet: Name of the sheet of an XLSX; None takes the first with rows.
        limits: Refuse more than this.

    Raises:
        InvalidInputError: The file is of another kind, too large, empty or not text.
    """
    content = read_bytes(path, limits)
    refuse_foreign(path.name, content)
    if content.startswith(b"PK\x03\x04"):
        lines = _sheet_lines(path.name, content, sheet, limits)
        return _as_table(path.name, lines, "xlsx", limits)
    if content.startswith(b"SQLite format 3"):
        raise InvalidInputError(f"{path.name} is a GeoPackage, and a table is needed here")
    text, used = _decode(path.name, content, encoding)
    if text.lstrip()[:1] in {"{", "["}:
        raise InvalidInputError(f"{path.name} is JSON, and a CSV or XLSX table is needed here")
    if text.lstrip()[:1] == "<":
        raise InvalidInputError(
            f"{path.name} is a web page or XML (some systems export 'xls' so); save it as XLSX"
        )
    return _as_table(path.name, _csv_lines(path.name, text), used, limits)


def clean(value: str) -> str:
    """Return a value without the space around it; the words for 'nothing' become ''."""
    value = value.strip().strip("\ufeff\u3000").strip()
    # Our own spreadsheets put an apostrophe before what would run as a formula.
    if value[:1] == "'" and value[1:2] in {"=", "+", "-", "@"}:
        value = value[1:]
    return "" if value.casefold() in _MISSING else value


def _decode(name: str, content: bytes, encoding: str | None) -> tuple[str, str]:
    """Return the text of a file and the encoding it was read in; never guess latin-1."""
    if encoding is not None:
        return _decode_as_told(name, content, encoding), encoding
    for bom, bom_encoding in _BOMS:
        if content.startswith(bom):
            return _decode_as_told(name, content, bom_encoding), bom_encoding
    if b"\x00" in content[:100_000]:
        raise InvalidInputError(f"{name} is not a text file; send CSV or XLSX")
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if not _is_plausible_chinese(text):
        raise InvalidInputError(
            f"{name} is neither UTF-8 nor GB18030 text; name its encoding with --encoding, "
            f"or save it as 'CSV UTF-8'"
        )
    return text, "gb18030"


def _decode_as_told(name: str, content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except LookupError as error:
        raise InvalidInputError(f"there is no encoding '{encoding}'; try gb18030") from error
    except UnicodeError as error:
        raise InvalidInputError(
            f"{name} is not {encoding} text; leave --encoding out to have it found"
        ) from error


def _is_plausible_chinese(text: str) -> bool:
    foreign = [letter for letter in text[:200_000] if not letter.isascii()]
    common = sum(
        "\u4e00" <= letter <= "\u9fa5" or "\u3000" <= letter <= "\u303f" or letter >= "\uff00"
        for letter in foreign
    )
    return bool(foreign) and common >= _PLAUSIBLE_SHARE * len(foreign)


def _csv_lines(name: str, text: str) -> Iterator[Line]:
    """Yield the fields of each record with the line it begins on."""
    text = text.removeprefix("\ufeff")
    head = text[:20_000].split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=head.count)
    # newline='' as the csv module asks: a line break inside quotes belongs to the value.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
    begins = 1
    try:
        for fields in reader:
            yield begins, [clean(value) for value in fields]
            begins = reader.line_num + 1
    except csv.Error as error:
        raise InvalidInputError(f"{name}, line {begins}: {error}") from error


def _sheet_lines(name: str, content: bytes, sheet: str | None, limits: Limits) -> Iterator[Line]:
    archive = open_zip(name, content, limits)
    if "xl/workbook.xml" not in archive.namelist():
        raise InvalidInputError(f"{name} is an archive and no XLSX table; unpack it first")
    import openpyxl  # noqa: PLC0415 - a third of a second that a CSV need not wait for

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError) as error:
        raise InvalidInputError(f"{name} is a damaged XLSX file; save it again") from error
    if sheet is not None and sheet not in book.sheetnames:
        raise InvalidInputError(
            f"{name} has no sheet '{sheet}'; it has {', '.join(book.sheetnames)}"
        )
    wanted = book[sheet if sheet is not None else book.sheetnames[0]]
    rows = wanted.iter_rows(values_only=True, max_col=_MAX_COLUMNS)
    for number, cells in enumerate(rows, start=1):
        yield number, [_cell_text(value) for value in cells]
    book.close()


def _cell_text(value: object) -> str:
    """Return a spreadsheet value as a CSV would hold it."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return str(int(value))
    return "" if value is None else clean(str(value))


def _as_table(name: str, lines: Iterable[Line], encoding: str, limits: Limits) -> Table:
    """Return lines under their header; titles above it and empty lines are left out."""
    filled = (line for line in lines if any(line[1]))
    header, first = _header(name, filled)
    rows: list[list[str]] = []
    numbers: list[int] = []
    ragged: dict[int, list[str]] = {}
    for number, fields in (*first, *islice(filled, limits.max_rows + 1)):
        trimmed = _fit(fields, len(header))
        if trimmed is None:
            ragged[number] = fields
        else:
            rows.append(trimmed)
            numbers.append(number)
    total = len(rows) + len(ragged)
    if total == 0:
        raise InvalidInputError(f"{name} has a header and no rows")
    if total > limits.max_rows:
        raise InvalidInputError(
            f"{name} has more than {limits.max_rows} rows; split it, or raise "
            f"WANGGE_MAX_UPLOAD_ROWS"
        )
    _refuse_mostly_ragged(name, ragged, total, len(header))
    frame = pd.DataFrame(rows, columns=header, index=pd.Index(numbers, name="line"), dtype="str")
    return Table(
        rows=frame, encoding=encoding, refused=_ragged_refusals(ragged, len(header)), raw=ragged
    )


def _header(name: str, lines: Iterator[Line]) -> tuple[list[str], list[Line]]:
    """Return the column names, and the lines read while looking for them that are data."""
    waiting = list(islice(lines, _TITLE_ROWS))
    if not waiting:
        raise InvalidInputError(f"{name} is empty")
    # Official spreadsheets begin with a title in one merged cell above the header.
    start = 0
    while start < len(waiting) - 1 and _is_title(waiting[start][1], waiting[start + 1][1]):
        start += 1
    fields = waiting[start][1]
    while fields and not fields[-1]:
        fields = fields[:-1]
    names = [value or f"column {place}" for place, value in enumerate(fields, start=1)]
    twice = sorted({value for value in names if names.count(value) > 1})
    if twice:
        raise InvalidInputError(f"{name} names a column twice: {', '.join(twice)}; rename one")
    return names, waiting[start + 1 :]


def _is_title(fields: list[str], below: list[str]) -> bool:
    return sum(map(bool, fields)) == 1 and sum(map(bool, below)) > 1


def _fit(fields: list[str], width: int) -> list[str] | None:
    """Return the fields of a line cut or filled to the header; None when values would be lost."""
    if any(fields[width:]) or len(fields) < width - 1:
        return None
    return fields[:width] + [""] * (width - len(fields))


def _refuse_mostly_ragged(name: str, ragged: dict[int, list[str]], total: int, width: int) -> None:
    if len(ragged) > _RAGGED_SHARE * total:
        line, fields = next(iter(ragged.items()))
        raise InvalidInputError(
            f"{name}: {len(ragged)} of {total} lines do not fit the header of {width} columns "
            f"(line {line} has {len(fields)} fields); check the delimiter and the header"
        )


def _ragged_refusals(ragged: dict[int, list[str]], width: int) -> pd.DataFrame:
    found = refusals.Collector()
    for line, fields in ragged.items():
        found.add(line, "", ",".join(fields)[:200], refusals.ragged(len(fields), width))
    return found.frame()
