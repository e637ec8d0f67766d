from datetime import date

import pandas as pd
import pytest

from service.domain.gap_inspections import workdays_after
from service.domain.gap_loads import distance_km, relief_en, relief_zh
from service.domain.gaps import NAMES, GapKind, counts, frame


@pytest.mark.parametrize(
    ("reported_on", "expected"),
    [
        (date(2012, 4, 2), date(2012, 4, 23)),
        (date(2012, 4, 6), date(2012, 4, 27)),
        # A report of a weekend counts from the Friday before.
        (date(2012, 4, 7), date(2012, 4, 27)),
    ],
)
def test_fifteen_working_days_are_three_weeks(reported_on: date, expected: date) -> None:
    assert workdays_after(reported_on, 15) == expected


def test_distance_follows_the_globe() -> None:
    assert distance_km(114.0, 38.0, 114.0, 39.0) == pytest.approx(111.195, abs=0.01)
    assert distance_km(114.0, 60.0, 115.0, 60.0) == pytest.approx(55.6, abs=0.05)
    assert distance_km(114.0, 38.0, 114.0, 38.0) == 0


def test_no_gap_at_all_is_an_empty_frame_with_every_column() -> None:
    table = frame([])

    assert {"kind", "severity", "since", "measure", "fix_zh", "geometry"} <= set(table.columns)
    assert table.crs.to_epsg() == 4326
    assert counts(table) == {str(kind): 0 for kind in GapKind}


def test_every_kind_has_a_name_in_two_languages() -> None:
    assert set(NAMES) == set(GapKind)
    assert counts(pd.DataFrame({"kind": ["G3", "G3", "G8"]}))["G3"] == 2


def test_when_nobody_can_take_over_it_says_so() -> None:
    assert "无余力" in relief_zh(None)
    assert "no enforcement officer" in relief_en(None)
