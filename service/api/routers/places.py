"""Townships, cells and plans."""

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel

from service.api.answers import answer, answer_page
from service.api.dependencies import Key, Latitude, Longitude, PageDep, ScopeDep
from service.database import cells, plans, register_lists, townships

router = APIRouter(tags=["places"])


class CellAt(BaseModel):
    """The cell around a point, and the plan that cut it."""

    code: str
    plan_id: int


@router.get("/townships", summary="List townships")
def list_townships(scope: ScopeDep, page: PageDep) -> Response:
    """Return the county's townships."""
    return answer(townships.of_county(scope.session, scope.code), page)


@router.get("/cells", summary="List the cells of the plan in force")
def list_cells(scope: ScopeDep, page: PageDep, township: Key | None = None) -> Response:
    """Return the cells of the plan in force on the day, all or those of a township."""
    rows, total = register_lists.page_of_cells(
        scope.session,
        scope.code,
        scope.plan_id,
        township_code=township,
        limit=page.limit,
        offset=page.offset,
    )
    return answer_page(rows, page, total=total)


@router.get("/cells/at", summary="Find the cell at a point")
def read_cell_at(scope: ScopeDep, lon: Longitude, lat: Latitude) -> CellAt:
    """Return the cell covering a WGS 84 point, or 404 outside every cell."""
    plan_id = scope.plan_id
    code = cells.code_at(scope.session, scope.code, plan_id, lon=lon, lat=lat)
    return CellAt(code=code, plan_id=plan_id)


@router.get("/plans", summary="List plans")
def list_plans(scope: ScopeDep, page: PageDep) -> Response:
    """Return every plan of the county, the newest first."""
    return answer(plans.of_county(scope.session, scope.code), page)
