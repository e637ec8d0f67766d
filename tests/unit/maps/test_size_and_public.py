"""How large a one-file map may be, and what a public one must not hold; by its bytes."""

from dataclasses import replace
from typing import Any

# ruff: noqa: ANN401 - inputs of any kind
import numpy as np
import pytest

from maps.coverage import build_coverage_map
from maps.difference import build_difference_map
from maps.hotspot import build_hotspot_map
from maps.layers import CanvasPoints, PointLook
from maps.layers.points import PointTexts
from maps.lookup import build_lookup_map
from maps.model import Audience
from maps.publish import to_html
from maps.words import Words
from tests.unit.maps.factories import (
    make_coverage_input,
    make_hotspot_input,
    make_meta,
)
from tests.unit.maps.plan_factories import make_difference_input, make_lookup_input

_PUBLIC = make_meta(audience=Audience.PUBLIC, is_fictional=False, review_number="冀S(2012)001")
# People, enterprises, classes and tip-offs, as the factories and the texts of the maps name them.
_NAMES = ("周敏", "赵立", "刘建国", "王芳", "陈晨", "孙丽", "何勇", "郭强", "虚构厂", "0399")
_WORDS = ("四级", "级风险", "举报", "投诉", "牵头", "内部资料", "Internal", "tip-off")


def _size(county_map: Any) -> int:
    return len(to_html(county_map).encode())


@pytest.mark.parametrize(
    "county_map",
    [
        lambda: build_hotspot_map(make_hotspot_input(n_cells=29, n_enterprises=5_000)),
        lambda: build_coverage_map(make_coverage_input()),
        lambda: build_lookup_map(make_lookup_input()),
        lambda: build_difference_map(make_difference_input()),
    ],
    ids=["hotspot", "coverage", "lookup", "difference"],
)
def test_a_county_fits_into_a_mail(county_map: Any) -> None:
    assert _size(county_map()) <= 1_500_000


def test_200_000_enterprises_take_8_mb() -> None:
    given = make_hotspot_input(n_cells=29, n_enterprises=200_000)
    random = np.random.default_rng(5)
    firms = given.enterprises
    assert firms is not None
    # Names that hardly repeat: the worst case of the compression.
    signs = random.integers(0x4E00, 0x5E00, (len(firms), 5))
    named = firms.assign(name=["".join(map(chr, row)) + "酒坊" for row in signs.tolist()])
    assert _size(build_hotspot_map(replace(given, enterprises=named))) <= 8_000_000


def test_a_million_enterprises_take_25_mb() -> None:
    n = 1_000_000
    random = np.random.default_rng(5)
    numbers = random.integers(0, 2**24, n).tolist()
    points = CanvasPoints(
        lon=random.uniform(114.0, 114.5, n),
        lat=random.uniform(37.6, 38.0, n),
        looks=[PointLook(label=Words("企业"), color="#1f5fbf")],
        look_of=np.zeros(n, np.uint8),
        texts=PointTexts(
            labels=[Words("名称"), Words("地址")],
            columns=[
                [f"青石{number:06x}酒坊" for number in numbers],
                [f"青石县某镇某村{i % 400}号" for i in range(n)],
            ],
        ),
        ids=np.arange(n),
    )
    parts = ("counts", "offsets", "styles", "ids")
    held = sum(len(points.data[part]) for part in parts)
    assert held + sum(map(len, points.data["texts"])) <= 24_000_000
    # Six bytes a point, and a third more as text in the file.
    assert held <= 8.5 * n


@pytest.mark.parametrize("kind", ["hotspot", "coverage", "difference"])
def test_a_public_file_holds_no_person_enterprise_class_or_tip_off(kind: str) -> None:
    maps = {
        "hotspot": lambda: build_hotspot_map(make_hotspot_input(meta=_PUBLIC)),
        "coverage": lambda: build_coverage_map(_with_tip_offs()),
        "difference": lambda: build_difference_map(make_difference_input(meta=_PUBLIC)),
    }
    html = to_html(maps[kind]())
    assert "冀S(2012)001" in html
    # The scripts of all maps are the same, and hold no data.
    told = html[html.index("<body") :]
    for hidden in (*_NAMES, *_WORDS):
        assert hidden not in told, hidden


def _with_tip_offs() -> Any:
    given = make_coverage_input(meta=_PUBLIC)
    gaps = given.gaps.copy()
    gaps.loc[3, ["kind", "what_zh", "fix_zh"]] = ["G13", "群众举报 3 起未查", "派周敏去查"]
    gaps.loc[4, ["kind", "what_zh"]] = ["G10", "四级风险企业无人看管"]
    return replace(given, gaps=gaps)


def test_the_public_coverage_keeps_what_anybody_may_know() -> None:
    html = to_html(build_coverage_map(_with_tip_offs()))
    assert "无主格" in html
    assert "监管盲区" in html
