"""What the print button gives: cells and lines on the sheet, and the page as before afterwards."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from maps.publish import to_html
from service.domain.errors import UnavailableError
from service.exports import browser_print
from service.exports.browser_print import print_as_seen
from tests.browser.opening import KINDS, open_map
from tests.browsing import WatchedPage, watched_page
from tests.conftest import CHROMIUM

_COLOURS = """
    () => {
      const sheet = document.querySelector('.wg-sheet');
      if (!sheet) return null;
      const data = sheet.getContext('2d').getImageData(0, 0, sheet.width, sheet.height).data;
      const counts = {};
      for (let i = 0; i < data.length; i += 4) {
        if (!data[i + 3]) continue;
        const key = [data[i], data[i + 1], data[i + 2]].join();
        counts[key] = (counts[key] || 0) + 1;
      }
      return Object.fromEntries(Object.entries(counts).sort((a, b) => b[1] - a[1]).slice(0, 40));
    }
"""


@pytest.fixture
def watched(chromium: Browser) -> Iterator[WatchedPage]:
    with watched_page(chromium) as page:
        yield page


def _printed_colours(page: Page) -> dict[str, int]:
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    colours: dict[str, int] = page.evaluate(_COLOURS)
    return colours


def test_the_sheet_holds_cells_in_their_colours_and_lines_over_them(
    watched: WatchedPage, tmp_path: Path
) -> None:
    page = open_map(watched, tmp_path, KINDS["hotspot"]())
    colours = _printed_colours(page)
    # Visited and nothing found, two classes above zero; the outline of the county.
    for colour in ("255,251,224", "253,141,60", "165,15,38", "29,39,51"):
        assert colour in colours
    assert page.locator(".folium-map canvas:visible").count() == 1
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(".wg-sheet").count() == 0
    assert page.locator(".folium-map canvas:visible").count() >= 3


def test_the_sheet_shows_the_place_that_the_reader_has_moved_to(
    watched: WatchedPage, tmp_path: Path
) -> None:
    page = open_map(watched, tmp_path, KINDS["hotspot"]())
    page.locator("[data-focus-kind=cluster]:visible").first.click()
    page.wait_for_selector(".leaflet-popup .wg-card")
    centre = "wangge.current.getCenter()"
    before = page.evaluate(centre)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    printed = page.evaluate(centre)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    after = page.evaluate(centre)
    for one in (printed, after):
        assert abs(one["lat"] - before["lat"]) < 0.01
        assert abs(one["lng"] - before["lng"]) < 0.01


@pytest.mark.parametrize("kind", ["coverage", "difference", "cell", "lookup"])
def test_every_kind_lays_its_cells_on_the_sheet(
    kind: str, watched: WatchedPage, tmp_path: Path
) -> None:
    page = open_map(watched, tmp_path, KINDS[kind]())
    colours = _printed_colours(page)
    assert sum(count for colour, count in colours.items() if colour != "255,255,255") > 50_000


def test_chromium_prints_what_is_seen_without_a_network() -> None:
    content = print_as_seen(to_html(KINDS["coverage"]()), browser=str(CHROMIUM))
    assert content.startswith(b"%PDF")
    # The map is a picture of the sheet's resolution, not an empty frame.
    widths = [int(width) for width in re.findall(rb"/Width (\d+)", content)]
    assert max(widths) > 1500


def test_without_chromium_it_says_what_prints_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_print, "_NAMES", ("no-such-browser",))
    with pytest.raises(UnavailableError, match="--as-seen"):
        print_as_seen("<p>x</p>")
