"""Enterprises and their quality events."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from service.api.answers import answer_page
from service.api.boxes import BoxDep
from service.api.dependencies import Key, PageDep, Product, RowId, ScopeDep
from service.database import event_lists, register_lists
from service.database.register_lists import RegisterFilter

router = APIRouter(tags=["register"])
Numbers = Annotated[
    tuple[RowId, ...],
    Query(alias="id", max_length=100, description="Numbers of enterprises; may be repeated."),
]


@router.get("/enterprises", summary="List enterprises with their place and cell")
def list_enterprises(
    scope: ScopeDep,
    page: PageDep,
    box: BoxDep,
    cell: Key | None = None,
    product: Product = "all",
    ids: Numbers = (),
) -> Response:
    """Return a page of the register, narrowed to a cell, product, box or some numbers."""
    wanted = RegisterFilter(
        cell_code=cell, product=None if product == "all" else product, ids=ids, box=box
    )
    rows, total = register_lists.page_of_enterprises(
        scope.session,
        scope.code,
        scope.plan_id,
        wanted,
        limit=page.limit,
        offset=page.offset,
    )
    return answer_page(rows, page, total=total)


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
