"""`wangge clusters --file`: published results, every kind of file, bad input; no database."""

import gzip
import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from scripts.cli import app
from service.settings import PROJECT_ROOT

REFERENCE = Path(__file__).parents[3] / "shared" / "reference"
NEW_YORK = REFERENCE / "satscan_published"
needs_reference = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason="the reference data lie beside the project only"
)
PLACE = ("--cases", "cases", "--population", "population")
PLANE = ("--x", "a", "--y", "b", *PLACE)


def command(file: Path, *options: object) -> Result:
    words = ["clusters", "--file", str(file), *(str(one) for one in options)]
    return CliRunner().invoke(app, words)


def answer(file: Path, *options: object, replications: int = 99) -> dict[str, Any]:
    result = command(file, "--format", "json", "--replications", replications, *options)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout, parse_constant=_no_nan)
    return found


def _no_nan(word: str) -> None:
    pytest.fail(f"the JSON has a {word}")


def refusal(file: Path, *options: object) -> str:
    result = command(file, "--replications", 9, *options)
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("wangge: ")
    return result.stderr


def table(tmp_path: Path, *lines: str, header: str = "a,b,cases,population,year") -> Path:
    file = tmp_path / "points.csv"
    file.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return file


def same_as_published(found: dict[str, Any], published: list[dict[str, Any]]) -> None:
    assert len(found["clusters"]) >= len(published)
    for one, other in zip(found["clusters"], published, strict=False):
        assert one["members"] == other["ids"]
        assert abs(one["llr"] - other["llr"]) <= 5e-7
        assert one["cases"] == int(other["cases"])
        assert abs(one["expected"] - float(other["expected"])) <= 0.0051
        if other.get("rr") not in {None, "infinity"}:
            assert abs(one["relative_risk"] - float(other["rr"])) <= 0.0051
        if other.get("population") is not None:
            assert abs(one["population"] - float(other["population"])) <= 0.51


def expected_clusters(path: Path) -> list[dict[str, Any]]:
    content = json.loads(path.read_text(encoding="utf-8"))
    clusters: list[dict[str, Any]] = (
        content["satscan_clusters"] if isinstance(content, dict) else content
    )
    return clusters


@needs_reference
@pytest.mark.parametrize("ties", ["closed", "satscan"])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("cartesian_50", ("--x", "latitude", "--y", "longitude")),
        ("cartesian_10", ("--x", "latitude", "--y", "longitude", "--max-share", 0.1)),
        ("latlong_50", ("--lon", "longitude", "--lat", "latitude")),
    ],
)
def test_new_york_leukemia(name: str, options: tuple[object, ...], ties: str) -> None:
    file = REFERENCE / "nydf" / "nydf.csv"
    same = ("--id", "id", "--fractional", "floor", "--ties", ties, *PLACE)
    found = answer(file, *options, *same, replications=999)
    same_as_published(found, expected_clusters(REFERENCE / "nydf" / f"expected_{name}.json"))
    assert found["clusters"][0]["p"] <= 0.003


@needs_reference
@pytest.mark.parametrize(
    ("name", "share", "axes"),
    [
        ("ny", 0.5, ("--x", "first", "--y", "second")),
        ("satscan_ny_out", 0.1, ("--x", "first", "--y", "second")),
        ("scan_test_ny_poisson_circular_cartesian", 0.5, ("--x", "first", "--y", "second")),
        (
            "scan_test_ny_poisson_circular_cartesian_ubpop_10percent",
            0.1,
            ("--x", "first", "--y", "second"),
        ),
        ("scan_test_ny_poisson_circular_longlat", 0.5, ("--lon", "second", "--lat", "first")),
    ],
)
def test_the_five_published_reports(
    tmp_path: Path, name: str, share: float, axes: tuple[str, ...]
) -> None:
    words = {
        part: {
            line.split()[0]: line.split()[1:]
            for line in (NEW_YORK / f"satscan_ny_{part}.txt").read_text("utf-8").splitlines()
            if line.strip()
        }
        for part in ("coords", "cases", "pop")
    }
    lines = [
        ";".join((i, *xy, words["cases"].get(i, ["0"])[0], words["pop"][i][1]))
        for i, xy in words["coords"].items()
    ]
    file = table(tmp_path, *lines, header="tract;first;second;cases;population")
    found = answer(file, *axes, *PLACE, "--id", "tract", "--max-share", share)
    same_as_published(found, expected_clusters(NEW_YORK / f"{name}.json"))


