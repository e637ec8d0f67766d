import geopandas as gpd
import pytest
from shapely import box

from maps.county_map import CountyMap
from maps.layers import FillClass, Theme
from maps.layers.cell_tiles import CellTilesLayer, zoom_of
from maps.publish import to_html
from maps.words import Words
from service.domain.errors import InvalidInputError

_TILES = "/api/v1/tiles/cells/{z}/{x}/{y}.mvt"


def _cells(count: int, side: float) -> gpd.GeoDataFrame:
    shapes = [
        box(114 + side * (i // count), 38 + side * (i % count), 114 + side * (i // count + 1),
            38 + side * (i % count + 1))
        for i in range(count * count)
    ]  # fmt: skip
    codes = [f"c{i}" for i in range(len(shapes))]
    return gpd.GeoDataFrame({"code": codes, "name": codes}, geometry=shapes, crs=4326)


def _layer(cells: gpd.GeoDataFrame, tiles: str = _TILES) -> CellTilesLayer:
    classes = [FillClass(label=Words("全部", "All"), fill="#ffffff")]
    theme = Theme(
        switches={}, title=Words("格", "Cells"), classes=classes, assigned=[0] * len(cells)
    )
    return CellTilesLayer(cells, tiles=tiles, themes=[theme])


def test_shapes_are_left_out_and_each_cell_keeps_its_box() -> None:
    data = _layer(_cells(3, 0.01)).data

    assert "cells" not in data
    assert len(data["boxes"]) == 9 * 4
    assert data["boxes"][:4] == [11_400_000, 3_800_000, 11_401_000, 3_801_000]


@pytest.mark.parametrize(("across", "side"), [(110, 0.01), (142, 0.0035), (200, 0.02)])
def test_tiles_are_as_fine_as_keeps_their_cells_few(across: int, side: float) -> None:
    cells = _cells(across, side)
    zoom = zoom_of(cells)
    # A tile is narrower in latitude than in longitude by the cosine of 38 degrees.
    in_a_tile = (360 / 2**zoom / side) ** 2 * 0.79

    assert 6 <= zoom <= 12
    assert in_a_tile <= 3_100


@pytest.mark.parametrize(
    "address",
    [
        "https://tiles.example/{z}/{x}/{y}.mvt",
        "//tiles.example/{z}/{x}/{y}.mvt",
        "/api/v1/tiles/cells/{z}/{x}.mvt",
    ],
)
def test_an_address_of_another_host_or_without_a_place_is_refused(address: str) -> None:
    with pytest.raises(InvalidInputError):
        _layer(_cells(2, 0.01), address)


def test_a_file_that_is_carried_away_may_not_ask_for_tiles() -> None:
    county_map = CountyMap(bounds=(114.0, 38.0, 114.1, 38.1))
    _layer(_cells(2, 0.01)).add_to(county_map)

    with pytest.raises(InvalidInputError):
        to_html(county_map)
