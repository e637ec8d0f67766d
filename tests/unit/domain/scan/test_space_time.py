from typing import Any

import numba
import numpy as np
import pytest
from numpy.typing import NDArray

from service.domain.errors import InvalidInputError
from service.domain.scan import (
    CylinderCluster,
    ScanStoppedError,
    SpaceTimeResult,
    SpaceTimeSettings,
    scan_space_time,
)

WEEKS = 12
Floats = NDArray[np.float64]
County = tuple[Floats, Floats, NDArray[np.int64], Floats]
ASKED = SpaceTimeSettings(replications=99)


def county(*, planted: tuple[int, int], rate: float = 15.0, seed: int = 3) -> County:
    """Return 150 places with a corner that has more cases in some weeks (first, beyond)."""
    rng = np.random.default_rng(seed)
    x, y = rng.random((2, 150)) * 10_000
    mean = np.full((150, WEEKS), 0.1)
    corner = (x < 3_000) & (y < 3_000)
    mean[corner, planted[0] : planted[1]] *= rate
    return x, y, rng.poisson(mean), np.full(150, 20.0)


def corner_share(data: County, cluster: CylinderCluster) -> float:
    members = list(cluster.members)
    return float(((data[0][members] < 3_500) & (data[1][members] < 3_500)).mean())


def first(result: SpaceTimeResult) -> CylinderCluster:
    cluster = result.clusters[0]
    assert isinstance(cluster, CylinderCluster)
    return cluster


@pytest.mark.parametrize("permuted", [False, True])
def test_the_planted_corner_is_found_with_its_weeks(permuted: bool) -> None:  # noqa: FBT001
    data = county(planted=(4, 7))
    people = None if permuted else data[3]
    result = scan_space_time(*data[:3], people, settings=ASKED)
    found = first(result)
    assert found.start in {3, 4}
    assert found.end == 6
    assert found.p == 0.01
    assert corner_share(data, found) > 0.8
    assert found.cases == data[2][list(found.members), found.start : 7].sum()
    assert result.permutation == permuted


def test_the_prospective_scan_sees_what_lives_and_not_what_is_over() -> None:
    asked = SpaceTimeSettings(replications=99, prospective=True)
    alive, over = county(planted=(9, 12)), county(planted=(2, 5))
    new = first(scan_space_time(*alive, settings=asked))
    assert (new.start, new.end, new.p) == (9, WEEKS - 1, 0.01)
    old = scan_space_time(*over, settings=asked).clusters
    assert all(one.p > 0.05 for one in old)
    assert all(one.end == WEEKS - 1 for one in old if isinstance(one, CylinderCluster))


def test_where_a_place_is_always_bad_the_permutation_model_sees_no_new_cluster() -> None:
    data = county(planted=(0, WEEKS))
    permuted = scan_space_time(*data[:3], settings=ASKED)
    assert first(permuted).p > 0.05
    assert first(scan_space_time(*data, settings=ASKED)).p == 0.01


def test_a_growing_population_is_no_cluster() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.random((2, 80))
    people = np.full((80, WEEKS), 50.0)
    people[x < 0.3] *= np.linspace(1, 6, WEEKS)
    cases = rng.poisson(people * 0.01)
    grown = first(scan_space_time(x, y, cases, people, settings=ASKED))
    naive = first(scan_space_time(x, y, cases, people[:, 0], settings=ASKED))
    assert grown.p > 0.05
    assert naive.p == 0.01


def test_a_cluster_lasts_at_most_its_share_of_the_study() -> None:
    asked = SpaceTimeSettings(replications=0, max_time_share=0.25)
    for one in scan_space_time(*county(planted=(0, 8)), settings=asked).clusters:
        assert isinstance(one, CylinderCluster)
        assert one.end - one.start + 1 <= 3


