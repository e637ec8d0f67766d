"""`/lookup`: who answers where; `/plans`: what changes from one plan of cells to another."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service.api.dependencies import Key, Scope, ScopeDep
from service.api.i18n import LanguageDep
from service.api.pages import page
from service.api.views.rows import plain_rows
from service.database import plans

router = APIRouter(include_in_schema=False)


@router.get("/lookup")
def show_lookup(request: Request, scope: ScopeDep, lang: LanguageDep) -> HTMLResponse:
    """Show the map that is searched for an enterprise, village or cell."""
    plans.in_force(scope.session, scope.code, scope.on)  # else a frame would hold the refusal
    return page(request, scope, lang, "lookup.html", {"active": "/planner"})


@router.get("/plans")
def show_plans(
    request: Request,
    scope: ScopeDep,
    lang: LanguageDep,
    from_plan: Key | None = None,
    to_plan: Key | None = None,
) -> HTMLResponse:
    """Show what a plan would change: the newest one beside the one in force, unless two are named.

    A plan that does not exist, or one plan named twice, is said on the page.
    """
    listed = _listed(scope)
    codes = [str(one["code"]) for one in listed]
    known = {
        "from_plan": from_plan or next((str(one["code"]) for one in listed if one["in_force"]), ""),
        "to_plan": to_plan or (codes[0] if codes else ""),
    }
    missing = [code for code in (from_plan, to_plan) if code and code not in codes]
    values: dict[str, object] = {
        "active": "/planner",
        "plans": listed,
        "chosen": known,
        "next_code": f"{scope.on.year}-{scope.on.month + 1:02d}"
        if scope.on.month < 12  # noqa: PLR2004
        else f"{scope.on.year + 1}-01",
        "problem": _problem(missing, known, several=len(codes) > 1),
        "pair": None,
    }
    if not missing and known["from_plan"] and known["from_plan"] != known["to_plan"]:
        values["pair"] = (known["from_plan"], known["to_plan"])
    return page(request, scope, lang, "plans.html", values)


def _problem(missing: list[str], known: dict[str, str], *, several: bool) -> tuple[str, str] | None:
    if missing:
        return f"没有方案“{missing[0]}”。", f"There is no plan “{missing[0]}”."
    if several and known["from_plan"] == known["to_plan"]:
        return "两边是同一个方案，没有差别可看。", "Both are one plan: there is no difference."
    return None


def _listed(scope: Scope) -> list[dict[str, Any]]:
    rows = plain_rows(plans.of_county(scope.session, scope.code))
    return [{**row, "in_force": _is_in_force(row, scope)} for row in rows]


def _is_in_force(row: dict[str, Any], scope: Scope) -> bool:
    begins, ends = row["valid_from"], row["valid_to"]
    return begins is not None and begins <= scope.on and (ends is None or scope.on < ends)
