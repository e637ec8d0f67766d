"""Maps on paper: A4 or A3, PDF or PNG, of what a page shows, drawn without a browser."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from maps.model import Audience
from maps.narrowed import WHOLE, View
from maps.paper_sheet import Sheet
from service.api.dependencies import Key, RowId, ScopeDep
from service.api.i18n import LanguageDep
from service.api.routers.leadership import FiltersDep
from service.api.routers.maps import MapKind
from service.api.views.asked import RISK_CLASSES, SIDE_OUTSIDE, SPAN_WEEK, Raw
from service.domain.errors import InvalidInputError
from service.workflows.map_inputs import LiveGround, MapSubject
from service.workflows.print_maps import print_within_limits

router = APIRouter(tags=["maps"])
_MEDIA = {"pdf": "application/pdf", "png": "image/png"}


def requested_sheet(
    form: Annotated[Literal["pdf", "png"], Query(alias="format", description="The file.")] = "pdf",
    paper: Annotated[Literal["a4", "a3"], Query(description="Size of the sheet.")] = "a4",
    landscape: Annotated[
        bool | None, Query(description="Lying; a cell map stands unless it is said.")
    ] = None,
) -> tuple[str, Literal["a4", "a3"], bool | None]:
    """Return form and size of the sheet asked for."""
    return form, paper, landscape


def requested_audience(
    audience: Annotated[Audience, Query(description="public: nobody is named.")] = (
        Audience.INTERNAL
    ),
    review_number: Annotated[
        Key | None, Query(description="审图号 that a public map of a real county must carry.")
    ] = None,
) -> tuple[Audience, str | None]:
    """Return who may see the sheet."""
    return audience, review_number


SheetAsked = Annotated[tuple[str, Literal["a4", "a3"], bool | None], Depends(requested_sheet)]
AudienceAsked = Annotated[tuple[Audience, str | None], Depends(requested_audience)]


@router.get("/maps/{kind}/paper", summary="Print a map", response_class=Response)
def print_map(  # noqa: PLR0913 - one parameter each in the address
    request: Request,
    scope: ScopeDep,
    lang: LanguageDep,
    kind: MapKind,
    *,
    filters: FiltersDep,
    sheet: SheetAsked,
    reader: AudienceAsked,
    view: Annotated[Key | None, Query(description="officer or gap, of a coverage map.")] = None,
    cell: Key | None = None,
    officer: RowId | None = None,
    from_plan: Key | None = None,
    to_plan: Key | None = None,
) -> Response:
    """Return a sheet of paper with the map; 422 says what it cannot show, 503 to ask again."""
    form, paper, landscape = sheet
    has_points = filters.points in {"1", "on"}
    subject = MapSubject(
        kind=kind,
        on=scope.on,
        cell_code=cell,
        officer_id=officer,
        from_plan=from_plan,
        to_plan=to_plan,
        audience=reader[0],
        review_number=reader[1],
        # Without dots the counts of the tiles tell how many there are: no register is read.
        ground=LiveGround(enterprises=kind == "hotspot" and not has_points),
        view=_view(filters) if kind == "hotspot" else WHOLE,
    )
    asked = {"product": filters.product, "measure": filters.measure, "view": view}
    show = {key: value for key, value in asked.items() if value}
    laid = Sheet(
        paper=paper,
        landscape=kind != "cell" if landscape is None else landscape,
        lang=lang.value,
        show=show | ({"points": "on"} if has_points else {}),
    )
    with request.app.state.paper_press.turn():
        content = print_within_limits(scope.session, scope.code, subject, form=form, sheet=laid)
    name = f"{kind}-{scope.on.isoformat()}-{paper}.{form}"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, media_type=_MEDIA[form], headers=headers)


def _view(filters: Raw) -> View:
    """Return the view of a hotspot map; unlike a page, paper refuses what does not exist."""
    risk_class = filters.risk_class or ""
    if risk_class and risk_class not in {str(one) for one in RISK_CLASSES}:
        raise InvalidInputError(f"there is no risk class {risk_class}")
    if filters.unit not in {None, "", "cell", "township"}:
        raise InvalidInputError(f"a map is drawn by cell or township, not {filters.unit}")
    return View(
        week=filters.week or "",
        is_single=filters.span == SPAN_WEEK,
        township=filters.township or "",
        risk_class=int(risk_class or 0),
        is_by_township=filters.unit == "township",
        area=filters.area or "",
        is_outside=bool(filters.area) and filters.side == SIDE_OUTSIDE,
    )
