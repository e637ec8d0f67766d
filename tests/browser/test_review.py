"""The pages of the data manager in Chromium: by keyboard alone, nothing from another host."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import URL, Engine, text

from service.settings import PROJECT_ROOT
from tests.browsing import WatchedPage, watched_page
from tests.factories import EAST
from tests.review_county import review_county
from tests.web import served

_PAGES = ("/review", "/review?state=decided", "/review/duplicates", "/review/aliases",
          "/review/history")  # fmt: skip
_SIZES = ((1440, 900, "en"), (390, 844, "zh"))
_AXE = PROJECT_ROOT / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def engine(admin_url: URL) -> Iterator[Engine]:
    with review_county(admin_url) as engine:
        yield engine


@pytest.fixture(scope="module")
def host(engine: Engine) -> Iterator[str]:
    with served(engine) as address:
        yield address


@pytest.fixture
def watched(chromium: Browser, host: str) -> Iterator[WatchedPage]:
    with watched_page(chromium, allowed=host) as page:
        yield page


def _assert_clean(watched: WatchedPage) -> None:
    assert watched.attempted == []
    assert watched.errors == []
    assert watched.dialogs == []
    ran = [frame.evaluate("window.ran") for frame in watched.page.frames]
    assert ran == [None] * len(watched.page.frames)


def _open(watched: WatchedPage, host: str, path: str = "/review") -> Page:
    watched.page.goto(f"http://{host}{path}")
    if watched.page.locator("#map").count():
        watched.page.frame_locator("#map").locator(".leaflet-container").wait_for()
    return watched.page


def _by(page: Page) -> None:
    """Say who decides, as somebody does once on their machine."""
    page.evaluate("localStorage.setItem('wangge-decided-by', '李静')")
    page.reload()
    page.frame_locator("#map").locator(".leaflet-container").wait_for()


def _waiting(page: Page) -> str:
    return page.locator(".kpi strong").first.inner_text()


@pytest.mark.parametrize("size", _SIZES, ids=["wide", "phone"])
@pytest.mark.parametrize("path", _PAGES)
def test_a_page_is_clean_accessible_and_fits(
    watched: WatchedPage, host: str, path: str, size: tuple[int, int, str]
) -> None:
    watched.page.set_viewport_size({"width": size[0], "height": size[1]})

    page = _open(watched, host, f"{path}{'&' if '?' in path else '?'}lang={size[2]}")

    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert _violations(page) == []
    _assert_clean(watched)


def _violations(page: Page) -> list[str]:
    """Return what axe finds in the page itself; the frame holds a map with rules of its own."""
    page.evaluate(Path(_AXE).read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {iframes: false}).then((r) => r.violations)")
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]


def test_a_group_is_decided_and_undone_by_keyboard_alone(
    watched: WatchedPage, host: str, engine: Engine
) -> None:
    page = _open(watched, host)
    _by(page)
    assert _waiting(page) == "17"

    page.keyboard.press("2")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert _waiting(page) == "3"
    with engine.connect() as database:
        statement = (
            "SELECT DISTINCT township_code, count(*) OVER () FROM location WHERE rule = 'decided'"
        )
        assert database.execute(text(statement)).all() == [(EAST, 14)]
    with page.expect_navigation():
        page.keyboard.press("u")

    assert _waiting(page) == "17"
    _assert_clean(watched)


def test_j_and_k_walk_the_groups_and_the_address_holds_group_and_filter(
    watched: WatchedPage, host: str
) -> None:
    page = _open(watched, host, "/review?township=" + "-")
    assert page.locator(".group").count() == 1

    page = _open(watched, host)
    first = page.locator(".decide h2 span").inner_text()
    with page.expect_navigation():
        page.keyboard.press("j")
    second = page.locator(".decide h2 span").inner_text()
    assert "group=" in page.url
    with page.expect_navigation():
        page.keyboard.press("k")

    assert [first, second] == ["微矿路", "老山乡"]
    assert page.locator(".decide h2 span").inner_text() == first
    page.keyboard.press("/")
    page.keyboard.type("老山")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator(".group .token").all_inner_texts() == ["老山乡"]
    assert "q=" in page.url


def test_keys_typed_into_a_field_are_text(watched: WatchedPage, host: str) -> None:
    page = _open(watched, host)

    page.keyboard.press("s")
    page.keyboard.type("jk1u")

    assert page.locator("#place-q").input_value() == "jk1u"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") != "place-q"


def test_without_a_name_nothing_is_decided(watched: WatchedPage, host: str) -> None:
    page = _open(watched, host)

    page.keyboard.press("1")
    page.keyboard.press("Enter")

    assert page.locator("#problem").is_visible()
    assert page.evaluate("document.activeElement.id") == "by"
    assert _waiting(page) == "17"


def test_a_click_on_the_map_sets_a_point(watched: WatchedPage, host: str) -> None:
    page = _open(watched, host)

    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 60, box["y"] + box["height"] - 120)
    page.locator("#pick:checked").wait_for()

    assert 113.9 < float(page.locator("#lon").input_value()) < 114.5
    assert page.locator("#pick").is_checked()
    _assert_clean(watched)


def test_a_candidate_on_the_map_chooses_it_in_the_list(watched: WatchedPage, host: str) -> None:
    page = _open(watched, host)

    page.frame_locator("#map").locator(".wg-badge", has_text="2").click()

    page.locator("input[data-key='2']:checked").wait_for()
    _assert_clean(watched)


def test_a_pair_is_merged_by_keyboard_and_undone(watched: WatchedPage, host: str) -> None:
    page = watched.page
    page.goto(f"http://{host}/review/duplicates")
    page.locator("#by").fill("李静")
    page.keyboard.press("Escape")
    page.keyboard.press("j")

    with page.expect_navigation():
        page.keyboard.press("m")
    assert page.locator("[data-pair]").count() == 0
    page.goto(f"http://{host}/review/history")
    with page.expect_navigation():
        page.locator("[data-undo]").first.click()
    page.goto(f"http://{host}/review/duplicates")

    assert page.locator("[data-pair]").count() == 1
    _assert_clean(watched)
