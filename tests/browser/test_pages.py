"""The pages in Chromium: nothing asked of another host, no violation, no code out of a name."""

import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Frame, Page
from sqlalchemy import URL

from service.api.views import leadership
from service.settings import PROJECT_ROOT
from tests.browsing import WatchedPage, watched_page
from tests.factories import EAST, WEST
from tests.web import WEST_CELL, computed_county, served

_PAGES = (
    "/", "/?product=all", "/planner", "/planner?kind=G16", "/gaps", "/inspector",
    f"/inspector?cell={WEST_CELL}", "/inspector?officer=1", "/enterprises/1", "/docs",
    "/clusters/1",
    f"/?product=all&township={WEST}&week=2012-W15&unit=township", "/?week=2012-W02&product=wine",
    "/records?set=samples&product=all", "/records?set=register&product=all",
    "/records?set=areas&product=all", "/exposure?product=all", "/lookup", "/plans",
    "/records?set=cluster_expected&cluster=1", "/records?set=officer_load&officer=1",
    "/review", "/review/duplicates", "/review/aliases", "/review/history",
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


def _wait_for(frame: Frame, condition: str) -> None:
    """Wait until an expression holds; the pages' policy forbids Playwright's own way."""
    deadline = time.monotonic() + 20
    while not frame.evaluate(condition):
        assert time.monotonic() < deadline, condition
        time.sleep(0.05)


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
    # The frame with the map is judged with its page.
    script = (PROJECT_ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
    for frame in page.frames:
        frame.evaluate(script)
    found = page.evaluate("axe.run().then(result => result.violations)")
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []


@pytest.mark.parametrize("size", _SIZES, ids=["wide", "phone"])
@pytest.mark.parametrize("path", ["/nowhere", "/?on=abc", "/?on=2011-01-01", "/clusters/999"])
def test_a_page_that_cannot_be_shown_is_one_that_everybody_can_read(
    watched: WatchedPage, host: str, path: str, size: tuple[int, int, str]
) -> None:
    page = watched.page
    page.set_viewport_size({"width": size[0], "height": size[1]})

    page.goto(f"http://{host}{path}{'&' if '?' in path else '?'}lang={size[2]}")

    assert watched.attempted == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[size[2]]
    assert page.locator(".lang").is_visible()
    page.evaluate((PROJECT_ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run().then(result => result.violations)")
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []


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

    _wait_for(frame, "window.wangge.state.product === 'cement'")
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


def _query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def _state(frame: Frame, key: str) -> str:
    return str(frame.evaluate(f"window.wangge.state[{key!r}] || ''"))


def test_the_weeks_move_map_figures_table_and_address_together(
    watched: WatchedPage, host: str
) -> None:
    page = watched.page
    page.goto(f"http://{host}/?product=all")
    frame = _map(watched)
    slider = frame.locator("#wg-weeks input[type=range]")

    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    page.wait_for_url("**week=2012-W15*")
    page.locator("#view[data-state*='2012-W15']").wait_for(state="attached")

    # Two of three rounds of forty tests had happened by then; each bar is a round.
    assert page.locator("#top").get_by_role("link", name="80", exact=True).count() == 2  # n too
    assert "n=80" in frame.locator("#wg-legend").inner_text()
    assert "80" in page.locator("table.townships tfoot").inner_text()
    assert "当周检查 40" in frame.locator("#wg-weeks").inner_text()
    frame.locator("#wg-weeks button", has_text="只看当周").click()
    page.wait_for_url("**span=week*")
    assert "n=40" in frame.locator("#wg-legend").inner_text()
    _assert_clean(watched)


def test_back_and_a_copied_link_open_the_same_view(watched: WatchedPage, host: str) -> None:
    page = watched.page
    page.goto(f"http://{host}/")
    frame = _map(watched)

    page.locator("#f-township").select_option(EAST)
    page.wait_for_url(f"**township={EAST}*")
    page.locator("#f-measure-effort").click()
    page.wait_for_url("**measure=effort*")
    copied = page.url
    page.go_back()
    page.locator("#f-measure-rate[aria-current]").wait_for()
    assert _query(page)["township"] == [EAST]
    _wait_for(frame, "window.wangge.state.measure === 'rate'")
    page.go_back()
    _wait_for(frame, "!window.wangge.state.township")

    page.goto(copied)
    frame = _map(watched)
    assert _state(frame, "measure") == "effort"
    assert _state(frame, "township") == EAST
    assert page.locator("#f-township").input_value() == EAST
    assert page.locator("table.townships tbody tr").count() == 1
    _assert_clean(watched)


def test_the_other_language_keeps_the_view(watched: WatchedPage, host: str) -> None:
    page = watched.page
    page.goto(f"http://{host}/?measure=blind")
    _map(watched)
    page.locator("#f-product-cement").click()
    page.wait_for_url("**product=cement*")
    page.locator("#f-product-cement[aria-current]").wait_for()

    page.locator("#lang").click()
    page.wait_for_url("**lang=en*")

    assert page.locator("html").get_attribute("lang") == "en"
    assert _query(page) == {"product": ["cement"], "measure": ["blind"], "lang": ["en"]}


@pytest.mark.parametrize(
    "view",
    [
        "measure=rate", "measure=effort&week=2012-W14", "measure=blind&unit=township",
        f"measure=rate&unit=township&township={WEST}&class=4",
        "measure=rate&week=2012-W15&span=week",
    ],
)  # fmt: skip
def test_every_number_of_the_legend_opens_the_places_that_it_counts(
    watched: WatchedPage, host: str, view: str
) -> None:
    page = watched.page
    page.goto(f"http://{host}/?product=all&{view}")
    frame = _map(watched)
    frame.locator("#wg-legend a").first.wait_for()
    page.locator("#view").wait_for(state="attached")

    links = frame.locator("#wg-legend a, #wg-weeks a").evaluate_all(
        "all => all.map(one => [one.href, Number(one.dataset.n)])"
    )

    for address, counted in links:
        assert _total(page, address) == counted, address


@pytest.mark.parametrize("unit", ["cell", "township"])
def test_the_numbers_of_a_cells_card_open_the_records_of_that_place(
    watched: WatchedPage, host: str, unit: str
) -> None:
    page = watched.page
    page.goto(f"http://{host}/?product=all&unit={unit}&week=2012-W15")
    frame = _map(watched)
    frame.locator("#wg-legend a").first.wait_for()

    frame.evaluate(f"window.wangge.focus('cell', '{WEST_CELL}')")
    frame.locator(".leaflet-popup .wg-card a").first.wait_for()
    links = frame.locator(".leaflet-popup .wg-card a").evaluate_all(
        "all => all.map(one => [one.href, Number(one.dataset.n)])"
    )

    assert [counted for _, counted in links] == [16, 16, 8]  # visits, problems, enterprises
    for address, counted in links:
        assert _total(page, address) == counted, address


@pytest.mark.parametrize("view", ["officer", "gap"])
def test_the_planners_legend_opens_the_cells_of_each_class(
    watched: WatchedPage, host: str, view: str
) -> None:
    page = watched.page
    page.goto(f"http://{host}/planner?view={view}")
    frame = _map(watched)
    frame.locator("#wg-legend a").first.wait_for()

    links = frame.locator("#wg-legend a").evaluate_all(
        "all => all.map(one => [one.href, Number(one.dataset.n)])"
    )

    assert links
    for address, counted in links:
        assert _total(page, address) == counted, address


def _total(page: Page, address: str) -> int:
    """Return how many rows the page of records states, asked from within the page."""
    script = """async address => {
        const text = await (await fetch(address)).text();
        const page = new DOMParser().parseFromString(text, "text/html");
        return Number(page.querySelector("[data-total]").dataset.total);
    }"""
    return int(page.evaluate(script, address))


def test_a_cell_picked_on_the_map_marks_its_rows(watched: WatchedPage, host: str) -> None:
    page = watched.page
    page.goto(f"http://{host}/planner")
    frame = _map(watched)

    frame.evaluate(f"window.wangge.select('cell', '{WEST_CELL}')")

    page.locator("table.loads tr.selected").wait_for()
    assert "赵" in page.locator("table.loads tr.selected").inner_text()


def test_the_planners_rows_are_shown_on_the_map(watched: WatchedPage, host: str) -> None:
    page = watched.page
    page.goto(f"http://{host}/planner")
    frame = _map(watched)
    before = frame.evaluate("window.wangge.current.getCenter().lng")

    page.locator("table.loads button").first.click()

    # The officer leads the western half.
    _wait_for(frame, f"window.wangge.current.getCenter().lng < {before} - 0.05")
    _assert_clean(watched)


def test_a_row_about_an_enterprise_shows_its_point_and_is_marked(
    watched: WatchedPage, host: str
) -> None:
    page = watched.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"http://{host}/planner?kind=G16")
    frame = _map(watched)
    row = page.locator("#gaps [data-card]").first

    row.locator("[data-focus-kind=spot]").click()

    frame.locator(".wg-card").first.wait_for()
    assert row.locator(".gap-what").inner_text() in frame.locator(".wg-card").first.inner_text()
    assert "selected" in str(row.get_attribute("class"))
    _assert_clean(watched)


def test_on_a_phone_the_planners_map_comes_before_the_tables(
    watched: WatchedPage, host: str
) -> None:
    page = watched.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"http://{host}/planner")
    frame = _map(watched)
    tops = [page.locator(one).bounding_box() for one in ("#mapcard", "#h-unled", "#h-loads")]

    assert [one["y"] for one in tops if one] == sorted(one["y"] for one in tops if one)
    assert page.locator("nav.actions a[href='#mapcard']").is_visible()
    # What is picked on the map is marked in the tables, and the map stays in sight.
    before = page.evaluate("window.scrollY")
    frame.evaluate(f"window.wangge.select('cell', '{WEST_CELL}')")
    page.locator("table.loads tr.selected").wait_for()
    assert page.evaluate("window.scrollY") == before


def test_a_link_to_a_place_opens_the_planner_at_it(watched: WatchedPage, host: str) -> None:
    page = watched.page
    page.goto(f"http://{host}/gaps?kind=G3")

    page.locator(".where a").first.click()

    _map(watched).locator(".wg-card").first.wait_for()
    _assert_clean(watched)


def test_enterprises_centre_and_zoom_stand_in_the_address(watched: WatchedPage, host: str) -> None:
    page = watched.page
    page.goto(f"http://{host}/?product=all")
    frame = _map(watched)
    page.locator("#f-points").check()
    page.wait_for_url("**points=1*")
    _wait_for(frame, "window.wangge.state.points === '1'")
    frame.evaluate("window.wangge.current.setView([38.06, 114.21], 11, {animate: false})")
    page.wait_for_url("**at=38.06*")

    page.goto(page.url)
    frame = _map(watched)

    _wait_for(frame, "window.wangge.current.getZoom() === 11")
    assert page.locator("#f-points").is_checked()
    frame.locator("canvas.leaflet-tile").first.wait_for()
    page.locator("#f-measure-effort").click()
    page.wait_for_url("**measure=effort*")
    # Framing rounds to whole pixels.
    kept = [float(part) for part in _query(page)["at"][0].split(",")]
    assert kept == pytest.approx([38.06, 114.21, 11], abs=2e-3)
    assert _query(page)["points"] == ["1"]
    _assert_clean(watched)


def test_without_script_the_filters_are_a_plain_form(chromium: Browser, host: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"http://{host}/?product=cement")

    page.locator("#f-township").select_option(EAST)
    page.locator("#filters button[type=submit]").click()

    assert _query(page)["township"] == [EAST]
    assert _query(page)["product"] == ["cement"]
    assert page.locator("table.townships tbody tr").count() == 1
    context.close()


def test_a_large_register_is_counted_after_the_first_picture(
    watched: WatchedPage, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leadership, "COUNTED_AT_ONCE", 10)  # the server runs in this process
    page = watched.page
    first = page.request.get(f"http://{host}/").text()
    page.goto(f"http://{host}/")
    _map(watched)

    page.locator("table.townships tbody tr").first.wait_for()

    assert "正在统计 40 户" in first
    assert "<table" not in first
    assert page.url == f"http://{host}/"
    assert page.locator("#top .kpi").count() == 5
    _assert_clean(watched)
