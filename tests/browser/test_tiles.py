"""Live maps in Chromium: tiles draw, a click opens its card, filters narrow, names are text."""

from collections.abc import Iterator

import folium
import pytest
from playwright.sync_api import Browser, Frame, Page, Route
from sqlalchemy import URL, Engine

from maps.assets import read_asset
from maps.county_map import CountyMap
from maps.layers import EnterpriseTiles
from maps.publish import to_html
from service.domain.errors import InvalidInputError
from tests.browsing import WatchedPage, watched_page
from tests.factories import WEST
from tests.web import computed_county, served

# The failing distillery e0, whose name is an attack.
_E0 = (38.1, 114.1)


@pytest.fixture(scope="module")
def engine(admin_url: URL) -> Iterator[Engine]:
    with computed_county(admin_url) as made:
        yield made


@pytest.fixture(scope="module")
def host(engine: Engine) -> Iterator[str]:
    with served(engine) as address:
        yield address


@pytest.fixture
def watched(chromium: Browser, host: str) -> Iterator[WatchedPage]:
    with watched_page(chromium, allowed=host) as page:
        yield page


@pytest.fixture
def frame(watched: WatchedPage, host: str) -> Frame:
    """Return the live map of leadership's page with the enterprises switched on."""
    watched.page.goto(f"http://{host}/?product=all")
    watched.page.frame_locator("#map").locator(".leaflet-container").wait_for()
    frame = watched.page.frames[1]
    watched.page.locator("#f-points").check()
    frame.locator(".wg-count strong").wait_for()
    return frame


# Whether a tile of the zoom shown is still on its way; under our policy a page may not be polled
# by a function in text.
_WAITING = """(() => {
    const layer = Object.values(wangge.current._layers).find((one) => one._held);
    return Object.values(layer._tiles).some((tile) => tile.current && !tile.loaded);
})()"""


def _assert_clean(watched: WatchedPage) -> None:
    assert watched.attempted == []
    assert watched.errors == []
    assert watched.dialogs == []
    assert all(frame.evaluate("window.ran") is None for frame in watched.page.frames)


def _look_at(frame: Frame, place: tuple[float, float], zoom: float) -> None:
    """Move there, and wait until the tiles of that zoom are drawn."""
    frame.evaluate(
        "([at, zoom]) => wangge.current.setView(at, zoom, {animate: false})", [place, zoom]
    )
    while frame.evaluate(_WAITING):
        frame.page.wait_for_timeout(50)


def _click(watched: WatchedPage, frame: Frame, place: tuple[float, float]) -> None:
    """Click where a place is drawn now."""
    box = watched.page.frame_locator("#map").locator(".folium-map").bounding_box()
    at = frame.evaluate("at => wangge.current.latLngToContainerPoint(at)", place)
    assert box is not None
    watched.page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])


def test_the_page_holds_no_enterprise_and_draws_all_of_them(
    watched: WatchedPage, frame: Frame
) -> None:
    # 40 stand in a line; where dots would cover each other, one mark stands for several.
    frame.locator(".wg-count", has_text="/ 40 户").wait_for()
    document = frame.evaluate("document.documentElement.outerHTML")

    assert "酒厂7" not in document
    assert "筛选内共 40 户：能定位 40" in frame.locator(".wg-count").inner_text()
    _assert_clean(watched)


@pytest.mark.parametrize("zoom", [14, 15.25])
def test_a_click_opens_the_card_of_what_was_clicked(
    watched: WatchedPage, frame: Frame, zoom: float
) -> None:
    _look_at(frame, _E0, zoom)

    _click(watched, frame, _E0)

    card = frame.locator(".leaflet-popup .wg-card").first
    card.wait_for()
    # The name that is an attack is shown as it is written, and nothing of it runs.
    assert "酒厂0</script><script>window.ran=1" in card.inner_text()
    assert "门牌" in card.inner_text()
    assert frame.locator(".leaflet-popup img").count() == 0
    _assert_clean(watched)


def test_a_click_beside_the_marks_still_opens_the_cell(watched: WatchedPage, frame: Frame) -> None:
    _look_at(frame, (38.15, 114.05), 14)

    _click(watched, frame, (38.15, 114.05))

    frame.locator(".leaflet-popup .wg-card").first.wait_for()
    assert "西格" in frame.locator(".leaflet-popup .wg-card").first.inner_text()


