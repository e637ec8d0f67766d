import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from service.domain.density import dbscan_labels, hdbscan_labels
from service.domain.density_clusters import DensityOptions, analyse_density
from service.domain.errors import InvalidInputError

REFERENCE = Path(__file__).parents[4] / "shared" / "reference" / "hdbscan"


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference labels lie beside the project")
def test_groups_are_those_of_the_reference() -> None:
    points = pd.read_csv(REFERENCE / "points2000.csv")
    labels = json.loads((REFERENCE / "labels2000.json").read_text())
    found = hdbscan_labels(points["x"], points["y"])
    # scikit-learn counts the point itself among its min_samples.
    assert adjusted_rand_score(labels["sklearn_hdbscan_min_samples11"], found) > 0.99


def test_two_crowds_are_two_groups() -> None:
    rng = np.random.default_rng(0)
    x = np.concatenate((rng.normal(0, 1, 50), rng.normal(100, 1, 50), [50.0]))
    y = np.zeros(101)
    for labels in (hdbscan_labels(x, y), dbscan_labels(x, y, radius=5)):
        assert len(set(labels[:50])) == 1
        assert labels[0] != labels[99]


def test_a_lone_point_is_in_no_group() -> None:
    x = np.concatenate((np.zeros(50), [50.0]))
    assert dbscan_labels(x, np.zeros(51), radius=5)[-1] == -1


def test_few_points_make_no_group() -> None:
    assert list(hdbscan_labels([0.0, 1], [0.0, 1])) == [-1, -1]


def crowds() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    x = np.concatenate((rng.normal(0, 20, 80), rng.normal(5_000, 20, 50), [90_000.0]))
    return pd.DataFrame({"x": x, "y": x * 0.5, "cases": (np.arange(131) % 4 == 0).astype(float)})


@pytest.mark.parametrize(
    "options", [{"method": "hdbscan"}, {"method": "dbscan", "eps_km": 0.05, "min_samples": 5}]
)
def test_the_largest_crowd_comes_first_with_what_is_counted_in_it(options: dict[str, Any]) -> None:
    found = analyse_density(crowds(), DensityOptions(**options)).found
    assert [one["rank"] for one in found["clusters"]] == [1, 2]
    first, second = found["clusters"]
    assert first["places"] > second["places"] >= 40
    assert set(first["members"]) <= set(range(1, 81))
    ill = crowds()["cases"].to_numpy()
    assert first["cases"] == sum(ill[member - 1] for member in first["members"])
    assert found["sites"][-1]["cluster"] is None
    settings = found["settings"]
    assert settings["noise"] == 131 - first["places"] - second["places"]
    assert "no evidence of a higher rate" in settings["notes"][0]
    assert not [one for one in json.dumps(found, allow_nan=False).split() if one == "NaN"]


def test_crowds_on_the_sphere_are_those_of_the_plane() -> None:
    plane = crowds()
    degrees = plane.assign(x=114 + plane["x"] / 87_567, y=38 + plane["y"] / 111_125)
    one = analyse_density(plane, DensityOptions()).found
    other = analyse_density(degrees, DensityOptions(degrees=True)).found
    assert [a["cluster"] for a in one["sites"]] == [b["cluster"] for b in other["sites"]]
    assert other["clusters"][0]["radius"] == pytest.approx(
        one["clusters"][0]["radius"] / 1000, rel=0.01
    )


def test_a_stack_of_points_at_one_spot_is_one_crowd() -> None:
    stacked = pd.DataFrame({"x": np.zeros(40_000), "y": np.zeros(40_000)})
    found = analyse_density(stacked, DensityOptions(method="dbscan", eps_km=0.1)).found
    assert [one["places"] for one in found["clusters"]] == [40_000]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "dbscan"}, "half of the places have 10 places within"),
        ({"method": "dbscan", "eps_km": 0.0}, "eps-km must be above 0"),
        ({"method": "dbscan", "eps_km": 1.0, "min_cluster_size": 5}, "belongs to --method hdbscan"),
        ({"eps_km": 1.0}, "belongs to --method dbscan"),
        ({"min_cluster_size": 1}, "at least 2"),
    ],
)
def test_options_of_the_other_method_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        analyse_density(crowds(), DensityOptions(**options))
