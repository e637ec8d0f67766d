from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control

from service.domain.errors import InvalidInputError
from service.domain.local_moments import getis_ord_moments, moran_moments
from service.domain.local_permutation import neighbour_counts
from service.domain.local_statistics import LocalSettings, getis_ord, local_moran
from service.domain.multiple_testing import Correction, corrected
from service.domain.weights import Weights, distance_band, from_pairs, nearest

REFERENCE = Path(__file__).parents[4] / "shared" / "reference" / "local_stats"
needs_reference = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason="the reference values lie beside the project only"
)
FAST = LocalSettings(shared_draws=20_000, direct_draws=2_000)


def afcon() -> tuple[pd.DataFrame, Weights]:
    table = pd.read_csv(REFERENCE / "afcon_localmoran_spdep.csv")
    pairs = pd.read_csv(REFERENCE / "afcon_paper_nb.csv")
    return table, from_pairs(pairs["i"] - 1, pairs["j"] - 1, count=len(table))


@needs_reference
@pytest.mark.parametrize("radius", [30, 60, 90])
def test_gi_has_the_values_of_spdep(radius: int) -> None:
    table = pd.read_csv(REFERENCE / "getisord_spdep.csv")
    weights = distance_band(table["x"], table["y"], radius=radius)
    values = table["val"].to_numpy(float)
    for rows in (weights, weights.row_standardised()):
        z = getis_ord_moments(values, rows, star=False).z
        assert np.abs(z - table[f"Gi_B_{radius}"]).max() <= 1e-12


@needs_reference
def test_gi_star_has_the_values_of_spdep_with_both_kinds_of_weights() -> None:
    table = pd.read_csv(REFERENCE / "getisord_spdep.csv")
    weights = distance_band(table["x"], table["y"], radius=30)
    values = table["val"].to_numpy(float)
    for rows in (weights, weights.row_standardised()):
        z = getis_ord_moments(values, rows, star=True).z
        assert np.abs(z - table["GiStar_B_30"]).max() <= 1e-12
        assert np.abs(z - table["GiStar_W_30"]).max() <= 1e-12


@needs_reference
def test_local_moran_has_the_moments_of_spdep() -> None:
    table, weights = afcon()
    values = table["totcon"].to_numpy(float)
    found = moran_moments(values, weights.row_standardised())
    for figure, name in (
        (found.statistic, "Ii"),
        (found.expectation, "E.Ii"),
        (found.variance, "Var.Ii"),
        (found.z, "Z.Ii"),
    ):
        assert np.abs(figure - table[name]).max() <= 1e-12
    assert np.abs(moran_moments(values, weights).z - found.z).max() <= 1e-12


@pytest.mark.parametrize("method", ["bh", "by"])
def test_corrections_equal_those_of_scipy(method: str) -> None:
    p = np.random.default_rng(3).random(400) ** 3
    p[:40] = p[40:80]
    expected = false_discovery_control(p, method=method)
    assert np.allclose(corrected(p, Correction(method)), expected, rtol=1e-14, atol=0)


def plainly(values: np.ndarray, weights: Weights, site: int, draws: int) -> tuple[float, float]:
    rng = np.random.default_rng(11)
    others = np.delete(values, site)
    here = slice(weights.starts[site], weights.starts[site + 1])
    row, near = np.asarray(weights.values)[here], weights.neighbours[here]
    observed = row @ values[near]
    sums = np.array(
        [row @ rng.choice(others, len(row), replace=False) for _ in range(draws)], dtype=float
    )
    return float(np.mean(sums >= observed - 1e-9)), float(np.mean(sums <= observed + 1e-9))


@pytest.mark.parametrize("kind", ["equal", "unequal"])
def test_permutation_p_is_that_of_plain_conditional_draws(kind: str) -> None:
    rng = np.random.default_rng(5)
    x, y = rng.random((2, 30))
    values = rng.poisson(1.5, 30).astype(float)
    values[4] = 40.0  # its own reference must not hold it
    weights = distance_band(x, y, radius=0.35)
    if kind == "unequal":
        weights = Weights(
            starts=weights.starts,
            neighbours=weights.neighbours,
            values=rng.uniform(0.5, 2, len(weights.values)),
        )
    tails = neighbour_counts(values, weights, rng=rng, draws=40_000, direct_draws=40_000)
    for site in (0, 4, int(np.argmax(weights.cardinalities))):
        greater, less = plainly(values, weights, site, 8_000)
        assert tails.p_greater[site] == pytest.approx(greater, abs=0.025)
        assert tails.p_less[site] == pytest.approx(less, abs=0.025)


def test_all_other_sites_as_neighbours_leave_nothing_to_chance() -> None:
    values = np.arange(6.0)
    weights = nearest(np.arange(6.0), np.zeros(6), count=5)
    result = getis_ord(values, weights, rng=np.random.default_rng(0), settings=FAST, star=False)
    assert np.all(result.z == 0)
    assert np.all(result.p == 1)


def test_a_hot_corner_is_hot_and_an_isolated_site_is_named_so() -> None:
    side = np.arange(12.0)
    x, y = (axis.ravel() for axis in np.meshgrid(side, side))
    x, y = np.append(x, 100.0), np.append(y, 100.0)
    values = np.random.default_rng(1).poisson(2, len(x)) + 15.0 * ((x < 3) & (y < 3))
    weights = distance_band(x, y, radius=1.5)
    hot = getis_ord(values, weights, rng=np.random.default_rng(0), settings=FAST)
    moran = local_moran(values, weights, rng=np.random.default_rng(0), settings=FAST)
    assert hot.classes[13] == "hot"
    assert moran.classes[13] == "HH"
    assert hot.classes[-1] == moran.classes[-1] == "isolated"
    assert hot.p[-1] == 1
    assert np.isfinite(np.concatenate((hot.z, hot.q, moran.z, moran.q))).all()


def test_the_same_generator_repeats_the_answer() -> None:
    x, y = np.random.default_rng(2).random((2, 50))
    weights = nearest(x, y, count=4)
    first = getis_ord(x, weights, rng=np.random.default_rng(9), settings=FAST)
    again = getis_ord(x, weights, rng=np.random.default_rng(9), settings=FAST)
    assert np.array_equal(first.p, again.p)


@pytest.mark.parametrize("values", [[1.0, 1, 1, 1], [1.0, np.nan, 2, 3], [1.0, 2]])
def test_values_that_cannot_be_compared_are_refused(values: list[float]) -> None:
    weights = nearest([0.0, 1, 2, 3], [0.0, 0, 0, 0], count=1)
    with pytest.raises(InvalidInputError):
        getis_ord(values, weights, rng=np.random.default_rng(0), settings=FAST)
