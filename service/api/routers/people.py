"""Officers, and who answers for what on a day."""

from fastapi import APIRouter
from fastapi.responses import Response

from service.api.answers import answer
from service.api.dependencies import Key, PageDep, ScopeDep
from service.database import officers

router = APIRouter(tags=["people"])


@router.get("/officers", summary="List officers")
def list_officers(scope: ScopeDep, page: PageDep) -> Response:
    """Return all officers, past ones too."""
    return answer(officers.of_county(scope.session, scope.code), page)


@router.get("/responsibilities", summary="Who answers for each cell on a day")
def list_responsibilities(scope: ScopeDep, page: PageDep, cell: Key | None = None) -> Response:
    """Return who answers for each cell on the day; a cell without anyone has no row."""
    held = officers.responsible_on(scope.session, scope.code, scope.plan_id, scope.on)
    return answer(held[held["cell_code"] == (cell or held["cell_code"])], page)
