import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from service.domain.scan.ellipses import EllipticSettings, scan_ellipses
from service.domain.scan.panel import Panel, from_study
from service.domain.scan.panel_draws import draw_cells, source_of
from service.domain.scan.space_time import SpaceTimeSettings, make_panel, scan_space_time
from service.domain.scan.study import make_study

_spec = importlib.util.spec_from_file_location(
    "scan_panel_brute", Path(__file__).with_name("panel_brute.py")
)
assert _spec is not None
assert _spec.loader is not None
brute = importlib.util.module_from_spec(_spec)
sys.modules["scan_panel_brute"] = brute
_spec.loader.exec_module(brute)

REPLICATIONS = 5
QUESTIONS = {
    "max_share": st.sampled_from([0.2, 0.5, 1.0]),
    "max_radius": st.sampled_from([None, 2.0, 100.0]),
    "ties": st.sampled_from(["closed", "satscan"]),
    "rates": st.sampled_from(["high", "low", "both"]),
    "min_cases": st.integers(1, 3),
    "replications": st.just(REPLICATIONS),
}


def simulated(panel: Panel, seed: int) -> list[NDArray[np.int64]]:
    """Return the cases of each replicate by place and time."""
    source = source_of(panel, seed)
    cells = np.empty((REPLICATIONS, source.draws), np.int32)
    draw_cells(*source, 0, panel.cases.shape[1], cells)
    return [
        np.bincount(row, minlength=panel.cases.size).reshape(panel.cases.shape) for row in cells
    ]


def places(rng: np.random.Generator, n: int, grid: int) -> NDArray[np.float64]:
    """Return coordinates with many ties (grid above 0), or none."""
    steps = rng.integers(0, grid, (2, n)) if grid else rng.random((2, n)) * 5
    xy = steps.astype(np.float64)
    xy[0, :2] = 0.0, 1.0
    return xy


@settings(max_examples=60, deadline=None)
@given(
    question=st.fixed_dictionaries(
        QUESTIONS
        | {
            "max_time_share": st.sampled_from([0.2, 0.5, 1.0]),
            "min_intervals": st.integers(1, 2),
            "prospective": st.booleans(),
        }
    ),
    n=st.integers(2, 14),
    times=st.integers(2, 7),
    seed=st.integers(0, 10_000),
    grid=st.sampled_from([3, 0]),
    rate=st.sampled_from([0.1, 1.0, 8.0]),
    kind=st.sampled_from(["permutation", "population", "expected"]),
)
def test_every_cylinder_and_every_simulated_maximum_agree(  # noqa: PLR0913, PLR0917
    question: dict[str, Any], n: int, times: int, seed: int, grid: int, rate: float, kind: str
) -> None:
    rng = np.random.default_rng(seed)
    x, y = places(rng, n, grid)
    cases = rng.poisson(rate, (n, times))
    cases[0, 0] += 1
    people = None if kind == "permutation" else rng.integers(1, 50, (n, times))
    expected = rng.random((n, times)) + 0.1 if kind == "expected" else None
    asked = SpaceTimeSettings(**question, seed=seed)

    result = scan_space_time(x, y, cases, people, settings=asked, expected=expected)

    panel = make_panel(x, y, cases, people, settings=asked, expected=expected)
    longest = max(int(asked.max_time_share * times + 1e-9), asked.min_intervals)
    stretches = [
        (first, beyond)
        for first in range(times)
        for beyond in range(first + 1, times + 1)
        if asked.min_intervals <= beyond - first <= longest
        and (beyond == times or not asked.prospective)
    ]
    slow = brute.best_of_all(panel, panel.cases, asked, [brute.Form()], stretches)
    np.testing.assert_allclose(
        result.centre_llr, np.array(slow)[panel.row_location], rtol=1e-9, atol=1e-9
    )
    maxima = [
        max(brute.best_of_all(panel, one, asked, [brute.Form()], stretches))
        for one in simulated(panel, seed)
    ]
    np.testing.assert_allclose(result.null_maxima, maxima, rtol=1e-9, atol=1e-9)
    if kind == "permutation":
        for one in simulated(panel, seed):
            assert one.sum(axis=0).tolist() == panel.cases.sum(axis=0).tolist()
            assert one.sum(axis=1).tolist() == panel.cases.sum(axis=1).tolist()


@settings(max_examples=60, deadline=None)
@given(
    question=st.fixed_dictionaries(
        QUESTIONS
        | {
            "model": st.sampled_from(["bernoulli", "poisson"]),
            "compactness": st.sampled_from([0.0, 0.5, 1.0]),
        }
    ),
    n=st.integers(2, 20),
    seed=st.integers(0, 10_000),
    grid=st.sampled_from([4, 0]),
    units=st.sampled_from([1, 30]),
    case_share=st.sampled_from([0.1, 0.8]),
)
def test_every_ellipse_and_every_simulated_maximum_agree(
    question: dict[str, Any], n: int, seed: int, grid: int, units: int, case_share: float
) -> None:
    rng = np.random.default_rng(seed)
    x, y = places(rng, n, grid)
    population = rng.integers(1, units + 1, n)
    cases = rng.binomial(population, case_share)
    cases[0] = max(1, cases[0])
    population[1] = cases[1] + 1
    asked = EllipticSettings(**question, seed=seed, shapes=(2.0, 4.0), angles=(3, 5))

    result = scan_ellipses(x, y, cases, population, settings=asked)

    panel = from_study(make_study(x, y, cases, population, settings=asked))
    forms = [brute.Form()]
    for shape, number in ((2.0, 3), (4.0, 5)):
        penalty = (4 * shape / (shape + 1) ** 2) ** asked.compactness
        turns = [180 * turn / number for turn in range(number)]
        forms += [brute.Form(shape=shape, angle_deg=a, penalty=penalty) for a in turns]
    slow = brute.best_of_all(panel, panel.cases, asked, forms, [(0, 1)])
    np.testing.assert_allclose(
        result.centre_llr, np.array(slow)[panel.row_location], rtol=1e-9, atol=1e-9
    )
    maxima = [
        max(brute.best_of_all(panel, one, asked, forms, [(0, 1)])) for one in simulated(panel, seed)
    ]
    np.testing.assert_allclose(result.null_maxima, maxima, rtol=1e-9, atol=1e-9)