def test_secondary_clusters_share_no_place_and_removal_takes_places_out() -> None:
    data = county(planted=(4, 7))
    data[2][(data[0] > 7_000) & (data[1] > 7_000), 8:10] += 1
    for secondary in ("no_overlap", "sequential"):
        asked = SpaceTimeSettings(replications=99, secondary=secondary, max_clusters=3)
        clusters = scan_space_time(*data, settings=asked).clusters
        assert [one.rank for one in clusters] == list(range(1, len(clusters) + 1))
        members = [row for one in clusters for row in one.members]
        assert len(members) == len(set(members))
        assert clusters[1].p <= 0.05


def test_removal_by_hand_gives_the_second_sequential_cluster() -> None:
    data = county(planted=(4, 7))
    asked = SpaceTimeSettings(replications=99, secondary="sequential", alpha=1.0, max_clusters=2)
    for people in (data[3], None):
        both = scan_space_time(*data[:3], people, settings=asked).clusters
        left = np.setdiff1d(np.arange(150), both[0].members)
        rest = scan_space_time(
            data[0][left], data[1][left], data[2][left],
            None if people is None else people[left], settings=asked,
        ).clusters[0]  # fmt: skip
        assert both[1].llr == pytest.approx(rest.llr)
        assert both[1].members == tuple(left[list(rest.members)])
        assert both[1].p == rest.p


def test_the_number_of_threads_changes_no_bit() -> None:
    data, threads = county(planted=(4, 7)), numba.get_num_threads()
    results = []
    for count in {1, threads}:
        numba.set_num_threads(count)
        results.append(scan_space_time(*data, settings=ASKED))
    numba.set_num_threads(threads)
    assert results[0].null_maxima.tolist() == results[-1].null_maxima.tolist()
    assert results[0].clusters == results[-1].clusters


def test_more_replicates_than_one_pass_holds_begin_with_the_same_ones() -> None:
    x, y, cases, people = county(planted=(4, 7))
    few, many = (
        scan_space_time(
            x[:30], y[:30], cases[:30], people[:30], settings=SpaceTimeSettings(replications=r)
        ).null_maxima
        for r in (99, 1_500)
    )
    assert many[:99].tolist() == few.tolist()


def test_progress_ends_at_one_and_a_stop_is_obeyed() -> None:
    shares: list[float] = []
    scan_space_time(*county(planted=(4, 7)), settings=ASKED, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    with pytest.raises(ScanStoppedError):
        scan_space_time(*county(planted=(4, 7)), settings=ASKED, stop=lambda: True)


LINE = [0.0, 1.0, 2.0]
ONES = [[1, 0], [0, 1], [1, 1]]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ((LINE, LINE, [[1, np.nan], [0, 1], [1, 1]]), "finite.*row 0, interval 1"),
        ((LINE, LINE, [[1, -1], [0, 1], [1, 1]]), "negative.*row 0, interval 1"),
        ((LINE, LINE, [[1, 0.5], [0, 1], [1, 1]]), "whole.*row 0, interval 1"),
        ((LINE, LINE, np.zeros((3, 2))), "no cases"),
        ((LINE, LINE, ONES, [0, 1, 1]), "row 0, interval 0 has 1 cases but no population"),
        ((LINE, LINE, ONES, [0, 0, 0]), "0 everywhere"),
        ((LINE, LINE, [[1], [0], [1]]), "one interval"),
        (([1] * 3, [1] * 3, ONES), "one place"),
        ((LINE, LINE, [1, 2, 3]), "column per interval"),
        ((LINE, [0, 1], ONES), "equally long"),
        ((LINE, LINE, ONES, [1, 2]), "3 rows"),
        (([], [], np.zeros((0, 2))), "no rows"),
    ],
)
def test_bad_rows_are_refused_with_a_reason(rows: tuple[Any, ...], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        scan_space_time(*rows, settings=ASKED)


@pytest.mark.parametrize(
    "bad",
    [
        {"max_time_share": 0.0},
        {"max_time_share": np.nan},
        {"min_intervals": 0},
        {"model": "bernoulli"},
    ],
)
def test_bad_settings_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        SpaceTimeSettings(**bad)
