"""Visits and sample tests: who was checked when, which is not where the problems are."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from gis_data.demo.facts import AS_OF, CAMPAIGN_START, EFFORT, OVERVISITED, UNVISITED, stream

_CAMPAIGN_SHARE = 0.78  # of enterprises checked at least once in an ordinary township
_TWICE_SHARE = 0.10
_TIMES_OVERVISITED = 3
_CHECKS_UNVISITED = 4
_YEARS = ((2010, 0.60), (2011, 0.92))
_UNVISITED_YEARS = ((2010, 0.15), (2011, 0.10))
_TEST_SHARE = {"producer": 0.52, "seller": 0.24}
_SURVEY_SHARE = 0.25  # of the campaign's checks, in March
_SURVEY_END = date(2012, 3, 31)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Neglected:
    """Rows planted as overdue (G8): never checked, or last checked long ago."""

    never: frozenset[int]
    long_ago: frozenset[int]


def draw_checks(
    seed: int, enterprises: pd.DataFrame, bad: pd.Series, neglected: Neglected
) -> pd.DataFrame:
    """Return one row per check: row (of the enterprise), kind, occurred_on, is_problem."""
    rng = stream(seed, "checks")
    left_for_unvisited = _CHECKS_UNVISITED
    rows: list[dict[str, Any]] = []
    for index, enterprise in zip(enterprises.index, enterprises.to_dict("records"), strict=True):
        if enterprise["kind"] == "den":
            continue
        row = int(index)
        wanted = _campaign_count(rng, str(enterprise["township"]))
        if enterprise["township"] == UNVISITED:
            wanted = 1 if left_for_unvisited and not bad[row] else 0
            left_for_unvisited -= wanted
        days = list(_days(rng, row, enterprise, wanted, neglected))
        rows.extend(_checks(rng, row, enterprise, days, is_bad=bool(bad[row])))
    return pd.DataFrame(rows)


def _campaign_count(rng: np.random.Generator, township: str) -> int:
    effort = EFFORT.get(township, 1.0)
    chance, again = rng.random(2)
    if township == OVERVISITED:
        return _TIMES_OVERVISITED if chance < _CAMPAIGN_SHARE + _TWICE_SHARE else 0
    return int(chance < _CAMPAIGN_SHARE * effort) + int(again < _TWICE_SHARE * effort)


def _days(
    rng: np.random.Generator,
    row: int,
    enterprise: dict[Hashable, Any],
    campaign_checks: int,
    neglected: Neglected,
) -> Iterator[date]:
    """Yield the days of an enterprise's checks, in order."""
    years = _UNVISITED_YEARS if enterprise["township"] == UNVISITED else _YEARS
    past = [
        _weekday(date(year, 3, 1) + timedelta(days=int(rng.integers(0, 290))))
        for year, share in years
        if rng.random() < share
    ]
    now = sorted(_campaign_day(rng) for _ in range(campaign_checks))
    if row in neglected.never:
        return
    if row in neglected.long_ago:
        yield _weekday(date(2010, 3, 1) + timedelta(days=int(rng.integers(0, 30))))
        return
    yield from past
    yield from now


def _campaign_day(rng: np.random.Generator) -> date:
    """Draw a working day: a quarter in the survey, the rest rising through the second phase."""
    if rng.random() < _SURVEY_SHARE:
        first, span, power = CAMPAIGN_START, (_SURVEY_END - CAMPAIGN_START).days, 1.0
    else:
        first = _SURVEY_END + timedelta(days=1)
        span, power = (AS_OF - first).days - 2, 0.75
    return _weekday(first + timedelta(days=int(span * rng.random() ** power)))


def _weekday(day: date) -> date:
    late = day.weekday() - _SATURDAY + 1
    return day - timedelta(days=late) if late > 0 else day


def _checks(
    rng: np.random.Generator,
    row: int,
    enterprise: dict[Hashable, Any],
    days: list[date],
    *,
    is_bad: bool,
) -> Iterator[dict[str, Any]]:
    campaign_number = 0
    in_cluster = enterprise["cluster"] >= 0
    for number, day in enumerate(days):
        test, lucky = rng.random(2)
        in_campaign = day >= CAMPAIGN_START
        if in_campaign:
            # A bad enterprise is caught at the first visit, may pass the second, fails again.
            problem = is_bad and campaign_number % 3 != 1
            campaign_number += 1
        else:
            # Elsewhere at most once: chance repeats would look like clusters of one enterprise.
            problem = is_bad and bool(lucky < 1 / 2) and (in_cluster or number == 0)
        yield {
            "row": row,
            "kind": "sample_test" if test < _TEST_SHARE[enterprise["kind"]] else "visit",
            "occurred_on": day,
            "is_problem": problem,
        }
