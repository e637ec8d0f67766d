"""A small county with a review queue and a doubled enterprise behind the web service."""

from collections.abc import Iterator
from contextlib import contextmanager

from shapely import box
from sqlalchemy import URL, Engine
from sqlalchemy.orm import Session

from service.workflows.find_gaps import find_gaps
from tests.conftest import migrated_database
from tests.factories import (
    COUNTY,
    EAST,
    TODAY,
    WEST,
    make_cell,
    make_enterprise,
    make_event,
    make_licence,
    make_plan,
)
from tests.postgis.test_review_locations import a_county_with_a_road, locate
from tests.web import ATTACK


@contextmanager
def review_county(admin_url: URL) -> Iterator[Engine]:
    """Make a database with a queue of three groups, a hostile name in each, and one pair."""
    with migrated_database(admin_url) as engine:
        with Session(engine) as session:
            fill(session)
            session.commit()
        yield engine


def fill(session: Session) -> None:
    """Make fourteen rows of one road, two of an old township, one empty; and a doubled row."""
    a_county_with_a_road(session)
    plan = make_plan(session)
    make_cell(session, plan, f"{WEST}201001", box(114.0, 38.0, 114.2, 38.2))
    make_cell(session, plan, f"{EAST}201001", box(114.2, 38.0, 114.4, 38.2), township_code=EAST)
    for number, village in enumerate(("北沟村", "")):
        make_enterprise(
            session,
            f"old{number}",
            name=f"老店{number}{ATTACK}",
            address=f"青石县老山乡{village}",
            township_code=WEST,
        )
    make_enterprise(session, "empty", name=f"无址{ATTACK}", address="", product="cement")
    for key, lon in (("one", 114.1), ("two", 114.1001)):
        number = make_enterprise(
            session,
            key,
            name=f"清泉酒坊{ATTACK}",
            address="青石县龙泉乡北沟村12号",
            principal="王芳",
            given_lon=lon,
            given_lat=38.05,
            given_datum="wgs84",
        )
        make_event(session, number)
        make_licence(session, number, "business", number="N1")
    locate(session)
    find_gaps(session, COUNTY, on=TODAY)
