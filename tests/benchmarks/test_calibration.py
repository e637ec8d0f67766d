"""A small version of `scripts/bench calibration`: enough to see a wrong null, or lost power."""

import numpy as np
import pytest

from tests.benchmarks.bench_calibration import (
    ALPHA,
    NULLS,
    POWERS,
    STANDARD_ERRORS,
    Power,
    errors_apart,
    measure,
    throw_town,
)
from tests.benchmarks.prototype import PROTOTYPE

WRITTEN_DOWN = PROTOTYPE.parent / "synthetic" / "n1000.csv"
TOWNS = 200
PLANTED = 40


@pytest.mark.parametrize("name", NULLS)
def test_chance_alone_is_called_about_as_often_as_asked(name: str) -> None:
    error = (ALPHA * (1 - ALPHA) / TOWNS) ** 0.5
    share = measure(name, TOWNS).share
    assert share <= ALPHA + STANDARD_ERRORS * error
    assert share > 0  # a test that never calls anything is no test


@pytest.mark.parametrize("power", POWERS[:3])
def test_a_planted_cluster_is_found_as_often_as_the_reference_finds_it(power: Power) -> None:
    found = measure(f"wangge {power.units} {power.odds}", PLANTED).share
    assert abs(errors_apart(found, power.reference, PLANTED)) <= STANDARD_ERRORS


@pytest.mark.skipif(not WRITTEN_DOWN.exists(), reason="shared/reference is not here")
def test_a_planted_town_is_thrown_as_the_reference_threw_the_one_it_wrote_down() -> None:
    x, y, case, planted = np.loadtxt(WRITTEN_DOWN, delimiter=",", skiprows=1).T[1:]
    town = throw_town(seed=20_240 + x.size, units=x.size, odds=6)
    assert np.abs(town.x - x).max() < 1e-12
    assert np.abs(town.y - y).max() < 1e-12
    assert (town.case == case).all()
    assert (town.planted == planted).all()
