import pytest
from shapely import box
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.database import cells, enterprises
from service.domain.errors import CellNotFoundError
from tests.factories import (
    COUNTY,
    make_cell,
    make_county,
    make_enterprise,
    make_location,
    make_plan,
    make_township,
)

WEST_CODE, EAST_CODE = "130199100200001", "130199100200002"


@pytest.fixture
def plan(session: Session) -> int:
    make_county(session)
    make_township(session)
    return make_plan(session)


def test_a_point_on_a_shared_edge_belongs_to_the_lowest_code(session: Session, plan: int) -> None:
    make_cell(session, plan, EAST_CODE, box(114.2, 38.0, 114.4, 38.2))
    make_cell(session, plan, WEST_CODE, box(114.0, 38.0, 114.2, 38.2))
    on_the_edge = make_enterprise(session, "edge", (114.2, 38.1))

    assert cells.code_at(session, COUNTY, plan, lon=114.2, lat=38.1) == WEST_CODE
    located = enterprises.located(session, COUNTY, plan).set_index("enterprise_id")
    assert located.loc[on_the_edge, "cell_code"] == WEST_CODE
    assert located.loc[on_the_edge, "cells_around"] == 0


def test_a_point_outside_every_cell_is_told_so(session: Session, plan: int) -> None:
    make_cell(session, plan, WEST_CODE, box(114.0, 38.0, 114.2, 38.2))

    with pytest.raises(CellNotFoundError, match=r"longitude 114\.300000"):
        cells.code_at(session, COUNTY, plan, lon=114.3, lat=38.1)


def test_cells_come_in_wgs84_with_their_townships_name(session: Session, plan: int) -> None:
    make_cell(session, plan, WEST_CODE, box(114.0, 38.0, 114.2, 38.2))

    frame = cells.of_plan(session, COUNTY, plan)

    assert frame.crs.to_epsg() == 4326
    assert list(frame["code"]) == [WEST_CODE]
    assert list(frame["township_name"]) == ["乡镇100"]


def test_what_no_cell_covers_is_found_and_slivers_are_not(session: Session, plan: int) -> None:
    make_cell(session, plan, WEST_CODE, box(114.0, 38.0, 114.2, 38.2))
    make_cell(session, plan, EAST_CODE, box(114.200001, 38.0, 114.3, 38.2))

    holes = cells.holes(session, COUNTY, plan, min_area_m2=10_000)

    # 0.1 by 0.2 degrees at 38 north; the sliver between the cells is 9 cm wide, 0.2 ha.
    assert list(holes["area_m2"]) == pytest.approx([8_774 * 22_200], rel=0.01)
    assert list(holes["township_code"]) == ["130199100"]


def test_ground_in_two_cells_is_found_once(session: Session, plan: int) -> None:
    make_cell(session, plan, WEST_CODE, box(114.0, 38.0, 114.21, 38.2))
    make_cell(session, plan, EAST_CODE, box(114.2, 38.0, 114.4, 38.2))

    overlaps = cells.overlaps(session, COUNTY, plan, min_area_m2=1_000)

    assert overlaps[["code", "other_code"]].to_numpy().tolist() == [[WEST_CODE, EAST_CODE]]
    assert list(overlaps["area_m2"]) == pytest.approx([877.4 * 22_200], rel=0.01)


def test_only_places_known_to_their_village_are_in_a_cell(session: Session, plan: int) -> None:
    make_cell(session, plan, WEST_CODE, box(114.0, 38.0, 114.4, 38.2))
    township_only = make_enterprise(session, "township")
    make_location(session, township_only, level="township")
    unplaced = make_enterprise(session, "unplaced")

    located = enterprises.located(session, COUNTY, plan).set_index("enterprise_id")

    assert located.loc[[township_only, unplaced], "cell_code"].isna().all()
    assert located.loc[unplaced, "status"] == "review"


def test_points_find_their_cells_through_the_spatial_index(session: Session, plan: int) -> None:
    for number in range(400):
        west = 114.0 + 0.001 * number
        make_cell(session, plan, f"{number:015d}", box(west, 38.0, west + 0.001, 38.2))
    for number in range(50):
        make_enterprise(session, str(number), (114.0005 + 0.008 * number, 38.1))
    session.execute(text("ANALYZE cell"))
    session.execute(text("ANALYZE location"))

    statement = enterprises.located_statement(COUNTY, plan)
    query = statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    plan_lines = session.scalars(text("EXPLAIN " + str(query).replace(":", r"\:"))).all()

    assert any("ix_cell_geometry" in line for line in plan_lines), "\n".join(plan_lines)
