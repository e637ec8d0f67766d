"""An area chosen on leadership's page: address, map, figures and table follow together."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Frame
from shapely import box
from sqlalchemy import URL, Engine
from sqlalchemy.orm import Session

from maps.publish import to_html
from service.workflows.map_inputs import MapSubject
from service.workflows.publish_maps import draw_map
from tests.browsing import WatchedPage, watched_page
from tests.factories import COUNTY, TODAY, make_area
from tests.web import ATTACK, computed_county, served


@pytest.fixture(scope="module")
def engine(admin_url: URL) -> Iterator[Engine]:
    with computed_county(admin_url) as engine:
        with Session(engine) as session:
            make_area(session, "west", box(114.0, 38.0, 114.2, 38.2), name=f"西界{ATTACK}")
            session.commit()
        yield engine


@pytest.fixture(scope="module")
def host(engine: Engine) -> Iterator[str]:
    with served(engine) as address:
        yield address


@pytest.fixture
def watched(chromium: Browser, host: str) -> Iterator[WatchedPage]:
    with watched_page(chromium, allowed=host) as page:
        yield page


def _map(watched: WatchedPage) -> Frame:
    watched.page.frame_locator("#map").locator(".leaflet-container").wait_for()
    return watched.page.frames[1]


def _middle(frame: Frame) -> float:
    """Return the longitude that the map is centred on: 114.1 the area, 114.2 the county."""
    middle: float = frame.evaluate("wangge.current.getCenter().lng")
    return middle


def _assert_clean(watched: WatchedPage) -> None:
    assert watched.attempted == []
    assert watched.errors == []
    assert watched.dialogs == []
    assert {frame.evaluate("window.ran === undefined") for frame in watched.page.frames} == {True}


def test_a_chosen_area_narrows_map_figures_lists_and_address(
    watched: WatchedPage, host: str
) -> None:
    page = watched.page
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"http://{host}/?product=all&lang=zh")
    frame = _map(watched)
    assert _middle(frame) == pytest.approx(114.2, abs=0.02)
    assert frame.locator(".wg-zone-name").count() == 0

    page.locator("#f-area").select_option("west")
    page.wait_for_url("**area=west*")
    frame.locator(".wg-zone-name").wait_for()

    assert "边界带 西界" in frame.locator(".wg-zone-name").inner_text()
    assert _middle(frame) == pytest.approx(114.1, abs=0.02)
    assert "n=24" in frame.locator("#wg-legend").inner_text()
    page.locator("#h-sides").wait_for()
    assert page.locator(".sides tbody tr.selected th").inner_text() == "区域内"
    assert page.locator("table.townships").last.locator("tbody tr").count() == 1
    assert page.locator("#h-clusters a").first.inner_text() == "1"

    page.locator(".sides tbody a", has_text="本县其余").click()
    page.wait_for_url("**side=outside*")
    page.locator(".sides tbody tr.selected th", has_text="本县其余").wait_for()

    assert "n=96" in frame.locator("#wg-legend").inner_text()
    assert _middle(frame) == pytest.approx(114.2, abs=0.02)

    page.locator("#f-area").select_option("")
    page.locator("#h-sides").wait_for(state="detached")
    assert "area=" not in page.url
    assert "side=" not in page.url
    assert "n=120" in frame.locator("#wg-legend").inner_text()
    _assert_clean(watched)


@pytest.mark.parametrize("view", ["", "&side=outside", "&unit=township", "&measure=blind"])
def test_a_link_opens_the_area_and_the_legend_opens_its_records(
    watched: WatchedPage, host: str, view: str
) -> None:
    page = watched.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"http://{host}/?product=all&area=west{view}")
    frame = _map(watched)
    frame.locator(".wg-zone-name").wait_for()
    frame.locator("#wg-legend a").first.wait_for()
    links = frame.locator("#wg-legend a").evaluate_all(
        "all => all.map((one) => [one.href, Number(one.dataset.n || one.textContent)])"
    )

    assert sum(n for _, n in links) == 1
    for address, n in links:
        page.goto(address)
        assert page.locator("h1").get_attribute("data-total") == str(n), address
    _assert_clean(watched)


def test_a_file_of_the_map_knows_its_areas_too(
    chromium: Browser, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Session(engine) as session:
        drawn = draw_map(session, COUNTY, MapSubject(kind="hotspot", on=TODAY))
    path = tmp_path_factory.mktemp("map") / "hotspot.html"
    path.write_text(to_html(drawn), encoding="utf-8")
    with watched_page(chromium) as watched:
        page = watched.page
        page.goto(path.as_uri())
        page.locator("select[data-switch=area]").select_option("west")
        page.locator(".wg-zone-name").wait_for()

        assert "area=west" in page.url
        assert "n=18" in page.locator("#wg-legend").inner_text()
        assert _middle(page.main_frame) == pytest.approx(114.1, abs=0.02)
        page.locator("[data-do=home]").click()
        assert _middle(page.main_frame) == pytest.approx(114.2, abs=0.02)
        _assert_clean(watched)
