"""How long a map takes until it answers, in Chromium without a network."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, CDPSession, Page, Route

_QUIET_MS: Final = 700
_PATIENCE_S: Final = 3_600  # whoever opens a map limits the time that it may take
# Long tasks are those that keep the main thread from answering for more than 50 ms.
_WATCH: Final = """
    window.busyUntil = 0;
    new PerformanceObserver((list) => {
      for (const task of list.getEntries()) {
        window.busyUntil = Math.max(window.busyUntil, task.startTime + task.duration);
      }
    }).observe({ type: 'longtask', buffered: true });
"""
# Interactive: loaded, and no long task for a while after; the wait itself is not counted.
_INTERACTIVE: Final = """
    (quiet) => new Promise((done) => {
      const loaded = performance.getEntriesByType('navigation')[0].loadEventEnd;
      const look = () => {
        const since = Math.max(window.busyUntil, loaded);
        if (loaded > 0 && performance.now() - since > quiet) done(since / 1000);
        else setTimeout(look, 50);
      };
      look();
    })
"""


_SHOWS_SOMETHING: Final = """
    () => document.querySelector('.leaflet-pane canvas, .leaflet-marker-icon') !== null
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What opening a map took.

    Attributes:
        interactive_s: From navigation until the last long task ended.
        cpu_s: Of the main thread; other work on the machine hardly changes it.
        heap_mb: In use by scripts.
    """

    interactive_s: float
    cpu_s: float
    heap_mb: float


def opened(browser: Browser, path: Path) -> Opened:
    """Open a map from the disk with every other address blocked.

    Raises:
        RuntimeError: The map asked for another address, a script of it failed, or it shows none
            of its places: a script that is too long to be read leaves a page without a map.
    """
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    wrong: list[str] = []

    def decide(route: Route) -> None:
        if route.request.url.startswith(("http:", "https:")):
            wrong.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.route("**/*", decide)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.add_init_script(_WATCH)
    page.set_default_timeout(_PATIENCE_S * 1000)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    try:
        return _measured(page, session, path, wrong)
    finally:
        page.close()


def _measured(page: Page, session: CDPSession, path: Path, wrong: list[str]) -> Opened:
    page.goto(path.as_uri(), wait_until="load")
    points = page.locator("[data-points]")
    if points.count():
        points.check()  # the hotspot map draws enterprises when asked
    seconds = float(page.evaluate(_INTERACTIVE, _QUIET_MS))
    metrics = session.send("Performance.getMetrics")["metrics"]
    told = {one["name"]: float(one["value"]) for one in metrics}
    if not page.evaluate(_SHOWS_SOMETHING):
        wrong.append("no place is shown")
    if wrong:
        raise RuntimeError(f"{path.name}: {wrong[0]}")
    return Opened(
        interactive_s=seconds, cpu_s=told["TaskDuration"], heap_mb=told["JSHeapUsedSize"] / 1e6
    )
