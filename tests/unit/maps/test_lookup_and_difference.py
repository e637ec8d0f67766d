import base64
import json
import re
import zlib
from typing import Any

# ruff: noqa: ANN401, SLF001 - data of a layer; branca has no public iterator
import numpy as np
import pytest

from maps.difference import build_difference_map
from maps.difference_model import Leads
from maps.layers.lookup import LookupLayer
from maps.layers.points import CanvasPoints
from maps.lookup import build_lookup_map
from maps.model import Audience
from maps.publish import to_html
from service.domain.errors import InvalidInputError
from tests.unit.maps.factories import make_meta
from tests.unit.maps.plan_factories import make_difference_input, make_lookup_input


def _kinds(county_map: Any) -> dict[str, Any]:
    layer = next(one for one in county_map._children.values() if isinstance(one, LookupLayer))
    return {"all": layer.data, **{one["key"]: one for one in layer.data["kinds"]}}


def _lines(kind: Any) -> list[list[str]]:
    text = zlib.decompress(base64.b64decode(kind["texts"])).decode()
    return [line.split("\t") for line in text.split("\n")]


def _numbers(text: str, form: str) -> Any:
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), form)


def test_every_enterprise_village_and_cell_can_be_found() -> None:
    given = make_lookup_input()
    kinds = _kinds(build_lookup_map(given))
    assert [line[0] for line in _lines(kinds["enterprise"])] == list(given.enterprises["name"])
    assert len(_lines(kinds["cell"])) == len(given.geography.cells)
    assert kinds["village"]["n"] == len(given.geography.cells)


def test_a_village_is_in_the_cell_that_covers_it() -> None:
    given = make_lookup_input()
    village = _kinds(build_lookup_map(given))["village"]
    # The factory puts village n into cell n.
    assert _numbers(village["cell"], "<i4").tolist() == list(range(village["n"]))


def test_what_is_known_to_its_township_has_no_place_and_no_cell() -> None:
    given = make_lookup_input()
    kind = _kinds(build_lookup_map(given))["enterprise"]
    rough = given.enterprises["level"].isin(["township", "county"]).to_numpy()
    steps = _numbers(kind["places"], "<u2").reshape(-1, 2)
    assert (steps[rough] == 0xFFFF).all()
    assert (steps[~rough, 0] < 0xFFFF).all()
    assert (_numbers(kind["cell"], "<i4")[rough] == -1).all()


def test_the_lead_comes_first_and_a_matter_is_named() -> None:
    given = make_lookup_input()
    answers = _kinds(build_lookup_map(given))["all"]["answers"]
    assert [one["duty"]["en"] for one in answers[4]] == ["Lead", "Lead", "Second officer"]
    assert [one["matter"] and one["matter"]["zh"] for one in answers[4]] == [None, "白酒", None]
    assert not any(one["duty"]["en"] == "Lead" for one in answers[0])


def test_a_tab_or_line_end_in_a_name_tears_no_line() -> None:
    given = make_lookup_input()
    firms = given.enterprises.copy()
    firms.loc[0, "name"] = "坏\t名\n字\r\u2028"
    lines = _lines(_kinds(build_lookup_map(make_lookup_input(enterprises=firms)))["enterprise"])
    assert len(lines) == len(firms)
    assert {len(line) for line in lines} == {4}


def test_a_lookup_has_no_public_map() -> None:
    with pytest.raises(InvalidInputError, match="public"):
        build_lookup_map(make_lookup_input(meta=make_meta(audience=Audience.PUBLIC)))


def test_the_figures_of_a_difference_are_counted_from_both_plans() -> None:
    given = make_difference_input()
    html = to_html(build_difference_map(given))
    state = json.loads(re.findall(r'id="wg-state">(.*?)</script>', html)[0])
    figures = [one["value"] for one in state["by_product"][""]["figures"]]
    moving = int(given.enterprises["changes"].sum())
    assert moving > 0
    assert figures == [f"{moving:,}/1,500", str(len(Leads(given).changed)), "1", "2", "1"]


def test_enterprises_that_change_are_the_ones_drawn() -> None:
    given = make_difference_input()
    county_map = build_difference_map(given)
    points = next(one for one in county_map._children.values() if isinstance(one, CanvasPoints))
    placed = ~given.enterprises["level"].isin(["township", "county"])
    assert points.data["n"] == int((given.enterprises["changes"] & placed).sum())


def test_two_plans_that_are_the_same_say_so() -> None:
    given = make_difference_input()
    same = make_difference_input(
        geography=make_lookup_input().geography,
        after=given.before,
        changes=given.changes[:0].reindex(given.before.cells["code"]).fillna("same").astype(object),
        responsibilities_after=given.responsibilities_before,
        enterprises=given.enterprises.assign(changes=False),
    )
    assert "两个方案的网格和网格长完全相同" in to_html(build_difference_map(same))


def test_the_public_difference_names_nobody_and_no_enterprise() -> None:
    meta = make_meta(audience=Audience.PUBLIC, is_fictional=False, review_number="冀S(2012)001")
    given = make_difference_input(meta=meta)
    html = to_html(build_difference_map(given))
    assert "冀S(2012)001" in html
    for name in {*given.responsibilities_before["name"], "虚构厂", "0399"}:
        assert name not in html
