"""The pages in Chromium: nothing asked of another host, no violation, no code out of a name."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Frame
from sqlalchemy import URL

from tests.browsing import WatchedPage, watched_page
from tests.web import WEST_CELL, computed_county, served

_PAGES = (
    "/", "/?product=all", "/planner", "/planner?kind=G16", "/gaps", "/inspector",
    f"/inspector?cell={WEST_CELL}", "/inspector?officer=1", "/enterprises/1", "/docs",
)  # fmt: skip
# Each size in one of the two languages: a page is opened once for both.
_SIZES = ((1440, 900, "en"), (390, 844, "zh"))


@pytest.fixture(scope="module")
def host(admin_url: URL) -> Iterator[str]:
    with computed_county(admin_url) as engine, served(engine) as address:
        yield address


@pytest.fixture
def watched(chromium: Browser, host: str) -> Iterator[WatchedPage]:
    with watched_page(chromium, allowed=host) as page:
        yield page


def _map(watched: WatchedPage) -> Frame:
    """Return the frame with the map, once the map stands in it."""
    watched.page.frame_locator("#map").locator(".leaflet-container").wait_for()
    return watched.page.frames[1]


def _assert_clean(watched: WatchedPage) -> None:
    assert watched.attempted == []
    assert watched.errors == []
    assert watched.dialogs == []
    assert [frame.evaluate("window.ran") for frame in watched.page.frames] == [None] * len(
        watched.page.frames
    )


@pytest.mark.parametrize("size", _SIZES, ids=["wide", "phone"])
@pytest.mark.parametrize("path", _PAGES)
def test_a_page_asks_only_its_own_host_and_runs_only_its_own_code(
    watched: WatchedPage, host: str, path: str, size: tuple[int, int, str]
) -> None:
    page = watched.page
    page.set_viewport_size({"width": size[0], "height": size[1]})

    page.goto(f"http://{host}{path}{'&' if '?' in path else '?'}lang={size[2]}")
    if page.locator("#map").count():
        _map(watched)

    assert watched.local
    _assert_clean(watched)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.title()


def test_the_first_line_says_where_which_product_and_who(watched: WatchedPage, host: str) -> None:
    watched.page.goto(f"http://{host}/")

    headline = watched.page.locator("#headline").inner_text()
    assert "西乡" in headline
    assert "白酒" in headline
    assert "赵" in headline


def test_the_product_is_shared_by_list_map_table_and_address(
    watched: WatchedPage, host: str
) -> None:
    page = watched.page
    page.goto(f"http://{host}/")
    frame = _map(watched)

    page.get_by_role("link", name="水泥").click()
    page.wait_for_url("**product=cement*")
    page.locator(".seg a[aria-current=true]", has_text="水泥").wait_for()

    frame.wait_for_function("window.wangge.state.product === 'cement'")
    assert "水泥" in page.locator("#lists h2").nth(1).inner_text()
    assert page.frames[1] == frame  # the map was told, not loaded anew
    _assert_clean(watched)


def test_a_cluster_of_the_list_opens_its_card_on_the_map(watched: WatchedPage, host: str) -> None:
    page = watched.page
    page.goto(f"http://{host}/")
    frame = _map(watched)

    page.locator("#lists [data-focus-kind=cluster]").first.click()

    frame.locator(".wg-card").first.wait_for()
    assert "西乡" in frame.locator(".wg-card").first.inner_text()
    _assert_clean(watched)


def test_a_gap_is_shown_on_the_map(watched: WatchedPage, host: str) -> None:
    page = watched.page
    page.goto(f"http://{host}/planner?kind=G3")
    frame = _map(watched)

    page.locator("#gaps [data-focus-kind=cell]").first.click()

    frame.locator(".wg-card").first.wait_for()
    _assert_clean(watched)


def test_choosing_an_officer_shows_the_officers_list(watched: WatchedPage, host: str) -> None:
    page = watched.page
    page.goto(f"http://{host}/inspector")

    page.locator("select[name=officer]").select_option(index=1)
    page.wait_for_url("**officer=*")

    assert page.locator("article.target").count() == 8
    assert "赵" in page.locator("main h1").inner_text()


def test_the_keyboard_reaches_the_content_first(watched: WatchedPage, host: str) -> None:
    page = watched.page
    page.goto(f"http://{host}/")

    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
