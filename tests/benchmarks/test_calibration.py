"""A small version of `scripts/bench calibration`: enough to see a wrong null, or lost power."""

import pytest

from tests.benchmarks.bench_calibration import (
    ALPHA,
    NULLS,
    POWERS,
    STANDARD_ERRORS,
    Power,
    errors_apart,
    measure,
)

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
    found = measure(f"{power.units} {power.odds}", PLANTED).share
    assert abs(errors_apart(found, power.reference, PLANTED)) <= STANDARD_ERRORS
