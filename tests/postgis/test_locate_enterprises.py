"""The register located in the database: placed with a precision, or waiting with a reason."""

from shapely import Point
from sqlalchemy.orm import Session

from service.database import enterprises
from service.workflows.locate_enterprises import geocoder_of, locate_enterprises
from tests.factories import (
    COUNTY,
    WEST,
    make_county,
    make_enterprise,
    make_place,
    make_township,
    shape,
)


def a_county(session: Session) -> None:
    make_county(session)
    make_township(session, name="龙泉乡")
    make_place(session, f"{WEST}000", level="township", name="龙泉乡")
    make_place(session, f"{WEST}201", name="北沟村", location=shape(Point(114.1, 38.05)))
    make_place(session, f"{WEST}202", name="东湾村", location=shape(Point(114.3, 38.15)))


def test_an_address_is_placed_at_its_village_and_an_empty_one_waits(session: Session) -> None:
    a_county(session)
    make_enterprise(session, "known", address="青石县龙泉乡北沟村12号", name="清泉酒坊")
    make_enterprise(session, "empty", address="", name="无名商店")

    report = locate_enterprises(session, COUNTY, geocoder_of(session, COUNTY))

    assert sum(report.placed.values()) == 1
    waiting = enterprises.to_review(session, COUNTY)
    assert list(waiting["register_key"]) == ["empty"]
    assert waiting["reason_zh"].iloc[0] != ""


def test_locating_again_changes_nothing(session: Session) -> None:
    a_county(session)
    make_enterprise(session, "known", address="青石县龙泉乡北沟村", name="清泉酒坊")
    geocoder = geocoder_of(session, COUNTY)

    first = locate_enterprises(session, COUNTY, geocoder)
    assert locate_enterprises(session, COUNTY, geocoder) == first


def test_without_a_gazetteer_given_points_are_taken_and_checked(session: Session) -> None:
    make_county(session)
    make_township(session)
    for name, lon in (("inside", 114.2), ("outside", 10.0)):
        make_enterprise(session, name, given_lon=lon, given_lat=38.1, given_datum="wgs84")
    make_enterprise(session, "none")

    report = locate_enterprises(session, COUNTY, geocoder_of(session, COUNTY))

    assert report.placed == {"rooftop": 1}
    assert report.review == {"outside_county": 1, "no_point": 1}
