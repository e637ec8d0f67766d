"""Refused rows as a spreadsheet for their sender: why, what to do, and the rows to correct."""

import re
from pathlib import Path
from typing import Any, Final

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill

_HEADERS: Final = {
    "line": "行号 line",
    "field": "字段 field",
    "value": "值 value",
    "reason_zh": "原因",
    "fix_zh": "怎么办",
    "reason_en": "reason",
    "fix_en": "what to do",
}
_WIDTHS: Final = (10, 22, 24, 36, 40, 44, 48)
_HEAD: Final = PatternFill("solid", fgColor="E8EDF2")
_NUMBER = re.compile(r"^[-+]?\d+(?:\.\d+)?$")
# Control characters that XML, and so a spreadsheet, cannot hold.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

# openpyxl's stubs do not know its write-only sheets and cells.
_Sheet = Any
_Cell = Any


def write_refusals(
    path: Path, *, refused: pd.DataFrame, warned: pd.DataFrame, source: pd.DataFrame
) -> None:
    """Write three sheets: refused values, doubtful values, and the refused rows as they were sent.

    Args:
        path: The XLSX to write.
        refused: Refusals, columns as in the data dictionary.
        warned: Doubtful values that were kept; same columns.
        source: The file's own rows by line; those refused are returned to be corrected and sent
            again.
    """
    book = Workbook(write_only=True)
    _write_reasons(book.create_sheet("退回 refused"), refused)
    if not warned.empty:
        _write_reasons(book.create_sheet("提醒 doubtful"), warned)
    returned = source[source.index.isin(refused["line"])] if len(source) else source
    if not returned.empty:
        _write_rows(book.create_sheet("原行 rows"), returned)
    book.save(path)


def harmless(value: object) -> str:
    """Return text that no spreadsheet runs as a formula; plain numbers stay as they are."""
    text = _UNPRINTABLE.sub("", str(value))
    if text[:1] in {"=", "+", "-", "@", "\t", "\r"} and not _NUMBER.match(text):
        return f"'{text}"
    return text


def _write_reasons(sheet: _Sheet, reasons: pd.DataFrame) -> None:
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFG", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append([_head(sheet, title) for title in _HEADERS.values()])
    for row in reasons[list(_HEADERS)].itertuples(index=False):
        line, *texts = row
        sheet.append([int(line), *(_cell(sheet, text) for text in texts)])


def _write_rows(sheet: _Sheet, rows: pd.DataFrame) -> None:
    sheet.freeze_panes = "A2"
    sheet.append([_head(sheet, harmless(name)) for name in rows.columns])
    for values in rows.itertuples(index=False):
        sheet.append([_cell(sheet, value) for value in values])


def _head(sheet: _Sheet, title: str) -> _Cell:
    cell = _cell(sheet, title)
    cell.font = Font(bold=True)
    cell.fill = _HEAD
    return cell


def _cell(sheet: _Sheet, value: object) -> _Cell:
    """Return a text cell: long codes stay digits, and nothing in it is a formula."""
    cell = WriteOnlyCell(sheet, value=harmless(value))
    cell.data_type = "s"
    cell.number_format = "@"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
