import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from service.domain.density import dbscan_labels, hdbscan_labels

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
