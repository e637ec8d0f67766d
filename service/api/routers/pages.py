"""The pages of planner, inspector and data manager."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse

from service.api.dependencies import Key, ScopeDep
from service.api.i18n import LanguageDep
from service.api.pages import missing_analyses, page
from service.api.views import inspector, planner
from service.api.views.asked import Raw, resolve
from service.api.views.county_facts import cells_of, choices_of
from service.api.views.record import record_of

router = APIRouter(include_in_schema=False)


@router.get("/planner")
def show_planner(  # noqa: PLR0913 - one parameter each in the address
    request: Request,
    scope: ScopeDep,
    lang: LanguageDep,
    *,
    kind: Key | None = None,
    severity: Key | None = None,
    view: Key | None = None,
    focus: Annotated[str | None, Query(max_length=20_000, pattern=r"^[a-z]+:[^\x00]+$")] = None,
) -> HTMLResponse:
    """Show who answers for what, how loaded they are, and where supervision has gaps."""
    missing = missing_analyses(scope, "gaps", "targets")
    if missing:
        values: dict[str, object] = {"active": "/planner", "missing": missing}
        return page(request, scope, lang, "missing.html", values)
    values = {
        "active": "/planner",
        "kind": kind,
        "severity": severity,
        "view": "gap" if view == "gap" else "officer",
        "focus": focus,
        "desk": planner.desk(scope, kind, severity),
    }
    return page(request, scope, lang, "planner.html", values)


@router.get("/gaps")
def show_gaps(  # noqa: PLR0913 - one parameter each in the address
    request: Request,
    scope: ScopeDep,
    lang: LanguageDep,
    *,
    kind: Key | None = None,
    severity: Key | None = None,
    township: Key | None = None,
    area: Key | None = None,
    side: Key | None = None,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> HTMLResponse:
    """Show every gap of a kind, township or area with its smallest fix."""
    missing = missing_analyses(scope, "gaps")
    if missing:
        values: dict[str, object] = {"active": "/gaps", "missing": missing}
        return page(request, scope, lang, "missing.html", values)
    asked = resolve(Raw(township=township, area=area, side=side), choices_of(scope))
    listed = planner.gap_list(
        scope,
        kind=kind,
        severity=severity,
        township=township,
        within=cells_of(scope, asked),
        offset=offset,
    )
    values = {
        "active": "/gaps",
        "kind": kind,
        "severity": severity,
        "township": township,
        "area": asked.query(product="", township=""),
        "listed": listed,
    }
    return page(request, scope, lang, "gaps.html", values)


@router.get("/inspector")
def show_inspector(
    request: Request,
    scope: ScopeDep,
    lang: LanguageDep,
    # A form sends an empty text for what was not chosen.
    cell: Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$")] = None,
    officer: Annotated[str | None, Query(pattern=r"^\d{0,18}$")] = None,
) -> HTMLResponse:
    """Show whom to visit next in a cell, or in all cells of an officer, and why."""
    missing = missing_analyses(scope, "targets")
    if missing:
        values: dict[str, object] = {"active": "/inspector", "missing": missing}
        return page(request, scope, lang, "missing.html", values)
    officer_id = int(officer) if officer else None
    values = {"active": "/inspector", "day": inspector.day_of(scope, cell or None, officer_id)}
    return page(request, scope, lang, "inspector.html", values)


@router.get("/enterprises/{enterprise_id}")
def show_enterprise(
    request: Request,
    scope: ScopeDep,
    lang: LanguageDep,
    enterprise_id: Annotated[int, Path(ge=1, le=2**63 - 1)],
) -> HTMLResponse:
    """Show what is known of an enterprise, and where each figure comes from."""
    values = {"active": "", "record": record_of(scope, enterprise_id)}
    return page(request, scope, lang, "enterprise.html", values)
