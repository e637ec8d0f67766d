import importlib.util
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.scan import ScanSettings, scan
from service.domain.scan.simulate import simulate_counts
from service.domain.scan.study import make_study
from service.domain.scan.sweep import Watch, sweep

_spec = importlib.util.spec_from_file_location("scan_brute", Path(__file__).with_name("brute.py"))
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
brute = _module.brute

QUESTIONS = st.fixed_dictionaries(
    {
        "model": st.sampled_from(["bernoulli", "poisson"]),
        "max_share": st.sampled_from([0.1, 0.3, 0.5, 1.0]),
        "max_radius": st.sampled_from([None, 2.0, 100.0]),
        "ties": st.sampled_from(["closed", "satscan"]),
        "rates": st.sampled_from(["high", "low", "both"]),
        "share_of": st.sampled_from(["expected", "population"]),
        "min_cases": st.integers(1, 3),
        "replications": st.just(7),
    }
)


@settings(max_examples=150, deadline=None)
@given(
    question=QUESTIONS,
    n=st.integers(2, 60),
    seed=st.integers(0, 10_000),
    grid=st.sampled_from([4, 9, 0]),
    units=st.sampled_from([1, 3, 40]),
    case_share=st.sampled_from([0.05, 0.3, 0.8]),
    fractional=st.booleans(),
)
def test_every_window_best_and_every_simulated_maximum_agree(  # noqa: PLR0913, PLR0917
    question: dict[str, Any],
    n: int,
    seed: int,
    grid: int,
    units: int,
    case_share: float,
    fractional: bool,  # noqa: FBT001
) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, grid, (2, n)) * 1.0 if grid else rng.random((2, n)) * 5
    x[0], x[1] = 0.0, 1.0
    population = rng.integers(1, units + 1, n)
    cases = rng.binomial(population, case_share)
    cases[0] = max(1, cases[0])
    population[1] = cases[1] + 1
    poisson = question["model"] == "poisson"
    expected = population * (0.5 + rng.random(n)) if poisson and fractional else None
    asked = ScanSettings(**question, seed=seed)
    study = make_study(x, y, cases, population, settings=asked, expected=expected)

    found = sweep(study, asked, Watch())

    slow = brute(study, study.cases, asked)
    np.testing.assert_allclose(found.llr, slow.llr, rtol=1e-9, atol=1e-9)
    # A ratio below 1e-3 has too few right digits left for both to see the same windows as equal.
    clear = found.llr > 1e-3
    assert found.size[clear].tolist() == np.array(slow.size)[clear].tolist()
    simulated = simulate_counts(study, seed, 0, 7)
    assert (simulated.sum(axis=0) == study.total_cases).all()
    maxima = [brute(study, simulated[:, r], asked).maximum for r in range(7)]
    np.testing.assert_allclose(found.null_maxima, maxima, rtol=1e-9, atol=1e-9)


def test_of_windows_equal_but_for_rounding_the_smallest_counts() -> None:
    # From each case: its own place, and all places but that of the other case, are as striking.
    asked = ScanSettings(
        model="bernoulli", rates="both", max_share=1.0, min_cases=1, replications=0
    )
    x = [0.0, 1.0, 2.1, 3.3, 4.6, 6.0]
    study = make_study(x, np.zeros(6), [1, 0, 0, 0, 0, 1], np.ones(6), settings=asked)
    assert sweep(study, asked, Watch()).size[[0, 5]].tolist() == [1, 1]


@pytest.mark.parametrize("model", ["bernoulli", "poisson"])
def test_many_points_in_town_and_country_agree(model: Literal["bernoulli", "poisson"]) -> None:
    rng = np.random.default_rng(3)
    x, y = np.hstack([rng.random((2, 150)) * 100, rng.normal(50, 0.01, (2, 150))])
    cases, population = rng.binomial(1, 0.2, 300), np.ones(300)
    asked = ScanSettings(model=model, replications=3)
    study = make_study(x, y, cases, population, settings=asked)

    found = sweep(study, asked, Watch())

    slow = brute(study, study.cases, asked)
    np.testing.assert_allclose(found.llr, slow.llr, rtol=1e-9, atol=1e-9)
    simulated = simulate_counts(study, 0, 0, 3)
    maxima = [brute(study, simulated[:, r], asked).maximum for r in range(3)]
    np.testing.assert_allclose(found.null_maxima, maxima, rtol=1e-9)


def test_more_replicates_than_one_pass_holds_begin_with_the_same_ones() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.random((2, 40))
    cases = rng.integers(0, 2, 40)
    few, many = (
        scan(x, y, cases, np.ones(40), settings=ScanSettings(model="bernoulli", replications=r))
        for r in (99, 1500)
    )
    assert many.null_maxima[:99].tolist() == few.null_maxima.tolist()
