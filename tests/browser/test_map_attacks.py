"""Scripts in every text column and layer name: nothing runs, in one-file maps and in prints."""

import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

# ruff: noqa: ANN401 - frames and inputs of any kind
import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page

from maps.cell import build_cell_map
from maps.county_map import CountyMap
from maps.coverage import build_coverage_map
from maps.difference import build_difference_map
from maps.hotspot import build_hotspot_map
from maps.layers import (
    AreasLayer,
    BaseLayer,
    CanvasPoints,
    CellsLayer,
    ClustersLayer,
    FillClass,
    LabelsLayer,
    PointLook,
    Theme,
)
from maps.layers.lookup import LookupLayer
from maps.lookup import build_lookup_map
from maps.model import ProductLabel
from maps.paper import Sheet, to_paper
from maps.publish import to_html
from maps.words import Words
from tests.browser.opening import open_map, poke_everything
from tests.browsing import WatchedPage, watched_page
from tests.unit.maps.factories import (
    make_cell_input,
    make_county,
    make_coverage_input,
    make_hotspot_input,
)
from tests.unit.maps.plan_factories import make_difference_input, make_lookup_input

# Everything that has run as code somewhere: HTML, attributes, JavaScript, templates.
ATTACK = (
    "</script><script>window.ran=1;alert(1)</script><img src=x onerror='window.ran=1;alert(2)'>"
    "${(window.ran=1,alert(3))}`+alert(4)+`{{ 7*7*1234567 }}{% raw %}<!--<script>\"'&\u2028"
)
# Columns by which frames find each other: the attack is added, so that they still do.
_KEYS = frozenset(
    {
        "code", "cell_code", "township_code", "staff_no", "product", "cell_codes", "cell_before",
        "cell_after", "lead_before", "lead_after", "township_codes", "change",
    }
)  # fmt: skip
# Words that the program itself gives; another one is refused before it gets here.
_OWN = frozenset({"duty", "severity", "changes"})


def attacked(value: Any, name: str = "") -> Any:
    """Return a value with the attack in every text inside it."""
    if isinstance(value, str):
        if name in _OWN:
            return value
        keeps = name in _KEYS and value != "all"
        return f"{value}{ATTACK}" if keeps else value if value == "all" else ATTACK
    if isinstance(value, list | tuple):
        return type(value)(attacked(one, name) for one in value)
    if isinstance(value, dict):
        return {key: attacked(one, key) for key, one in value.items()}
    return value


def attacked_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with the attack in every text column, keys kept matching."""
    frame = frame.copy()
    for column in frame.columns:
        if column != "geometry" and frame[column].dtype == object:
            frame[column] = [attacked(value, column) for value in frame[column]]
        elif column != "geometry" and pd.api.types.is_string_dtype(frame[column]):
            texts = [attacked(value, column) for value in frame[column].astype(object)]
            frame[column] = np.array(texts, dtype=object)
    return frame


def _attacked_field(value: Any, name: str) -> Any:
    if isinstance(value, pd.DataFrame | gpd.GeoDataFrame):
        return attacked_frame(value)
    if isinstance(value, pd.Series):
        return value.set_axis([f"{key}{ATTACK}" for key in value.index])
    if is_dataclass(value) and name != "meta":
        return attacked_input(value)
    if name in {"cell_codes", "code"}:
        return attacked(value, "code")
    return value


def attacked_input(given: Any) -> Any:
    """Return a map's input with the attack in every text, whatever holds it."""
    changes = {
        field.name: _attacked_field(getattr(given, field.name), field.name)
        for field in fields(given)
    }
    if "meta" in changes:
        texts = ("county_name_zh", "county_name_en", "plan_code", "inputs_zh", "inputs_en")
        changes["meta"] = replace(given.meta, **dict.fromkeys(texts, ATTACK))
    if "products" in changes:
        changes["products"] = tuple(
            ProductLabel(key=attacked(one.key, "product"), zh=ATTACK, en=ATTACK)
            for one in given.products
        )
    if "officer_name" in changes:
        changes["officer_name"] = ATTACK
    return replace(given, **changes)


