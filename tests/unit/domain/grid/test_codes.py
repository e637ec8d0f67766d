"""Fifteen-digit codes: order, stability, never reused."""

import geopandas
import pytest
from geopandas import GeoDataFrame
from shapely import box

from service.domain.errors import InvalidInputError
from service.domain.grid import assign_codes


def row_of_cells(west: list[float], *, village: str | None = "139921101207") -> GeoDataFrame:
    return geopandas.GeoDataFrame(
        {"township_code": "139921101", "village_code": village},
        geometry=[box(lon, 38.0, lon + 0.01, 38.01) for lon in west],
        crs=4326,
        index=range(len(west)),
    )


def test_the_sequence_runs_west_to_east() -> None:
    codes = assign_codes(row_of_cells([114.02, 114.00, 114.01]))

    assert codes == ["139921101207003", "139921101207001", "139921101207002"]


def test_north_comes_before_south_on_one_meridian() -> None:
    cells = row_of_cells([114.0, 114.0])
    cells.loc[1, "geometry"] = box(114.0, 38.02, 114.01, 38.03)

    assert assign_codes(cells) == ["139921101207002", "139921101207001"]


def test_a_rebuilt_grid_keeps_its_codes_and_a_new_cell_takes_a_new_one() -> None:
    before = row_of_cells([114.00, 114.01])
    before["code"] = assign_codes(before)
    after = row_of_cells([113.99, 114.00, 114.01])

    codes = assign_codes(after, previous=before, used=[*before["code"], "139921101207005"])

    assert codes == ["139921101207006", "139921101207001", "139921101207002"]


def test_cells_of_no_one_village_take_a_merged_community_number() -> None:
    assert assign_codes(row_of_cells([114.0], village=None)) == ["139921101601001"]


@pytest.mark.parametrize("village", ["139921102207", "207"])
def test_a_village_of_another_township_is_refused(village: str) -> None:
    with pytest.raises(InvalidInputError, match="township's code"):
        assign_codes(row_of_cells([114.0], village=village))


def test_a_township_code_of_another_system_is_refused() -> None:
    cells = row_of_cells([114.0], village=None).assign(township_code="D12")
    with pytest.raises(InvalidInputError, match="nine digits"):
        assign_codes(cells)
