from datetime import date

import pandas as pd

from gis_data.demo.county import County
from gis_data.demo.facts import AS_OF, CAMPAIGN_START, OVERVISITED, UNVISITED


def _checks(county: County) -> pd.DataFrame:
    records = county.records.table
    checks = records[records["kind"].isin(["visit", "sample_test"])].copy()
    for column in ("township", "cluster"):
        checks[column] = checks["row"].map(county.enterprises[column])
    return checks


def _in_campaign(checks: pd.DataFrame) -> pd.DataFrame:
    return checks[checks["occurred_on"].map(lambda day: day >= CAMPAIGN_START)]


def test_the_county_passes_about_84_in_100_tests(county: County) -> None:
    checks = _in_campaign(_checks(county))

    tests = checks[checks["kind"] == "sample_test"]
    assert 380 < len(tests) < 480
    assert 0.82 < 1 - tests["is_problem"].mean() < 0.86


def test_effort_differs_but_not_the_rate(county: County) -> None:
    checks = _in_campaign(_checks(county))
    ordinary = checks[(checks["cluster"] < 0)]
    registered = county.enterprises["township"].value_counts()

    effort = ordinary["township"].value_counts() / registered
    others = effort.drop([OVERVISITED, UNVISITED])
    assert effort[OVERVISITED] > 2.5 * others.median()
    assert effort[UNVISITED] < 0.1
    rates = ordinary.groupby("township")["is_problem"].mean()
    elsewhere = ordinary.loc[ordinary["township"] != OVERVISITED, "is_problem"].mean()
    assert abs(rates[OVERVISITED] - elsewhere) < 0.03


def test_nothing_happens_after_the_as_of_day(county: County) -> None:
    records = county.records.table

    assert records["event_key"].is_unique
    for column in ("occurred_on", "closed_on"):
        days = [day for day in records[column] if isinstance(day, date)]
        assert max(days) <= AS_OF
    weekdays = {day.weekday() for day in _checks(county)["occurred_on"]}
    assert weekdays <= set(range(5))


def test_only_the_planted_rectifications_are_overdue(county: County) -> None:
    records = county.records.table

    due = records["due_on"].map(lambda day: isinstance(day, date) and day < AS_OF)
    still_open = records["closed_on"].map(lambda day: not isinstance(day, date))
    overdue = records.loc[due & still_open, "event_key"]
    assert tuple(overdue) == county.records.overdue
    assert len(overdue) == 6


def test_the_neglected_were_not_visited(county: County) -> None:
    checks = _checks(county)

    never, long_ago = county.neglected.never, county.neglected.long_ago
    assert not checks["row"].isin(never).any()
    last = checks[checks["row"].isin(long_ago)].groupby("row")["occurred_on"].max()
    assert len(last) == len(long_ago) == 6
    assert last.max() < date(2010, 5, 1)


def test_inspectors_exist_and_were_there(county: County) -> None:
    checks = _checks(county)
    officers = county.officers.table.set_index("staff_no")

    assert set(checks["inspector"]) <= set(officers.index)
    for staff_no, end in officers["active_to"].dropna().items():
        mine = checks.loc[checks["inspector"] == staff_no, "occurred_on"]
        assert (mine < end).all()
        assert len(mine) > 0
