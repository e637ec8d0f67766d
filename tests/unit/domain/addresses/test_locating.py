"""The traps that real registers set, on a small invented county."""

import socket
from typing import NoReturn

import pytest
from pandas import DataFrame

from service.domain.gazetteer import Gazetteer
from service.domain.places import Datum, Level, Place, Placement
from service.geocoding.gazetteer import GazetteerGeocoder
from service.geocoding.port import AddressQuery

COUNTY = "139921"
TOWNS = {"001": "云溪镇", "002": "石桥乡", "003": "和义集乡", "004": "冀家村乡"}
VILLAGES = {
    "001": ["北良都村委会", "南高家庄村委会", "双槐居委会", "花园路社区居委会", "重名村村委会"],
    "002": [
        "高家庄村委会", "城内村委会", "东梁洼村委会", "重名村委会", "坡头村委会", "上坡头村委会",
    ],
    "003": ["和顺村委会", "西梁洼村委会", "桃李店村委会", "固村庄村村委会"],
    "004": ["冀家村村委会", "石佛村委会", "付庄村委会", "傅家庄村委会", "固村村委会"],
}  # fmt: skip


def county_rows() -> DataFrame:
    rows: list[tuple[str, str, str, float, float]] = [
        (f"{COUNTY}000000", "青石县", "county", 114.0, 38.0)
    ]
    for number, (town, name) in enumerate(TOWNS.items()):
        lon = 114.0 + 0.1 * number
        rows.append((f"{COUNTY}{town}000", name, "town", lon, 38.0))
        rows += [
            (f"{COUNTY}{town}{200 + i}", village, "village", lon + 0.01 * i, 38.01)
            for i, village in enumerate(VILLAGES[town])
        ]
    return DataFrame(rows, columns=["code", "name", "level", "longitude", "latitude"])


@pytest.fixture(scope="module")
def geocoder() -> GazetteerGeocoder:
    return GazetteerGeocoder(Gazetteer.from_rows(county_rows(), version="test"))


def locate(geocoder: GazetteerGeocoder, address: str) -> Placement:
    return geocoder.locate(AddressQuery(address=address))


@pytest.mark.parametrize(
    ("address", "town", "village", "rule"),
    [
        ("青石县云溪镇北良都村", "云溪镇", "北良都村委会", "town_village"),
        ("某某省某某市青石县云溪镇北良都村", "云溪镇", "北良都村委会", "town_village"),
        ("青石县雲溪鎮北良都村", "云溪镇", "北良都村委会", "town_village"),
        ("青石县 云溪镇，北良都村（村委会东侧）", "云溪镇", "北良都村委会", "town_village"),
        ("云溪镇建设路２５号", "云溪镇", "", "town"),
        ("青石县北良都村", "云溪镇", "北良都村委会", "village_unique"),
        ("青石县城内村", "石桥乡", "城内村委会", "village_unique"),
        ("青石县石桥镇东梁洼村", "石桥乡", "东梁洼村委会", "town_swapped"),
        ("青石县云溪北良都村", "云溪镇", "北良都村委会", "town_stem_village"),
        ("青石县云溪镇北粮都村", "云溪镇", "北良都村委会", "town_pinyin_village"),
        ("青石县和义集乡和顺村", "和义集乡", "和顺村委会", "town_village"),
        ("青石县坡头村", "石桥乡", "", "same_town_villages"),
        ("青石县石桥乡坡头村", "石桥乡", "坡头村委会", "town_village_rival"),
        ("青石县石桥乡上坡头村", "石桥乡", "上坡头村委会", "town_village"),
        ("青石县冀家村乡富家庄村", "冀家村乡", "傅家庄村委会", "town_pinyin_village"),
        ("青石县冀家村乡傅庄村", "冀家村乡", "", "town_unknown_village"),
        ("青石县云溪镇天边村", "云溪镇", "", "town_unknown_village"),
        ("青石县花园路社区", "云溪镇", "花园路社区居委会", "village_unique"),
        ("青石县云溪镇花园路", "云溪镇", "花园路社区居委会", "town_bare_village"),
        ("青石县云溪镇花园路12号", "云溪镇", "", "town"),
        ("青石县石桥乡花园路", "石桥乡", "", "town"),
    ],
)
def test_what_the_text_says_is_placed(
    geocoder: GazetteerGeocoder, address: str, town: str, village: str, rule: str
) -> None:
    found = locate(geocoder, address)

    assert (found.status, found.township, found.village, found.rule) == (
        "placed", town, village, rule,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("12345", "only_digits"),
        ("12 Main Street", "no_chinese"),
        ("😀😀", "no_chinese"),
        ("县" * 10_000, "too_long"),
        ("青石县", "county_only"),
        ("青石县微矿路12号", "county_only"),
        ("青石县云溪", "town_stem_only"),
        ("青石县花园路12号", "street_of_community"),
        ("青石县花园路", "street_of_community"),
        ("青石县梁洼村", "village_unknown"),
        ("青石县何庄村", "village_unknown"),
        ("青石县高家庄村", "near_homonym"),
        ("青石县固村村", "near_homonym"),
        ("青石县重名村", "village_ambiguous"),
        ("青石县石桥乡北良都村", "town_village_conflict"),
        ("青石县浆水镇冀家村", "town_unknown"),
        ("青石县云溪镇冀家村", "town_village_conflict"),
        ("云溪镇与石桥乡交界处", "multiple_places"),
        ("云溪镇北良都村、南高家庄村", "multiple_places"),
        ("村委会东侧50米", "no_local_evidence"),
        ("塘栖镇", "town_unknown"),
        ("桥西区中山西路12号", "outside_register_county"),
        ("北京市朝阳区建国路1号", "outside_register_county"),
        ("矿区贾庄镇", "outside_register_county"),
    ],
)
def test_what_cannot_be_known_goes_to_a_person(
    geocoder: GazetteerGeocoder, address: str, reason: str
) -> None:
    found = locate(geocoder, address)

    assert (found.status, found.reason) == ("review", reason)
    assert found.reason_zh
    assert found.reason_en
    assert (found.level, found.lon) == (None, None)