def _hotspot() -> folium.Map:
    given = make_hotspot_input()
    clusters = given.clusters
    assert clusters is not None
    named = clusters.assign(
        trend_zh="x", trend_en="x", proposed_lead="x", officer_shares=clusters["officer_shares"]
    )
    return build_hotspot_map(attacked_input(replace(given, clusters=named)))


MAPS: dict[str, Callable[[], folium.Map]] = {
    "hotspot": _hotspot,
    "coverage": lambda: build_coverage_map(attacked_input(make_coverage_input())),
    "cell": lambda: build_cell_map(attacked_input(make_cell_input())),
    "lookup": lambda: build_lookup_map(attacked_input(make_lookup_input())),
    "difference": lambda: build_difference_map(attacked_input(make_difference_input())),
}


@pytest.fixture
def watched(chromium: Browser) -> Iterator[WatchedPage]:
    with watched_page(chromium) as page:
        yield page


def _nothing_ran(watched: WatchedPage, page: Page) -> None:
    assert watched.dialogs == []
    assert page.evaluate("window.ran") is None
    # A blocked inline script would be reported here: nothing was even tried.
    assert watched.errors == []
    assert watched.attempted == []
    # No template engine computed 7*7*1234567.
    assert "60493783" not in page.content()


@pytest.mark.parametrize("kind", MAPS)
def test_no_text_of_a_map_runs(kind: str, watched: WatchedPage, tmp_path: Path) -> None:
    page = open_map(watched, tmp_path, MAPS[kind]())
    poke_everything(page)
    _nothing_ran(watched, page)
    # The text arrived as it is.
    assert "onerror" in page.locator("body").inner_text()


@pytest.mark.parametrize("kind", MAPS)
def test_no_text_runs_in_a_print(kind: str, watched: WatchedPage, tmp_path: Path) -> None:
    county_map = MAPS[kind]()
    page = open_map(watched, tmp_path, county_map)
    page.emulate_media(media="print")
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    _nothing_ran(watched, page)
    sheet = to_paper(county_map, "pdf", Sheet(landscape=True))
    # Packed drawings may hold any three bytes by chance.
    told = re.sub(rb"stream\r?\n.*?endstream", b"", sheet, flags=re.DOTALL)
    for word in (b"/JavaScript", b"/JS", b"/URI", b"/Launch", b"/AA"):
        assert word not in told


def _named_layers() -> list[Any]:
    county = make_county()
    cells, townships = county.geography.cells, county.geography.townships
    theme = Theme(
        switches={},
        title=Words("x"),
        classes=[FillClass(label=Words("x"))],
        assigned=[0] * len(cells),
    )
    look = PointLook(label=Words("x"), color="#1f5fbf")
    layers: list[Any] = [
        CellsLayer(cells, themes=[theme], name=f"0{ATTACK}"),
        AreasLayer(townships, name=f"1{ATTACK}"),
        CanvasPoints(lon=[114.2], lat=[37.7], looks=[look], name=f"2{ATTACK}"),
        ClustersLayer([], name=f"3{ATTACK}"),
        LookupLayer(
            [], cells=cells, answers=[[]] * len(cells), townships=townships, name=f"4{ATTACK}"
        ),
        BaseLayer(county.geography),
        LabelsLayer([]),
    ]
    for number, layer in enumerate(layers[-2:], start=5):
        # These take no name of anybody's; a user of the library can still set one.
        layer.layer_name = f"{number}{ATTACK}".replace("{{", "{ {").replace("{%", "{ %")
    return layers


def test_no_layer_name_runs(watched: WatchedPage, tmp_path: Path) -> None:
    county_map = CountyMap(bounds=(114.0, 37.5, 114.5, 38.0))
    layers = _named_layers()
    for layer in layers:
        layer.add_to(county_map)
    folium.LayerControl(collapsed=False).add_to(county_map)
    path = tmp_path / "map.html"
    path.write_text(to_html(county_map), encoding="utf-8")
    page = watched.page
    page.goto(path.as_uri())
    page.wait_for_selector(".leaflet-control-layers-overlays")
    _nothing_ran(watched, page)
    listed = page.locator(".leaflet-control-layers-overlays").inner_text()
    assert listed.count("onerror") == len(layers)
