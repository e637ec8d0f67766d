import csv
import json
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from service.domain.scan import ScanResult, ScanSettings, expected_by_strata, scan

REFERENCE = Path(__file__).parents[5] / "shared" / "reference"
pytestmark = pytest.mark.skipif(not REFERENCE.exists(), reason="shared/reference is not here")


def table(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def words(name: str) -> dict[str, list[str]]:
    lines = (REFERENCE / "satscan_published" / name).read_text(encoding="utf-8").splitlines()
    return {parts[0]: parts[1:] for parts in (line.split() for line in lines) if parts}


def require(result: ScanResult, ids: list[str], published: list[dict[str, Any]]) -> None:
    assert len(result.clusters) >= len(published)
    for ours, theirs in zip(result.clusters, published, strict=False):
        assert [ids[member] for member in ours.members] == theirs["ids"]
        assert abs(ours.llr - theirs["llr"]) <= 5e-7
        assert abs(ours.expected - float(theirs["expected"])) <= 0.0051
        assert ours.cases == int(theirs["cases"])


@pytest.mark.parametrize("ties", ["closed", "satscan"])
@pytest.mark.parametrize(
    ("name", "share", "geometry"),
    [
        ("satscan_published/ny", 0.5, "plane"),
        ("satscan_published/satscan_ny_out", 0.1, "plane"),
        ("satscan_published/scan_test_ny_poisson_circular_cartesian", 0.5, "plane"),
        (
            "satscan_published/scan_test_ny_poisson_circular_cartesian_ubpop_10percent",
            0.1,
            "plane",
        ),
        ("satscan_published/scan_test_ny_poisson_circular_longlat", 0.5, "sphere"),
        ("nydf/expected_cartesian_50", 0.5, "plane"),
        ("nydf/expected_cartesian_10", 0.1, "plane"),
        ("nydf/expected_latlong_50", 0.5, "sphere"),
    ],
)
def test_new_york_leukemia(
    name: str,
    share: float,
    geometry: Literal["plane", "sphere"],
    ties: Literal["closed", "satscan"],
) -> None:
    places, cases = words("satscan_ny_coords.txt"), words("satscan_ny_cases.txt")
    people = words("satscan_ny_pop.txt")
    first, second = np.array([[float(v) for v in p] for p in places.values()]).T
    x, y = (first, second) if geometry == "plane" else (second, first)
    asked = ScanSettings(model="poisson", max_share=share, geometry=geometry, ties=ties)

    result = scan(
        x,
        y,
        [int(cases[i][0]) if i in cases else 0 for i in places],
        [int(people[i][1]) for i in places],
        settings=asked,
    )

    published = json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))
    if isinstance(published, dict):
        null = published["satscan_sim_llr"]
        assert abs(result.null_maxima.mean() - null["mean"]) < 4 * null["sd"] * (2 / 999) ** 0.5
        published = published["satscan_clusters"]
    require(result, list(places), published)


def test_pennsylvania_lung_cancer_by_strata_and_as_units() -> None:
    rows, county = table("pennLC/pennLC_data.csv"), table("pennLC/pennLC_county.csv")
    ids = [row["county"] for row in county]
    x, y = np.array([[float(row["x_km"]), float(row["y_km"])] for row in county]).T
    adjusted = expected_by_strata(
        [row["county"] for row in rows],
        [(row["race"], row["gender"], row["age"]) for row in rows],
        [float(row["cases"]) for row in rows],
        [float(row["population"]) for row in rows],
    )
    assert list(adjusted.places) == ids
    poisson = scan(
        x,
        y,
        adjusted.cases,
        adjusted.population,
        expected=adjusted.expected,
        settings=ScanSettings(model="poisson"),
    )
    units = scan(
        x, y, adjusted.cases, adjusted.population, settings=ScanSettings(model="bernoulli")
    )
    for result, name in ((poisson, "poisson_strata_50"), (units, "bernoulli_50")):
        text = (REFERENCE / f"pennLC/expected_{name}.json").read_text(encoding="utf-8")
        require(result, ids, json.loads(text)["satscan_clusters"])


def test_synthetic_points() -> None:
    rows = table("synthetic/n1000.csv")
    x, y, cases = (np.array([float(row[k]) for row in rows]) for k in ("x", "y", "case"))
    result = scan(x, y, cases, np.ones(1000), settings=ScanSettings(model="bernoulli"))
    text = (REFERENCE / "synthetic/expected_n1000_bernoulli_50.json").read_text(encoding="utf-8")
    require(result, [row["id"] for row in rows], json.loads(text)["satscan_clusters"])