@needs_reference
def test_pennsylvania_with_strata_and_bernoulli(tmp_path: Path) -> None:
    county = pd.read_csv(REFERENCE / "pennLC" / "pennLC_county.csv")
    data = pd.read_csv(REFERENCE / "pennLC" / "pennLC_data.csv")
    merged = data.merge(county[["county", "x_km", "y_km"]], on="county")
    file = tmp_path / "strata.csv.gz"
    named = merged.rename(columns={"age": "age group", "cases": "病例", "population": "人口"})
    file.write_bytes(gzip.compress(named.to_csv(index=False).encode("gb18030")))
    place = ("--x", "x_km", "--y", "y_km", "--unit", "km", "--id", "county")
    strata = answer(
        file, *place, "--strata", "race, gender, age group", "--cases", "病例",
        "--population", "人口", replications=999,
    )  # fmt: skip
    reports = REFERENCE / "pennLC"
    same_as_published(strata, expected_clusters(reports / "expected_poisson_strata_50.json"))
    plain = answer(reports / "pennLC_county.csv", *place, *PLACE, "--model", "bernoulli")
    same_as_published(plain, expected_clusters(reports / "expected_bernoulli_50.json"))
    people = answer(file, *place, "--strata", "race,gender,age group", "--share-of", "population",
                    "--cases", "病例", "--population", "人口")  # fmt: skip
    limited = json.loads((reports / "oracle_poisson_limit_population.json").read_text())
    for one, other in zip(people["clusters"], limited, strict=False):
        assert one["members"] == other["members"]
        assert one["llr"] == pytest.approx(float(other["llr"][11:-1]), rel=1e-9)


@needs_reference
def test_synthetic_units(tmp_path: Path) -> None:
    folder = REFERENCE / "synthetic"
    rows = pd.read_csv(folder / "n1000.csv").assign(units=1)
    file = tmp_path / "units.csv"
    rows.to_csv(file, index=False)
    found = answer(
        file, "--x", "x", "--y", "y", "--id", "id", "--cases", "case", "--population", "units",
        "--model", "bernoulli", replications=999,
    )  # fmt: skip
    same_as_published(found, expected_clusters(folder / "expected_n1000_bernoulli_50.json"))


