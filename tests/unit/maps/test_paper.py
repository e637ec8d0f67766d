"""Maps on paper: what is written on the sheet, with Chinese names, without a browser."""

import re
import struct
from dataclasses import replace
from typing import Any

# ruff: noqa: ANN401, SLF001 - inputs of any kind; the pages before they become bytes
import folium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Text

from maps import paper, paper_text
from maps.cell import build_cell_map
from maps.county_map import CountyMap
from maps.coverage import build_coverage_map
from maps.difference import build_difference_map
from maps.hotspot import build_hotspot_map
from maps.lookup import build_lookup_map
from maps.model import Audience
from maps.paper import Sheet, to_paper
from maps.paper_text import broken, width_mm
from service.domain.errors import InvalidInputError, UnavailableError
from tests.unit.maps.factories import (
    make_cell_input,
    make_coverage_input,
    make_hotspot_input,
    make_meta,
)
from tests.unit.maps.plan_factories import make_difference_input, make_lookup_input

_KINDS: dict[str, Any] = {
    "hotspot": lambda: build_hotspot_map(make_hotspot_input()),
    "coverage": lambda: build_coverage_map(make_coverage_input()),
    "cell": lambda: build_cell_map(make_cell_input()),
    "lookup": lambda: build_lookup_map(make_lookup_input()),
    "difference": lambda: build_difference_map(make_difference_input()),
}
_PUBLIC = {"audience": Audience.PUBLIC, "is_fictional": False, "review_number": "冀S(2012)001"}


def _written(county_map: folium.Map, **sheet: Any) -> str:
    pages = list(paper._pages(county_map, Sheet(**sheet)))
    return "\n".join(text.get_text() for page in pages for text in page.findobj(Text))


@pytest.mark.parametrize("kind", _KINDS)
def test_a_sheet_says_title_date_plan_unit_scale_and_whose_it_is(kind: str) -> None:
    told = _written(_KINDS[kind]()).replace("\n", "")
    for text in ("青石县", "2012-05-06", "方案", "虚构示例", "内部资料", "m　约 1:", "北"):
        assert text in told


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("form", ["pdf", "png"])
def test_every_kind_is_printed(kind: str, form: str) -> None:
    content = to_paper(_KINDS[kind](), form, Sheet())
    if form == "pdf":
        assert content.startswith(b"%PDF")
        # A sheet runs nothing and asks nobody.
        # Packed drawings may hold any three bytes by chance.
        told = re.sub(rb"stream\r?\n.*?endstream", b"", content, flags=re.DOTALL)
        for word in (b"/JavaScript", b"/JS", b"/URI", b"/Launch", b"CreationDate"):
            assert word not in told
    else:
        wide, tall = struct.unpack(">II", content[16:24])
        assert (wide, tall) == (int(210 / 25.4 * 200), int(297 / 25.4 * 200))


@pytest.mark.parametrize("size", [("a3", True, (420, 297)), ("a4", False, (210, 297))])
def test_the_paper_has_its_size(size: tuple[Any, bool, tuple[int, int]]) -> None:
    name, landscape, wanted = size
    page = next(iter(paper._pages(_KINDS["coverage"](), Sheet(paper=name, landscape=landscape))))
    assert [round(25.4 * side) for side in page.get_size_inches()] == list(wanted)


def test_the_same_map_is_the_same_file() -> None:
    first, second = (to_paper(_KINDS["hotspot"](), "pdf", Sheet(landscape=True)) for _ in range(2))
    assert first == second


def test_clusters_have_their_numbers_and_blind_cells_a_hatch() -> None:
    page = next(iter(paper._pages(_KINDS["hotspot"](), Sheet(landscape=True))))
    texts = [text.get_text() for text in page.findobj(Text)]
    assert texts.count("1") >= 2  # on the map and in the list
    hatches = {one.get_hatch() for one in page.axes[0].collections}
    assert "////" in hatches


def test_another_product_and_measure_are_shown_when_asked_for() -> None:
    told = _written(_KINDS["hotspot"](), show={"product": "cement", "measure": "effort"})
    assert "水泥 · 每户检查次数" in told
    assert "白酒" not in told


def test_an_unknown_switch_says_what_there_is() -> None:
    with pytest.raises(InvalidInputError, match=r"product=baijiu\|fertiliser"):
        to_paper(_KINDS["hotspot"](), "pdf", Sheet(show={"product": "tea"}))


def test_english_paper_keeps_the_chinese_names() -> None:
    told = _written(_KINDS["coverage"](), lang="en")
    assert "Qingshi County: responsibility coverage" in told
    assert "云台镇" in told
    assert "内部资料" not in told


def test_a_list_that_does_not_fit_goes_on_to_the_next_page() -> None:
    targets = make_cell_input().targets
    many = targets.loc[targets.index.repeat(4)].reset_index(drop=True)
    many["name"] = [f"虚构酒坊之{number}" for number in range(len(many))]
    county_map = build_cell_map(make_cell_input(targets=many))
    assert len(list(paper._pages(county_map, Sheet()))) > 1
    told = _written(county_map)
    for name in many["name"]:
        assert f"{name} " in told or f"{name}\n" in told


def test_the_public_sheet_has_the_number_and_names_nobody() -> None:
    meta = make_meta(**_PUBLIC)
    told = _written(build_hotspot_map(make_hotspot_input(meta=meta)))
    assert "审图号：冀S(2012)001" in told
    for hidden in ("赵立", "牵头", "内部资料", "虚构厂"):
        assert hidden not in told


def test_names_are_text_and_start_no_formula() -> None:
    targets = make_cell_input().targets.assign(name=r"$\frac{x}{$ ${alert(1)} {{ 7*7 }} <img>")
    told = _written(build_cell_map(make_cell_input(targets=targets)))
    assert r"$\frac{x}{$" in told


def test_a_name_of_10_000_characters_leaves_room_for_others() -> None:
    given_ = make_cell_input()
    targets = given_.targets.copy()
    targets.loc[0, "name"] = "长" * 10_000
    told = _written(build_cell_map(replace(given_, targets=targets)))
    assert "…" in told
    assert "虚构酒坊" in told


def test_a_sign_that_no_font_holds_stops_nothing() -> None:
    targets = make_cell_input().targets.assign(name="\U0010fffd 酒坊 \U0001f9ea")
    assert to_paper(build_cell_map(make_cell_input(targets=targets)), "pdf", Sheet())


def test_without_a_chinese_font_it_says_which_package(monkeypatch: pytest.MonkeyPatch) -> None:
    paper_text.font_families.cache_clear()
    monkeypatch.setattr(paper_text, "_FAMILIES", ("No Such Font",))
    try:
        with pytest.raises(UnavailableError, match="fonts-noto-cjk"):
            to_paper(_KINDS["coverage"](), "pdf", Sheet())
    finally:
        monkeypatch.undo()
        paper_text.font_families.cache_clear()


@pytest.mark.parametrize("form", ["svg", "", "html"])
def test_another_form_is_refused(form: str) -> None:
    with pytest.raises(InvalidInputError):
        to_paper(_KINDS["coverage"](), form, Sheet())


def test_a_map_without_cells_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="cells"):
        to_paper(CountyMap(bounds=(114.0, 37.5, 114.5, 38.0)), "pdf", Sheet())


@settings(max_examples=60)
@given(st.text(st.sampled_from("网格 abc企业，1 "), max_size=120), st.floats(12, 60))
def test_lines_hold_every_character_and_no_more_than_the_column(text: str, room: float) -> None:
    lines = broken(text, 8, room)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width_mm(line, 8) <= room + 1e-6 for line in lines)
