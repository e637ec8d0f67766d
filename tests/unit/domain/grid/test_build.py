"""The promise of build_cells: cover exactly, never overlap, no sliver, within the limits."""

from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely
from geopandas import GeoDataFrame
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.errors import InvalidInputError
from service.domain.grid import GridMethod, GridRequest, assign_codes, build_cells
from tests.unit.domain.grid.shapes import EPSG, ragged_township, township_frame, village_frame

METHODS = st.sampled_from(
    [
        GridRequest(method=GridMethod.VILLAGES),
        GridRequest(method=GridMethod.VILLAGES, max_area_km2=2),
        GridRequest(method=GridMethod.SQUARE, side_m=1000),
        GridRequest(method=GridMethod.SQUARE, side_m=333),
        GridRequest(method=GridMethod.HEX, side_m=700),
        GridRequest(method=GridMethod.BALANCED, max_load=7),
    ]
)


def assert_exact_cover(cells: GeoDataFrame, townships: GeoDataFrame) -> None:
    """Within each township: no hole, no overlap, common vertices along common borders."""
    assert shapely.is_valid(cells.geometry).all()
    for code, shape in zip(townships["code"], townships.geometry, strict=True):
        mine = cells.loc[cells["township_code"] == code, "geometry"].to_numpy()
        assert shapely.coverage_is_valid(mine)
        assert shapely.area(mine).sum() == pytest.approx(shape.area, rel=1e-10)
        difference = shapely.symmetric_difference(shapely.union_all(mine), shape)
        assert difference.area <= shape.area * 1e-10


def loads_in(shape: shapely.Polygon, count: int, seed: int) -> GeoDataFrame:
    points = village_frame(shape, count, seed)
    return points.assign(load=np.random.default_rng(seed).integers(1, 4, count))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), villages=st.integers(0, 25), request_=METHODS)
def test_cells_cover_a_concave_township_exactly_once(
    seed: int, villages: int, request_: GridRequest
) -> None:
    shape = ragged_township(seed)
    townships = township_frame(shape)
    loads = loads_in(shape, 40, seed + 1)

    cells = build_cells(
        townships, village_frame(shape, villages, seed), request_, metric_epsg=EPSG, loads=loads
    )

    assert_exact_cover(cells, townships)
    parts = shapely.get_num_geometries(cells.geometry.to_numpy())
    assert (parts == 1).all()
    if villages:
        assert cells["village_code"].notna().all()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), max_load=st.integers(3, 30))
def test_no_balanced_cell_carries_more_than_asked(seed: int, max_load: int) -> None:
    shape = ragged_township(seed, corners=24)
    loads = loads_in(shape, 60, seed)
    request_ = GridRequest(method=GridMethod.BALANCED, max_load=max_load)

    cells = build_cells(
        township_frame(shape),
        village_frame(shape, 5, seed),
        request_,
        metric_epsg=EPSG,
        loads=loads,
    )

    joined = geopandas.sjoin(loads, cells[["geometry"]], predicate="within")
    assert joined.groupby("index_right")["load"].sum().max() <= max_load
    assert joined["load"].sum() == loads["load"].sum()


def test_work_at_one_spot_is_refused_with_the_least_limit_that_works() -> None:
    shape = ragged_township(1)
    spot = village_frame(shape, 1, 3)
    loads = geopandas.GeoDataFrame(
        {"load": [4.0, 5.0]}, geometry=[spot.geometry.iloc[0]] * 2, crs=4326
    )
    request_ = GridRequest(method=GridMethod.BALANCED, max_load=8)

    with pytest.raises(InvalidInputError, match="--max-load 9"):
        build_cells(township_frame(shape), spot, request_, metric_epsg=EPSG, loads=loads)


def test_no_square_is_a_sliver() -> None:
    shape = ragged_township(5)
    request_ = GridRequest(method=GridMethod.SQUARE, side_m=500)

    cells = build_cells(township_frame(shape), empty_villages(), request_, metric_epsg=EPSG)

    assert cells["area_m2"].min() >= 0.15 * 500**2 * 0.99


def test_a_cell_is_never_larger_than_asked() -> None:
    shape = ragged_township(6)
    request_ = GridRequest(method=GridMethod.VILLAGES, max_area_km2=1.5)

    cells = build_cells(
        township_frame(shape), village_frame(shape, 4, 2), request_, metric_epsg=EPSG
    )

    # Joining a stray part to its neighbour may not undo the cut: the builder looks again.
    assert cells["area_m2"].max() <= 1.5e6 * 1.001


def test_squares_stay_where_they_are_when_the_border_moves() -> None:
    shape = ragged_township(7, corners=12, radius_m=9000)
    request_ = GridRequest(method=GridMethod.SQUARE, side_m=1000)
    before = build_cells(township_frame(shape), empty_villages(), request_, metric_epsg=EPSG)
    after = build_cells(
        township_frame(shape.buffer(300)), empty_villages(), request_, metric_epsg=EPSG
    )

    whole = before[(before["area_m2"] - 1e6).abs() < 100]
    assert len(whole) > 0
    same = after.geometry.to_numpy()[:, None]
    equal = shapely.equals_exact(same, whole.geometry.to_numpy()[None], 1e-9, normalize=True)
    assert equal.any(axis=0).all()


@pytest.mark.parametrize("method", [GridMethod.SQUARE, GridMethod.HEX])
def test_pujiang_is_cut_exactly(shared_data: Path, method: GridMethod) -> None:
    townships = pyogrio.read_dataframe(
        shared_data / "pujiang_townships" / "townships.geojson"
    ).rename(columns={"nbs2023_code9": "code"})
    request_ = GridRequest(method=method, side_m=1500)

    cells = build_cells(townships, empty_villages(), request_, metric_epsg=4549)

    assert_exact_cover(cells, townships)
    codes = assign_codes(cells)
    assert len(set(codes)) == len(cells)


def test_a_request_says_what_it_lacks() -> None:
    with pytest.raises(InvalidInputError, match="--max-load"):
        GridRequest(method=GridMethod.BALANCED)
    with pytest.raises(InvalidInputError, match="side_m"):
        GridRequest(method=GridMethod.SQUARE, side_m=float("nan"))


def empty_villages() -> GeoDataFrame:
    """Return a village frame without rows, of a county whose places are not known."""
    columns: dict[str, list[str]] = {"code": [], "name": [], "township_code": []}
    return GeoDataFrame(columns, geometry=[], crs=4326)
