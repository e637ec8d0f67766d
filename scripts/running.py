"""What every command shares: the county meant, the day meant, and refusals in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy.orm import Session

from service.database import counties
from service.database.session import open_session
from service.domain.errors import SupervisionError
from service.settings import Settings

CountyOption = Annotated[
    str | None,
    typer.Option("--county", help="County code; the only one loaded, or WANGGE_COUNTY, if left."),
]
DayOption = Annotated[
    datetime | None,
    typer.Option(
        "--on", formats=["%Y-%m-%d"], help="The day it speaks of; the county's own if left out."
    ),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Do everything but keep nothing.")]


@dataclass(frozen=True, slots=True)
class Running:
    """An open session, the county it is about, and the day."""

    session: Session
    county: counties.County
    on: date


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what a person can act on into one line and exit code 1."""
    try:
        yield
    except SupervisionError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(
            f"wangge: {error}", markup=False
        )
        raise typer.Exit(1) from error


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
