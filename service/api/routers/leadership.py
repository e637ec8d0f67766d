"""`/`: the page of leadership."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service.api.dependencies import Product, ScopeDep
from service.api.i18n import LanguageDep
from service.api.pages import missing_analyses, page
from service.api.views import leadership as view

router = APIRouter(include_in_schema=False)


@router.get("/")
def show_leadership(
    request: Request, scope: ScopeDep, lang: LanguageDep, product: Product | None = None
) -> HTMLResponse:
    """Show where the worst place is, for which product, and who answers for it."""
    missing = missing_analyses(scope, "clusters")
    if missing:
        return page(request, scope, lang, "missing.html", {"active": "/", "missing": missing})
    products = view.products_of(scope)
    chosen = product if product in products else products[0]
    values = {
        "active": "/",
        "products": products,
        "product": chosen,
        "board": view.board(scope, chosen),
        "goal": view.GOAL,
        "cluster_p": view.SIGNIFICANT_P,
        "missing": missing_analyses(scope, "gaps"),
    }
    return page(request, scope, lang, "leadership.html", values)