def test_a_lost_character_keeps_the_right_village_among_the_candidates(
    geocoder: GazetteerGeocoder,
) -> None:
    names = {c.name for c in locate(geocoder, "青石县梁洼村").candidates}

    assert {"东梁洼村委会", "西梁洼村委会"} <= names


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("石桥乡坡头", ["坡头村委会", "上坡头村委会"]),
        ("冀家村乡傅庄村", ["付庄村委会", "傅家庄村委会"]),
    ],
)
def test_neighbours_one_lost_character_apart_are_both_candidates(
    geocoder: GazetteerGeocoder, address: str, names: list[str]
) -> None:
    found = locate(geocoder, address)

    assert found.level is Level.TOWNSHIP
    assert [candidate.name for candidate in found.candidates[1:]] == names


def test_another_county_in_the_credit_code_goes_to_a_person(geocoder: GazetteerGeocoder) -> None:
    query = AddressQuery(address="青石县云溪镇北良都村", credit_code="91139922MA0ABCDE0X")

    assert geocoder.locate(query).reason == "credit_code_conflict"


def test_a_code_given_to_two_names_is_never_trusted() -> None:
    rows = county_rows()
    rows.loc[rows["name"] == "南高家庄村委会", "code"] = f"{COUNTY}001200"
    geocoder = GazetteerGeocoder(Gazetteer.from_rows(rows))

    assert locate(geocoder, "云溪镇北良都村").reason == "gazetteer_code_doubled"


@pytest.mark.parametrize(
    ("lon", "lat", "reason"),
    [
        (114.001, 38.01, ""),
        (114.30, 38.01, "coordinate_text_conflict"),
        (38.01, 114.0, "coordinate_swapped"),
        (float("nan"), 38.0, "coordinate_not_finite"),
        (120.0, 30.0, "coordinate_outside_county"),
    ],
)
def test_given_coordinates_need_the_text_as_witness(
    geocoder: GazetteerGeocoder, lon: float, lat: float, reason: str
) -> None:
    given = Place(lon=lon, lat=lat, datum=Datum.WGS84)

    found = geocoder.locate(AddressQuery(address="云溪镇北良都村", given=given))

    assert found.reason == reason
    assert (found.level is Level.ROOFTOP) == (not reason)


def test_a_village_without_a_point_is_no_pin() -> None:
    rows = county_rows()
    rows.loc[rows["level"] == "village", ["longitude", "latitude"]] = None

    found = locate(GazetteerGeocoder(Gazetteer.from_rows(rows)), "云溪镇北良都村")

    assert (found.village, found.level, found.is_pin) == ("北良都村委会", Level.TOWNSHIP, False)


def test_locating_opens_no_socket(
    geocoder: GazetteerGeocoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)

    assert locate(geocoder, "云溪镇北粮都村").status == "placed"
