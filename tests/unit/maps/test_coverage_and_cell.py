import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from maps.cell import build_cell_map
from maps.coverage import build_coverage_map, cell_holders
from maps.encoding import embed_json, simplified
from maps.layers import CellsLayer
from maps.layers.data_layer import neutral_name
from maps.model import Audience
from maps.palette import CATEGORIES, distinct_colours
from maps.publish import to_html
from service.domain.errors import InvalidInputError, NotFoundError
from tests.unit.maps.factories import make_cell_input, make_county, make_coverage_input, make_meta


@given(st.integers(2, 40))
def test_neighbours_differ_while_there_are_colours_enough(n: int) -> None:
    owners = [f"S{number}" for number in range(n)]
    # A ring with chords to the second next: nobody has more neighbours than colours.
    near = {
        owner: {owners[(i + step) % n] for step in (-2, -1, 1, 2)} - {owner}
        for i, owner in enumerate(owners)
    }
    colours = distinct_colours(owners, near)
    assert all(0 <= colour < len(CATEGORIES) for colour in colours.values())
    for owner, others in near.items():
        assert all(colours[owner] != colours[other] for other in others)


def test_a_cell_without_a_holder_is_hatched_and_counted() -> None:
    html = to_html(build_coverage_map(make_coverage_input()))
    assert "无人负责" in html
    assert cell_holders(make_coverage_input()).isna().sum() == 3


def test_the_holder_of_the_matter_comes_before_the_holder_of_all() -> None:
    coverage = make_coverage_input(matter="baijiu")
    first = coverage.geography.cells["code"].iloc[5]
    own = {"cell_code": first, "duty": "lead", "matter": "baijiu", "staff_no": "S49"}
    coverage.responsibilities.loc[len(coverage.responsibilities) + 100] = own
    assert cell_holders(coverage)[first] == "S49"


def test_the_printed_points_add_up_to_the_score() -> None:
    targets = make_cell_input().targets
    for _, row in targets.iterrows():
        assert sum(reason["points"] for reason in row["reasons"]) == row["score"]
    html = to_html(build_cell_map(make_cell_input()))
    assert html.count('class="wg-sum"') == len(targets)


def test_a_cell_without_targets_says_so() -> None:
    empty = make_cell_input().targets.iloc[:0]
    assert "没有登记不等于没有生产" in to_html(build_cell_map(make_cell_input(targets=empty)))


def test_an_unknown_cell_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="2012-02"):
        build_cell_map(make_cell_input(cell_codes=("000",)))


def test_a_target_list_has_no_public_map() -> None:
    with pytest.raises(InvalidInputError, match="internal"):
        build_cell_map(make_cell_input(meta=make_meta(audience=Audience.PUBLIC)))


@given(st.text())
def test_no_text_leaves_its_data_block(text: str) -> None:
    assert "<" not in embed_json({"name": text})


def test_simplified_cells_still_share_their_borders() -> None:
    cells = make_county().geography.cells
    before = shapely.union_all(cells.geometry.to_numpy())
    shapes = simplified(cells.geometry, tolerance_m=50)
    after = shapely.union_all(shapes)
    assert shapely.coverage_is_valid(shapes)
    assert after.symmetric_difference(before).area < 0.01 * before.area


def test_a_theme_that_does_not_fit_the_cells_is_refused() -> None:
    cells = make_county().geography.cells
    with pytest.raises(InvalidInputError):
        CellsLayer(cells, themes=[])
    assert isinstance(cells, gpd.GeoDataFrame)


@pytest.mark.parametrize("name", ["{{ 7 * 7 }}", "{% for %}", "${alert(1)}", "`", "{# #}"])
def test_a_layer_name_is_not_code(name: str) -> None:
    clean = neutral_name(name)
    assert not any(mark in clean for mark in ("{{", "{%", "{#", "${", "`"))
