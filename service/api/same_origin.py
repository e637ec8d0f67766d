"""What changes something must come from our own pages, or from no browser at all.

There are no accounts yet: whoever reaches this machine may do everything, and a page of another
host, open in the same browser, could post a form to us. Browsers say where a request comes from
(`Sec-Fetch-Site`, and `Origin` with every unsafe method); programs say nothing and are let in.
"""

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from service.api.errors import problem

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# 'none' is a person: an address typed in, a bookmark.
_OWN_SITES: Final = frozenset({"same-origin", "none"})
_REFUSAL: Final = (
    "a page of another host may not change anything here; "
    "open the page on this address and do it there"
)


class SameOrigin:
    """Refuses POST, PUT, PATCH and DELETE that a page of another origin sent."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 to a foreign change, and pass on everything else."""
        if scope["type"] == "http" and scope["method"] not in _SAFE and _is_foreign(scope):
            answer = problem(403, _REFUSAL, instance=scope["path"])
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _is_foreign(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site not in _OWN_SITES:
        return True
    # 'null' is the origin of a sandboxed frame or of a file: not ours. The scheme is left out,
    # because a proxy in front of us may end the encryption.
    return origin is not None and urlsplit(origin).netloc != headers.get("host", "")
