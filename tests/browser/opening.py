"""Every kind of one-file map, opened from file:// with the network blocked, and poked at."""

from collections.abc import Callable
from pathlib import Path

import folium
from playwright.sync_api import Page

from maps.cell import build_cell_map
from maps.coverage import build_coverage_map
from maps.difference import build_difference_map
from maps.hotspot import build_hotspot_map
from maps.lookup import build_lookup_map
from maps.publish import to_html
from tests.browsing import WatchedPage
from tests.unit.maps.factories import make_cell_input, make_coverage_input, make_hotspot_input
from tests.unit.maps.plan_factories import make_difference_input, make_lookup_input

KINDS: dict[str, Callable[[], folium.Map]] = {
    "hotspot": lambda: build_hotspot_map(make_hotspot_input()),
    "coverage": lambda: build_coverage_map(make_coverage_input()),
    "cell": lambda: build_cell_map(make_cell_input()),
    "lookup": lambda: build_lookup_map(make_lookup_input()),
    "difference": lambda: build_difference_map(make_difference_input()),
}


def open_map(watched: WatchedPage, folder: Path, county_map: folium.Map) -> Page:
    """Write a map and open its file."""
    path = folder / "map.html"
    path.write_text(to_html(county_map), encoding="utf-8")
    watched.page.goto(path.as_uri())
    watched.page.wait_for_selector(".wg-legend-title")
    return watched.page


def middle(page: Page) -> tuple[float, float]:
    """Return a point on the map, on the screen."""
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 3


def poke_everything(page: Page) -> None:
    """Press every button, open every list and popup, search, in both languages."""
    for lang in (0, 1):
        for box in page.locator("details:visible").all():
            box.locator("summary").click()
        if page.locator("[data-points]").count():
            page.locator("[data-points]").set_checked(lang == 0)
        _press_buttons(page)
        if page.locator("#wg-query").count():
            _look_up(page)
        page.mouse.click(*middle(page))
        page.locator("[data-do=language]").click()


def _press_buttons(page: Page) -> None:
    for button in page.locator("[data-switch]").all():
        button.click()
        page.mouse.move(*middle(page))
    for badge in page.locator(".wg-badge-holder, .wg-area-holder").all()[:4]:
        badge.dispatch_event("click")
    for button in page.locator("[data-focus-kind]:visible").all()[:6]:
        button.dispatch_event("click")


def _look_up(page: Page) -> None:
    for asked in ("1", "onerror", "虚构", "没有这样的名字"):
        page.fill("#wg-query", asked)
        page.wait_for_selector("#wg-found:not(:empty)")
        page.wait_for_timeout(60)
        page.press("#wg-query", "ArrowDown")
        page.press("#wg-query", "Enter")
