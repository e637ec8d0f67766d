"""People counted at censuses, cases by stratum: what to expect where and when."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.census import hat_weights, mean_people
from service.domain.errors import InvalidInputError
from service.domain.place_counts import merge_places, merge_study
from service.domain.study_span import StudyTimes
from service.domain.study_time import edges, label, moments


def rows(*lines: tuple[object, ...]) -> pd.DataFrame:
    """Return rows of id, stratum, time, cases, population; places lie on a line by id."""
    frame = pd.DataFrame(lines, columns=["id", "stratum", "time", "cases", "population"])
    frame["x"] = frame["id"].map(ord).astype(float)
    frame["y"] = 0.0
    frame["time"] = frame["time"].astype(str)
    return frame.astype({"cases": float, "population": float})


@settings(max_examples=50, deadline=None)
@given(
    counts=st.lists(st.integers(0, 100), min_size=1, max_size=5),
    gaps=st.lists(st.integers(1, 500), min_size=5, max_size=5),
    begin=st.integers(-600, 1500),
    length=st.integers(1, 900),
)
def test_the_mean_population_is_the_mean_of_its_days(
    counts: list[int], gaps: list[int], begin: int, length: int
) -> None:
    censuses = np.cumsum(gaps[: len(counts)]).astype(float)
    halves = begin + np.arange(length * 200) / 200 + 1 / 400
    slow = np.interp(halves, censuses, counts).mean()
    bounds = np.array([begin, begin + length], float)
    assert mean_people(np.array([counts], float), censuses, bounds)[0, 0] == pytest.approx(
        slow, rel=1e-4, abs=1e-3
    )
    assert hat_weights(censuses, bounds).sum() == pytest.approx(1)


def test_years_are_whole_and_their_census_is_on_the_first_of_july() -> None:
    found = moments(pd.Series(["1973", "1991"]))
    assert found.begin[0] == date(1973, 1, 1).toordinal()
    assert found.end[1] == date(1992, 1, 1).toordinal()
    assert found.census[0] == date(1973, 7, 1).toordinal()


@pytest.mark.parametrize(
    ("text", "first", "days"),
    [
        ("2012-03", date(2012, 3, 1), 31),
        ("2012/12", date(2012, 12, 1), 31),
        ("2012年2月", date(2012, 2, 1), 29),
        ("2012-03-14", date(2012, 3, 14), 1),
        ("2012/3/4", date(2012, 3, 4), 1),
        ("2012年3月4日", date(2012, 3, 4), 1),
        ("20120304", date(2012, 3, 4), 1),
        ("2012-03-14 09:30:00", date(2012, 3, 14), 1),
        ("2012-W14", date(2012, 4, 2), 7),
    ],
)
def test_times_are_read_as_people_write_them(text: str, first: date, days: int) -> None:
    found = moments(pd.Series([text]))
    assert (found.begin[0], found.end[0]) == (first.toordinal(), first.toordinal() + days)


@pytest.mark.parametrize("text", ["2012-13", "2012-02-30", "soon", "12/3/4", "2012-W60"])
def test_what_is_no_time_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(InvalidInputError, match="line 7"):
        moments(pd.Series(["2012", text], index=[6, 7]))


def test_three_censuses_weigh_as_in_a_study_of_whole_years() -> None:
    # A study from 1 January 1973 to 31 December 1991, censuses at mid-year 1973, 1982 and 1991.
    table = merge_study(
        rows(("a", "", 1973, 3, 100), ("a", "", 1982, 0, 200), ("a", "", 1991, 0, 600),
             ("b", "", 1973, 1, 100), ("b", "", 1982, 0, 100), ("b", "", 1991, 0, 100)),
        model="poisson", times=StudyTimes(), by_time=False,
    )  # fmt: skip
    days = np.arange(date(1973, 1, 1).toordinal(), date(1992, 1, 1).toordinal()) + 0.5
    july = [date(year, 7, 1).toordinal() for year in (1973, 1982, 1991)]
    assert table.population is not None
    assert table.expected is not None
    slow = np.interp(days, july, [100, 200, 600]).mean()
    assert table.population == pytest.approx([slow, 100], rel=1e-7)
    assert table.expected[:, 0] == pytest.approx(4 * np.array([slow, 100]) / (slow + 100), rel=1e-7)
    assert (table.starts, table.ends) == (("1973-01-01",), ("1991-12-31",))


def test_a_stratum_without_a_row_at_a_census_has_nobody_there() -> None:
    table = merge_study(
        rows(("a", "old", 2000, 1, 100), ("a", "young", 2000, 1, 100), ("a", "young", 2010, 0, 100),
             ("b", "old", 2000, 1, 100), ("b", "old", 2010, 0, 100)),
        model="poisson", times=StudyTimes(), by_time=False,
    )  # fmt: skip
    assert table.population is not None
    # The old of place a shrink from 100 to none, level half a year at both ends.
    assert table.population[0] == pytest.approx(100 + 50, abs=0.1)


def test_a_place_not_counted_at_a_census_is_read_between_its_own() -> None:
    table = merge_study(
        rows(("a", "", 2000, 1, 100), ("a", "", 2010, 0, 100),
             ("b", "", 2000, 1, 100), ("b", "", 2005, 0, 100), ("b", "", 2010, 0, 100)),
        model="poisson", times=StudyTimes(), by_time=False,
    )  # fmt: skip
    assert table.population == pytest.approx([100, 100])


def test_case_rows_without_population_and_census_rows_mix_in_one_file() -> None:
    mixed = rows(
        ("a", "", 1970, 0, 100), ("a", "", 1980, 0, 200), ("b", "", 1970, 0, 100),
        ("b", "", 1980, 0, 100), ("a", "", 1975, 2, np.nan), ("b", "", 1976, 2, np.nan),
    )  # fmt: skip
    table = merge_study(mixed, model="poisson", times=StudyTimes(), by_time=False)
    assert (table.starts, table.ends) == (("1975-01-01",), ("1976-12-31",))
    assert table.population is not None
    assert table.population[0] == pytest.approx(155, abs=0.1)  # in the middle: 1 January 1976
    zeros = mixed.fillna({"population": 0.0})
    again = merge_study(zeros, model="poisson", times=StudyTimes(start="1975", end="1976"),
                        by_time=False)  # fmt: skip
    assert again.population == pytest.approx(table.population)


def test_cases_outside_the_study_are_left_out_and_said() -> None:
    table = merge_study(
        rows(("a", "", 2000, 1, 10), ("a", "", 2001, 2, 10), ("b", "", 2001, 3, 10)),
        model="poisson", times=StudyTimes(start="2001"), by_time=False,
    )  # fmt: skip
    assert table.cases.sum() == 5
    assert table.notes == ("1 cases lie outside the study and are left out",)


def test_a_group_with_a_case_and_nobody_in_one_place_is_no_error() -> None:
    table = merge_places(
        rows(("a", "old", "", 1, 0), ("a", "young", "", 0, 10), ("b", "old", "", 1, 10),
             ("b", "young", "", 1, 10)),
        model="poisson",
    )  # fmt: skip
    assert table.expected is not None
    assert table.expected.sum() == pytest.approx(3)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([("a", "old", "", 1, 0), ("b", "young", "", 1, 10)], "stratum 'old' has cases but no"),
        ([("a", "", "", 1, 0), ("b", "", "", 1, 10)], "the place a has cases but no population"),
        ([("a", "", "", 1, 0), ("b", "", "", 1, 0)], "there are cases but no population"),
    ],
)
def test_cases_without_people_are_refused(lines: list[tuple[object, ...]], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        merge_places(rows(*lines), model="poisson")


def test_bernoulli_units_of_several_times_are_added_up() -> None:
    table = merge_study(
        rows(("a", "", 2000, 1, 10), ("a", "", 2001, 2, 10), ("b", "", 2001, 3, 10)),
        model="bernoulli", times=StudyTimes(), by_time=False,
    )  # fmt: skip
    assert table.population == pytest.approx([20, 10])


def test_weeks_are_counted_back_from_the_end_and_months_follow_the_calendar() -> None:
    first, last = date(2012, 1, 3).toordinal(), date(2012, 2, 1).toordinal()
    weeks = edges(first, last, "week")
    assert np.diff(weeks).tolist() == [1, 7, 7, 7, 7]
    months = edges(date(2012, 1, 10).toordinal(), date(2012, 3, 5).toordinal(), "month")
    assert [label(one, "month") for one in months] == [
        "2012-01-10", "2012-02-01", "2012-03-01", "2012-03-05",
    ]  # fmt: skip


def test_cases_fall_into_their_weeks_and_expectation_follows_people_and_days() -> None:
    table = merge_study(
        rows(("a", "", "2012-01-02", 1, 10), ("a", "", "2012-01-15", 2, 10),
             ("b", "", "2012-01-09", 3, 30)),
        model="poisson", times=StudyTimes(unit="week"), by_time=True,
    )  # fmt: skip
    assert table.cases.tolist() == [[1, 2], [0, 3]]
    assert table.expected is not None
    assert table.expected == pytest.approx(np.array([[0.75, 0.75], [2.25, 2.25]]))
    assert table.ends == ("2012-01-08", "2012-01-15")


def test_too_many_intervals_are_refused_with_what_to_do() -> None:
    with pytest.raises(InvalidInputError, match="longer time unit"):
        edges(0, 5_000, "day")
