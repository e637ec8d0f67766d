"""Which ground and which cells belong to a key area, border zone or urban fringe."""

import geopandas
import numpy as np
import pytest
import shapely
from geopandas import GeoDataFrame
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry

from service.domain.crs import metric_epsg
from service.domain.special_areas import distance_km, members, within, zone_around

GLOBE = Geod(ellps="WGS84")
WEST, SOUTH, EAST, NORTH = 114.0, 38.0, 114.4, 38.2
COUNTY = box(WEST, SOUTH, EAST, NORTH)
EPSG = metric_epsg(114.2, 38.1)
SIDE = 8


def squares() -> GeoDataFrame:
    """Return the county cut into `SIDE` by `SIDE` cells, coded by column and row."""
    wide, tall = (EAST - WEST) / SIDE, (NORTH - SOUTH) / SIDE
    codes = [f"{x}-{y}" for x in range(SIDE) for y in range(SIDE)]
    shapes = [
        box(WEST + x * wide, SOUTH + y * tall, WEST + (x + 1) * wide, SOUTH + (y + 1) * tall)
        for x in range(SIDE)
        for y in range(SIDE)
    ]
    return GeoDataFrame({"code": codes}, geometry=shapes, crs=4326)


def areas(**shapes: BaseGeometry) -> GeoDataFrame:
    return GeoDataFrame({"code": list(shapes)}, geometry=list(shapes.values()), crs=4326)


def cells_in(shape: BaseGeometry) -> frozenset[str]:
    return members(squares(), areas(one=shape))["one"]


lons = st.floats(WEST, EAST)
lats = st.floats(SOUTH, NORTH)
boxes = st.tuples(lons, lats, lons, lats).map(
    lambda ends: box(
        min(ends[0], ends[2]),
        min(ends[1], ends[3]),
        max(ends[0], ends[2]) + 0.001,
        max(ends[1], ends[3]) + 0.001,
    )
)


@settings(max_examples=60, deadline=None)
@given(
    lon=st.sampled_from([75.6, 87.0, 104.49, 114.2, 126.6, 133.9]),
    lat=st.sampled_from([18.3, 31.0, 38.0, 45.7, 53.4]),
    km=st.floats(0.2, 40.0),
    bearing=st.floats(0, 360),
)
def test_a_zone_is_as_wide_as_it_says_on_the_ellipsoid(
    lon: float, lat: float, km: float, bearing: float
) -> None:
    """The worst place of each zone: half a degree and more from the middle of the county."""
    line = LineString([(lon, lat), (lon + 0.31, lat + 0.17)])
    world = box(lon - 3, lat - 3, lon + 3, lat + 3)
    zone = zone_around(line, km * 1000, county=world, metric_epsg=metric_epsg(lon, lat))

    near, far = (GLOBE.fwd(lon, lat, bearing, km * 1000 * share)[:2] for share in (0.995, 1.005))
    assert zone.covers(shapely.Point(near))
    # A point may be near another part of the line; its true distance to the line decides.
    dense = shapely.get_coordinates(shapely.segmentize(line, 0.0005))
    many = np.ones(len(dense))
    away = GLOBE.inv(dense[:, 0], dense[:, 1], far[0] * many, far[1] * many)[2].min()
    if away > km * 1004:
        assert not zone.covers(shapely.Point(far))


def test_a_provincial_border_far_longer_than_the_county_is_cut_before_it_is_drawn() -> None:
    border = LineString([(WEST, -60.0), (WEST, 38.1), (70.0, 70.0)])
    zone = zone_around(border, 3_000, county=COUNTY, metric_epsg=EPSG)

    assert zone.is_valid
    west, south, east, _ = zone.bounds
    assert (west, south) == pytest.approx((WEST, SOUTH))
    assert GLOBE.inv(WEST, 38.05, east, 38.05)[2] == pytest.approx(3_000, rel=0.005)


def test_a_line_too_far_away_makes_no_zone() -> None:
    line = LineString([(WEST - 0.1, SOUTH), (WEST - 0.1, NORTH)])

    assert zone_around(line, 3_000, county=COUNTY, metric_epsg=EPSG).is_empty
    assert distance_km(line, COUNTY, EPSG) == pytest.approx(8.77, abs=0.02)


def test_a_cell_belongs_when_half_of_it_lies_inside() -> None:
    first = squares().geometry.iloc[0]
    west, south, east, north = first.bounds
    middle = (west + east) / 2

    assert cells_in(box(west, south, middle, north)) == {"0-0"}
    assert cells_in(box(west, south, middle - 0.0001, north)) == set()


@given(boxes, boxes)
def test_what_belongs_to_one_of_two_areas_belongs_to_their_union(
    one: Polygon, two: Polygon
) -> None:
    both = cells_in(shapely.union(one, two))

    assert cells_in(one) | cells_in(two) <= both


@given(st.floats(WEST + 0.01, EAST - 0.01))
def test_two_halves_of_the_county_share_its_cells_out(lon: float) -> None:
    halves = areas(west=box(WEST, SOUTH, lon, NORTH), east=box(lon, SOUTH, EAST, NORTH))
    found = members(squares(), halves)

    assert found["west"] | found["east"] == set(squares()["code"])
    # A cell in both has exactly half of its ground in each.
    for code in found["west"] & found["east"]:
        west, _, east, _ = squares().set_index("code").geometry[code].bounds
        assert lon == pytest.approx((west + east) / 2, abs=1e-6)


@given(st.sets(st.sampled_from(sorted(squares()["code"])), min_size=1))
def test_an_area_of_whole_cells_is_those_cells(chosen: set[str]) -> None:
    cells = squares()
    ground = shapely.union_all(np.asarray(cells.geometry[cells["code"].isin(chosen)].array))

    assert cells_in(within(ground, COUNTY)) == chosen


def test_without_cells_or_areas_nothing_belongs() -> None:
    none = geopandas.GeoDataFrame({"code": []}, geometry=[], crs=4326)

    assert members(none, areas(a=COUNTY)) == {"a": frozenset()}
    assert members(squares(), none) == {}
