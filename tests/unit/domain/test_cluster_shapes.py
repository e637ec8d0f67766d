import math
from typing import Any

import numpy as np
import pytest
from shapely.geometry import Point, Polygon

from service.domain.cluster_shapes import OnEarth, OnEquator, outline
from service.domain.errors import CrsError


def cluster(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of a cluster
    return {"centre": {"id": 1, "x": 100.0, "y": 200.0}, "radius": 50.0} | more


def test_a_circle_on_the_sphere_is_a_chord_away_everywhere() -> None:
    ring = outline({"centre": {"lon": 114.0, "lat": 38.0}, "radius": 100.0})
    assert ring[0] == ring[-1]
    lon, lat = np.radians(np.array(ring)).T
    corners = 6367 * np.array([np.cos(lon) * np.cos(lat), np.sin(lon) * np.cos(lat), np.sin(lat)])
    a, b = math.radians(114), math.radians(38)
    centre = 6367 * np.array([math.cos(a) * math.cos(b), math.sin(a) * math.cos(b), math.sin(b)])
    assert np.linalg.norm(corners - centre[:, None], axis=0) == pytest.approx(100.0, abs=1e-4)
    assert Polygon(ring).exterior.is_ccw


def test_an_ellipse_has_its_axes_and_its_direction() -> None:
    shape = Polygon(outline(cluster(shape=2.5, angle_deg=30.0)))
    assert shape.area == pytest.approx(math.pi * 50 * 20, rel=0.01)
    tip = Point(100 + 50 * math.cos(math.pi / 6), 200 + 50 * math.sin(math.pi / 6))
    assert shape.exterior.distance(tip) < 1e-9
    assert shape.exterior.is_ccw


def test_one_place_has_no_outline() -> None:
    assert outline(cluster(radius=0.0)) == []


def test_a_plane_is_put_on_the_earth_by_its_number() -> None:
    lon, lat = OnEarth(4547)(np.array([500_000.0]), np.array([4_200_000.0]))
    assert lon[0] == pytest.approx(114)
    assert lat[0] == pytest.approx(37.93, abs=0.01)


@pytest.mark.parametrize(("epsg", "message"), [(1, "no EPSG:1"), (4326, "is no plane")])
def test_what_is_no_plane_is_refused(epsg: int, message: str) -> None:
    with pytest.raises(CrsError, match=message):
        OnEarth(epsg)


def test_points_out_of_reach_are_refused() -> None:
    with pytest.raises(CrsError, match="swapped"):
        OnEarth(32650)(np.array([1e12]), np.array([1e12]))


def test_a_plane_of_no_known_place_keeps_its_proportions() -> None:
    x, y = np.array([5_000.0, 7_000.0, 5_000.0]), np.array([1.0, 1.0, 501.0])
    lon, lat = OnEquator(x, y)(x, y)
    assert lon[1] - lon[0] == pytest.approx(4 * (lat[2] - lat[0]))
    assert np.abs(lon).max() <= 0.5
