"""What every command shares: the county meant, the day meant, and refusals in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from scripts.command_options import CountyOption, DayOption, DryRunOption, refusals
from service.database import counties
from service.database.session import open_session
from service.settings import Settings

__all__ = [
    "CountyOption",
    "DayOption",
    "DryRunOption",
    "Running",
    "day",
    "refusals",
    "running",
]


@dataclass(frozen=True, slots=True)
class Running:
    """An open session, the county it is about, and the day."""

    session: Session
    county: counties.County
    on: date


@contextmanager
def running(county: str | None, on: datetime | None, *, commit: bool) -> Iterator[Running]:
    """Open a session on the county meant; keep what was done when `commit`."""
    settings = Settings()
    with refusals(), open_session(settings, commit=commit) as session:
        chosen = counties.chosen(session, county or settings.county)
        yield Running(session, chosen, day(chosen, on))


def day(county: counties.County, on: datetime | None) -> date:
    """Return the day asked for, or the county's own, or today."""
    if on is not None:
        return on.date()
    return county.reference_date or date.today()  # noqa: DTZ011, a local calendar day is meant
