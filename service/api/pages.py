"""What every page shares: the template environment, the county's strip, links that keep the day."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader
from starlette.routing import Match

from service.api import i18n
from service.api.dependencies import Scope
from service.api.i18n import COOKIE, Language
from service.api.page_assets import page_asset
from service.database import analyses, counties

_YEAR_S = 365 * 24 * 3600

templates = Environment(
    loader=PackageLoader("service.api"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)


templates.globals["asset"] = lambda name: f"/static/{name}?v={page_asset(name).digest}"


def phase_name(scope: Scope, lang: Language) -> str:
    """Return the campaign's phase on the day, '' without a campaign."""
    campaign = counties.campaign_on(scope.session, scope.code, scope.on)
    for phase in campaign.phases if campaign else ():
        if phase["starts_on"] <= scope.on.isoformat() <= phase["ends_on"]:
            return lang.say(phase["name_zh"], phase["name_en"])
    return campaign.name if campaign else ""


def missing_analyses(scope: Scope, *kinds: str) -> list[str]:
    """Return the commands to run for analyses that the day lacks."""
    day = scope.on.isoformat()
    return [
        f"wangge {kind} --on {day}"
        for kind in kinds
        if analyses.latest_or_none(scope.session, scope.code, kind, scope.on) is None
    ]


def link(request: Request, path: str, **changes: object) -> str:
    """Return an address that keeps county and day of the request, with changes."""
    kept = {
        key: request.query_params[key] for key in ("county", "on") if key in request.query_params
    }
    values = {**kept, **{key: value for key, value in changes.items() if value is not None}}
    return f"{path}?{urlencode(values)}" if values else path


def is_served(request: Request, path: str) -> bool:
    """Tell whether an address is one of ours, so that no link leads nowhere."""
    asked = {"type": "http", "path": path, "method": "GET", "root_path": "", "headers": []}
    routes = request.app.router.routes
    return any(route.matches(dict(asked))[0] is Match.FULL for route in routes)


def _other_language(request: Request, lang: Language) -> str:
    values = {**dict(request.query_params), "lang": lang.other.value}
    return f"{request.url.path}?{urlencode(values)}"


def page(
    request: Request, scope: Scope, lang: Language, template: str, values: Mapping[str, Any]
) -> HTMLResponse:
    """Return a page in the language of the reader; the choice of language is kept."""

    def word(table: Mapping[str, tuple[str, str]], key: object) -> str:
        known = table.get(str(key))
        return lang.say(*known) if known else ("" if key is None else str(key))

    text = templates.get_template(template).render(
        request=request,
        nonce=request.state.nonce,
        lang=lang,
        t=lang.say,
        word=word,
        words=i18n,
        county=scope.county,
        on=scope.on,
        phase=phase_name(scope, lang),
        url=lambda path, **changes: link(request, path, **changes),
        other_language=_other_language(request, lang),
        **values,
    )
    response = HTMLResponse(text)
    if request.query_params.get("lang"):
        response.set_cookie(COOKIE, lang.value, max_age=_YEAR_S, samesite="lax", httponly=True)
    return response


def day_text(value: object) -> str:
    """Return a date of a frame as text, '' where missing."""
    return value.isoformat()[:10] if isinstance(value, date) else ""


templates.filters["day"] = day_text
