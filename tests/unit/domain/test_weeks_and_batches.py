"""Weeks of a campaign and its three batches."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.batches import Batch, batch_of_disposition, open_batch
from service.domain.weeks import week_key, weeks_between

_DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@given(first=_DAYS, days=st.integers(0, 800))
def test_every_day_of_a_period_lies_in_exactly_one_week(first: date, days: int) -> None:
    last = first + timedelta(days=days)

    weeks = weeks_between(first, last)

    counted = [
        day for week in weeks for day in range(week.first.toordinal(), week.last.toordinal() + 1)
    ]
    assert counted == list(range(first.toordinal(), last.toordinal() + 1))
    assert [week.key for week in weeks] == sorted({week_key(date.fromordinal(d)) for d in counted})


def test_a_week_at_new_year_belongs_to_the_year_of_its_thursday() -> None:
    assert week_key(date(2012, 1, 1)) == "2011-W52"
    assert week_key(date(2012, 12, 31)) == "2013-W01"


def test_a_period_that_ends_before_it_begins_has_no_week() -> None:
    assert weeks_between(date(2012, 5, 2), date(2012, 5, 1)) == []


@pytest.mark.parametrize(
    ("kind", "is_short", "has_problem", "batch"),
    [
        ("den", False, False, Batch.BANNED),
        ("den", True, True, Batch.BANNED),
        ("producer", True, True, Batch.LICENSED),
        ("producer", False, True, Batch.STANDARDISED),
        ("seller", False, False, None),
    ],
)
def test_whoever_has_something_to_put_right_is_in_one_batch(
    *, kind: str, is_short: bool, has_problem: bool, batch: Batch | None
) -> None:
    assert open_batch(kind=kind, is_short=is_short, has_problem=has_problem) == batch


def test_a_disposition_that_ends_nothing_is_no_batch() -> None:
    assert batch_of_disposition("revoked") is Batch.BANNED
    assert batch_of_disposition("警告") is None
    assert batch_of_disposition(None) is None