def test_every_bad_row_is_named(tmp_path: Path) -> None:
    file = table(tmp_path, "0,0,1,2,1", "1,x,1,2,1", "2,0,-1,2,1", "3,0,1.5,2,1", "4,0,nan,2,1",
                 "5,0,1,inf,1", "6,0,1,-2,1")  # fmt: skip
    told = refusal(file, *PLANE, "--out", tmp_path / "out.json")
    for line, field in ((3, "b"), (4, "cases"), (5, "cases"), (6, "cases"), (7, "population")):
        assert f"line {line}, {field}:" in told
    assert "--fractional floor" in told
    assert sorted(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("lines", "options", "message"),
    [
        (["0,0,1,2,1"], ("--x", "a", "--y", "nix", *PLACE), "it has a, b"),
        (["0,0,1,2,1"], ("--x", "a", "--lat", "b", *PLACE), "--lon and --lat"),
        (["0,0,1,0,1", "1,1,0,5,1"], PLANE, "line 2.*no population"),
        (["0,0,0,2,1", "1,1,0,2,1"], PLANE, "no cases"),
        (["0,0,3,2,1", "1,1,0,9,1"], (*PLANE, "--model", "bernoulli"), "line 2.*more cases"),
        (["0,0,2,2,1", "1,1,9,9,1"], (*PLANE, "--model", "bernoulli"), "every unit is a case"),
        (["0,0,1,2,1", "0,0,1,2,1"], PLANE, "one place"),
        (["0,0,1,2,1"], PLANE, "one place"),
        (["0,0,1,2,1", "0,1,1,2,1"], (*PLANE, "--max-share", 2), "max_share"),
        (["0,0,1,2,1", "1,1,1,2,x"], (*PLANE, "--time", "year"), "line 3: 'x' is no time"),
        (["0,0,1,2,1", "1,1,1,2,1"], ("--lon", "a", "--lat", "b", *PLACE, "--window", "ellipse"),
         "project the points"),
        (["0,0,1,2,1", "1,91,1,2,1"], ("--lon", "a", "--lat", "b", *PLACE), "no latitude"),
        (["0,0,1,2,1", "1,1,1,2,1"], (*PLANE, "--model", "space-time"), "needs --time"),
        (["0,0,1,2,1", "1,1,1,2,1"], (*PLANE, "--prospective"), "belong to --model space-time"),
        (["0,0,1,2,1", "1,1,1,2,1"], ("--x", "a", "--y", "b", "--cases", "cases"), "population"),
        (["0,0,1,2,1", "1,1,1,2,1"], (*PLANE, "--model", "bernoulli", "--strata", "year"),
         "leave --strata out"),
        (["0,0,1,2,2010", "1,1,1,2,2012"],
         (*PLANE, "--model", "space-time", "--time", "year", "--time-unit", "week"), "longer unit"),
        (["0,0,1,2,2010", "1,1,1,2,2012"],
         (*PLANE, "--time", "year", "--start", "2013", "--end", "2011"), "ends before"),
        (["0,0,1,2,1", "0,0,1,2,1"], (*PLANE, "--id", "year", "--time", "nix"), "no column nix"),
        (["0,0,1,2,1", "0,1,1,2,1"], (*PLANE, "--id", "year"), "line 3.*other coordinates"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_what_to_do(
    tmp_path: Path, lines: list[str], options: tuple[object, ...], message: str
) -> None:
    told = " ".join(refusal(table(tmp_path, *lines), *options).split())
    assert re.search(message, told), told


def test_a_file_needs_its_cases_named(tmp_path: Path) -> None:
    assert "--cases" in refusal(table(tmp_path, "0,0,1,2,1"), "--x", "a", "--y", "b")


def test_a_file_of_too_many_rows_says_to_add_them_up(tmp_path: Path) -> None:
    file = tmp_path / "many.csv.gz"
    file.write_bytes(gzip.compress(b"a,b,cases,population,year\n" + b"1,2,0,1,1\n" * 1_000_100))
    assert "add them up first" in refusal(file, *PLANE)


def test_a_window_larger_than_the_study_area_is_no_trouble(tmp_path: Path) -> None:
    lines = [f"{i},{i % 3},{9 if i < 3 else 1},100,1" for i in range(12)]
    found = answer(table(tmp_path, *lines), *PLANE, "--max-radius-km", 1e6, "--max-share", 1)
    assert sorted(found["clusters"][0]["members"]) == [1, 2, 3]


def test_places_with_nobody_are_members_and_no_trouble(tmp_path: Path) -> None:
    lines = [f"{i},0,{9 if i < 3 else 0},{0 if i == 5 else 100},1" for i in range(12)]
    found = answer(table(tmp_path, *lines), *PLANE)
    assert found["settings"]["places"] == 12


def test_all_cases_at_one_place_have_no_relative_risk_and_no_nan(tmp_path: Path) -> None:
    lines = [f"{i},0,{5 if i == 3 else 0},5,1" for i in range(8)]
    for model in ("bernoulli", "poisson"):
        found = answer(table(tmp_path, *lines), *PLANE, "--model", model, "--rates", "both")
        assert found["clusters"][0]["members"] == [4]
        assert found["clusters"][0]["relative_risk"] is None


def test_coincident_units_enter_together_and_ties_differ_by_choice(tmp_path: Path) -> None:
    lines = ["0,0,1,1,1", "0,0,1,1,1", "-1,0,1,1,1", "1,0,0,1,1", "5,5,0,1,1", "6,6,0,1,1",
             "7,5,0,1,1", "8,7,0,1,1"]  # fmt: skip
    file = table(tmp_path, *lines)
    closed = answer(file, *PLANE, "--model", "bernoulli")["clusters"][0]
    satscan = answer(file, *PLANE, "--model", "bernoulli", "--ties", "satscan")["clusters"][0]
    assert sorted(satscan["members"]) == [1, 2, 3]
    assert set(closed["members"]) >= {1, 2}
    assert satscan["llr"] >= closed["llr"]


def test_ids_stay_as_they_are_written(tmp_path: Path) -> None:
    lines = [f"{i},0,{9 if i < 2 else 1},100,00{i}" for i in range(8)]
    found = answer(table(tmp_path, *lines), *PLANE, "--id", "year")
    assert sorted(found["clusters"][0]["members"]) == ["000", "001"]


def test_the_same_seed_gives_the_same_answer_and_settings_tell_it(tmp_path: Path) -> None:
    lines = [f"{i},{i * i % 5},{i % 4},100,1" for i in range(30)]
    file = table(tmp_path, *lines)
    one, two = answer(file, *PLANE, "--seed", 7), answer(file, *PLANE, "--seed", 7)
    assert one == two
    assert one["settings"]["seed"] == 7
    assert answer(file, *PLANE, "--seed", 8)["clusters"][0]["p"] > 0


def test_geojson_circles_enclose_their_centre(tmp_path: Path) -> None:
    lines = [f"{114 + i / 10},{38 + i % 3 / 10},{9 if i < 3 else 1},100,1" for i in range(12)]
    result = command(table(tmp_path, *lines), "--lon", "a", "--lat", "b", *PLACE,
                     "--format", "geojson", "--replications", 9)  # fmt: skip
    found = json.loads(result.stdout)
    ring = found["features"][0]["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    assert found["features"][0]["properties"]["rank"] == 1


def test_the_table_is_printed(tmp_path: Path) -> None:
    lines = [f"{i},0,{9 if i < 2 else 1},100,1" for i in range(8)]
    result = command(table(tmp_path, *lines), *PLANE, "--replications", 9)
    assert "聚集区" in result.stdout


def weekly(tmp_path: Path) -> Path:
    """Return cases of forty places in eight weeks; three of them go bad in the last two."""
    lines = []
    for week in range(8):
        for place in range(40):
            cases = 4 if place < 3 and week >= 6 else (place + week) % 3 // 2
            lines.append(f"{place},{place % 3},{cases},100,2012-W{week + 10}")
    return table(tmp_path, *lines)


@pytest.mark.parametrize(
    "options",
    [PLANE, ("--x", "a", "--y", "b", "--cases", "cases"), (*PLANE, "--prospective")],
)
def test_what_is_new_is_found_with_its_weeks(tmp_path: Path, options: tuple[str, ...]) -> None:
    found = answer(weekly(tmp_path), *options, "--model", "space-time", "--time", "year")
    first = found["clusters"][0]
    assert (first["start"], first["end"]) == ("2012-04-16", "2012-04-29")
    assert sorted(first["members"]) == [1, 2, 3]
    assert first["p"] == 0.01
    assert found["settings"]["intervals"] == 8
    assert found["settings"]["permutation"] == ("--population" not in options)
    assert (first["population"] is None) == ("--population" not in options)


def test_the_study_can_be_shortened_and_told_in_months(tmp_path: Path) -> None:
    found = answer(weekly(tmp_path), *PLANE, "--model", "space-time", "--time", "year",
                   "--time-unit", "month", "--end", "2012-04-15")  # fmt: skip
    assert found["settings"]["end"] == "2012-04-15"
    assert "lie outside the study" in found["settings"]["notes"][0]


def test_ellipses_through_the_command_tell_their_axes(tmp_path: Path) -> None:
    lines = [f"{x},{y},{1 if x == y or (x + y) % 7 == 0 else 0},1,1" for x in range(8)
             for y in range(8)]  # fmt: skip
    found = answer(table(tmp_path, *lines), *PLANE, "--model", "bernoulli", "--window", "ellipse")
    first = found["clusters"][0]
    assert first["shape"] > 1
    assert first["semi_major"] == pytest.approx(first["shape"] * first["semi_minor"])
    held = answer(table(tmp_path, *lines), *PLANE, "--model", "bernoulli", "--window", "ellipse",
                  "--compactness", "strong")  # fmt: skip
    assert held["clusters"][0]["llr"] < first["llr"]


def test_sequential_removal_through_the_command(tmp_path: Path) -> None:
    lines = [f"{i},0,{9 if i in {1, 2, 20, 21} else 1},100,1" for i in range(30)]
    found = answer(table(tmp_path, *lines), *PLANE, "--secondary", "sequential", "--alpha", 1,
                   "--max-clusters", 2)  # fmt: skip
    assert [sorted(one["members"]) for one in found["clusters"]] == [[1, 2, 3], [20, 21, 22]]


def test_a_plane_named_by_epsg_becomes_degrees_in_geojson(tmp_path: Path) -> None:
    lines = [f"{500_000 + 100 * i},4200000,{9 if i < 2 else 1},100,1" for i in range(8)]
    result = command(table(tmp_path, *lines), *PLANE, "--format", "geojson", "--epsg", 4547,
                     "--replications", 9)  # fmt: skip
    lon, lat = json.loads(result.stdout)["features"][0]["geometry"]["coordinates"][0][0]
    assert 113 < lon < 115
    assert 37 < lat < 39


def test_an_interrupt_ends_it_at_once_with_nothing_written(tmp_path: Path) -> None:
    lines = [f"{i * 37 % 997},{i * 61 % 991},{i % 2},1,1" for i in range(6_000)]
    out = tmp_path / "found.json"
    file = table(tmp_path, *lines)
    words = ["clusters", "--file", file, *PLANE, "--model", "bernoulli", "--window", "ellipse",
             "--replications", 99_999, "--format", "json", "--out", out, "--map",
             tmp_path / "map.html"]  # fmt: skip
    run = subprocess.Popen(
        # A run in the background of a shell inherits an ignored Ctrl-C; the command's is not.
        ["/usr/bin/env", "--default-signal=INT", sys.executable, "-m", "scripts.cli",
         *(str(word) for word in words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=PROJECT_ROOT,
    )  # fmt: skip
    with pytest.raises(subprocess.TimeoutExpired):
        run.wait(timeout=12)
    run.send_signal(signal.SIGINT)
    _, told = run.communicate(timeout=60)
    assert run.returncode in {1, 130}
    assert "Traceback" not in told
    assert sorted(tmp_path.iterdir()) == [file]
