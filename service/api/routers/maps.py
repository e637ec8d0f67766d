"""Maps: as a page for a frame, or as one file that opens without a network."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from service.api.dependencies import Key, RowId, ScopeDep
from service.api.ground import live_ground
from service.api.i18n import LanguageDep
from service.workflows.publish_maps import publish_map

router = APIRouter(tags=["maps"])
MapKind = Literal["hotspot", "coverage", "cell", "lookup", "difference"]


@router.get("/maps/{kind}", summary="Draw a map", response_class=Response)
def read_map(  # noqa: PLR0913 - one parameter each in the address
    request: Request,
    scope: ScopeDep,
    lang: LanguageDep,
    kind: MapKind,
    *,
    cell: Key | None = None,
    officer: RowId | None = None,
    from_plan: Annotated[Key | None, Query(description="Plan before, of a difference.")] = None,
    to_plan: Annotated[Key | None, Query(description="Plan after, of a difference.")] = None,
    mode: Annotated[
        Literal["live", "file"], Query(description="file: one HTML file to carry away.")
    ] = "live",
    bare: Annotated[bool, Query(description="Without title and lists, for a frame.")] = False,
    lists: Annotated[bool, Query(description="With bare: keep the lists and the search.")] = False,
) -> Response:
    """Return the map as HTML; 404 when the analysis that it shows has not been run."""
    html = publish_map(
        scope.session,
        scope.code,
        kind,
        on=scope.on,
        cell_code=cell,
        officer_id=officer,
        from_plan=from_plan,
        to_plan=to_plan,
        lang=lang,
        mode=mode,
        nonce=request.state.nonce if mode == "live" else None,
        bare=bare,
        lists=lists,
        ground=live_ground(request.app.state.settings, scope.code),
    )
    name = f"{kind}-{scope.on.isoformat()}.html"
    carried = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(html, media_type="text/html", headers=carried if mode == "file" else None)
