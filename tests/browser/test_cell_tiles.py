"""Twenty thousand cells on a live map: their shapes come as tiles, all else stays as it is."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page
from shapely import box
from sqlalchemy import URL, create_engine, text
from sqlalchemy.orm import Session

from maps.palette import YLORRD
from service.database.migrate import upgrade
from tests.browsing import WatchedPage, watched_page
from tests.conftest import temporary_database
from tests.factories import (
    COUNTY,
    EAST,
    TODAY,
    WEST,
    make_analysis,
    make_county,
    make_enterprise,
    make_event,
    make_plan,
    make_township,
    shape,
)
from tests.web import served

_ACROSS, _UP = 200, 100
_CELLS = _ACROSS * _UP
_SIDE = 0.002
# A cell that was visited four times and failed twice, and its middle.
_BAD, _BAD_AT = f"{COUNTY}060040", (38.0 + 40.5 * _SIDE, 114.0 + 60.5 * _SIDE)
_DRAWN = """(() => {
    const layer = Object.values(wangge.current._layers).find((one) => one._vectorTiles);
    const styles = new Map();
    let loading = Object.values(layer._tiles).some((tile) => tile.current && !tile.loaded);
    for (const tile of Object.values(layer._vectorTiles)) {
        for (const [code, { layerName, feature }] of Object.entries(tile._features)) {
            if (layerName === 'cells') styles.set(code, feature.options);
        }
    }
    return { loading, n: styles.size, bad: styles.get('%s')?.fillColor ?? null };
})()"""


@pytest.fixture(scope="module")
def host(admin_url: URL) -> Iterator[str]:
    """Serve a county of a square grid, one enterprise and its visits in it."""
    with temporary_database(admin_url) as url:
        engine = create_engine(url, connect_args={"options": "-c jit=off"})
        try:
            upgrade(engine)
            with Session(engine) as session:
                _fill(session)
                session.commit()
            with served(engine) as address:
                yield address
        finally:
            engine.dispose()


def _fill(session: Session) -> None:
    make_county(session)
    make_township(session, WEST, name="西乡", geometry=shape(box(114.0, 38.0, 114.2, 38.2)))
    make_township(session, EAST, name="东乡", geometry=shape(box(114.2, 38.0, 114.4, 38.2)))
    values = {"county": COUNTY, "plan": make_plan(session), "side": _SIDE}
    values |= {"across": _ACROSS - 1, "up": _UP - 1, "west": WEST, "east": EAST}
    session.execute(text(_GRID), values)
    enterprise = make_enterprise(session, "a", _BAD_AT[::-1])
    for number in range(4):
        day = TODAY - timedelta(days=number)
        make_event(session, enterprise, day, is_problem=number < 2)
    values["analysis"] = make_analysis(session, "clusters", plan_id=values["plan"])
    session.execute(text(_STATISTICS), {**values, "bad": _BAD})


@pytest.fixture
def watched(chromium: Browser, host: str) -> Iterator[WatchedPage]:
    with watched_page(chromium, allowed=host) as page:
        page.page.goto(f"http://{host}/api/v1/maps/hotspot?bare=true")
        page.page.locator(".wg-legend-title").wait_for()
        yield page


def _drawn(page: Page, least: int = 1) -> dict[str, object]:
    """Return what is drawn once every tile of the view is there; a view may grow at first."""
    while (found := page.evaluate(_DRAWN % _BAD))["loading"] or found["n"] < least:
        page.wait_for_timeout(50)
    return dict(found)


def test_every_cell_is_drawn_from_tiles_with_its_class(watched: WatchedPage) -> None:
    page = watched.page

    drawn = _drawn(page, _CELLS)
    legend = page.locator(".wg-legend-n").all_inner_texts()

    assert drawn == {"loading": False, "n": _CELLS, "bad": YLORRD[-1]}
    assert sum(int(n.replace(",", "")) for n in legend) == _CELLS
    assert '"cells":' not in page.locator("#wg-data-cells").inner_text()
    assert watched.attempted == []
    assert watched.errors == []


def test_a_click_and_show_on_map_open_the_card_of_the_cell(watched: WatchedPage) -> None:
    page = watched.page
    _drawn(page)

    # Closer in, where a cell is more than two pixels wide.
    assert page.evaluate(f"wangge.focus('cell', '{_BAD}')")
    page.locator(".leaflet-popup .wg-card-title", has_text="格60-40").wait_for()
    _drawn(page)
    page.evaluate("void wangge.current.closePopup()")
    place = page.evaluate(
        "(at) => { const p = wangge.current.latLngToContainerPoint(at); return [p.x, p.y]; }",
        [_BAD_AT[0], _BAD_AT[1] + _SIDE],
    )
    page.mouse.click(*place)
    card = page.locator(".leaflet-popup .wg-card", has_text="格61-40")
    card.wait_for()

    assert "西乡" in card.inner_text()
    assert watched.errors == []


def test_the_card_of_a_cell_follows_the_pointer(watched: WatchedPage) -> None:
    page = watched.page
    page.evaluate("(at) => void wangge.current.setView(at, 14, {animate: false})", list(_BAD_AT))
    _drawn(page)
    place = page.evaluate(
        "(at) => { const p = wangge.current.latLngToContainerPoint(at); return [p.x, p.y]; }",
        list(_BAD_AT),
    )

    page.mouse.move(place[0] - 3, place[1])
    page.mouse.move(*place)

    page.locator(".wg-tip", has_text="格60-40").wait_for()
    assert watched.errors == []


def test_switches_colour_the_cells_anew_without_asking_again(watched: WatchedPage) -> None:
    page = watched.page
    _drawn(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.evaluate("wangge.set({ measure: 'effort' })")
    effort = _drawn(page)
    assert [url for url in asked if "tiles/cells" in url] == []
    page.evaluate(f"wangge.set({{ measure: 'rate', township: '{EAST}' }})")
    outside = _drawn(page)

    assert effort["bad"] not in (YLORRD[-1], "#ffffff", None)
    assert outside["bad"] == "#f6f7f9"
    assert watched.errors == []


_GRID = """
    INSERT INTO cell (county_code, plan_id, code, code_system, township_code, name, cell_type,
                      area_m2, geometry)
    SELECT CAST(:county AS text), :plan,
           CAST(:county AS text) || lpad(i::text, 3, '0') || lpad(j::text, 3, '0'), 'own',
           CASE WHEN i < 100 THEN CAST(:west AS text) ELSE CAST(:east AS text) END,
           '格' || i || '-' || j, 'basic', 1,
           ST_Multi(ST_MakeEnvelope(114 + i * :side, 38 + j * :side, 114 + (i + 1) * :side,
                                    38 + (j + 1) * :side, 4326))
    FROM generate_series(0, :across) AS i, generate_series(0, :up) AS j
"""
_STATISTICS = """
    INSERT INTO cell_statistic (county_code, analysis_id, product, cell_code, enterprises, visits,
                                problems, expected, gi_class)
    SELECT county_code, CAST(:analysis AS uuid), product, code, (code = :bad)::int,
           4 * (code = :bad)::int, 2 * (code = :bad)::int, 0.4 * (code = :bad)::int, 'none'
    FROM cell, unnest(ARRAY['baijiu', 'all']) AS product
    WHERE county_code = :county
"""
