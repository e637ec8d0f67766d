"""What a person sees when a page cannot be shown: what is the matter, and where to go on."""

from typing import Final
from urllib.parse import urlencode

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
# What to do, in the reader's words; the detail below it is that of the API.
_HINTS: Final = {
    404: (
        "这个地址没有页面，或者所问的企业、网格、聚集区、方案在这一天不存在。看看编号和日期。",
        "No page has this address, or what it asks for is not there on that day.",
    ),
    422: (
        "地址里的日期、编号或筛选写得不对。日期写成 2012-05-06 这样。",
        "A date, number or filter in the address is not right. A day is written like 2012-05-06.",
    ),
    503: (
        "过一会儿再试；仍不行，请管理员看数据库。",
        "Try again in a while, or call whoever runs it.",
    ),
}
_OTHER_HINT: Final = (
    "这不该发生，日志里有记录。请把时间和做了什么告诉管理员。",
    "This should not happen, and is in the log: tell whoever runs it the time and what was done.",
)


def wants_page(request: Request) -> bool:
    """Tell whether a person asks with a browser; programs and the API get problem documents."""
    accepted = request.headers.get("accept", "")
    return "text/html" in accepted and not request.url.path.startswith(("/api/", "/static/"))


def error_page(request: Request, status: int, detail: str) -> HTMLResponse:
    """Return a page that says what is the matter; the detail is English, as in the API."""
    asked = request.query_params.get("lang") or request.cookies.get(COOKIE)
    lang = Language.EN if asked == Language.EN else Language.ZH
    asked_again = {**dict(request.query_params), "lang": lang.other.value}
    title = _TITLES.get(status, _OTHER)
    text = templates.get_template("error.html").render(
        lang=lang,
        t=lang.say,
        title=lang.say(*title),
        hint=lang.say(*_HINTS.get(status, _OTHER_HINT)),
        status=status,
        detail=detail,
        other_language=f"{request.url.path}?{urlencode(asked_again)}",
    )
    return HTMLResponse(text, status_code=status)
