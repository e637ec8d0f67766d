"""`/clusters/{id}`: one cluster, who leads it, and what comes next."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from service.api.dependencies import ScopeDep
from service.api.i18n import LanguageDep
from service.api.pages import link, page
from service.api.views import cluster_page
from service.domain.errors import InvalidInputError, NotFoundError
from service.workflows.agree_lead import Agreement, agree_lead

router = APIRouter(include_in_schema=False)

ObjectId = Annotated[int, Path(ge=1, le=2**63 - 1)]
_Field = Annotated[str, Form(max_length=200)]


@router.get("/clusters/{object_id}")
def show_cluster(
    request: Request, scope: ScopeDep, lang: LanguageDep, object_id: ObjectId
) -> HTMLResponse:
    """Show a cluster: what, where, how sure, since when, whose, and whom to visit next."""
    return _shown(request, scope, lang, object_id)


@router.post("/clusters/{object_id}/lead")
def agree(  # noqa: PLR0913 - the fields of a form
    request: Request,
    scope: ScopeDep,
    lang: LanguageDep,
    object_id: ObjectId,
    *,
    lead: _Field = "",
    second: _Field = "",
    approved_by: _Field = "",
) -> Response:
    """Record who leads, as the form says, and show the page again."""
    agreed = Agreement(lead=lead, second=second or None, approved_by=approved_by, on=scope.on)
    try:
        agree_lead(scope.session, scope.code, object_id, agreed)
    except (InvalidInputError, NotFoundError) as error:
        shown = _shown(request, scope, lang, object_id, refused=str(error))
        shown.status_code = 422
        return shown
    address = link(request, f"/clusters/{object_id}")
    return RedirectResponse(address + "#lead", status_code=303)


def _shown(
    request: Request, scope: ScopeDep, lang: LanguageDep, object_id: int, *, refused: str = ""
) -> HTMLResponse:
    values: dict[str, object] = {
        "active": "/",
        "shown": cluster_page.page_of(scope, object_id),
        "size": (cluster_page.CHART_WIDTH, cluster_page.CHART_HEIGHT),
        "refused": refused,
    }
    return page(request, scope, lang, "cluster.html", values)
