"""The same run to the bit: however many threads, and from however odd a set of places."""

from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.scan import ScanSettings, scan
from service.domain.scan.replicates import OBSERVED, pack
from service.domain.scan.simulate import fill_urn, simulate_counts
from service.domain.scan.study import make_study
from service.domain.scan.sweep import Watch, sweep
from service.domain.scan.tiles import lay_out


@settings(max_examples=25, deadline=None)
@given(
    model=st.sampled_from(["bernoulli", "poisson"]),
    rates=st.sampled_from(["high", "low", "both"]),
    ties=st.sampled_from(["closed", "satscan"]),
    share=st.sampled_from([0.1, 0.5]),
    n=st.integers(20, 260),
    seed=st.integers(0, 999),
)
def test_one_two_and_four_threads_agree(
    model: str, rates: str, ties: str, share: float, n: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    # Some places coincide, some distances are equal, some places hold several units.
    x, y = rng.integers(0, 12, (2, n)) + rng.choice([0.0, 0.25], (2, n))
    population = rng.integers(1, 4, n)
    cases = rng.binomial(population, 0.2)
    cases[0], population[1] = population[0], cases[1] + 1
    asked: dict[str, Any] = {"model": model, "rates": rates, "ties": ties, "max_share": share}
    study = make_study(x, y, cases, population, settings=ScanSettings(**asked))
    found = [
        sweep(study, ScanSettings(**asked, replications=39), Watch(), threads=threads)
        for threads in (1, 2, 4)
    ]
    for other in found[1:]:
        assert np.array_equal(found[0].llr, other.llr)
        assert np.array_equal(found[0].size, other.size)
        assert np.array_equal(found[0].null_maxima, other.null_maxima)


@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize("case_share", [0.1, 0.7])
@pytest.mark.parametrize("model", ["bernoulli", "poisson"])
def test_bits_hold_the_counts_that_were_drawn(
    units: int, case_share: float, model: Literal["bernoulli", "poisson"]
) -> None:
    rng = np.random.default_rng(units)
    x, y = rng.random((2, 150))
    population = np.full(150, units)
    cases = rng.binomial(population, case_share)
    study = make_study(x, y, cases, population, settings=ScanSettings(model=model))
    field, urn = lay_out(study), fill_urn(study, 5)
    sets = pack(field, urn, 0, 70)

    counts = np.zeros((150, 71), np.int64)
    for j in range(150):
        rows = [j, *(sets.upper[j] + p for p in range(int(sets.digits[j]) - 1))]
        for column, replicate in enumerate([*range(70), OBSERVED]):
            word, bit = divmod(replicate, 64)
            for p, row in enumerate(rows):
                counts[j, column] |= ((int(sets.bits[row, word]) >> bit) & 1) << p
    assert np.array_equal(counts[:, :70], simulate_counts(study, 5, 0, 70)[field.number])
    assert np.array_equal(counts[:, 70], study.cases[field.number])


def test_clusters_share_no_place_and_none_is_left_out() -> None:
    rng = np.random.default_rng(4)
    x, y = rng.integers(0, 15, (2, 400)) * 1.0
    cases, population = rng.binomial(2, 0.2, 400), np.full(400, 2)
    asked = ScanSettings(model="bernoulli", replications=9, max_share=0.1, max_clusters=50)
    study = make_study(x, y, cases, population, settings=asked)
    found = sweep(study, asked, Watch())
    expected, taken = [], np.zeros(study.x.size, np.bool_)
    for centre in np.lexsort((study.first_row, -found.llr)):
        far = np.hypot(study.x - study.x[centre], study.y - study.y[centre])
        members = np.argsort(far, kind="stable")[: found.size[centre]]
        if found.llr[centre] > 1e-10 and not taken[members].any():
            taken[members] = True
            expected.append(int(study.first_row[centre]))
    result = scan(x, y, cases, population, settings=asked)
    assert [cluster.centre for cluster in result.clusters] == expected[:50]
    rows = [row for cluster in result.clusters for row in cluster.members]
    assert len(rows) == len(set(rows))
