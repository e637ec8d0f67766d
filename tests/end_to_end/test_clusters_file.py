import gzip
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gis_data.points import PointRowsError
from scripts.clusters_file import clusters_from_file
from service.domain.errors import InvalidInputError

REFERENCE = Path(__file__).parents[3] / "shared" / "reference"
needs_reference = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason="the reference data lie beside the project only"
)


def run(tmp_path: Path, file: Path, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - the options of the command
    out = tmp_path / "found.json"
    arguments: dict[str, Any] = {
        "cases": "cases",
        "population": "population",
        "format_": "json",
        "out": out,
    }
    clusters_from_file(file=file, **(arguments | {"replications": 99} | options))
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


@needs_reference
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("cartesian_50", {"x": "latitude", "y": "longitude"}),
        ("cartesian_10", {"x": "latitude", "y": "longitude", "max_share": 0.1}),
        ("latlong_50", {"lon": "longitude", "lat": "latitude"}),
    ],
)
def test_new_york_leukemia(tmp_path: Path, name: str, options: dict[str, Any]) -> None:
    file = REFERENCE / "nydf" / "nydf.csv"
    found = run(tmp_path, file, id_="id", fractional="floor", **options)
    same_as_published(found, REFERENCE / "nydf" / f"expected_{name}.json")


@needs_reference
def test_pennsylvania_with_strata_and_bernoulli(tmp_path: Path) -> None:
    county = pd.read_csv(REFERENCE / "pennLC" / "pennLC_county.csv")
    data = pd.read_csv(REFERENCE / "pennLC" / "pennLC_data.csv")
    merged = data.merge(county[["county", "x_km", "y_km"]], on="county")
    file = tmp_path / "strata.csv.gz"
    file.write_bytes(gzip.compress(merged.to_csv(index=False).encode("gb18030")))
    place = {"x": "x_km", "y": "y_km", "unit": "km", "id_": "county"}
    strata = run(tmp_path, file, strata="race,gender,age", **place)
    same_as_published(strata, REFERENCE / "pennLC" / "expected_poisson_strata_50.json")
    plain = run(tmp_path, REFERENCE / "pennLC" / "pennLC_county.csv", model="bernoulli", **place)
    same_as_published(plain, REFERENCE / "pennLC" / "expected_bernoulli_50.json")


def same_as_published(found: dict[str, Any], expected: Path) -> None:
    published = json.loads(expected.read_text())["satscan_clusters"]
    for one, other in zip(found["clusters"], published, strict=False):
        assert one["members"] == other["ids"]
        assert one["llr"] == pytest.approx(other["llr"], abs=5e-7)
        assert one["cases"] == int(other["cases"])


def small(tmp_path: Path, *lines: str) -> Path:
    file = tmp_path / "points.csv"
    file.write_text("\n".join(("a,b,cases,population,year", *lines)) + "\n", encoding="utf-8")
    return file


def test_every_bad_row_is_named(tmp_path: Path) -> None:
    file = small(tmp_path, "0,0,1,2,1", "1,x,1,2,1", "2,0,-1,2,1", "3,0,1.5,2,1", "4,0,nan,2,1")
    with pytest.raises(PointRowsError) as refused:
        run(tmp_path, file, x="a", y="b")
    rows = refused.value.rows
    assert list(rows["line"]) == [3, 4, 5, 6]
    assert list(rows["field"]) == ["b", "cases", "cases", "cases"]
    assert "line 3, b" in str(refused.value)
    assert not (tmp_path / "found.json").exists()


@pytest.mark.parametrize(
    ("lines", "options", "message"),
    [
        (["0,0,1,2,1"], {"x": "a", "y": "nix"}, "it has a, b"),
        (["0,0,1,2,1"], {"x": "a", "lat": "b"}, "--lon and --lat"),
        (["0,0,1,0,1", "1,1,0,5,1"], {"x": "a", "y": "b"}, "no population"),
        (["0,0,0,2,1", "1,1,0,2,1"], {"x": "a", "y": "b"}, "no cases"),
        (["0,0,3,2,1", "1,1,0,9,1"], {"x": "a", "y": "b", "model": "bernoulli"}, "more cases"),
        (["0,0,1,2,1", "0,0,1,2,1"], {"x": "a", "y": "b"}, "one place"),
        (["0,0,1,2,1", "0,1,1,2,1"], {"lon": "cases", "lat": "b", "max_share": 2}, "max_share"),
        (["0,0,1,2,1", "1,1,1,2,x"], {"x": "a", "y": "b", "time": "year"}, "no time"),
    ],
)
def test_bad_input_is_refused_with_what_to_do(
    tmp_path: Path, lines: list[str], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        run(tmp_path, small(tmp_path, *lines), **options)


def test_without_ids_members_are_row_numbers_and_census_years_are_averaged(tmp_path: Path) -> None:
    lines = [f"{i},0,{9 if i < 2 else 1},{10 * year},{year}" for i in range(8) for year in (1, 3)]
    found = run(tmp_path, small(tmp_path, *lines), x="a", y="b", time="year")
    assert found["settings"]["places"] == 8
    assert found["settings"]["total_population"] == pytest.approx(8 * 20)
    assert sorted(found["clusters"][0]["members"]) == [1, 3]


def test_geojson_circles_enclose_their_centre(tmp_path: Path) -> None:
    lines = [f"{114 + i / 10},{38 + i % 3 / 10},{9 if i < 3 else 1},100,1" for i in range(12)]
    found = run(tmp_path, small(tmp_path, *lines), lon="a", lat="b", format_="geojson")
    ring = found["features"][0]["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    assert found["features"][0]["properties"]["rank"] == 1


def test_the_table_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"{i},0,{9 if i < 2 else 1},100,1" for i in range(8)]
    clusters_from_file(
        file=small(tmp_path, *lines), x="a", y="b", cases="cases", population="population",
        replications=9,
    )  # fmt: skip
    assert "聚集区" in capsys.readouterr().out
