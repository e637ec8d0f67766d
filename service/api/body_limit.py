"""A limit on what is posted as JSON, kept while it is read: nobody fills the memory."""

import contextlib
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.errors import problem

MOST_BYTES: Final = 20_000_000
_JSON_PATHS: Final = ("/api/v1/clusters",)


class _TooLargeError(Exception):
    """More has come than is read."""


class BodyLimit:
    """Refuses bodies of more than `MOST_BYTES` to the paths that take JSON."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is received; answer 413 as soon as it is too much."""
        if scope["type"] != "http" or not scope["path"].startswith(_JSON_PATHS):
            await self.app(scope, receive, send)
            return
        said = Headers(scope=scope).get("content-length", "")
        if said.isdigit() and int(said) > MOST_BYTES:
            await _refuse(scope, receive, send)
            return
        came, has_begun = 0, False

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > MOST_BYTES:
                raise _TooLargeError
            return message

        async def watched(message: Message) -> None:
            # Whoever reads the body may answer an error of its own to ours: it is not sent.
            nonlocal has_begun
            if came <= MOST_BYTES:
                has_begun = True
                await send(message)

        with contextlib.suppress(_TooLargeError):
            await self.app(scope, counted, watched)
        if came > MOST_BYTES and not has_begun:
            await _refuse(scope, receive, send)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    detail = (
        f"more than {MOST_BYTES // 1_000_000} MB; add points up by place first, or use "
        "`wangge clusters --file`, which reads larger files"
    )
    answer = problem(413, detail, instance=scope["path"])
    await answer(scope, receive, send)
