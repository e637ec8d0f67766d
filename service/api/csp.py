"""A Content-Security-Policy with a fresh nonce for every answer, and the usual headers."""

import secrets

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from maps.figure import content_security_policy


class SecurityHeaders:
    """Adds the headers; `request.state.nonce` is what scripts of this answer carry."""

    def __init__(self, app: ASGIApp, *, image_hosts: tuple[str, ...] = ()) -> None:
        """Wrap the application; `image_hosts` may be asked for tiles."""
        self.app = app
        self.image_hosts = image_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give HTTP requests a nonce and their answers the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(18)
        scope.setdefault("state", {})["nonce"] = nonce

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = content_security_policy(
                    nonce, image_hosts=self.image_hosts
                )
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                headers["X-Frame-Options"] = "SAMEORIGIN"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                headers["Cross-Origin-Resource-Policy"] = "same-origin"
                # Lists of enterprises and people must not stay behind on a shared computer.
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_headers)
