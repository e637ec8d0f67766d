"""Datum conversions undo each other exactly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.datum import distance_m, from_wgs84, to_wgs84
from service.domain.places import Datum

DEGREE_M = 111_320.0


@given(
    lon=st.floats(74, 135), lat=st.floats(18, 53), datum=st.sampled_from(list(Datum))
)  # fmt: skip
def test_a_round_trip_ends_within_a_micrometre(lon: float, lat: float, datum: Datum) -> None:
    back = to_wgs84(*from_wgs84(lon, lat, datum), datum)

    assert np.hypot(back[0] - lon, back[1] - lat) * DEGREE_M <= 1e-6


def test_a_known_point_is_shifted_as_published() -> None:
    lon, lat = to_wgs84([114.514005], [38.051387], Datum.GCJ02)

    assert (lon[0], lat[0]) == pytest.approx((114.508002, 38.05075), abs=1e-6)


def test_nothing_is_shifted_outside_china() -> None:
    lon, lat = from_wgs84([-87.6], [41.9], Datum.GCJ02)

    assert (lon[0], lat[0]) == (-87.6, 41.9)


def test_a_degree_of_latitude_is_a_hundred_and_eleven_kilometres() -> None:
    assert float(distance_m(114, 38, 114, 39)) == pytest.approx(111_195, abs=1)
