"""`wangge clusters --file --method …`: local statistics and crowds of any file; no database."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from scripts.cli import app

COLUMNS = ("--x", "e", "--y", "n", "--id", "name", "--cases", "ill", "--population", "people")


def command(file: Path, *options: object) -> Result:
    return CliRunner().invoke(app, ["clusters", "--file", str(file), *(str(o) for o in options)])


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """Return a file of places; those in the lower left corner are often ill."""
    rng = np.random.default_rng(4)
    x, y = rng.random((2, 200)) * 9_000
    people = rng.integers(50, 90, 200)
    frame = pd.DataFrame({"name": [f"P{n}" for n in range(200)], "e": 500_000 + x})
    frame["n"], frame["people"] = 4_200_000 + y, people
    frame["ill"] = rng.binomial(people, np.where(x + y < 4_000, 0.6, 0.1))
    frame["level"] = rng.normal(0, 1, 200).round(3)
    file = tmp_path / "places.csv"
    frame.to_csv(file, index=False)
    return file


def answer(file: Path, *options: object) -> dict[str, Any]:
    result = command(file, *options, "--format", "json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout, parse_constant=pytest.fail)
    return found


@pytest.mark.parametrize("method", ["getis-ord", "getis-ord-star", "local-moran"])
def test_the_corner_is_found_and_every_form_says_the_same(places: Path, method: str) -> None:
    options = (*COLUMNS, "--method", method, "--draws", 50_000)
    found = answer(places, *options)
    corner = next(one for one in found["clusters"] if one["class"] in {"hot", "HH"})
    assert corner["centre"]["x"] < 503_000
    assert corner["centre"]["y"] < 4_203_000
    assert found["settings"]["draws"] == 50_000
    geojson = json.loads(command(places, *options, "--format", "geojson", "--epsg", 4547).stdout)
    assert len(geojson["features"]) == 200
    lon, lat = geojson["features"][0]["geometry"]["coordinates"]
    assert 113 < lon < 115
    assert 37 < lat < 39
    told = command(places, *options).stdout
    assert f"{corner['places']} " in told
    assert "50,000 次抽取 draws" in told


def test_the_same_seed_repeats_and_another_differs_a_little(places: Path) -> None:
    options = (*COLUMNS, "--method", "getis-ord-star", "--draws", 20_000)
    assert answer(places, *options) == answer(places, *options)
    other = answer(places, *options, "--seed", 3)["sites"]
    first = answer(places, *options)["sites"]
    gaps = [abs(a["p"] - b["p"]) for a, b in zip(first, other, strict=True)]
    assert 0 < max(gaps) < 0.05


def test_the_order_of_corrections_is_that_of_their_strictness(places: Path) -> None:
    options = (*COLUMNS, "--method", "getis-ord", "--draws", 20_000, "--correction")
    number = {
        name: answer(places, *options, name)["settings"]["classes"]["hot"]
        for name in ("none", "bh", "by")
    }
    assert number["none"] >= number["bh"] >= number["by"] > 0


def test_crowds_need_neither_cases_nor_population(places: Path) -> None:
    found = answer(places, "--x", "e", "--y", "n", "--method", "dbscan", "--eps-km", 0.8,
                   "--min-samples", 5)  # fmt: skip
    assert found["settings"]["found"] == len(found["clusters"]) >= 1
    assert found["clusters"][0]["cases"] is None
    told = command(places, *COLUMNS, "--method", "hdbscan", "--min-cluster-size", 5).stdout
    assert "no evidence of a higher rate" in told


def test_a_measured_value_is_tested_without_cases(places: Path) -> None:
    found = answer(places, "--x", "e", "--y", "n", "--value", "level", "--method", "local-moran",
                   "--band-km", 1, "--draws", 20_000)  # fmt: skip
    assert found["settings"]["measure"] == "value"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--method", "local-moran", "--max-share", 0.2), "--max-share belongs to --method scan"),
        (("--neighbours", 4), "--neighbours belongs to --method getis-ord"),
        (("--method", "hdbscan", "--correction", "by"), "--correction belongs to"),
        (("--method", "local-moran", "--model", "space-time"), "model must be one of"),
        (("--method", "local-moran", "--neighbours", 200), "200 nearest neighbours cannot"),
        (("--method", "dbscan"), "dbscan needs --eps-km"),
        (("--value", "level"), "--value belongs to local statistics"),
    ],
)
def test_an_option_that_would_not_be_read_is_refused(
    places: Path, options: tuple[object, ...], message: str
) -> None:
    result = command(places, *COLUMNS, *options)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert message in result.stderr


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A,500000,4200000,50,-1,0", "is negative"),
        ("A,500000,4200000,50,nan,0", "is missing"),
        ("A,,4200000,50,1,0", "is missing"),
        ("A,500000,inf,50,1,0", "is not finite"),
        ("A,500000,4200000,0,1,0", "cases but no population"),
    ],
)
def test_bad_rows_are_named_by_line(places: Path, row: str, reason: str) -> None:
    places.write_text(places.read_text() + row + "\n")
    result = command(places, *COLUMNS, "--method", "local-moran")
    assert result.exit_code == 1
    assert "202" in result.stderr
    assert reason in result.stderr


def test_a_refused_run_leaves_no_file_behind(places: Path, tmp_path: Path) -> None:
    out, drawn = tmp_path / "out.json", tmp_path / "map.html"
    result = command(places, *COLUMNS, "--method", "local-moran", "--band-km", 1e-6,
                     "--out", out, "--map", drawn)  # fmt: skip
    assert result.exit_code == 1
    assert not out.exists()
    assert not drawn.exists()
