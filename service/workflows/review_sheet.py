"""The review queue as a workbook for the office, and the filled workbook as decisions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pandas import DataFrame
from sqlalchemy.orm import Session

from gis_data import refusals
from gis_data.review_sheet import read_sheet
from service.database import review_places, reviews
from service.database.reviews import Filter
from service.domain.errors import InvalidInputError, SupervisionError
from service.domain.review_choices import Outcome
from service.domain.review_sheet import SHEET_HEADERS, Fault, Filled, read_line
from service.workflows.review_locations import Wish, decide

__all__ = ["SHEET_HEADERS", "SheetReport", "apply_sheet", "sheet_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetReport:
    """What became of a filled workbook.

    Attributes:
        decisions: Numbers of the decisions made; equal lines of a group are one.
        rows: Lines decided.
        empty: Lines in which nothing was filled in.
        refused: One row per fault; columns as in the data dictionary.
        source: The file's own rows, by line.
    """

    decisions: Sequence[int]
    rows: int
    empty: int
    refused: DataFrame
    source: DataFrame


def sheet_of(session: Session, county_code: str, wanted: Filter) -> DataFrame:
    """Return the queue, a line a row, with empty columns to fill in."""
    rows, _ = reviews.items(session, county_code, wanted)
    names = [_names(found) for found in rows["candidates"]]
    return rows.assign(candidates=names, place="", lon=None, lat=None, datum="", why="", note="")


def apply_sheet(session: Session, county_code: str, path: Path, *, by: str) -> SheetReport:
    """Decide what a filled workbook says, line by line; the caller commits.

    A line that cannot be used is returned with its reason and holds back no other.

    Raises:
        InvalidInputError: The file is not the workbook, or nobody says who decides.
    """
    if not by.strip():
        raise InvalidInputError("say who decides with --by")
    rows = read_sheet(path)
    faults = refusals.Collector()
    wishes: defaultdict[tuple[str, Filled], dict[int, tuple[int, str]]] = defaultdict(dict)
    empty = 0
    records: list[dict[Any, Any]] = rows.to_dict("records")
    for line, row in zip(rows.index, records, strict=True):
        said = read_line(row)
        if said is None:
            empty += 1
        elif isinstance(said, Fault):
            _refuse(faults, line, said.field, row, (said.zh, said.en))
        elif not str(row["enterprise_id"]).isdigit():
            _refuse(faults, line, "enterprise_id", row, ("企业编号须为数字", "must be a number"))
        else:
            wishes[row["group_key"], said][int(line)] = (
                int(row["enterprise_id"]),
                row["version"],
            )
    done = _decide_all(session, county_code, wishes, faults, by=by)
    return SheetReport(
        decisions=[number for number, _ in done],
        rows=sum(count for _, count in done),
        empty=empty,
        refused=faults.frame(),
        source=rows.rename(columns=SHEET_HEADERS),
    )


def _decide_all(
    session: Session,
    county_code: str,
    wishes: Mapping[tuple[str, Filled], Mapping[int, tuple[int, str]]],
    faults: refusals.Collector,
    *,
    by: str,
) -> list[tuple[int, int]]:
    """Make each decision in a savepoint of its own; returns its number and how many lines."""
    done = []
    for (_, said), lines in wishes.items():
        try:
            with session.begin_nested():
                code = _place_code(session, county_code, said.place)
                wish = Wish(
                    by=by,
                    versions=dict(lines.values()),
                    outcome=said.outcome,
                    place_code=code,
                    lon=said.lon,
                    lat=said.lat,
                    datum=said.datum,
                    why=said.why,
                    note=said.note,
                )
                done.append((decide(session, county_code, wish).decision_id, len(lines)))
        except SupervisionError as error:
            field = {Outcome.PLACE: "place", Outcome.POINT: "lon"}.get(said.outcome, "why")
            for line in lines:
                _refuse(faults, line, field, {field: said.place}, (str(error), str(error)))
    return done


def _place_code(session: Session, county_code: str, words: str) -> str:
    """Return the code of the one place that a name or code means; '' for no words.

    Raises:
        InvalidInputError: No place is called so, or several are.
    """
    if not words:
        return ""
    found = review_places.named_like(session, county_code, words)
    exact = found[(found["name"] == words) | (found["code"] == words)]
    if exact.empty:
        towns = review_places.towns(session, county_code)
        for town in towns["name"]:
            if words.startswith(town) and words != town:
                inside = review_places.named_like(session, county_code, words[len(town) :])
                exact = inside[
                    (inside["name"] == words[len(town) :]) & (inside["township"] == town)
                ]
    if len(exact) == 1:
        return str(exact["code"].iloc[0])
    if len(exact) > 1:
        names = "、".join(exact["township"] + exact["name"])
        raise InvalidInputError(f"{words} 不止一处 (several places): {names}; 请写明乡镇或代码")
    raise InvalidInputError(f"地名库没有 {words} (the gazetteer has no such place)")


def _refuse(
    faults: refusals.Collector,
    line: object,
    field: str,
    row: Mapping[Any, Any],
    said: tuple[str, str],
) -> None:
    reason = refusals.Reason(said[0], said[1], "改正后重新导入", "correct it and import again")
    faults.add(int(str(line)), field, row.get(field, ""), reason)


def _names(candidates: Sequence[Mapping[str, Any]]) -> str:
    named = [one for one in candidates if one["name"]]
    return "、".join(
        one["name"] if one["township"] == one["name"] else f"{one['township']}{one['name']}"
        for one in named
    )
