import signal
from collections.abc import Sequence
from threading import Timer
from typing import Any, Literal

import numba
import numpy as np
import pytest

from service.domain.errors import InvalidInputError
from service.domain.scan import ScanSettings, ScanStoppedError, expected_by_strata, scan

BERNOULLI = ScanSettings(model="bernoulli", replications=19)
LINE = [0.0, 1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (([np.nan, 1, 2, 3], LINE, [1, 0, 0, 0], [1, 1, 1, 1]), "finite"),
        ((LINE, LINE, [-1, 0, 0, 1], [1, 1, 1, 1]), "negative"),
        ((LINE, LINE, [0.5, 0, 0, 1], [1, 1, 1, 1]), "whole"),
        ((LINE, LINE, [1, 0, 0, 0], [0, 1, 1, 1]), "cases"),
        ((LINE, LINE, [2, 0, 0, 0], [1, 1, 1, 1]), "among"),
        ((LINE, LINE, [0, 0, 0, 0], [1, 1, 1, 1]), "no cases"),
        ((LINE, LINE, [1, 1, 1, 1], [1, 1, 1, 1]), "every unit"),
        (([1], [1], [1], [2]), "one place"),
        (([1, 1], [1, 1], [1, 0], [1, 1]), "one place"),
        (([], [], [], []), "no rows"),
        ((LINE, LINE, [1, 0, 0], [1, 1, 1, 1]), "equally long"),
    ],
)
def test_bad_rows_are_refused_with_a_reason(rows: Sequence[Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        scan(*rows, settings=BERNOULLI)


@pytest.mark.parametrize(
    "bad",
    [{"max_share": 0.0}, {"max_share": np.nan}, {"max_radius": -1.0}, {"min_cases": 0}],
)
def test_bad_settings_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        ScanSettings(model="poisson", **bad)


def town(n: int = 400) -> tuple[Any, ...]:
    rng = np.random.default_rng(8)
    x, y = rng.random((2, n))
    inside = (x - 0.3) ** 2 + (y - 0.6) ** 2 < 0.02
    return x, y, rng.binomial(1, np.where(inside, 0.5, 0.05)), np.ones(n)


def test_the_number_of_threads_changes_no_bit() -> None:
    threads = numba.get_num_threads()
    results = []
    for count in {1, threads}:
        numba.set_num_threads(count)
        results.append(scan(*town(), settings=BERNOULLI))
    numba.set_num_threads(threads)
    assert results[0].null_maxima.tolist() == results[-1].null_maxima.tolist()
    assert results[0].clusters == results[-1].clusters


def test_rows_at_one_place_enter_together_and_are_all_reported() -> None:
    x = [0.0, 0.0, 5.0, 6.0, 7.0, 8.0]
    result = scan(x, np.zeros(6), [1, 1, 0, 0, 0, 0], np.ones(6), settings=BERNOULLI)
    assert result.n_locations == 5
    assert result.clusters[0].members == (0, 1)
    assert result.clusters[0].relative_risk is None


def test_sequential_removal_finds_clusters_apart() -> None:
    asked = ScanSettings(model="bernoulli", secondary="sequential", replications=99)
    clusters = scan(*town(), settings=asked).clusters
    members = [row for cluster in clusters for row in cluster.members]
    assert len(members) == len(set(members))
    assert clusters[0].p == 0.01


@pytest.mark.parametrize("model", ["bernoulli", "poisson"])
def test_a_window_larger_than_the_area_is_a_correct_answer(
    model: Literal["bernoulli", "poisson"],
) -> None:
    asked = ScanSettings(model=model, max_share=1.0, max_radius=1e9, rates="both", replications=19)
    result = scan(*town(60), settings=asked)
    best = result.clusters[0]
    figures = [best.llr, best.p, best.p_se, best.expected, best.radius, best.population]
    assert np.isfinite(figures).all()
    assert np.isfinite(result.null_maxima).all()
    assert np.isfinite(result.centre_llr).all()


def test_rows_are_merged_to_places_before_anything_is_counted() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 5, (2, 200_000)) * 1.0
    result = scan(x, y, rng.binomial(1, 0.1, 200_000), np.ones(200_000), settings=BERNOULLI)
    assert result.n_locations == 25


def test_more_places_than_a_scan_takes_are_refused_with_advice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("service.domain.scan.study.MAX_LOCATIONS", 100)
    with pytest.raises(InvalidInputError, match="add up the rows by cell"):
        scan(*town(101), settings=BERNOULLI)


def test_progress_ends_at_one_and_a_stop_is_obeyed() -> None:
    shares: list[float] = []
    scan(*town(), settings=BERNOULLI, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    with pytest.raises(ScanStoppedError):
        scan(*town(), settings=BERNOULLI, stop=lambda: True)


def test_control_c_ends_a_long_scan_in_the_middle() -> None:
    shares: list[float] = []

    def press_once(share: float) -> None:
        shares.append(share)
        if len(shares) == 3:
            Timer(0.02, signal.raise_signal, [signal.SIGINT]).start()

    rng = np.random.default_rng(0)
    x, y = rng.random((2, 30_000))
    cases = rng.binomial(1, 0.05, 30_000)
    # A run in the background of a shell inherits an ignored Ctrl-C.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            scan(x, y, cases, np.ones(30_000), settings=BERNOULLI, progress=press_once)
    finally:
        signal.signal(signal.SIGINT, before)
    assert 3 <= len(shares) < 40
    assert shares[-1] < 0.5


def test_chance_alone_is_rarely_called_a_cluster() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.random((2, 60))
    asked = ScanSettings(model="bernoulli", replications=99)
    called = 0
    for _ in range(200):
        cases = rng.permutation(np.arange(60) < 12)
        clusters = scan(x, y, cases, np.ones(60), settings=asked).clusters
        called += bool(clusters) and clusters[0].p <= 0.05
    assert called <= 20  # 10 expected; above 20 with probability 0.001


def test_population_of_several_censuses_is_averaged_over_the_period() -> None:
    place, strata = ["a", "a", "b", "b"], ["s"] * 4
    found = expected_by_strata(
        place, strata, [1, 1, 0, 2], [100, 300, 50, 50], year=[2000, 2010, 2000, 2010]
    )
    assert found.population.tolist() == [200, 50]
    assert found.expected.tolist() == pytest.approx([3.2, 0.8])
