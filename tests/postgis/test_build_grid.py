"""Grids in the database: rebuilt without moving codes, one township at a time, by load."""

import pytest
import shapely
from shapely import Point
from sqlalchemy.orm import Session

from service.database import cells, plans
from service.database.places import enterprise_points
from service.domain.errors import InvalidInputError, NotFoundError
from service.domain.grid import GridMethod, GridRequest
from service.workflows.build_grid import build_grid
from tests.factories import (
    COUNTY,
    EAST,
    WEST,
    make_county,
    make_enterprise,
    make_place,
    make_township,
    shape,
)

HALVES = {
    WEST: shapely.MultiPolygon([shapely.box(114.0, 38.0, 114.2, 38.2)]),
    EAST: shapely.MultiPolygon([shapely.box(114.2, 38.0, 114.4, 38.2)]),
}
SQUARES = GridRequest(method=GridMethod.SQUARE, side_m=4000)


def two_townships(session: Session) -> None:
    make_county(session)
    for code, area in HALVES.items():
        make_township(session, code, geometry=shape(area))


def test_cells_cover_both_townships_exactly(session: Session) -> None:
    two_townships(session)

    report = build_grid(session, COUNTY, SQUARES, plan_code="a")

    built = cells.of_plan(session, COUNTY, report.plan_id)
    assert report.cells == len(built)
    for code, area in HALVES.items():
        mine = built.loc[built["township_code"] == code, "geometry"].to_numpy()
        assert shapely.coverage_is_valid(mine)
        assert shapely.area(mine).sum() == pytest.approx(area.area, rel=1e-10)
    assert built["code"].str.fullmatch(r"\d{15}").all()


def test_a_rebuilt_grid_keeps_every_code(session: Session) -> None:
    two_townships(session)
    first = build_grid(session, COUNTY, SQUARES, plan_code="a")
    again = build_grid(session, COUNTY, SQUARES, plan_code="b")

    assert again.kept_codes == first.cells == again.cells


def test_one_township_is_rebuilt_and_the_other_stays(session: Session) -> None:
    two_townships(session)
    first = build_grid(session, COUNTY, SQUARES, plan_code="a")
    finer = GridRequest(method=GridMethod.SQUARE, side_m=2000)
    second = build_grid(session, COUNTY, finer, plan_code="b", township_code=EAST)

    before = cells.of_plan(session, COUNTY, first.plan_id)
    after = cells.of_plan(session, COUNTY, second.plan_id)
    west = before.loc[before["township_code"] == WEST, "code"]
    assert list(after.loc[after["township_code"] == WEST, "code"]) == list(west)
    east_before = set(before.loc[before["township_code"] == EAST, "code"])
    assert len(after[after["township_code"] == EAST]) > len(east_before)


def test_villages_give_cells_their_names_and_codes(session: Session) -> None:
    two_townships(session)
    for number, (lon, name) in enumerate([(114.05, "北沟村"), (114.15, "东湾村")]):
        make_place(session, f"{WEST}{200 + number}", name=name, location=shape(Point(lon, 38.1)))

    report = build_grid(
        session, COUNTY, GridRequest(method=GridMethod.VILLAGES), plan_code="villages"
    )

    built = cells.of_plan(session, COUNTY, report.plan_id).set_index("name")
    assert built.loc["北沟村", "code"] == f"{WEST}200001"
    assert built.loc["东湾村", "village_code"] == f"{WEST}201"
    assert report.notes


def test_balanced_cells_carry_no_more_than_asked(session: Session) -> None:
    two_townships(session)
    for at in range(30):
        make_enterprise(session, f"E{at}", (114.01 + at * 0.006, 38.05 + (at % 5) * 0.02))
    request = GridRequest(method=GridMethod.BALANCED, max_load=8)

    report = build_grid(session, COUNTY, request, plan_code="balanced")

    built = cells.of_plan(session, COUNTY, report.plan_id)
    joined = built.sjoin(enterprise_points(session, COUNTY), predicate="contains")
    assert joined.groupby("code").size().max() <= 8


def test_balanced_without_located_enterprises_says_what_to_do(session: Session) -> None:
    two_townships(session)
    request = GridRequest(method=GridMethod.BALANCED, max_load=8)
    with pytest.raises(InvalidInputError, match="wangge locate"):
        build_grid(session, COUNTY, request, plan_code="x")


def test_an_unknown_township_is_named(session: Session) -> None:
    two_townships(session)
    with pytest.raises(NotFoundError, match="130199999"):
        build_grid(session, COUNTY, SQUARES, plan_code="x", township_code="130199999")


def test_a_dry_run_leaves_no_draft(session: Session) -> None:
    two_townships(session)
    with session.begin_nested() as tried:
        build_grid(session, COUNTY, SQUARES, plan_code="x")
        tried.rollback()
    assert len(plans.of_county(session, COUNTY)) == 0
