"""Enterprises and their quality events."""

from fastapi import APIRouter
from fastapi.responses import Response

from service.api.answers import answer, answer_page
from service.api.dependencies import Key, PageDep, Product, RowId, ScopeDep
from service.database import enterprises, event_lists

router = APIRouter(tags=["register"])


@router.get("/enterprises", summary="List enterprises with their place and cell")
def list_enterprises(
    scope: ScopeDep, page: PageDep, cell: Key | None = None, product: Product = "all"
) -> Response:
    """Return the register, all or those of a cell or product."""
    found = enterprises.located(scope.session, scope.code, scope.plan_id)
    in_cell = (found["cell_code"] == cell) | (cell is None)
    of_product = (found["product"] == product) | (product == "all")
    return answer(found[in_cell & of_product], page)


@router.get("/events", summary="List quality events, the newest first")
def list_events(
    scope: ScopeDep,
    page: PageDep,
    enterprise: RowId | None = None,
    kind: Key | None = None,
    product: Product | None = None,
) -> Response:
    """Return visits, sample tests, violations and reports up to the day."""
    rows, total = event_lists.of_county(
        scope.session,
        scope.code,
        on=scope.on,
        enterprise_id=enterprise,
        kind=kind,
        product=product,
        limit=page.limit,
        offset=page.offset,
    )
    return answer_page(rows, page, total=total)
