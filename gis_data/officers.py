"""Officers and their responsibilities (CSV, XLSX) → frames, refused rows apart."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pandas as pd

from gis_data import headers, refusals, values
from gis_data.given_points import read_points
from gis_data.rows import FieldRows, Reading, read_rows, text
from gis_data.shifts import refuse_shifted
from gis_data.words import translated, translated_or_kept
from service.domain.enterprises import PRODUCTS

ROLES: Final = {
    "enforcement": "enforcement",
    "执法": "enforcement",
    "执法人员": "enforcement",
    "监管人员": "enforcement",
    "网格长": "enforcement",
    "coordinator": "coordinator",
    "协管员": "coordinator",
    "township_leader": "township_leader",
    "乡镇分管领导": "township_leader",
    "分管领导": "township_leader",
}
DUTIES: Final = {
    "lead": "lead",
    "网格长": "lead",
    "第一责任人": "lead",
    "second": "second",
    "第二责任人": "second",
    "coordinator": "coordinator",
    "协管员": "coordinator",
    "township_leader": "township_leader",
    "乡镇分管领导": "township_leader",
}
_MATTERS: Final = {**PRODUCTS, "all": "all", "全部": "all", "所有": "all"}
DEFAULT_CAPACITY: Final = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Rows taken (indexed by line), rows refused, rows doubtful, and the file they come from."""

    frame: pd.DataFrame
    refused: pd.DataFrame
    warned: pd.DataFrame
    rows: FieldRows


def read_officers(path: Path, reading: Reading, *, default_from: date) -> Read:
    """Read officers; `township` stays as written, base is WGS 84 or the datum given.

    Args:
        path: The file.
        reading: How to read it.
        default_from: First day of those for whom the file gives none.
    """
    file = read_rows(path, reading, headers.OFFICERS, needed=["staff_no", "name"])
    dates = {"active_from": "a date", "active_to": "a date"}
    refuse_shifted(
        path.name,
        file.source,
        file.columns,
        {**dates, "staff_no": "a code", "capacity_visits_per_month": "a number"},
    )
    refused, warned = refusals.Collector(), refusals.Collector()
    frame = _persons(file.rows, refused)
    for field in dates:
        frame[field] = _dates(file.rows, field, refused)
    frame["active_from"] = frame["active_from"].map(lambda day: day or default_from)
    _refuse_backwards(frame, "active_from", "active_to", refused)
    points = read_points(file.rows, datum=reading.datum, refused=refused, warned=warned)
    frame[["lon", "lat", "datum"]] = points
    _refuse_repeated(frame["staff_no"], "staff_no", refused)
    return Read(
        frame=frame.drop(index=list(refused.lines)),
        refused=refusals.together(file.refused, refused.frame()),
        warned=warned.frame(),
        rows=file,
    )


def read_responsibilities(path: Path, reading: Reading) -> Read:
    """Read who answers for which cell from when to when (the last day is not included)."""
    file = read_rows(
        path, reading, headers.RESPONSIBILITIES, needed=["cell_code", "staff_no", "duty", "from"]
    )
    refuse_shifted(path.name, file.source, file.columns, {"from": "a date", "to": "a date"})
    refused = refusals.Collector()
    rows = file.rows
    matter = translated_or_kept(text(rows, "matter"), _MATTERS)
    frame = pd.DataFrame(
        {
            "cell_code": values.codes(text(rows, "cell_code")),
            "duty": translated(text(rows, "duty"), DUTIES, field="duty", refused=refused),
            "matter": matter.where(matter != "", "all"),
            "staff_no": values.codes(text(rows, "staff_no")),
            "from": _dates(rows, "from", refused),
            "to": _dates(rows, "to", refused),
            "rule": text(rows, "rule"),
            "approved_by": text(rows, "approved_by"),
        },
        index=rows.index,
    )
    for field in ("cell_code", "staff_no", "duty"):
        _refuse_empty(text(rows, field), field, refused)
    undated = frame["from"].isna() & text(rows, "from").eq("")
    refused.add_all(
        frame.index[undated], "from", [""] * undated.sum(), refusals.missing("起始日期")
    )
    _refuse_backwards(frame, "from", "to", refused)
    return Read(
        frame=frame.drop(index=list(refused.lines)),
        refused=refusals.together(file.refused, refused.frame()),
        warned=refusals.none(),
        rows=file,
    )


def _persons(rows: pd.DataFrame, refused: refusals.Collector) -> pd.DataFrame:
    role = translated(text(rows, "role"), ROLES, field="role", refused=refused)
    role = role.where(role != "", "enforcement")
    said = text(rows, "is_enforcement")
    holds = values.truths(said)
    unclear = said.ne("") & holds.isna()
    refused.add_all(
        rows.index[unclear], "is_enforcement", said[unclear], refusals.unknown_word(["是", "否"])
    )
    by_role = role.eq("enforcement")
    frame = pd.DataFrame(
        {
            "staff_no": values.codes(text(rows, "staff_no")),
            "name": text(rows, "name"),
            "role": role,
            "department": text(rows, "department"),
            "township": values.codes(text(rows, "township")),
            "phone": text(rows, "phone"),
            "is_enforcement": [
                bool(default) if word is None else bool(word)
                for word, default in zip(holds, by_role, strict=True)
            ],
            "capacity_visits_per_month": _capacity(rows, refused),
        },
        index=rows.index,
    )
    for field in ("staff_no", "name"):
        _refuse_empty(frame[field], field, refused)
    return frame


def _capacity(rows: pd.DataFrame, refused: refusals.Collector) -> pd.Series:
    said = text(rows, "capacity_visits_per_month")
    number = values.numbers(said)
    bad = said.ne("") & (number.isna() | number.lt(0))
    refused.add_all(rows.index[bad], "capacity_visits_per_month", said[bad], refusals.no_number())
    return number.fillna(DEFAULT_CAPACITY)


def _dates(rows: pd.DataFrame, field: str, refused: refusals.Collector) -> pd.Series:
    said = text(rows, field)
    days = values.dates(said)
    bad = said.ne("") & days.isna()
    refused.add_all(rows.index[bad], field, said[bad], refusals.no_date())
    return days


def _refuse_empty(column: pd.Series, field: str, refused: refusals.Collector) -> None:
    empty = column.eq("")
    refused.add_all(column.index[empty], field, column[empty], refusals.missing(field))


def _refuse_repeated(column: pd.Series, field: str, refused: refusals.Collector) -> None:
    again = column.duplicated(keep="first") & column.ne("")
    for line, value in column[again].items():
        first = column.index[column.eq(value)][0]
        refused.add(int(str(line)), field, value, refusals.twice(int(first)))


def _refuse_backwards(
    frame: pd.DataFrame, first: str, last: str, refused: refusals.Collector
) -> None:
    for line, begins, ends in frame[[first, last]].itertuples():
        if begins is not None and ends is not None and ends <= begins:
            refused.add(
                line,
                last,
                ends,
                refusals.Reason(
                    "结束日期不晚于开始日期",
                    "it ends before it begins",
                    "改正日期；结束日期当天不计在内",
                    "correct the dates; the last day is not included",
                ),
            )
