"""`/`: the page of leadership; `/records`: the rows behind each of its numbers."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from maps.hotspot_classes import MEASURES
from service.api.dependencies import Key, RowId, ScopeDep
from service.api.i18n import LanguageDep
from service.api.pages import is_served, missing_analyses, page
from service.api.views import exposure, record_lists
from service.api.views import leadership as view
from service.api.views.asked import RISK_CLASSES, UNITS, Raw, resolve
from service.api.views.county_facts import choices_of
from service.api.views.empty_lists import noun_of
from service.api.views.figures import BATCHES

router = APIRouter(include_in_schema=False)

# A form sends an empty text for what was not chosen; what does not exist is said on the page.
Filter = Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$")]


def requested_filters(  # noqa: PLR0913 - one parameter each in the address
    *,
    product: Filter = None,
    measure: Filter = None,
    unit: Filter = None,
    township: Filter = None,
    week: Filter = None,
    span: Filter = None,
    risk_class: Annotated[
        str | None, Query(alias="class", max_length=100, pattern=r"^[^\x00]*$")
    ] = None,
    points: Filter = None,
    area: Filter = None,
    side: Filter = None,
) -> Raw:
    """Return the filters of the address as they stand there."""
    return Raw(
        product=product,
        measure=measure,
        unit=unit,
        township=township,
        week=week,
        span=span,
        risk_class=risk_class,
        points=points,
        area=area,
        side=side,
    )


FiltersDep = Annotated[Raw, Depends(requested_filters)]


@router.get("/")
def show_leadership(
    request: Request,
    scope: ScopeDep,
    lang: LanguageDep,
    filters: FiltersDep,
    part: Annotated[Literal["first", "all"], Query(description="all: count at once.")] = "first",
) -> HTMLResponse:
    """Show where the worst place is, for which product, and who answers for it."""
    missing = missing_analyses(scope, "clusters")
    if missing:
        return page(request, scope, lang, "missing.html", {"active": "/", "missing": missing})
    choices = choices_of(scope)
    asked = resolve(filters, choices)
    values = {
        "active": "/",
        "choices": choices,
        "asked": asked,
        "board": view.board(scope, asked, whole=part == "all"),
        "measures": MEASURES,
        "units": UNITS,
        "classes": RISK_CLASSES,
        "batches": BATCHES,
        "has_cluster_pages": is_served(request, "/clusters/1"),
        "goal": view.GOAL,
        "cluster_p": view.SIGNIFICANT_P,
        "missing": missing_analyses(scope, "gaps"),
    }
    return page(request, scope, lang, "leadership.html", values)


@router.get("/records")
def show_records(  # noqa: PLR0913 - one parameter each in the address
    request: Request,
    scope: ScopeDep,
    lang: LanguageDep,
    filters: FiltersDep,
    *,
    name: Annotated[str, Query(alias="set", max_length=60)] = "visits",
    band: Annotated[int | None, Query(ge=0, le=35)] = None,
    cluster: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    hint: Annotated[int | None, Query(ge=1, le=1000)] = None,
    cell: Key | None = None,
    officer: RowId | None = None,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> HTMLResponse:
    """Show exactly the rows that a number of leadership's page counts."""
    wanted = record_lists.Wanted(
        name=name,
        band=band,
        cluster=cluster,
        hint=hint,
        cell=cell,
        officer=officer,
        offset=offset,
    )
    listed = record_lists.listing(scope, filters, wanted)
    values: dict[str, object] = {
        "active": "",
        "listed": listed,
        "wanted": wanted,
        "asked": listed.asked,
        "noun": noun_of(listed.empty.among) if listed.empty else ("", ""),
    }
    return page(request, scope, lang, "records.html", values)


@router.get("/exposure")
def show_exposure(
    request: Request, scope: ScopeDep, lang: LanguageDep, filters: FiltersDep
) -> HTMLResponse:
    """Show what may be proposed for publication: decided cases and areas, nobody's name."""
    choices = choices_of(scope)
    asked = resolve(filters, choices)
    values = {
        "active": "",
        "asked": asked,
        "choices": choices,
        "exposure": exposure.exposure_of(scope, asked),
    }
    return page(request, scope, lang, "exposure.html", values)
