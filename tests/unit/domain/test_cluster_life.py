"""The same cluster again, growing or not, until results close it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.cluster_life import (
    QUIET_DAYS,
    Evidence,
    Membership,
    Sighting,
    closes,
    matched,
    reopens,
    trend,
)

TODAY = date(2012, 5, 6)
WEEK = timedelta(days=7)


def members(*ids: int, cells: str = "") -> Membership:
    return Membership(enterprises=frozenset(ids), cells=frozenset(cells))


def test_a_cluster_that_grew_fivefold_is_the_same_one() -> None:
    assert matched([members(*range(10))], {7: members(1, 2)}) == (7,)


def test_a_neighbour_that_shares_little_is_another_one() -> None:
    assert matched([members(*range(10))], {7: members(9, 10, 11, 12)}) == (None,)


def test_cells_tell_it_when_the_register_was_made_anew() -> None:
    assert matched([members(101, 102, cells="ABC")], {7: members(1, 2, cells="BCD")}) == (7,)


def test_of_two_halves_the_larger_keeps_the_name() -> None:
    whole = {7: members(*range(10))}
    assert matched([members(0, 1, 2), members(*range(3, 10))], whole) == (None, 7)


def test_where_two_have_merged_the_more_alike_goes_on() -> None:
    both = {3: members(1, 2, 3), 4: members(*range(4, 12))}
    assert matched([members(*range(1, 12))], both) == (4,)


ids = st.frozensets(st.integers(0, 30), min_size=1, max_size=12)


@given(found=st.lists(ids, max_size=6), earlier=st.dictionaries(st.integers(1, 9), ids, max_size=6))
def test_an_object_is_one_cluster_only_and_shares_with_it(
    found: list[frozenset[int]], earlier: dict[int, frozenset[int]]
) -> None:
    now = [Membership(enterprises=one, cells=frozenset()) for one in found]
    known = {key: Membership(enterprises=one, cells=frozenset()) for key, one in earlier.items()}

    names = matched(now, known)

    given_names = [name for name in names if name is not None]
    assert len(given_names) == len(set(given_names))
    for one, name in zip(found, names, strict=True):
        if name is not None:
            other = earlier[name]
            assert 2 * len(one & other) >= min(len(one), len(other))


@given(one=ids)
def test_what_did_not_change_keeps_its_name(one: frozenset[int]) -> None:
    same = Membership(enterprises=one, cells=frozenset())
    assert matched([same], {5: same}) == (5,)


def seen(weeks_ago: int, excess: float, unresolved: int = 5, p: float = 0.01) -> Sighting:
    return Sighting(on=TODAY - weeks_ago * WEEK, deciding_p=p, excess=excess, unresolved=unresolved)


@pytest.mark.parametrize(
    ("sightings", "answer"),
    [
        ([seen(0, 8)], "new"),
        ([seen(1, 8), seen(0, 9)], "growing"),
        ([seen(1, 8), seen(0, 8.5)], "steady"),
        ([seen(1, 8), seen(0, 6.9)], "shrinking"),
        ([seen(1, 8, 5), seen(0, 8.2, 4)], "shrinking"),
        ([seen(1, 8, 5), seen(0, 9.5, 4)], "growing"),
        ([seen(2, 8), seen(1, 8)], "gone"),
    ],
)
def test_trends(sightings: list[Sighting], answer: str) -> None:
    assert trend(sightings, TODAY) == answer


def evidence(
    *,
    unresolved: int = 0,
    quiet_days: int | None = QUIET_DAYS,
    closed_days_ago: int | None = None,
    is_significant: bool = True,
) -> Evidence:
    return Evidence(
        on=TODAY,
        is_significant=is_significant,
        unresolved=unresolved,
        newest_problem_on=None if quiet_days is None else TODAY - timedelta(days=quiet_days),
        closed_on=None if closed_days_ago is None else TODAY - timedelta(days=closed_days_ago),
    )


def test_results_close_a_cluster_when_all_are_put_right_and_nothing_new_came() -> None:
    assert closes(evidence())
    assert not closes(evidence(unresolved=1))
    assert not closes(evidence(quiet_days=QUIET_DAYS - 1))
    assert not closes(evidence(closed_days_ago=3))


def test_not_being_significant_any_more_closes_nothing() -> None:
    assert not closes(evidence(unresolved=1, is_significant=False))


def test_a_closed_cluster_opens_again_for_a_new_problem_only() -> None:
    assert reopens(evidence(closed_days_ago=10, quiet_days=2))
    assert not reopens(evidence(closed_days_ago=10, quiet_days=30))
    assert not reopens(evidence(closed_days_ago=10, quiet_days=2, is_significant=False))
    assert not reopens(evidence(quiet_days=2))
