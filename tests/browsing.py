"""Open a page in Chromium with the network blocked, and count what it asks for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Dialog, Page, Route

# Schemes that never leave the machine; everything else is a request, answered or not.
_LOCAL_SCHEMES = {"about", "blob", "data", "file"}


@dataclass(slots=True)
class WatchedPage:
    """A page, and what it did that nobody sees on the screen."""

    page: Page
    attempted: list[str] = field(default_factory=list)  # addresses asked for, none was answered
    local: list[str] = field(default_factory=list)  # addresses of the one host allowed
    errors: list[str] = field(default_factory=list)  # script errors and errors on the console
    dialogs: list[str] = field(default_factory=list)  # alert(), which only injected code calls


@contextmanager
def watched_page(browser: Browser, *, allowed: str | None = None) -> Iterator[WatchedPage]:
    """Open an empty page that reaches one host at most.

    Args:
        browser: The `chromium` fixture.
        allowed: Host and port that may be asked, such as `127.0.0.1:8000`; None for none.
    """
    context = browser.new_context(service_workers="block", locale="zh-CN")
    page = context.new_page()
    watched = WatchedPage(page)

    def decide(route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.scheme in _LOCAL_SCHEMES:
            route.continue_()
        elif allowed is not None and address.netloc == allowed:
            watched.local.append(route.request.url)
            route.continue_()
        else:
            watched.attempted.append(route.request.url)
            route.abort("internetdisconnected")

    def dismiss(dialog: Dialog) -> None:
        watched.dialogs.append(dialog.message)
        dialog.dismiss()

    context.route("**/*", decide)
    page.on("websocket", lambda socket: watched.attempted.append(socket.url))
    page.on("pageerror", lambda error: watched.errors.append(str(error)))
    page.on(
        "console",
        lambda message: watched.errors.append(message.text) if message.type == "error" else None,
    )
    page.on("dialog", dismiss)
    try:
        yield watched
    finally:
        context.close()