def test_the_product_of_the_page_narrows_the_tiles(watched: WatchedPage, frame: Frame) -> None:
    frame.locator(".wg-count", has_text="/ 40 户").wait_for()

    watched.page.get_by_role("link", name="水泥").click()

    frame.locator(".wg-count", has_text="/ 10 户").wait_for()
    assert any("product=cement" in address for address in watched.local)
    _assert_clean(watched)


def test_township_and_class_narrow_the_tiles_too(watched: WatchedPage, frame: Frame) -> None:
    frame.evaluate("township => wangge.set({township})", WEST)
    frame.locator(".wg-count", has_text="/ 8 户").wait_for()

    frame.evaluate("wangge.set({class: 1})")

    # None of the eight that fail is in the lowest class.
    frame.locator(".wg-count", has_text="/ 0 户").wait_for()
    _assert_clean(watched)


def test_a_number_from_a_list_is_found_and_opened(watched: WatchedPage, frame: Frame) -> None:
    frame.evaluate("wangge.focus('enterprise', 12)")

    frame.locator(".leaflet-popup .wg-card").first.wait_for()
    assert "酒厂11" in frame.locator(".leaflet-popup .wg-card").first.inner_text()
    assert frame.evaluate("wangge.current.getZoom()") >= 15
    _assert_clean(watched)


def test_tiles_that_do_not_come_are_said_to_be_missing(watched: WatchedPage, frame: Frame) -> None:
    watched.page.route("**/tiles/**", lambda route: route.abort())

    frame.evaluate("at => wangge.current.setView(at, 16, {animate: false})", _E0)

    frame.locator(".wg-count", has_text="没有取到").wait_for()


def _plain_folium_map() -> str:
    """Return a map that is not ours, with our layer in it, as the service would hand it out."""
    plain = folium.Map((38.1, 114.1), zoom_start=14, tiles=None, width=800, height=600)
    plain.default_js, plain.default_css = plain.default_js[:1], plain.default_css[:1]
    EnterpriseTiles(
        tiles="/api/v1/tiles/enterprises/{z}/{x}/{y}.mvt",
        records="/api/v1/enterprises?format=geojson",
    ).add_to(plain)
    return to_html(plain, mode="live")


def test_in_any_folium_map_a_click_works_where_vectorgrid_alone_fails(
    watched: WatchedPage, host: str
) -> None:
    page = watched.page
    html = _plain_folium_map()
    _answer_with(page, f"http://{host}/plain", html)

    page.goto(f"http://{host}/plain")
    _wait_for_every_tile(page)
    page.locator(".folium-map").click()

    page.locator(".leaflet-popup .wg-card").first.wait_for()
    assert "酒厂0" in page.locator(".leaflet-popup .wg-card").first.inner_text()
    _assert_clean(watched)


def test_the_click_fault_is_still_there_without_our_mending(
    watched: WatchedPage, host: str
) -> None:
    """When VectorGrid mends it, our override can go."""
    page = watched.page
    html = _plain_folium_map().replace("/static/maps/js/tiles.js", "/broken.js")
    source = read_asset("maps/js/tiles.js").text
    start = source.index("  L.Canvas.Tile.include({")
    end = source.index("  /** Vector tiles that remember")
    _answer_with(page, f"http://{host}/plain", html)
    page.route(
        "**/broken.js*",
        lambda route: route.fulfill(
            body=source[:start] + source[end:], content_type="text/javascript"
        ),
    )

    page.goto(f"http://{host}/plain")
    _wait_for_every_tile(page)
    page.locator(".folium-map").click()

    for _ in range(100):
        if any("fakeStop is not a function" in error for error in watched.errors):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"the click did what it should: {watched.errors}")


def _wait_for_every_tile(page: Page) -> None:
    """Wait until all that is seen is drawn: the tile that is clicked need not be the first."""
    page.locator("canvas.leaflet-tile").first.wait_for(state="attached")
    while page.locator("canvas.leaflet-tile:not(.leaflet-tile-loaded)").count():
        page.wait_for_timeout(50)


def _answer_with(page: Page, address: str, html: str) -> None:
    def answer(route: Route) -> None:
        route.fulfill(body=html, content_type="text/html; charset=utf-8")

    page.route(address, answer)


def test_a_file_that_must_ask_nobody_refuses_tiles() -> None:
    county_map = CountyMap(bounds=(114.0, 38.0, 114.4, 38.2))
    EnterpriseTiles(
        tiles="/api/v1/tiles/enterprises/{z}/{x}/{y}.mvt", records="/api/v1/enterprises"
    ).add_to(county_map)

    with pytest.raises(InvalidInputError, match="EnterpriseTiles"):
        to_html(county_map)
