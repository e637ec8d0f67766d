"""Quality records (visits, tests, complaints …) → event frame, refused rows apart."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd

from gis_data import headers, refusals, values
from gis_data.given_points import read_points
from gis_data.rows import FieldRows, Reading, read_rows, text
from gis_data.shifts import refuse_shifted
from gis_data.words import translated, translated_or_kept
from service.domain.enterprises import PRODUCTS

KINDS: Final = {
    "visit": "visit",
    "检查": "visit",
    "巡查": "visit",
    "日常检查": "visit",
    "sample_test": "sample_test",
    "抽检": "sample_test",
    "抽查": "sample_test",
    "监督抽查": "sample_test",
    "violation": "violation",
    "违法": "violation",
    "违法行为": "violation",
    "complaint": "complaint",
    "投诉": "complaint",
    "tip_off": "tip_off",
    "举报": "tip_off",
    "media": "media",
    "曝光": "media",
    "媒体曝光": "media",
    "control_system": "control_system",
    "质控体系": "control_system",
}
LEVELS: Final = {
    "national": "national",
    "国家": "national",
    "国家级": "national",
    "provincial": "provincial",
    "省": "provincial",
    "省级": "provincial",
    "city": "city",
    "市": "city",
    "市级": "city",
    "county": "county",
    "县": "county",
    "县级": "county",
}
DISPOSITIONS: Final = {
    "standardised": "standardised",
    "规范": "standardised",
    "licensed": "licensed",
    "办证": "licensed",
    "banned": "banned",
    "取缔": "banned",
}
# A result in these words is a problem when no column says so.
PROBLEM_WORDS: Final = ("不合格", "不符合", "有问题", "fail", "failed", "unqualified")
# These record a problem whatever their result says.
_PROBLEM_KINDS: Final = ("violation", "media")
_KEY_DIGITS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """What a file of records holds.

    Attributes:
        events: As in the data dictionary, with `enterprise` as written (code, key or name) instead
            of `enterprise_key`, and product '' where the file gives none; index is the line.
        refused: Rows not taken.
        warned: Rows taken although something in them is doubtful.
        rows: The file.
        identical: Lines left out because an earlier line says the same.
    """

    events: pd.DataFrame
    refused: pd.DataFrame
    warned: pd.DataFrame
    rows: FieldRows
    identical: list[int]


def read_events(
    path: Path, reading: Reading, *, as_of: date, problems: Collection[str] = ()
) -> Events:
    """Read quality records.

    Args:
        path: The file.
        reading: How to read it.
        as_of: Nothing happened after this day.
        problems: Words that make a record a problem, in the column `is_problem`, else `result`.

    Raises:
        InvalidInputError: The file cannot be used at all: its kind, its columns, or a shift.
    """
    file = read_rows(path, reading, headers.EVENTS, needed=["occurred_on"])
    refuse_shifted(path.name, file.source, file.columns, _SHAPES)
    refused, warned = refusals.Collector(), refusals.Collector()
    frame = _described(file.rows, refused)
    _dated(frame, file.rows, as_of, refused)
    frame["is_problem"] = _is_problem(file.rows, frame, problems, refused)
    points = read_points(file.rows, datum=reading.datum, refused=refused, warned=warned)
    frame[["lon", "lat", "datum"]] = points
    frame["details"] = pd.Series([{} for _ in frame.index], index=frame.index, dtype="object")
    _refuse_nowhere(frame, refused)
    good = frame.drop(index=list(refused.lines))
    keyed, identical = _keyed(good, text(file.rows, "event_key"), refused)
    return Events(
        events=keyed,
        refused=refusals.together(file.refused, refused.frame()),
        warned=warned.frame(),
        rows=file,
        identical=identical,
    )


_SHAPES: Final = {
    "occurred_on": "a date",
    "due_on": "a date",
    "closed_on": "a date",
    "lon": "a number",
    "lat": "a number",
}


def _described(rows: pd.DataFrame, refused: refusals.Collector) -> pd.DataFrame:
    kind = translated(text(rows, "kind"), KINDS, field="kind", refused=refused)
    disposition = translated_or_kept(text(rows, "disposition"), DISPOSITIONS)
    return pd.DataFrame(
        {
            "enterprise": values.codes(text(rows, "enterprise")),
            "kind": kind.where(kind != "", "visit"),
            "product": translated_or_kept(text(rows, "product"), PRODUCTS),
            "result": text(rows, "result"),
            "inspector": text(rows, "inspector"),
            "level": translated_or_kept(text(rows, "level"), LEVELS),
            "disposition": disposition.map(lambda word: word or None).astype("object"),
        },
        index=rows.index,
    )


def _dated(
    frame: pd.DataFrame, rows: pd.DataFrame, as_of: date, refused: refusals.Collector
) -> None:
    """Add the three days of a record; the first must be there, and not lie in the future."""
    for field in ("occurred_on", "due_on", "closed_on"):
        said = text(rows, field)
        days = values.dates(said)
        bad = said.ne("") & days.isna()
        refused.add_all(rows.index[bad], field, said[bad], refusals.no_date())
        frame[field] = days
    said = text(rows, "occurred_on")
    empty = said.eq("")
    refused.add_all(rows.index[empty], "occurred_on", said[empty], refusals.missing("日期"))
    for field in ("occurred_on", "closed_on"):
        ahead = frame[field].map(lambda day: day is not None and day > as_of).astype(bool)
        reason = refusals.future(as_of.isoformat())
        refused.add_all(rows.index[ahead], field, text(rows, field)[ahead], reason)


def _is_problem(
    rows: pd.DataFrame,
    frame: pd.DataFrame,
    problems: Collection[str],
    refused: refusals.Collector,
) -> pd.Series:
    """Return whether each record is a problem: as its column says, else by its result and kind."""
    by_kind = frame["kind"].isin(_PROBLEM_KINDS)
    if "is_problem" not in rows:
        by_result = values.truths(frame["result"], problems or PROBLEM_WORDS)
        return by_kind | by_result.map(bool)
    said = rows["is_problem"]
    truth = values.truths(said, problems)
    unclear = said.ne("") & truth.isna()
    reason = refusals.Reason(
        "不知道该值是否表示有问题",
        "this does not say whether there was a problem",
        "填是或否，或用 --problem-values 列出表示有问题的取值",
        "write yes or no, or list the words for a problem with --problem-values",
    )
    refused.add_all(rows.index[unclear], "is_problem", said[unclear], reason)
    return truth.where(truth.notna(), by_kind).map(bool)


def _refuse_nowhere(frame: pd.DataFrame, refused: refusals.Collector) -> None:
    nowhere = frame["enterprise"].eq("") & frame["lon"].isna()
    refused.add_all(
        frame.index[nowhere],
        "enterprise",
        frame.loc[nowhere, "enterprise"],
        refusals.Reason(
            "既无企业也无坐标",
            "neither an enterprise nor a point is given",
            "填企业代码或名称，或填经纬度",
            "give the code or name of the enterprise, or a longitude and latitude",
        ),
    )


def _keyed(
    frame: pd.DataFrame, given: pd.Series, refused: refusals.Collector
) -> tuple[pd.DataFrame, list[int]]:
    """Return records under their keys; the same record twice is left out, another is refused."""
    keyed = frame.assign(event_key=values.codes(given.loc[frame.index]))
    made = keyed["event_key"].eq("")
    keyed.loc[made, "event_key"] = [_digest(row) for row in _plain_rows(keyed[made])]
    identical = []
    first: dict[str, tuple[int, tuple[Any, ...]]] = {}
    for line, key, row in zip(keyed.index, keyed["event_key"], _plain_rows(keyed), strict=True):
        seen = first.setdefault(key, (int(line), row))
        if seen[0] == line:
            continue
        if seen[1] == row:
            identical.append(int(line))
        else:
            refused.add(int(line), "event_key", key, refusals.twice(seen[0]))
    return keyed.drop(index=[*identical, *(refused.lines & set(keyed.index))]), identical


def _plain_rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return what a record says, comparable: NaN would differ from itself."""
    said = frame.drop(columns=["details", "event_key"]).astype("object")
    return list(said.where(said.notna(), None).itertuples(index=False, name=None))


def _digest(row: tuple[Any, ...]) -> str:
    """Return a key for a record that came without one: the same record gets the same key."""
    said = "\x1f".join(str(value) for value in row)
    return hashlib.sha256(said.encode()).hexdigest()[:_KEY_DIGITS]
