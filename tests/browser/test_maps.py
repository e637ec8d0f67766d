"""The one-file maps in Chromium, opened from file:// with the network blocked."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

# ruff: noqa: ANN401 - frames, inputs and routes of any kind
import folium
import geopandas as gpd
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page

from maps.assets import read_asset
from maps.cell import build_cell_map
from maps.county_map import CountyMap
from maps.coverage import build_coverage_map
from maps.figure import content_security_policy
from maps.hotspot import build_hotspot_map
from maps.model import ProductLabel
from maps.publish import to_html
from service.settings import PROJECT_ROOT
from tests.browsing import WatchedPage, watched_page
from tests.unit.maps.factories import make_cell_input, make_coverage_input, make_hotspot_input

_KINDS: dict[str, Callable[[], folium.Map]] = {
    "hotspot": lambda: build_hotspot_map(make_hotspot_input()),
    "coverage": lambda: build_coverage_map(make_coverage_input()),
    "cell": lambda: build_cell_map(make_cell_input()),
}
# Everything that has run as code somewhere: HTML, attributes, JavaScript, templates.
_ATTACK = (
    "</script><script>window.ran=1;alert(1)</script><img src=x onerror='window.ran=1;alert(2)'>"
    "${(window.ran=1,alert(3))}`+alert(4)+`{{ 7*7*1234567 }}{% raw %}<!--<script>\"'&\u2028"
)


@pytest.fixture
def watched(chromium: Browser) -> Iterator[WatchedPage]:
    with watched_page(chromium) as page:
        yield page


def _open(watched: WatchedPage, folder: Path, county_map: folium.Map) -> Page:
    path = folder / "map.html"
    path.write_text(to_html(county_map), encoding="utf-8")
    watched.page.goto(path.as_uri())
    return watched.page


def _middle(page: Page) -> tuple[float, float]:
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 3


def _poke_everything(page: Page) -> None:
    """Press every button, open every list and popup, in both languages."""
    for lang in (0, 1):
        for box in page.locator("details").all():
            if box.is_visible():
                box.locator("summary").click()
        if page.locator("[data-points]").count():
            page.locator("[data-points]").set_checked(lang == 0)
        for button in page.locator("[data-switch]").all():
            button.click()
            page.mouse.move(*_middle(page))
        for badge in page.locator(".wg-badge-holder").all()[:3]:
            badge.dispatch_event("click")
        for button in page.locator("[data-focus-kind]:visible").all()[:6]:
            button.dispatch_event("click")
        page.mouse.click(*_middle(page))
        page.locator("[data-do=language]").click()


@pytest.mark.parametrize("kind", _KINDS)
def test_a_map_asks_nobody_for_anything(kind: str, watched: WatchedPage, tmp_path: Path) -> None:
    page = _open(watched, tmp_path, _KINDS[kind]())
    page.wait_for_selector(".wg-legend-title")
    _poke_everything(page)
    assert watched.attempted == []
    assert watched.errors == []
    assert page.evaluate("performance.getEntriesByType('resource').length") == 0


def _attacked(frame: Any) -> Any:
    """Return the frame with the attack in every free text."""
    keep = {"code", "cell_code", "township_code", "product", "level", "kind", "severity"}
    keep |= {"duty", "matter", "staff_no", "gi_class"}
    frame = frame.copy()
    for column in frame.columns:
        if column in keep or column == "geometry":
            continue
        if frame[column].map(lambda value: isinstance(value, str)).any():
            frame[column] = _ATTACK
    return frame


def _attacked_input(given: Any) -> Any:
    changes: dict[str, Any] = {}
    for name in given.__dataclass_fields__:
        value = getattr(given, name)
        if isinstance(value, pd.DataFrame | gpd.GeoDataFrame):
            changes[name] = _attacked(value)
    texts = dict.fromkeys(
        ("county_name_zh", "county_name_en", "plan_code", "inputs_zh", "inputs_en"), _ATTACK
    )
    changes["meta"] = replace(given.meta, **texts)
    shapes = given.geography
    changes["geography"] = replace(
        shapes,
        **{
            name: _attacked(getattr(shapes, name))
            for name in ("townships", "cells", "villages", "roads", "rivers")
        },
    )
    return replace(given, **changes)


def _attacked_maps() -> dict[str, Callable[[], folium.Map]]:
    def hotspot() -> folium.Map:
        given = _attacked_input(make_hotspot_input())
        clusters = given.clusters.assign(lead=_ATTACK, trend_zh=_ATTACK, trend_en=_ATTACK)
        clusters["officer_shares"] = [[{"name": _ATTACK, "share": 1.0}]] * len(clusters)
        firms = given.enterprises.assign(kind=_ATTACK)
        labels = (ProductLabel(key="baijiu", zh=_ATTACK, en=_ATTACK), *given.products[1:])
        return build_hotspot_map(
            replace(given, clusters=clusters, enterprises=firms, products=labels)
        )

    def cell() -> folium.Map:
        given = _attacked_input(make_cell_input(officer_name=_ATTACK))
        reason = {"key": "x", "points": 1, "text_zh": _ATTACK, "text_en": _ATTACK}
        return build_cell_map(
            replace(given, targets=given.targets.assign(reasons=[[reason]] * len(given.targets)))
        )

    return {
        "hotspot": hotspot,
        "coverage": lambda: build_coverage_map(_attacked_input(make_coverage_input())),
        "cell": cell,
    }


@pytest.mark.parametrize("kind", ["hotspot", "coverage", "cell"])
def test_no_text_of_a_map_runs(kind: str, watched: WatchedPage, tmp_path: Path) -> None:
    page = _open(watched, tmp_path, _attacked_maps()[kind]())
    page.wait_for_selector(".wg-legend-title")
    _poke_everything(page)
    assert watched.dialogs == []
    assert page.evaluate("window.ran") is None
    # A blocked inline script would be reported here: nothing was even tried.
    assert watched.errors == []
    assert watched.attempted == []
    # The text arrived as it is, and no template engine computed 7*7*1234567.
    assert "60493783" not in page.content()
    assert "onerror" in page.locator("body").inner_text()


def test_no_layer_name_runs(watched: WatchedPage, tmp_path: Path) -> None:
    from maps.layers import LabelsLayer  # noqa: PLC0415 - only this test builds a bare map

    county_map = CountyMap(bounds=(114.0, 37.5, 114.5, 38.0))
    layer = LabelsLayer([])
    layer.layer_name = _ATTACK.replace("{{", "{ {").replace("{%", "{ %")
    layer.add_to(county_map)
    folium.LayerControl(collapsed=False).add_to(county_map)
    page = _open(watched, tmp_path, county_map)
    page.wait_for_selector(".leaflet-control-layers-overlays")
    assert watched.dialogs == []
    assert page.evaluate("window.ran") is None
    assert "onerror" in page.locator(".leaflet-control-layers-overlays").inner_text()


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["desk", "phone"])
def test_axe_finds_no_violation(
    kind: str, size: tuple[int, int], watched: WatchedPage, tmp_path: Path
) -> None:
    watched.page.set_viewport_size({"width": size[0], "height": size[1]})
    page = _open(watched, tmp_path, _KINDS[kind]())
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
    page = _open(watched, tmp_path, county_map)
    page.wait_for_selector(".wg-legend-title")


def test_a_click_in_the_list_goes_to_the_place(watched: WatchedPage, tmp_path: Path) -> None:
    page = _open(watched, tmp_path, _KINDS["hotspot"]())
    page.locator("[data-focus-kind=cluster]:visible").first.click()
    page.wait_for_selector(".leaflet-popup .wg-card")
    text = page.locator(".leaflet-popup .wg-card").inner_text()
    assert "2.9×" in text
    assert "999" in text
    assert "20120506" in text


def test_a_reader_without_a_mouse_gets_there_too(watched: WatchedPage, tmp_path: Path) -> None:
    page = _open(watched, tmp_path, _KINDS["hotspot"]())
    page.locator(".wg-badge-holder").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup .wg-card")


def test_the_product_switch_changes_map_list_and_figures(
    watched: WatchedPage, tmp_path: Path
) -> None:
    page = _open(watched, tmp_path, _KINDS["hotspot"]())
    assert page.locator(".wg-badge-holder").count() == 3
    page.get_by_role("button", name="水泥").click()
    assert "水泥" in page.locator(".wg-legend-title").inner_text()
    assert page.locator(".wg-badge-holder").count() == 0
    assert "没有不等于没问题" in page.locator(".wg-empty:visible").inner_text()


def test_the_language_switch_changes_title_lang_and_texts(
    watched: WatchedPage, tmp_path: Path
) -> None:
    page = _open(watched, tmp_path, _KINDS["coverage"]())
    page.locator("[data-do=language]").click()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title() == "Qingshi County: responsibility coverage 2012-05-06"
    assert "Internal" in page.locator(".wg-bar").inner_text()


def test_points_are_drawn_on_demand_and_answer_a_click(
    watched: WatchedPage, tmp_path: Path
) -> None:
    page = _open(watched, tmp_path, _KINDS["hotspot"]())
    assert page.locator("canvas.leaflet-tile").count() == 0
    page.locator("[data-points]").check()
    page.wait_for_selector("canvas.leaflet-tile")
    assert page.evaluate("wangge.focus('enterprise', 3) || wangge.focus('enterprise', 4)")
    page.wait_for_selector(".leaflet-popup .wg-card")
    assert "虚构厂" in page.locator(".leaflet-popup").inner_text()


def test_the_sheet_holds_title_legend_and_source(watched: WatchedPage, tmp_path: Path) -> None:
    page = _open(watched, tmp_path, _KINDS["hotspot"]())
    page.emulate_media(media="print")
    for text in ("青石县", "每百次检查发现问题", "2012-05-06", "2012-02", "内部资料"):
        assert text in page.locator("body").inner_text()
    assert not page.locator("[data-do=print]").is_visible()
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_a_live_map_talks_to_the_page_round_it(chromium: Browser) -> None:
    nonce = "dGVzdC1ub25jZS0x"
    html = to_html(_KINDS["hotspot"](), mode="live", nonce=nonce, bare=True)
    outer = (
        "<!DOCTYPE html><title>x</title><iframe id=f src=/map width=900 height=700></iframe>"
        "<script>addEventListener('message', e => (window.heard = e.data))</script>"
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
        watched.page.wait_for_function("window.heard && window.heard.type === 'wangge:select'")
        assert watched.page.evaluate("window.heard.id") == "baijiu-baijiu-1"
        assert watched.errors == []
