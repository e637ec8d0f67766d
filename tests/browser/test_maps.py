"""The one-file maps in Chromium, opened from file:// with the network blocked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

# ruff: noqa: ANN401 - frames, inputs and routes of any kind
import pytest
from playwright.sync_api import Browser

from maps.assets import read_asset
from maps.figure import content_security_policy
from maps.hotspot import build_hotspot_map
from maps.publish import to_html
from service.settings import PROJECT_ROOT
from tests.browser.opening import KINDS, open_map, poke_everything
from tests.browsing import WatchedPage, watched_page
from tests.unit.maps.factories import make_hotspot_input, make_tested_statistics


@pytest.fixture
def watched(chromium: Browser) -> Iterator[WatchedPage]:
    with watched_page(chromium) as page:
        yield page


@pytest.mark.parametrize("kind", KINDS)
def test_a_map_asks_nobody_for_anything(kind: str, watched: WatchedPage, tmp_path: Path) -> None:
    page = open_map(watched, tmp_path, KINDS[kind]())
    page.wait_for_selector(".wg-legend-title")
    poke_everything(page)
    assert watched.attempted == []
    assert watched.errors == []
    assert page.evaluate("performance.getEntriesByType('resource').length") == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["desk", "phone"])
def test_axe_finds_no_violation(
    kind: str, size: tuple[int, int], watched: WatchedPage, tmp_path: Path
) -> None:
    watched.page.set_viewport_size({"width": size[0], "height": size[1]})
    page = open_map(watched, tmp_path, KINDS[kind]())
    page.wait_for_selector(".wg-legend-title")
    source = (PROJECT_ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
    page.evaluate(source)
    found = page.evaluate("axe.run().then(result => result.violations)")
    assert [(one["id"], one["impact"], one["nodes"][0]["html"][:120]) for one in found] == []
    # Nothing is cut off to the right.
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_a_county_fits_into_a_mail(tmp_path: Path, watched: WatchedPage) -> None:
    given = make_hotspot_input(n_cells=29, n_enterprises=5000)
    assert 550 < len(given.geography.cells) < 650
    county_map = build_hotspot_map(given)
    assert len(to_html(county_map).encode()) <= 1_500_000
    page = open_map(watched, tmp_path, county_map)
    page.wait_for_selector(".wg-legend-title")


def test_a_click_in_the_list_goes_to_the_place(watched: WatchedPage, tmp_path: Path) -> None:
    page = open_map(watched, tmp_path, KINDS["hotspot"]())
    page.locator("[data-focus-kind=cluster]:visible").first.click()
    page.wait_for_selector(".leaflet-popup .wg-card")
    text = page.locator(".leaflet-popup .wg-card").inner_text()
    assert "2.9×" in text
    assert "999" in text
    assert "20120506" in text


def test_a_reader_without_a_mouse_gets_there_too(watched: WatchedPage, tmp_path: Path) -> None:
    page = open_map(watched, tmp_path, KINDS["hotspot"]())
    page.locator(".wg-badge-holder").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup .wg-card")


def test_the_product_switch_changes_map_list_and_figures(
    watched: WatchedPage, tmp_path: Path
) -> None:
    page = open_map(watched, tmp_path, KINDS["hotspot"]())
    assert page.locator(".wg-badge-holder").count() == 3
    page.get_by_role("button", name="水泥").click()
    assert "水泥" in page.locator(".wg-legend-title").inner_text()
    assert page.locator(".wg-badge-holder").count() == 0
    assert "没有不等于没问题" in page.locator(".wg-empty:visible").inner_text()


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["desk", "phone"])
def test_local_statistics_are_a_layer_with_four_classes(
    size: tuple[int, int], watched: WatchedPage, tmp_path: Path
) -> None:
    watched.page.set_viewport_size({"width": size[0], "height": size[1]})
    given = make_hotspot_input(statistics=make_tested_statistics())
    page = open_map(watched, tmp_path, build_hotspot_map(given))
    page.locator("[data-option=local]").click()
    page.locator(".wg-legend-title", has_text="局部统计").wait_for()
    legend = page.locator("#wg-legend").inner_text()
    for name in ("高高", "高低", "低高", "低低", "不显著", "盲区"):
        assert name in legend
    assert "条件置换 1,000,000 次，BH 校正，q≤0.05" in legend
    # A colour that is still changing has no contrast to measure.
    page.evaluate("Promise.all(document.getAnimations().map(one => one.finished)).then(() => 0)")
    source = (PROJECT_ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
    page.evaluate(source)
    assert page.evaluate("axe.run().then(result => result.violations.map(one => one.id))") == []

    first = str(given.geography.cells["code"].iloc[0])
    page.evaluate("code => wangge.focus('cell', code)", first)
    card = page.locator(".leaflet-popup .wg-card")
    card.wait_for()
    told = card.inner_text()
    assert "高高：本格与周边都高" in told
    assert "0.00123" in told
    assert "发现/期望" in told
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert watched.attempted == []
    assert watched.errors == []


def test_the_language_switch_changes_title_lang_and_texts(
    watched: WatchedPage, tmp_path: Path
) -> None:
    page = open_map(watched, tmp_path, KINDS["coverage"]())
    page.locator("[data-do=language]").click()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title() == "Qingshi County: responsibility coverage 2012-05-06"
    assert "Internal" in page.locator(".wg-bar").inner_text()


def test_points_are_drawn_on_demand_and_answer_a_click(
    watched: WatchedPage, tmp_path: Path
) -> None:
    page = open_map(watched, tmp_path, KINDS["hotspot"]())
    assert page.locator("canvas.leaflet-tile").count() == 0
    page.locator("[data-points]").check()
    page.wait_for_selector("canvas.leaflet-tile")
    assert page.evaluate("wangge.focus('enterprise', 3) || wangge.focus('enterprise', 4)")
    page.wait_for_selector(".leaflet-popup .wg-card")
    assert "虚构厂" in page.locator(".leaflet-popup").inner_text()


def test_the_sheet_holds_title_legend_and_source(watched: WatchedPage, tmp_path: Path) -> None:
    page = open_map(watched, tmp_path, KINDS["hotspot"]())
    page.emulate_media(media="print")
    for text in ("青石县", "每百次检查发现问题", "2012-05-06", "2012-02", "内部资料"):
        assert text in page.locator("body").inner_text()
    assert not page.locator("[data-do=print]").is_visible()
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_a_live_map_talks_to_the_page_round_it(chromium: Browser) -> None:
    nonce = "dGVzdC1ub25jZS0x"
    html = to_html(KINDS["hotspot"](), mode="live", nonce=nonce, bare=True)
    outer = (
        "<!DOCTYPE html><title>x</title><iframe id=f src=/map width=900 height=700></iframe>"
        "<script>addEventListener('message', e => {"
        " if (e.data.type === 'wangge:select') window.heard = e.data; })</script>"
    )
    with watched_page(chromium) as watched:

        def answer(route: Any) -> None:
            path = route.request.url.partition("http://wangge.test")[2].partition("?")[0]
            if path == "/":
                route.fulfill(body=outer, content_type="text/html")
            elif path == "/map":
                headers = {"Content-Security-Policy": content_security_policy(nonce)}
                route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=headers)
            else:
                asset = read_asset(path.removeprefix("/static/"))
                route.fulfill(body=asset.content, content_type=asset.media_type)

        watched.page.route("http://wangge.test/**", answer)
        watched.page.goto("http://wangge.test/")
        frame = watched.page.frame_locator("#f")
        frame.locator(".wg-legend-title").wait_for()
        assert frame.locator(".wg-bar").count() == 0
        watched.page.evaluate(
            "f.contentWindow.postMessage({type: 'wangge:focus', kind: 'cluster',"
            " id: 'baijiu-baijiu-1'}, location.origin)"
        )
        frame.locator(".leaflet-popup .wg-card").wait_for()
        watched.page.wait_for_function("window.heard")
        assert watched.page.evaluate("window.heard.id") == "baijiu-baijiu-1"
        assert watched.errors == []
