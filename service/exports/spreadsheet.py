"""Lists as XLSX and CSV with Chinese headers; no text in them is ever run as a formula."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from pandas import DataFrame

from service.exports.refusals import harmless

TARGET_HEADERS: Final = {
    "rank_in_cell": "网格内序号",
    "rank_in_county": "全县序号",
    "name": "企业名称",
    "code": "统一社会信用代码",
    "kind": "类型",
    "product": "产品",
    "address": "地址",
    "principal": "负责人",
    "cell_code": "网格编码",
    "officer_name": "网格长",
    "risk_class": "风险等级(4 最高)",
    "score": "得分",
    "reasons": "得分构成",
    "check_zh": "检查要点",
    "last_visit_on": "上次检查",
    "due_on": "应检日期",
    "lon": "经度(WGS 84)",
    "lat": "纬度(WGS 84)",
    "level": "定位精度",
}
GAP_HEADERS: Final = {
    "kind": "类别",
    "severity": "严重程度",
    "since": "起始日期",
    "township_code": "乡镇代码",
    "cell_code": "网格编码",
    "enterprise_id": "企业编号",
    "officer_id": "人员编号",
    "measure": "数量",
    "what_zh": "情况",
    "fix_zh": "最小整改措施",
    "what_en": "what",
    "fix_en": "smallest fix",
}
_WORDS: Final[dict[str, dict[str, str]]] = {
    "kind": {"producer": "生产企业", "seller": "销售企业", "den": "黑窝点"},
    "product": {"baijiu": "白酒", "fertiliser": "化肥", "cement": "水泥"},
    "severity": {"critical": "特急", "high": "高", "medium": "中", "low": "低"},
    "level": {
        "rooftop": "门牌",
        "road": "道路",
        "village": "村",
        "township": "乡镇",
        "county": "县",
    },
}
_WIDE: Final = frozenset({"name", "address", "reasons", "check_zh", "what_zh", "fix_zh"})
_A4: Final = 9  # as the file format numbers paper
_HEAD: Final = PatternFill("solid", fgColor="E8EDF2")

# openpyxl's stubs do not know its write-only sheets and cells.
_Sheet = Any
_Cell = Any


def as_xlsx(frame: DataFrame, headers: Mapping[str, str], *, title: str) -> bytes:
    """Return a workbook with one sheet: numbers and dates as such, codes and names as text.

    Args:
        frame: Rows in the order in which they are to stand.
        headers: Columns taken, in order, and what they are called.
        title: Name of the sheet, 31 characters at most.
    """
    book = Workbook(write_only=True)
    sheet: _Sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4
    sheet.print_title_rows = "1:1"
    for number, column in enumerate(headers, start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = 36 if column in _WIDE else 16
    sheet.append([_head(sheet, name) for name in headers.values()])
    for row in _plain(frame, tuple(headers)):
        sheet.append([_cell(sheet, value) for value in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def as_csv(frame: DataFrame, headers: Mapping[str, str]) -> str:
    """Return comma-separated lines with a byte order mark, without which Excel garbles Chinese."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow([harmless(name) for name in headers.values()])
    for row in _plain(frame, tuple(headers)):
        writer.writerow(["" if value is None else _csv_text(value) for value in row])
    return "\ufeff" + lines.getvalue()


def reasons_zh(reasons: Sequence[Mapping[str, Any]]) -> str:
    """Return the lines of a score in one text: '缺食品生产许可证 +25;…'."""
    return ";".join(f"{reason['text_zh']} {reason['points']:+g}" for reason in reasons)


def _plain(frame: DataFrame, columns: tuple[str, ...]) -> list[list[object]]:
    """Return the rows with words in Chinese, None where something is missing."""
    table = DataFrame(frame)[list(columns)].astype(object)
    for column in columns:
        if column == "reasons":
            table[column] = table[column].map(reasons_zh)
        elif column in _WORDS:
            words = _WORDS[column]
            table[column] = table[column].map(lambda word, words=words: words.get(word, word))
    known = table.where(table.notna(), None)
    return [list(row) for row in known.itertuples(index=False, name=None)]


def _csv_text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else harmless(value)


def _head(sheet: _Sheet, name: str) -> _Cell:
    cell = _cell(sheet, name)
    cell.font = Font(bold=True)
    cell.fill = _HEAD
    return cell


def _cell(sheet: _Sheet, value: object) -> _Cell:
    if value is None:
        return WriteOnlyCell(sheet, value=None)
    if isinstance(value, bool | str) or not isinstance(value, int | float | date):
        cell = WriteOnlyCell(sheet, value=harmless(value))
        cell.data_type = "s"
        cell.number_format = "@"
    elif isinstance(value, date):
        cell = WriteOnlyCell(sheet, value=pd.Timestamp(value).to_pydatetime())
        cell.number_format = "yyyy-mm-dd"
    else:
        cell = WriteOnlyCell(sheet, value=value)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
