"""Addresses that wait for a person: the queue, its groups, decisions and their undo."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from maps.publish import to_html
from service.api.answers import answer_page
from service.api.dependencies import PageDep, Scope, ScopeDep
from service.api.i18n import LanguageDep
from service.api.plain import plain, plain_row
from service.database import decisions, plans, review_places, reviews
from service.database import enterprises as register
from service.database.reviews import Filter
from service.domain.errors import NotFoundError
from service.domain.places import Datum, Level
from service.domain.review_choices import WHY_NOT, Outcome
from service.domain.review_evidence import Option
from service.exports.spreadsheet import as_xlsx
from service.workflows.draw_review import draw_review
from service.workflows.follow_aliases import undo_and_follow
from service.workflows.review_group import read_group
from service.workflows.review_locations import Settled, Wish, decide
from service.workflows.review_sheet import SHEET_HEADERS, sheet_of

router = APIRouter(tags=["reviews"])
_TEXT = r"^[^\x00]*$"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Words = Annotated[str, Query(max_length=200, pattern=_TEXT)]
DecisionId = Annotated[int, Path(ge=1, le=2**63 - 1)]


class ChosenRow(BaseModel):
    """A row of the queue as it was shown; the decision is refused when it has changed since."""

    model_config = ConfigDict(extra="forbid")
    enterprise_id: int = Field(ge=1, le=2**63 - 1)
    version: str = Field(max_length=64, pattern=_TEXT, description="As the queue gave it.")


class NewDecision(BaseModel):
    """What a person decides about rows of the queue."""

    model_config = ConfigDict(extra="forbid")
    by: str = Field(min_length=1, max_length=60, pattern=_TEXT, description="Who decides.")
    rows: list[ChosenRow] = Field(min_length=1, max_length=5000)
    outcome: Outcome
    place_code: str = Field(default="", max_length=100, pattern=_TEXT)
    lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    lat: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    datum: Datum = Datum.WGS84
    level: Literal["rooftop", "road", "village"] = "rooftop"
    why: Literal[tuple(WHY_NOT)] | None = None  # type: ignore[valid-type]
    refine: bool = Field(
        default=True, description="Go to the village of the township that an address names."
    )
    note: str = Field(default="", max_length=500, pattern=_TEXT)


class Undo(BaseModel):
    """Who takes a decision back."""

    model_config = ConfigDict(extra="forbid")
    by: str = Field(min_length=1, max_length=60, pattern=_TEXT)


def requested_filter(
    state: Literal["open", "decided"] = "open",
    township: Words = "",
    reason: Words = "",
    product: Words = "",
    q: Words = "",
) -> Filter:
    """Return what of the queue is asked for."""
    return Filter(state=state, township=township, reason=reason, product=product, text=q)


FilterDep = Annotated[Filter, Depends(requested_filter)]


@router.get("/reviews", summary="List groups of addresses that wait, the largest first")
def list_reviews(scope: ScopeDep, page: PageDep, wanted: FilterDep) -> Response:
    """Return groups; one decision can serve all rows of one."""
    found, total, _ = reviews.groups(
        scope.session, scope.code, wanted, limit=page.limit, offset=page.offset
    )
    return answer_page(found, page, total=total)


@router.get("/reviews/group", summary="Show one group: its rows and the places it may mean")
def read_review(scope: ScopeDep, wanted: FilterDep, group: Words) -> Response:
    """Return rows with their versions, and candidates with distance and evidence."""
    found = read_group(scope.session, scope.code, replace(wanted, group=group))
    hidden = ["engine", "fingerprint", "witness", "candidates"]
    return JSONResponse(
        {
            "group_key": group,
            "total": found.total,
            "rows": [plain_row(row) for row in found.rows.drop(columns=hidden).to_dict("records")],
            "options": [option_json(one) for one in found.options],
        }
    )


@router.get("/reviews/places", summary="Find villages and townships by part of their name")
def find_places(
    scope: ScopeDep, q: Annotated[str, Query(min_length=1, max_length=60, pattern=_TEXT)]
) -> Response:
    """Return at most twenty places of the gazetteer, exact names first."""
    found = review_places.named_like(scope.session, scope.code, q)
    return JSONResponse({"items": [plain_row(row) for row in found.to_dict("records")]})


@router.get("/reviews/map", summary="Draw a group's candidates", response_class=Response)
def read_review_map(
    request: Request, scope: ScopeDep, lang: LanguageDep, wanted: FilterDep, group: Words = ""
) -> Response:
    """Return the map for a frame; without a group, or when it is done, the county alone."""
    found = None
    if group:
        try:
            found = read_group(scope.session, scope.code, replace(wanted, group=group))
        except NotFoundError:
            found = None
    drawn = draw_review(scope.session, scope.code, found, on=scope.on)
    html = to_html(drawn, mode="live", nonce=request.state.nonce, lang=lang, bare=True)
    return Response(html, media_type="text/html")


@router.get(
    "/reviews/export", summary="The queue as a workbook to fill in", response_class=Response
)
def export_reviews(scope: ScopeDep, wanted: FilterDep) -> Response:
    """Return XLSX; `wangge review import` reads it back once it is filled in."""
    content = as_xlsx(sheet_of(scope.session, scope.code, wanted), SHEET_HEADERS, title="待核实")
    name = f"review-{scope.on.isoformat()}.xlsx"
    return Response(
        content,
        media_type=_XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/decisions", summary="List decisions about places and the register, newest first")
def list_decisions(scope: ScopeDep, page: PageDep) -> Response:
    """Return the whole history; an undo is a decision of its own."""
    rows, total = decisions.history(scope.session, scope.code, limit=page.limit, offset=page.offset)
    return answer_page(rows, page, total=total)


@router.post("/reviews/decisions", summary="Decide about rows of the queue", status_code=201)
def add_decision(scope: ScopeDep, wish: NewDecision) -> Response:
    """Place rows, or say why not; 409 when one has changed since it was shown."""
    done = decide(
        scope.session,
        scope.code,
        Wish(
            by=wish.by,
            versions={row.enterprise_id: row.version for row in wish.rows},
            outcome=wish.outcome,
            place_code=wish.place_code,
            lon=wish.lon,
            lat=wish.lat,
            datum=wish.datum,
            level=Level(wish.level),
            why=wish.why or "",
            refine=wish.refine,
            note=wish.note,
        ),
    )
    return JSONResponse(_settled(scope, done), status_code=201)


@router.post("/decisions/{decision_id}/undo", summary="Take a decision back", status_code=201)
def undo_decision(scope: ScopeDep, decision_id: DecisionId, who: Undo) -> Response:
    """Restore what was before; 409 when a later decision stands on this one."""
    done = undo_and_follow(scope.session, scope.code, decision_id, by=who.by)
    return JSONResponse(_settled(scope, done), status_code=201)


def option_json(option: Option) -> dict[str, object]:
    """Return a candidate as JSON: evidence in both languages."""
    return {
        "number": option.number,
        "code": option.code,
        "name": option.name,
        "township": option.township,
        "level": option.level,
        "lon": plain(option.lon),
        "lat": plain(option.lat),
        "distance_m": plain(option.distance_m),
        "distance_from": option.distance_from._asdict() if option.distance_from else None,
        "evidence": [said._asdict() for said in option.evidence],
    }


def _settled(scope: Scope, done: Settled) -> dict[str, object]:
    """Return what a decision did, with the cell and township that each row is in now."""
    return {
        "decision_id": done.decision_id,
        "rows": _where(scope, set(done.enterprise_ids)),
        "stale": review_places.stale_analyses(scope.session, scope.code),
    }


def _where(scope: Scope, numbers: set[int]) -> list[dict[str, object]]:
    """Return where rows are now; without a plan in force there are no cells to be in."""
    try:
        plan_id = plans.in_force(scope.session, scope.code, scope.on)
    except NotFoundError:
        return [{"enterprise_id": number} for number in sorted(numbers)]
    scope.session.flush()
    found = register.located(scope.session, scope.code, plan_id)
    columns = ["enterprise_id", "name", "status", "level", "cell_code", "located_township_code"]
    mine = found[found["enterprise_id"].isin(numbers)]
    return [plain_row(row) for row in mine[columns].to_dict("records")]
