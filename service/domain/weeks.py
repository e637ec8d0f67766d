"""Weeks of a campaign: ISO weeks from Monday to Sunday, cut to the days that count."""

from dataclasses import dataclass
from datetime import date, timedelta

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week as people name it.

    Attributes:
        key: ISO week such as `2012-W18`.
        first: Its first day that counts; both days are included.
        last: Its last day that counts.
    """

    key: str
    first: date
    last: date


def weeks_between(first: date, last: date) -> list[Week]:
    """Return the weeks that hold the days from `first` to `last`, both counted.

    The first and the last week end where the period does; no week where `last` is earlier.
    """
    weeks = []
    monday = first - timedelta(days=first.weekday())
    while first <= last and monday <= last:
        sunday = monday + _WEEK - timedelta(days=1)
        weeks.append(Week(key=week_key(monday), first=max(monday, first), last=min(sunday, last)))
        monday += _WEEK
    return weeks


def week_key(day: date) -> str:
    """Return the ISO week of a day, such as `2012-W18`."""
    year, number, _ = day.isocalendar()
    return f"{year:04d}-W{number:02d}"
