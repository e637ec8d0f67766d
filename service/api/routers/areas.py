"""Key areas, border zones and urban fringes, and each against the rest of the county."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse, Response

from service.api.answers import answer
from service.api.dependencies import PageDep, ScopeDep
from service.api.plain import plain
from service.api.routers.leadership import FiltersDep
from service.api.views.asked import resolve
from service.api.views.county_facts import choices_of
from service.api.views.zone_sides import compared
from service.database import areas
from service.domain.errors import NotFoundError

AreaCode = Annotated[str, Path(max_length=60, pattern=r"^[^\x00]*$")]
router = APIRouter(tags=["places"])


@router.get("/areas", summary="List key areas, border zones and urban fringes")
def list_areas(scope: ScopeDep, page: PageDep) -> Response:
    """Return the areas that hold on the day, each with the codes of the cells that belong to it."""
    held = areas.of_county(scope.session, scope.code, scope.on)
    members = areas.cells_of(scope.session, scope.code, scope.plan_id, held) if len(held) else {}
    listed = held.assign(cells=[sorted(members[code]) for code in held["code"]])
    return answer(listed, page)


@router.get("/areas/{code}/comparison", summary="Compare an area with the rest of the county")
def compare_area(scope: ScopeDep, code: AreaCode, filters: FiltersDep) -> JSONResponse:
    """Return both sides for a product, class and weeks; 404 where no such area holds on the day.

    Visits for each working enterprise; problems per visit with the 95 % interval (null below five
    visits); blind cells of those with work. What lies in no cell is on neither side.
    """
    choices = choices_of(scope)
    if code not in choices.areas:
        raise NotFoundError(
            f"no area {code} holds on {scope.on}; known: {', '.join(choices.areas)}"
        )
    asked = resolve(replace(filters, area=code, side=None, township=None), choices)
    found = {
        "code": code,
        "product": asked.product,
        "since": asked.since,
        "until": asked.until,
        "sides": compared(scope, asked),
    }
    return JSONResponse(plain(found))
