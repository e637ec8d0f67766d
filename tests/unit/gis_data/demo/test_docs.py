from pathlib import Path

import pytest

import gis_data
from gis_data.demo import Plant, plants
from gis_data.demo.county import County

_ROOT = Path(gis_data.__file__).parents[1]
_TOLD_BY_CODE = ("village", "officer", "township", "event")


@pytest.fixture(scope="module")
def told() -> str:
    return (_ROOT / "docs" / "demo.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("plant", plants(), ids=lambda plant: f"{plant.kind}-{plant.what}")
def test_the_document_tells_what_is_planted(told: str, plant: Plant) -> None:
    line = next(line for line in told.splitlines() if f"| {plant.kind} | {plant.what} |" in line)

    if len(plant.codes) > 8:
        assert f"| {len(plant.codes)} {plant.key}s |" in line
    elif plant.key in _TOLD_BY_CODE:
        assert all(code in line for code in plant.codes)


def test_the_document_counts_right(told: str, county: County) -> None:
    assert f"{len(county.enterprises):,} enterprises" in told
    assert f"{len(county.records.table):,} records" in told
    assert "does not exist" in told
