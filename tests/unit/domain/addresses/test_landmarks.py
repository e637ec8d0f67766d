"""Roads, door plates and named buildings: finer than a village, and only inside the named town."""

import pytest
from pandas import DataFrame, concat
from shapely import LineString

from service.domain.gazetteer import Gazetteer
from service.domain.places import Level
from service.domain.queries import AddressQuery
from service.geocoding.gazetteer import GazetteerGeocoder
from tests.unit.domain.addresses.test_locating import COUNTY, county_rows

WEST, EAST = f"{COUNTY}001000", f"{COUNTY}002000"  # 云溪镇 at 114.0, 石桥乡 at 114.1


def with_landmarks() -> DataFrame:
    rows = [
        ("r1", "建设路", "road", WEST, LineString([(114.0, 38.0), (114.006, 38.0)])),
        ("r2", "长河公路", "road", WEST, LineString([(114.0, 38.0), (114.05, 38.0)])),
        ("r3", "长河公路", "road", EAST, LineString([(114.05, 38.0), (114.1, 38.0)])),
        ("r4", "微矿路", "road", WEST, LineString([(114.0, 38.001), (114.004, 38.001)])),
        ("r5", "和平街", "road", EAST, LineString([(114.1, 38.0), (114.104, 38.0)])),
    ]
    points = [
        ("p1", "建设路1号", "门牌", WEST, 114.0005, 38.0001),
        ("p2", "建设路9号", "门牌", WEST, 114.0025, 38.0001),
        ("p3", "鸿源小区", "poi", WEST, 114.003, 38.002),
        ("p4", "云溪清泉酒坊", "poi", WEST, 114.004, 38.003),
        ("p5", "双龙市场", "poi", WEST, 114.004, 38.003),
        ("p6", "双龙市场", "poi", WEST, 114.009, 38.003),
    ]
    lines = DataFrame(rows, columns=["code", "name", "level", "parent", "geometry"])
    plates = DataFrame(points, columns=["code", "name", "level", "parent", "longitude", "latitude"])
    return concat([county_rows(), lines, plates], ignore_index=True)


@pytest.fixture(scope="module")
def geocoder() -> GazetteerGeocoder:
    return GazetteerGeocoder(Gazetteer.from_rows(with_landmarks(), version="test"))


@pytest.mark.parametrize(
    ("address", "level", "rule", "radius_m"),
    [
        ("云溪镇建设路1号", Level.ROOFTOP, "door_plate", 50),
        ("云溪镇建设路5号", Level.ROAD, "road_number", 88),
        ("云溪镇建设路", Level.ROAD, "road_in_town", 264),
        ("云溪镇建设路东段", Level.ROAD, "road_in_town", 264),
        ("云溪镇建设路2号", Level.ROAD, "road_in_town", 264),  # the other side has no plates
        ("云溪镇鸿源小区3号楼", Level.ROOFTOP, "poi_in_town", 50),
        ("云溪镇长河公路", Level.TOWNSHIP, "road_in_town", 2192),
        ("云溪镇双龙市场", Level.TOWNSHIP, "town", 3700),  # two of the name
        ("云溪镇和平街", Level.TOWNSHIP, "town", 3700),  # the street is another town's
        ("云溪镇北良都村鸿源小区", Level.ROOFTOP, "poi_in_town", 50),
        ("青石县微矿路12号", Level.ROAD, "road_unique", 175),
    ],
)
def test_what_is_finer_than_a_village_is_used_inside_the_named_town(
    geocoder: GazetteerGeocoder, address: str, level: Level, rule: str, radius_m: float
) -> None:
    found = geocoder.locate(AddressQuery(address=address))

    assert (found.status, found.township) == ("placed", "云溪镇")
    assert (found.level, found.rule) == (level, rule if rule != "road_unique" else "road_in_town")
    assert found.radius_m == pytest.approx(radius_m, abs=2)
    assert found.is_pin == (level is not Level.TOWNSHIP)


def test_a_road_through_two_towns_goes_to_a_person_with_both(geocoder: GazetteerGeocoder) -> None:
    found = geocoder.locate(AddressQuery(address="青石县长河公路8号"))

    assert (found.status, found.reason) == ("review", "road_in_several_towns")
    assert {candidate.name for candidate in found.candidates} == {"云溪镇", "石桥乡"}


def test_an_enterprise_stands_where_the_building_of_its_name_is(
    geocoder: GazetteerGeocoder,
) -> None:
    named = AddressQuery(address="青石县云溪镇", name="云溪清泉酒坊")
    elsewhere = AddressQuery(address="青石县石桥乡", name="云溪清泉酒坊")

    found = geocoder.locate(named)

    assert (found.level, found.rule) == (Level.ROOFTOP, "name_in_town")
    assert geocoder.locate(elsewhere).level is Level.TOWNSHIP


def test_a_spot_far_from_the_named_village_is_not_meant(geocoder: GazetteerGeocoder) -> None:
    found = geocoder.locate(AddressQuery(address="云溪镇重名村村鸿源小区"))

    assert (found.village, found.rule) == ("重名村村委会", "town_village")
    assert found.level is Level.VILLAGE


def test_without_landmarks_everything_stays_as_it_was() -> None:
    plain = GazetteerGeocoder(Gazetteer.from_rows(county_rows(), version="test"))

    found = plain.locate(AddressQuery(address="云溪镇建设路1号"))

    assert (found.level, found.road, found.number) == (Level.TOWNSHIP, "建设路", "1号")
