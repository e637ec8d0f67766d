"""Times of rows as people write them, and the study they span.

Times are years (2012), months (2012-03), days (2012-03-14), ISO weeks (2012-W11), or plain
numbers of periods (1, 2, 3). A population given for a year is that of the first of July, for a
month that of its fifteenth, for a day that of its beginning, as SaTScan's User Guide has it.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.domain.errors import InvalidInputError

Floats = NDArray[np.float64]
TimeUnit = Literal["year", "month", "week", "day", "period"]
Span = tuple[int, int, int, TimeUnit]

UNITS: tuple[TimeUnit, ...] = ("year", "month", "week", "day", "period")
MAX_INTERVALS = 2_000

_FIRST_YEAR, _LAST_YEAR = 1700, 2300
_WEEK_DAYS = 7
_YEAR = re.compile(r"(\d{4})年?(?:\.0)?")
_WEEK = re.compile(r"(\d{4})-?[Ww](\d{1,2})")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?(?:[T ][\d:.]+)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """When the rows are: days since 0001-01-01, or numbers of periods.

    Attributes:
        begin: Of the year, month, week, day or period of each row.
        end: Its end, the beginning of the next.
        census: The moment a population of this row was counted.
        unit: The finest unit among the rows.
    """

    begin: Floats
    end: Floats
    census: Floats
    unit: TimeUnit


def moments(times: pd.Series) -> Moments:
    """Read the times of rows.

    Args:
        times: Text, indexed by line number.

    Raises:
        InvalidInputError: A time cannot be read; the message names the line.
    """
    known = {text: _span(text) for text in dict.fromkeys(times)}
    numbers = pd.to_numeric(times, errors="coerce").to_numpy(dtype=np.float64)
    if all(span is None for span in known.values()) and np.isfinite(numbers).all():
        width = 1.0 if (numbers == np.floor(numbers)).all() else 0.0
        return Moments(
            begin=numbers, end=numbers + width, census=numbers + width / 2, unit="period"
        )
    bad = [text for text, span in known.items() if span is None]
    if bad:
        words = times[~np.isfinite(numbers) & times.isin(bad).to_numpy()]
        bad = [*words, *bad]  # a word is the likelier mistake than a number among dates
        line = times.index[times.eq(bad[0])][0]
        raise InvalidInputError(
            f"line {line}: '{bad[0]}' is no time; write years (2012), months (2012-03), days "
            "(2012-03-14) or weeks (2012-W11), or numbers of periods in every row"
        )
    spans = [span for text in times if (span := known[text]) is not None]
    units = {span[3] for span in spans}
    return Moments(
        begin=np.array([span[0] for span in spans], np.float64),
        end=np.array([span[1] for span in spans], np.float64),
        census=np.array([span[2] for span in spans], np.float64),
        unit=next(unit for unit in reversed(UNITS) if unit in units),
    )


def _span(text: str) -> Span | None:
    """Return first day, day after the last, day of a census, and unit; None if it is no date."""
    try:
        return _year(text) or _week(text) or _month_or_day(text)
    except ValueError:
        return None


def _year(text: str) -> Span | None:
    found = _YEAR.fullmatch(text)
    if found is None or not _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
        return None
    year = int(found[1])
    first, beyond = date(year, 1, 1), date(year + 1, 1, 1)
    return first.toordinal(), beyond.toordinal(), date(year, 7, 1).toordinal(), "year"


def _week(text: str) -> Span | None:
    found = _WEEK.fullmatch(text)
    if found is None:
        return None
    monday = date.fromisocalendar(int(found[1]), int(found[2]), 1).toordinal()
    return monday, monday + _WEEK_DAYS, monday, "week"


def _month_or_day(text: str) -> Span | None:
    found = _COMPACT.fullmatch(text) or _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = int(found[1]), int(found[2]), found[3]
    if day is not None:
        one = date(year, month, int(day)).toordinal()
        return one, one + 1, one, "day"
    first = date(year, month, 1)
    beyond = (first + timedelta(days=31)).replace(day=1)
    return first.toordinal(), beyond.toordinal(), first.toordinal() + 14, "month"


def study_period(
    found: Moments, decides: NDArray[np.bool_], start: str | None, end: str | None
) -> tuple[float, float]:
    """Return the beginning of the study and its end (the beginning of the day after).

    Args:
        found: When the rows are.
        decides: Rows that count where `start` or `end` is left out.
        start: First year, month, week, day or period.
        end: Last one.

    Raises:
        InvalidInputError: A time cannot be read, or the study ends before it begins.
    """
    first, last = float(found.begin[decides].min()), float(found.end[decides].max())
    for text, name in ((start, "start"), (end, "end")):
        if text is None:
            continue
        given = moments(pd.Series([text], index=[f"--{name}"]))
        if (given.unit == "period") != (found.unit == "period"):
            raise InvalidInputError(f"{name} '{text}' is written otherwise than the times of rows")
        first = float(given.begin[0]) if name == "start" else first
        last = float(given.end[0]) if name == "end" else last
    if last < first:
        raise InvalidInputError("the study ends before it begins; check start and end")
    return first, last


def edges(first: float, last: float, unit: TimeUnit) -> Floats:
    """Return where the intervals of a study begin, and where the last one ends.

    Days, weeks and periods are counted back from the end, so that the last interval is whole and
    a remainder comes first; months and years are those of the calendar.

    Raises:
        InvalidInputError: There would be too many intervals.
    """
    if unit in {"year", "month"}:
        starts = _calendar(first, last, unit)
    else:
        length = _WEEK_DAYS if unit == "week" else 1
        number = int(np.ceil((last - first) / length - 1e-9))
        _require_few(number, unit)
        starts = [max(first, last - length * back) for back in range(number, 0, -1)]
    return np.array([*starts, last])


def _calendar(first: float, last: float, unit: TimeUnit) -> list[float]:
    at, starts = date.fromordinal(int(first)), [first]
    while True:
        later = (at + timedelta(days=31)).replace(day=1)
        at = later if unit == "month" else date(at.year + 1, 1, 1)
        if at.toordinal() >= last:
            return starts
        starts.append(float(at.toordinal()))
        _require_few(len(starts), unit)


def _require_few(number: int, unit: TimeUnit) -> None:
    if number > MAX_INTERVALS:
        raise InvalidInputError(
            f"{number:,} intervals of one {unit} are too many; choose a longer time unit"
        )


def label(instant: float, unit: TimeUnit, *, last: bool = False) -> str:
    """Return an edge as people write it: the day (or the period) it begins, or ended before it.

    Args:
        instant: An edge.
        unit: `period` for plain numbers, anything else for dates.
        last: The edge ends an interval, and its last day is meant.
    """
    if unit == "period":
        return f"{instant - last:g}"
    return date.fromordinal(int(instant) - last).isoformat()
