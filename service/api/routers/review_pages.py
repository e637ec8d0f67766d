"""The pages of the data manager: the review queue, what was decided, duplicates, aliases."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from service.api.dependencies import ScopeDep
from service.api.i18n import LanguageDep
from service.api.pages import link, page
from service.api.routers.duplicates import alias_json
from service.api.routers.reviews import FilterDep, Words
from service.api.views import duplicates as duplicates_view
from service.api.views import review as view
from service.domain.review_choices import WHY_NOT
from service.domain.review_groups import TOKEN_KINDS
from service.workflows.learn_aliases import suggestions

router = APIRouter(include_in_schema=False)
Offset = Annotated[int, Query(ge=0, le=10_000_000)]


@router.get("/review")
def show_review(
    request: Request,
    scope: ScopeDep,
    lang: LanguageDep,
    wanted: FilterDep,
    *,
    group: Words = "",
    offset: Offset = 0,
) -> HTMLResponse:
    """Show the addresses that wait for a person, group by group."""
    kept = {
        "state": None if wanted.state == "open" else wanted.state,
        "township": wanted.township or None,
        "reason": wanted.reason or None,
        "product": wanted.product or None,
        "q": wanted.text or None,
    }

    def here(path: str = "/review", **changes: object) -> str:
        values = {**kept, "offset": offset or None, **changes}
        return link(request, path, **values)

    looked_at = view.desk(scope, replace(wanted, group=group), offset=offset)
    values = {
        "active": "/review",
        "tab": wanted.state,
        "desk": looked_at,
        "wanted": wanted,
        "here": here,
        "kinds": TOKEN_KINDS,
        "why_not": WHY_NOT,
    }
    return page(request, scope, lang, "review.html", values)


@router.get("/review/history")
def show_history(
    request: Request, scope: ScopeDep, lang: LanguageDep, offset: Offset = 0
) -> HTMLResponse:
    """Show every decision, the newest first, each with its undo."""
    values = {"active": "/review", "tab": "history", "told": view.history(scope, offset)}
    return page(request, scope, lang, "review_history.html", values)


@router.get("/review/duplicates")
def show_duplicates(
    request: Request, scope: ScopeDep, lang: LanguageDep, offset: Offset = 0
) -> HTMLResponse:
    """Show pairs that may be one enterprise, field by field."""
    values = {
        "active": "/review",
        "tab": "duplicates",
        "desk": duplicates_view.desk(scope, offset),
    }
    return page(request, scope, lang, "review_duplicates.html", values)


@router.get("/review/aliases")
def show_aliases(request: Request, scope: ScopeDep, lang: LanguageDep) -> HTMLResponse:
    """Show names learnt from decisions, to be accepted or refused."""
    found = [alias_json(one) for one in suggestions(scope.session, scope.code)]
    values = {"active": "/review", "tab": "aliases", "learnt": found}
    return page(request, scope, lang, "review_aliases.html", values)
