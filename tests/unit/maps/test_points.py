import base64
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.layers import CanvasPoints, PointLook
from maps.paper_layers import unpacked
from maps.words import Words
from service.domain.errors import InvalidInputError

_LOOK = PointLook(label=Words("企业"), color="#1f5fbf")
_METRES = 40_075_016.7  # of the equator, which Web Mercator lays out as 1


def _ids(data: dict[str, Any]) -> Any:  # noqa: ANN401 - an array
    octets = np.frombuffer(base64.b64decode(data["ids"]), "u1").reshape(-1, data["id_bytes"])
    return sum(octets[:, place].astype(int) << (8 * place) for place in range(data["id_bytes"]))


@given(
    st.lists(st.tuples(st.floats(113.9, 115.2), st.floats(37.0, 38.4)), min_size=1, max_size=200)
)
def test_every_point_comes_back_within_half_a_metre(places: list[tuple[float, float]]) -> None:
    lon, lat = np.array(places).T
    ids = np.arange(len(places))
    data = CanvasPoints(lon=lon, lat=lat, looks=[_LOOK], ids=ids).data
    x, y, _ = unpacked(data)
    order = _ids(data)
    true_x = (lon[order] + 180) / 360
    true_y = (1 - np.arcsinh(np.tan(np.radians(lat[order]))) / np.pi) / 2
    assert sorted(order) == list(ids)
    assert np.abs(x - true_x).max() * _METRES < 1.0
    assert np.abs(y - true_y).max() * _METRES < 1.0


def test_a_dense_county_takes_a_byte_an_axis_and_stays_within_a_metre() -> None:
    random = np.random.default_rng(3)
    lon, lat = random.uniform(114.0, 114.4, 300_000), random.uniform(37.5, 37.8, 300_000)
    data = CanvasPoints(lon=lon, lat=lat, looks=[_LOOK], ids=np.arange(300_000)).data
    x, y, _ = unpacked(data)
    order = _ids(data)
    assert data["steps"] == 256
    true_x = (lon[order] + 180) / 360
    true_y = (1 - np.arcsinh(np.tan(np.radians(lat[order]))) / np.pi) / 2
    assert np.abs(x - true_x).max() * _METRES < 1.0
    assert np.abs(y - true_y).max() * _METRES < 1.0


@pytest.mark.parametrize("largest", [0, 2**24 - 1, 2**24, 2**32 - 1])
def test_an_identity_comes_back_whatever_its_size(largest: int) -> None:
    data = CanvasPoints(lon=[114.0], lat=[37.5], looks=[_LOOK], ids=[largest]).data
    assert _ids(data).tolist() == [largest]


def test_a_million_points_at_one_place_are_one_square() -> None:
    data = CanvasPoints(lon=np.full(10**6, 114.5), lat=np.full(10**6, 37.5), looks=[_LOOK]).data
    counts = np.frombuffer(base64.b64decode(data["counts"]), "<u4")
    assert counts.sum() == 10**6
    assert counts.max() == 10**6


def test_no_points_is_an_empty_layer() -> None:
    assert CanvasPoints(lon=[], lat=[], looks=[_LOOK]).data["n"] == 0


@pytest.mark.parametrize("place", [(np.nan, 37.0), (114.0, np.inf), (200.0, 37.0), (114.0, 89.0)])
def test_a_point_without_a_usable_place_is_refused(place: tuple[float, float]) -> None:
    with pytest.raises(InvalidInputError, match="point 1"):
        CanvasPoints(lon=[114.0, place[0]], lat=[37.0, place[1]], looks=[_LOOK])
