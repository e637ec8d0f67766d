"""Fifteen real townships in, cells out; and the file with two overlapping zones is refused."""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import URL
from sqlalchemy.orm import Session

from scripts import examples
from service.database import cells, places, townships
from service.domain.grid import GridMethod, GridRequest
from service.workflows.build_grid import build_grid
from tests.conftest import migrated_database

COUNTY = "330726"
EPSG = 32650  # UTM 50N, where Pujiang lies
NOISE_M2 = 1.0  # of 900 square kilometres
ZONES = ("经济开发区", "水晶园区")  # functional zones drawn over townships


@pytest.fixture(scope="module")
def pujiang(
    admin_url: URL, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Session]:
    with pytest.MonkeyPatch.context() as patch, migrated_database(admin_url) as engine:
        address = engine.url.render_as_string(hide_password=False)
        patch.setenv("WANGGE_DATABASE_URL", address)
        patch.chdir(tmp_path_factory.mktemp("pujiang"))
        examples.pujiang(shared_data)
        with Session(engine) as session:
            yield session


def test_fifteen_townships_with_their_villages(pujiang: Session) -> None:
    areas = townships.of_county(pujiang, COUNTY)
    assert len(areas) == 15
    assert areas["code"].str.fullmatch(r"330726\d{3}").all()
    everything = places.gazetteer(pujiang, COUNTY)
    villages = everything[everything["level"] == "village"]
    assert len(villages) > 200
    assert set(villages["township_code"]) == set(areas["code"])


@pytest.mark.parametrize(
    "request_",
    [
        GridRequest(method=GridMethod.SQUARE, side_m=2_000),
        GridRequest(method=GridMethod.HEX, side_m=1_500),
        GridRequest(method=GridMethod.VILLAGES),
    ],
    ids=lambda request: str(request.method.value),
)
def test_cells_cover_every_township_exactly(pujiang: Session, request_: GridRequest) -> None:
    report = build_grid(pujiang, COUNTY, request_, plan_code=f"test-{request_.method.value}")
    built = cells.of_plan(pujiang, COUNTY, report.plan_id).to_crs(EPSG)
    areas = townships.of_county(pujiang, COUNTY).to_crs(EPSG)
    assert report.cells == len(built) > 15
    assert built["code"].str.fullmatch(r"\d{15}").all()
    assert built["code"].is_unique
    together = built.dissolve("township_code").geometry
    whole = areas.set_index("code").geometry
    assert set(together.index) == set(whole.index)
    difference = together.symmetric_difference(whole.loc[together.index]).area
    assert difference.max() < NOISE_M2
    # Cells that cover the township exactly and whose areas add up to it overlap nowhere.
    assert built.area.sum() == pytest.approx(whole.area.sum(), abs=15 * NOISE_M2)


def test_overlapping_zones_are_refused_and_named(
    pujiang: Session, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(townships.of_county(pujiang, COUNTY))
    with pytest.raises(SystemExit) as refused:
        examples.run(examples.PUJIANG_REFUSED, shared_data)
    assert refused.value.code == 1
    told = capsys.readouterr().err
    assert "仙华街道 and 经济开发区 overlap by 10.86 km²" in told
    (returned,) = re.findall(r"\S+_refused\.xlsx", told)
    findings = pd.read_excel(returned).astype(str).to_string()
    assert all(zone in findings for zone in ZONES)
    pujiang.expire_all()
    assert len(townships.of_county(pujiang, COUNTY)) == before
