"""Bad input on a map: each shows something true, and nothing breaks."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from playwright.sync_api import Browser

from maps.cell import build_cell_map
from maps.county_map import CountyMap
from maps.hotspot import build_hotspot_map
from maps.layers import CanvasPoints, PointLook
from maps.layers.points import PointTexts
from maps.lookup import build_lookup_map
from maps.publish import to_html
from maps.words import Words
from tests.browser.opening import open_map
from tests.browsing import WatchedPage, watched_page
from tests.unit.maps.factories import (
    make_cell_input,
    make_county,
    make_hotspot_input,
)
from tests.unit.maps.plan_factories import make_lookup_input


@pytest.fixture
def watched(chromium: Browser) -> Iterator[WatchedPage]:
    with watched_page(chromium) as page:
        yield page


def test_a_million_points_at_one_place_say_how_many_they_are(
    watched: WatchedPage, tmp_path: Path
) -> None:
    n = 1_000_000
    county_map = CountyMap(bounds=(114.0, 37.5, 114.5, 38.0))
    CanvasPoints(
        lon=np.full(n, 114.25),
        lat=np.full(n, 37.75),
        looks=[PointLook(label=Words("企业", "Enterprise"), color="#1f5fbf")],
        texts=PointTexts(labels=[Words("名称")], columns=[["同址"] * n]),
    ).add_to(county_map)
    path = tmp_path / "map.html"
    path.write_text(to_html(county_map), encoding="utf-8")
    page = watched.page
    page.goto(path.as_uri())
    page.wait_for_selector("canvas.leaflet-tile")
    page.evaluate("wangge.current.setView([37.75, 114.25], 12, {animate: false})")
    page.wait_for_timeout(200)
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector(".leaflet-popup .wg-card")
    assert page.locator(".leaflet-popup .wg-card").count() == 8
    assert "999,992" in page.locator(".leaflet-popup").inner_text()
    assert watched.errors == []


def test_a_name_of_10_000_characters_breaks_no_page(watched: WatchedPage, tmp_path: Path) -> None:
    given = make_hotspot_input()
    shapes = given.geography
    cells, townships = shapes.cells.copy(), shapes.townships.copy()
    cells.loc[0, "name"] = "格" * 10_000
    townships.loc[0, "name"] = "乡" * 10_000
    firms = given.enterprises
    assert firms is not None
    firms = firms.assign(name=firms["name"].where(firms.index > 0, "厂" * 10_000))
    geography = replace(shapes, cells=cells, townships=townships)
    page = open_map(
        watched,
        tmp_path,
        build_hotspot_map(replace(given, geography=geography, enterprises=firms)),
    )
    page.evaluate(f"wangge.focus('cell', '{cells['code'].iloc[0]}')")
    page.wait_for_selector(".leaflet-popup .wg-card")
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    popup = page.locator(".leaflet-popup-content").bounding_box()
    assert popup is not None
    assert popup["height"] <= 900
    # The label over the map is short; the whole name stands in the card.
    assert max(len(one.inner_text()) for one in page.locator(".wg-label").all()) <= 24
    assert "格" * 10_000 in page.locator(".leaflet-popup .wg-card").inner_text()
    assert watched.errors == []


def test_an_enterprise_known_to_its_township_is_an_area_with_a_number(
    watched: WatchedPage, tmp_path: Path
) -> None:
    page = open_map(watched, tmp_path, build_hotspot_map(make_hotspot_input()))
    assert page.locator(".wg-area-chip").count() == 0
    page.locator("[data-points]").check()
    page.wait_for_selector(".wg-area-chip")
    page.locator(".wg-area-holder").first.focus()
    page.keyboard.press("Enter")
    card = page.locator(".leaflet-popup .wg-card").inner_text()
    assert "具体位置不明" in card
    assert "虚构厂" in card


def test_a_township_with_few_samples_has_no_rate_and_says_why(
    watched: WatchedPage, tmp_path: Path
) -> None:
    rates = make_county().township_rates.assign(samples=4, passed=4)
    page = open_map(watched, tmp_path, build_hotspot_map(make_hotspot_input(township_rates=rates)))
    table = page.locator("section", has_text="乡镇抽检合格率").last.inner_text()
    assert "n<5 不评价" in table
    assert "100" not in table


def test_a_cell_without_targets_shows_the_cell_and_says_so(
    watched: WatchedPage, tmp_path: Path
) -> None:
    none = make_cell_input().targets.iloc[:0]
    page = open_map(watched, tmp_path, build_cell_map(make_cell_input(targets=none)))
    assert "没有登记不等于没有生产" in page.locator(".wg-side").inner_text()
    assert page.locator(".wg-badge-holder").count() == 0


def test_a_polygon_of_100_000_vertices_is_drawn_and_small(
    watched: WatchedPage, tmp_path: Path
) -> None:
    given = make_hotspot_input()
    shapes = given.geography
    angle = np.linspace(0, 2 * np.pi, 100_000, endpoint=False)
    reach = 0.05 + 0.002 * np.sin(40 * angle) + 0.00002 * np.sin(20_000 * angle)
    x, y = 114.25 + reach * np.cos(angle), 37.75 + reach * np.sin(angle)
    wiggly = shapely.Polygon(np.column_stack([x, y]))
    # It shares its border with the cell round it, and must go on doing so.
    outer = shapely.box(114.0, 37.5, 114.5, 38.0).difference(wiggly)
    cells = shapes.cells.iloc[:2].assign(geometry=[wiggly, outer])
    townships = gpd.GeoDataFrame(
        {"code": cells["township_code"].iloc[:1], "name": ["云台镇"]},
        geometry=[shapely.box(114.0, 37.5, 114.5, 38.0)],
        crs=4326,
    )
    geography = replace(shapes, cells=cells, townships=townships)
    county_map = build_hotspot_map(replace(given, geography=geography, enterprises=None))
    assert len(to_html(county_map).encode()) < 700_000
    page = open_map(watched, tmp_path, county_map)
    drawn = page.evaluate("wangge.data('wg-data-cells').cells.features.map(f => f.geometry)")
    inner, around = (shapely.geometry.shape(one) for one in drawn)
    assert 100 < shapely.get_num_coordinates(inner) < 20_000
    assert shapely.area(shapely.intersection(inner, around)) < 1e-9
    assert watched.errors == []


def test_the_lookup_finds_by_keyboard_and_answers(watched: WatchedPage, tmp_path: Path) -> None:
    given = make_lookup_input()
    page = open_map(watched, tmp_path, build_lookup_map(given))
    placed = given.enterprises[given.enterprises["cell_code"].notna()].iloc[40]
    page.locator("#wg-query").focus()
    page.keyboard.type(placed["code"])
    page.wait_for_selector("#wg-results [role=option]")
    assert page.locator("#wg-results [role=option]").count() == 1
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#wg-answer:not([hidden])")
    told = page.locator("#wg-answer").inner_text()
    people = given.responsibilities
    own = people[(people["cell_code"] == placed["cell_code"]) & (people["duty"] == "lead")]
    assert placed["name"] in told
    assert all(name in told for name in own["name"])
    assert watched.errors == []


def test_the_lookup_of_a_township_only_place_names_nobody(
    watched: WatchedPage, tmp_path: Path
) -> None:
    given = make_lookup_input()
    page = open_map(watched, tmp_path, build_lookup_map(given))
    rough = given.enterprises[given.enterprises["level"] == "township"].iloc[0]
    page.fill("#wg-query", rough["code"])
    page.wait_for_selector("#wg-results [role=option]")
    page.locator("#wg-results [role=option]").first.click()
    page.wait_for_selector("#wg-answer:not([hidden])")
    told = page.locator("#wg-answer").inner_text()
    assert "不能说谁负责" in told
    assert "0399" not in told
    # No pin: the only thing drawn is the outline of the township.
    assert page.locator(".leaflet-marker-icon").count() == 0


def test_the_lookup_finds_part_of_a_name_whatever_its_width(
    watched: WatchedPage, tmp_path: Path
) -> None:
    page = open_map(watched, tmp_path, build_lookup_map(make_lookup_input()))
    page.fill("#wg-query", "第７７号 虚构")  # full-width digits, two words
    page.wait_for_selector("#wg-results [role=option]")
    assert "青石第77号虚构厂" in page.locator("#wg-results [role=option]").first.inner_text()
    page.fill("#wg-query", "没有这个名字")
    page.wait_for_function("document.querySelector('#wg-found').innerText.includes('没有找到')")
