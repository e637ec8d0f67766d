"""What was computed: gaps, targets. Nothing is computed here."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from service.api.answers import answer, answer_page
from service.api.dependencies import Key, Page, PageDep, RowId, ScopeDep
from service.api.downloads import target_file
from service.database import gaps, targets

router = APIRouter(tags=["results"])


@router.get("/gaps", summary="List gaps in supervision")
def list_gaps(
    scope: ScopeDep, page: PageDep, kind: Key | None = None, township: Key | None = None
) -> Response:
    """Return the gaps found for the day; 404 when nobody has looked."""
    found = gaps.latest(scope.session, scope.code, scope.on)
    of_kind = (found["kind"] == kind) | (kind is None)
    of_township = (found["township_code"] == township) | (township is None)
    return answer(found[of_kind & of_township], page)


TargetForm = Literal["json", "geojson", "csv", "xlsx", "gpx", "html"]


@router.get("/targets", summary="List whom to visit next, and why")
def list_targets(
    scope: ScopeDep,
    *,
    cell: Key | None = None,
    officer: RowId | None = None,
    form: Annotated[TargetForm, Query(alias="format")] = "json",
    limit: Annotated[int, Query(ge=1, le=5000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """Return targets by rank: of a cell, an officer, or the county; each score with its lines."""
    if form in ("json", "geojson"):
        rows, total = targets.page(
            scope.session,
            scope.code,
            scope.on,
            targets.Whose(cell_code=cell, officer_id=officer),
            slice(offset, offset + limit),
        )
        return answer_page(rows, Page(limit, offset, form == "geojson"), total=total)
    if cell is not None:
        found = targets.of_cell(scope.session, scope.code, scope.on, cell)
    elif officer is not None:
        found = targets.of_officer(scope.session, scope.code, scope.on, officer)
    else:
        found = targets.of_county(scope.session, scope.code, scope.on)
    return target_file(scope, found, form, cell)
