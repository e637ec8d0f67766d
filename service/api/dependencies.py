"""What requests share: a session that commits first, the county and day meant, the page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from fastapi import Depends, Query, Request
from sqlalchemy.orm import Session

from service.database import counties, plans
from service.database.counties import County
from service.settings import Settings

LONGEST_PAGE = 5000


def request_session(request: Request) -> Iterator[Session]:
    """Open a session for a request, and commit what it did."""
    with Session(request.app.state.engine) as session:
        yield session
        session.commit()


# FastAPI ends a request-scoped dependency after the answer is on its way: a commit that fails
# there would follow a 200. Function scope commits first.
SessionDep = Annotated[Session, Depends(request_session, scope="function")]

Longitude = Annotated[
    float, Query(ge=-180, le=180, allow_inf_nan=False, description="WGS 84 degrees east.")
]
Latitude = Annotated[
    float, Query(ge=-90, le=90, allow_inf_nan=False, description="WGS 84 degrees north.")
]
# PostgreSQL keeps no NUL in a text, and no id above 63 bits; a day must have a year before it.
_NO_NUL = r"^[^\x00]+$"
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2200, 1, 1)
Key = Annotated[str, Query(max_length=100, pattern=_NO_NUL)]
RowId = Annotated[int, Query(ge=1, le=2**63 - 1)]
Product = Annotated[
    str, Query(max_length=60, pattern=_NO_NUL, description="A product such as baijiu, or all.")
]


@dataclass(frozen=True, slots=True)
class Scope:
    """The county and the day that a request is about."""

    session: Session
    county: County
    on: date

    @property
    def code(self) -> str:
        """The code of the county."""
        return self.county.code

    @property
    def plan_id(self) -> int:
        """The plan in force on the day."""
        return plans.in_force(self.session, self.county.code, self.on)


CountyAsked = Annotated[
    Key | None, Query(description="County code; the only one loaded if left out.")
]
DayAsked = Annotated[
    date | None,
    Query(
        ge=_FIRST_DAY,
        le=_LAST_DAY,
        description="The day it speaks of; the county's own if left out.",
    ),
]


def scope_of(settings: Settings, session: Session, county: str | None, on: date | None) -> Scope:
    """Return the county and day asked for; the county's own day, or today, when none is given."""
    chosen = counties.chosen(session, county or settings.county)
    # A local calendar day is meant.
    return Scope(session, chosen, on or chosen.reference_date or date.today())  # noqa: DTZ011


def requested_scope(
    request: Request, session: SessionDep, county: CountyAsked = None, on: DayAsked = None
) -> Scope:
    """Return the county and day that an address asks for."""
    return scope_of(request.app.state.settings, session, county, on)


ScopeDep = Annotated[Scope, Depends(requested_scope, scope="function")]


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows of a list, and how they are written."""

    limit: int
    offset: int
    is_geojson: bool


def requested_page(
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="Rows at most.")] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000, description="Rows to skip.")] = 0,
    form: Annotated[
        Literal["json", "geojson"], Query(alias="format", description="How it is written.")
    ] = "json",
) -> Page:
    """Return the page asked for."""
    return Page(limit, offset, form == "geojson")


PageDep = Annotated[Page, Depends(requested_page)]
