"""Decisions about addresses: one serves many rows, is applied again, and can be taken back."""

from pathlib import Path
from typing import Any

import pytest
from shapely import LineString, Point, box
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gis_data.rows import Reading
from service.database import decisions, enterprises, reviews
from service.database.reviews import Filter
from service.database.tables import EnterpriseRow, LocationRow
from service.domain.errors import ConflictError, InvalidInputError, NotFoundError
from service.domain.places import Datum, Level
from service.domain.review_choices import Outcome
from service.workflows.import_enterprises import import_enterprises
from service.workflows.locate_enterprises import geocoder_of, locate_enterprises
from service.workflows.review_group import read_group
from service.workflows.review_locations import Settled, Wish, decide, undo_place
from tests.factories import (
    COUNTY,
    EAST,
    WEST,
    make_cell,
    make_county,
    make_enterprise,
    make_place,
    make_plan,
    make_township,
    shape,
)

ROAD = "road_in_several_towns:road:微矿路"


def locate(session: Session) -> None:
    locate_enterprises(session, COUNTY, geocoder_of(session, COUNTY))


def a_county_with_a_road(session: Session, rows: int = 14) -> list[int]:
    """Make two townships, a road through both, and rows that name nothing but the road."""
    make_county(session)
    west, east = box(114.0, 38.0, 114.2, 38.2), box(114.2, 38.0, 114.4, 38.2)
    make_township(session, WEST, name="龙泉乡", geometry=shape(west))
    make_township(session, EAST, name="东岭乡", geometry=shape(east))
    for code, name, lon in ((WEST, "龙泉乡", 114.1), (EAST, "东岭乡", 114.3)):
        make_place(
            session,
            f"{code}000",
            level="township",
            name=name,
            township_code=code,
            location=shape(Point(lon, 38.1)),
            radius_m=3700.0,
        )
    make_place(session, f"{WEST}201", name="北沟村", location=shape(Point(114.1, 38.05)))
    make_place(
        session,
        "road-1",
        level="road",
        name="微矿路",
        township_code=None,
        location=None,
        geometry=shape(LineString([(114.05, 38.1), (114.25, 38.1)])),
    )
    numbers = [
        make_enterprise(
            session, f"r{number}", address=f"青石县微矿路{number + 1}号", township_code=None
        )
        for number in range(rows)
    ]
    locate(session)
    return numbers


def wish(session: Session, group: str = ROAD, **columns: Any) -> Wish:  # noqa: ANN401
    rows, _ = reviews.items(session, COUNTY, Filter(group=group))
    versions = dict(zip(rows["enterprise_id"].astype(int), rows["version"], strict=True))
    obvious: dict[str, Any] = {
        "by": "李静",
        "versions": versions,
        "outcome": Outcome.PLACE,
        "place_code": f"{WEST}000",
    }
    return Wish(**{**obvious, **columns})


def undo(session: Session, decision_id: int) -> Settled:
    row = decisions.require_in_force(session, COUNTY, decision_id)
    return undo_place(session, COUNTY, row, "王芳")


def locations(session: Session) -> list[tuple[object, ...]]:
    """Return every location as the database has it, to the last digit."""
    statement = text("SELECT location::text FROM location ORDER BY enterprise_id")
    session.flush()
    return [tuple(row) for row in session.execute(statement)]


def location(session: Session, number: int) -> LocationRow:
    session.expire_all()
    return session.get_one(LocationRow, (COUNTY, number))


def test_rows_that_name_one_road_wait_as_one_group(session: Session) -> None:
    a_county_with_a_road(session)

    groups, total, rows = reviews.groups(session, COUNTY, Filter(), limit=10, offset=0)

    assert (total, rows) == (1, 14)
    assert groups[["group_key", "token_kind", "token", "rows"]].iloc[0].tolist() == [
        ROAD,
        "road",
        "微矿路",
        14,
    ]


def test_the_townships_along_a_road_are_offered_with_their_stretch(session: Session) -> None:
    a_county_with_a_road(session)

    options = read_group(session, COUNTY, Filter(group=ROAD)).options

    assert [one.name for one in options] == ["龙泉乡", "东岭乡"]
    told = ["；".join(said.zh for said in one.evidence) for one in options]
    assert "13.2 公里" in told[0]
    assert "4.4 公里" in told[1]


def test_one_decision_serves_all_rows_of_a_group(session: Session) -> None:
    numbers = a_county_with_a_road(session)

    done = decide(session, COUNTY, wish(session))

    assert sorted(done.enterprise_ids) == numbers
    placed = location(session, numbers[3])
    assert (placed.status, placed.rule, placed.level) == ("placed", "decided", "township")
    assert (placed.township_code, placed.radius_m) == (WEST, 3700.0)
    _, waiting, _ = reviews.groups(session, COUNTY, Filter(), limit=10, offset=0)
    assert waiting == 0


