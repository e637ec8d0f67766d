"""What a person sees when a page cannot be shown: what is the matter, and where to go on."""

from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse

from service.api.i18n import COOKIE, Language
from service.api.pages import templates

_TITLES: Final = {
    404: ("没有找到", "Not found"),
    422: ("地址里有看不懂的内容", "Something in the address cannot be read"),
    503: ("暂时用不了", "Not available just now"),
}
_OTHER: Final = ("出错了", "Something failed")


def wants_page(request: Request) -> bool:
    """Tell whether a person asks with a browser; programs and the API get problem documents."""
    accepted = request.headers.get("accept", "")
    return "text/html" in accepted and not request.url.path.startswith(("/api/", "/static/"))


def error_page(request: Request, status: int, detail: str) -> HTMLResponse:
    """Return a page that says what is the matter; the detail is English, as in the API."""
    asked = request.query_params.get("lang") or request.cookies.get(COOKIE)
    lang = Language.EN if asked == Language.EN else Language.ZH
    title = _TITLES.get(status, _OTHER)
    text = templates.get_template("error.html").render(
        lang=lang, t=lang.say, title=lang.say(*title), status=status, detail=detail
    )
    return HTMLResponse(text, status_code=status)
