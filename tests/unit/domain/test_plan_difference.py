from collections.abc import Mapping

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from service.domain.plan_difference import (
    CellChange,
    cell_changes,
    enterprise_changes,
    lead_of,
    leads_by_matter,
)


def _cells(shapes: Mapping[str, shapely.Geometry | None]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"code": list(shapes)}, geometry=list(shapes.values()), crs=4326)


def test_each_cell_is_told_as_same_moved_added_or_removed() -> None:
    before = _cells({"a": box(0, 0, 1, 1), "b": box(1, 0, 2, 1), "gone": box(2, 0, 3, 1)})
    after = _cells({"a": box(0, 0, 1, 1), "b": box(1, 0, 1.5, 1), "new": box(1.5, 0, 3, 1)})
    assert cell_changes(before, after).to_dict() == {
        "a": CellChange.SAME,
        "b": CellChange.MOVED,
        "new": CellChange.ADDED,
        "gone": CellChange.REMOVED,
    }


@given(st.floats(-0.0005, 0.0005))
def test_the_noise_of_two_surveys_is_no_change(shift: float) -> None:
    before, after = _cells({"a": box(0, 0, 1, 1)}), _cells({"a": box(shift, 0, 1, 1)})
    assert cell_changes(before, after)["a"] == CellChange.SAME


@given(st.permutations(["a", "b", "c"]), st.floats(0.01, 0.9))
def test_a_moved_border_is_told_whatever_the_order(order: list[str], share: float) -> None:
    shapes = {"a": box(0, 0, 1, 1), "b": box(1, 0, 2, 1), "c": box(2, 0, 3, 1)}
    moved = {**shapes, "b": box(1 + share, 0, 2, 1)}
    changes = cell_changes(_cells(shapes), _cells({code: moved[code] for code in order}))
    assert [changes[code] for code in "abc"] == ["same", "moved", "same"]


def test_the_matters_own_lead_comes_before_that_of_all() -> None:
    rows = pd.DataFrame(
        [("a", "lead", "all", "S1"), ("a", "lead", "baijiu", "S2"), ("a", "second", "all", "S3")],
        columns=["cell_code", "duty", "matter", "staff_no"],
    )
    leads = leads_by_matter(rows)
    assert lead_of(leads, "a", "baijiu") == "S2"
    assert lead_of(leads, "a", "cement") == "S1"
    assert lead_of(leads, "b", "cement") is None
    assert lead_of(leads, None, "cement") is None


def test_an_enterprise_changes_when_its_lead_does_and_not_with_its_cell_alone() -> None:
    before = pd.DataFrame(
        {
            "enterprise_id": [1, 2, 3, 4],
            "product": "baijiu",
            "cell_code": ["a", "a", "b", None],
        }
    )
    after = before.assign(cell_code=pd.Series(["a", "c", "b", None], dtype=object))
    old = {("a", "all"): "S1", ("b", "all"): "S2"}
    new = {("a", "all"): "S1", ("c", "all"): "S1"}
    changed = enterprise_changes(before, after, old, new)
    # 3 loses its lead; 4 never had a cell, and nobody is not another nobody.
    assert changed["changes"].tolist() == [False, False, True, False]
    assert changed["lead_before"].iloc[2] == "S2"


@pytest.mark.parametrize("missing", [None, shapely.Polygon()])
def test_a_cell_without_a_shape_is_no_crash(missing: shapely.Geometry | None) -> None:
    changes = cell_changes(_cells({"a": missing}), _cells({"a": box(0, 0, 1, 1)}))
    assert changes["a"] == CellChange.MOVED