def test_a_decision_is_applied_again_when_the_register_is_located_anew(session: Session) -> None:
    numbers = a_county_with_a_road(session)
    decide(session, COUNTY, wish(session))
    before = locations(session)

    locate(session)
    assert locations(session) == before

    # The same address, spelt in full width, is the same address; another number is not.
    twin = make_enterprise(session, "twin", address="青石县 微矿路５号", township_code=None)
    other = make_enterprise(session, "other", address="青石县微矿路99号", township_code=None)
    locate(session)
    assert location(session, twin).rule == "decided"
    assert location(session, other).status == "review"
    assert location(session, numbers[0]).rule == "decided"


def test_a_decision_holds_when_the_file_is_imported_again(session: Session, tmp_path: Path) -> None:
    a_county_with_a_road(session, rows=0)
    path = tmp_path / "register.csv"

    def import_and_locate(*lines: str) -> None:
        path.write_text("\n".join(("code,name,address", *lines)), encoding="utf-8")
        reading = Reading(constants={"product": "baijiu"}, code_system="local")
        import_enterprises(session, path, reading, county=COUNTY)
        locate(session)

    import_and_locate("A,甲,青石县微矿路1号", "B,乙,青石县微矿路2号")
    done = decide(session, COUNTY, wish(session))
    import_and_locate("A,甲改,青石县微矿路1号", "B,乙,青石县微矿路7号")

    first, second = (location(session, int(number)) for number in done.enterprise_ids)
    assert (first.rule, first.township_code) == ("decided", WEST)
    assert second.status == "review"  # its address is another one now


def test_a_decision_does_not_reach_a_row_that_says_something_else(session: Session) -> None:
    a_county_with_a_road(session)
    decide(session, COUNTY, wish(session))

    elsewhere = make_enterprise(session, "x", address="青石县微矿路5号", township_code=EAST)
    locate(session)

    assert location(session, elsewhere).rule != "decided"


def test_two_empty_addresses_are_two_places(session: Session) -> None:
    a_county_with_a_road(session, rows=0)
    first, second = (make_enterprise(session, key, address="") for key in ("a", "b"))
    locate(session)
    rows, _ = reviews.items(session, COUNTY, Filter())
    version = dict(zip(rows["enterprise_id"], rows["version"], strict=True))[first]

    done = decide(session, COUNTY, wish(session, "empty:none:", versions={first: version}))

    assert list(done.enterprise_ids) == [first]
    assert location(session, second).status == "review"


def test_undo_restores_exactly_what_the_engine_said(session: Session) -> None:
    a_county_with_a_road(session)
    before = locations(session)
    done = decide(session, COUNTY, wish(session))
    assert locations(session) != before

    undo(session, done.decision_id)

    assert locations(session) == before
    locate(session)
    assert locations(session) == before
    told, total = decisions.history(session, COUNTY)
    assert total == 2
    assert told["kind"].tolist() == ["undo", "place"]
    assert told["undone_by"].iloc[1] == told["decision_id"].iloc[0]


def test_a_decision_is_undone_once_and_the_newest_first(session: Session) -> None:
    a_county_with_a_road(session)
    first = decide(session, COUNTY, wish(session))
    again = dict.fromkeys(first.enterprise_ids)
    second = decide(session, COUNTY, wish(session, versions=again, place_code=f"{EAST}000"))

    with pytest.raises(ConflictError, match=str(second.decision_id)):
        undo(session, first.decision_id)
    undo(session, second.decision_id)
    with pytest.raises(ConflictError, match="undone"):
        undo(session, second.decision_id)
    assert location(session, int(first.enterprise_ids[0])).status == "review"


def test_a_row_that_changed_meanwhile_is_not_decided_about(session: Session) -> None:
    numbers = a_county_with_a_road(session)
    seen = wish(session)
    session.get_one(EnterpriseRow, (COUNTY, numbers[0])).address = "青石县北沟村"
    locate(session)

    with pytest.raises(ConflictError, match="changed"):
        decide(session, COUNTY, seen)

    assert decisions.history(session, COUNTY)[1] == 0


def test_a_township_that_was_chosen_leads_to_the_villages_that_addresses_name(
    session: Session,
) -> None:
    a_county_with_a_road(session, rows=0)
    named = make_enterprise(session, "n", address="青石县老山乡北沟村3号", township_code=WEST)
    bare = make_enterprise(session, "b", address="青石县老山乡", township_code=WEST)
    other = make_enterprise(session, "o", address="青石县老山乡小北沟村", township_code=WEST)
    locate(session)
    group = "township_hint_conflict:unknown_town:老山乡"

    decide(session, COUNTY, wish(session, group))

    assert location(session, named).level == "village"
    assert location(session, named).village_code == f"{WEST}201"
    assert location(session, bare).level == "township"
    assert location(session, other).level == "township"  # 小北沟村 is not 北沟村


def test_a_point_is_kept_with_its_datum_and_must_lie_in_the_county(session: Session) -> None:
    numbers = a_county_with_a_road(session)
    point = {"outcome": Outcome.POINT, "datum": Datum.GCJ02, "level": Level.ROAD}

    with pytest.raises(InvalidInputError, match="outside the county"):
        decide(session, COUNTY, wish(session, **point, lon=38.1, lat=114.1))
    with pytest.raises(InvalidInputError, match="finite"):
        decide(session, COUNTY, wish(session, **point, lon=float("nan"), lat=38.1))
    done = decide(session, COUNTY, wish(session, **point, lon=114.1, lat=38.1))

    assert done.choice is not None
    assert done.choice.given == "114.1,38.1,gcj02"
    assert done.choice.lon == pytest.approx(114.1 - 0.0061, abs=0.001)
    assert location(session, numbers[0]).radius_m == 300.0


def test_what_cannot_be_placed_waits_no_more_and_says_who_decided(session: Session) -> None:
    numbers = a_county_with_a_road(session)
    columns = {"outcome": Outcome.UNPLACEABLE, "why": "decided_needs_visit"}

    decide(session, COUNTY, wish(session, **columns, note="十一月去看"))

    row = location(session, numbers[0])
    assert (row.status, row.rule, row.geometry) == ("review", "decided", None)
    assert "实地" in row.reason_zh
    assert reviews.groups(session, COUNTY, Filter(), limit=1, offset=0)[1] == 0
    assert reviews.items(session, COUNTY, Filter(state="decided"))[1] == 14
    told, _ = decisions.history(session, COUNTY)
    assert told[["decided_by", "note"]].iloc[0].tolist() == ["李静", "十一月去看"]


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        ({"by": "  "}, InvalidInputError),
        ({"place_code": "nowhere"}, NotFoundError),
        ({"place_code": "road-1"}, InvalidInputError),
        ({"outcome": Outcome.UNPLACEABLE, "why": "tired"}, InvalidInputError),
        ({"outcome": Outcome.POINT}, InvalidInputError),
        ({"versions": {}}, InvalidInputError),
    ],
)
def test_a_decision_that_cannot_be_used_changes_nothing(
    session: Session, columns: dict[str, Any], error: type[Exception]
) -> None:
    a_county_with_a_road(session)
    before = locations(session)

    with pytest.raises(error):
        decide(session, COUNTY, wish(session, **columns))

    assert locations(session) == before
    assert decisions.history(session, COUNTY)[1] == 0


def test_the_cell_follows_the_decision_at_once(session: Session) -> None:
    numbers = a_county_with_a_road(session)
    plan = make_plan(session)
    make_cell(session, plan, f"{WEST}201001", box(114.0, 38.0, 114.2, 38.2))

    decide(session, COUNTY, wish(session, place_code=f"{WEST}201"))

    found = enterprises.located(session, COUNTY, plan).set_index("enterprise_id")
    assert found.loc[numbers[0], "cell_code"] == f"{WEST}201001"
    assert found.loc[numbers[0], "point_township_code"] == WEST


@pytest.mark.parametrize(
    "statement", ["UPDATE decision SET decided_by = 'x'", "DELETE FROM decided_address"]
)
def test_history_is_only_ever_added_to(session: Session, statement: str) -> None:
    a_county_with_a_road(session)
    decide(session, COUNTY, wish(session))

    with pytest.raises(IntegrityError, match="only ever added to"):
        session.execute(text(statement))


def test_a_queue_is_narrowed_by_township_reason_product_and_text(session: Session) -> None:
    a_county_with_a_road(session)
    make_enterprise(session, "e", address="", product="cement", name="恒通水泥")
    locate(session)

    def rows(**narrow: str) -> int:
        return reviews.groups(session, COUNTY, Filter(**narrow), limit=9, offset=0)[2]

    assert rows() == 15
    assert rows(township="-") == 14
    assert rows(township=WEST) == 1
    assert rows(reason="empty") == 1
    assert rows(product="cement") == 1
    assert rows(text="微矿") == 14
    assert rows(text="恒通") == 1
    assert rows(text="%") == 0
    assert session.scalars(select(LocationRow.status).distinct()).all() == ["review"]
