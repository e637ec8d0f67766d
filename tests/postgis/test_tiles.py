"""Tiles on real PostGIS: what they draw and hide, and nothing makes one too large."""

import math
from datetime import date

import pytest
from shapely import box
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.database import tile_sql, tiles
from service.database.tiles import MAX_BYTES
from service.domain.errors import InvalidInputError, NotFoundError
from service.domain.readers import Reader
from tests.factories import (
    COUNTY,
    EAST,
    WEST,
    make_analysis,
    make_cell,
    make_enterprise,
    make_event,
    make_plan,
)
from tests.mvt import read_tile
from tests.tile_county import (
    Z6,
    Z10,
    Z12,
    ask,
    features_of,
    insert_many,
    insert_target,
    over_the_west,
    summary_of,
    two_townships,
)


@pytest.fixture
def county(session: Session) -> Session:
    """Two townships side by side, each filling half of the county."""
    return two_townships(session)


def test_from_zoom_12_on_each_enterprise_is_drawn_by_itself(county: Session) -> None:
    number = make_enterprise(county, "a", (114.1, 38.1))
    make_enterprise(county, "b", (114.101, 38.1), kind="den", product="cement")
    make_enterprise(county, "far away", (114.35, 38.1))

    features = features_of(county, ask())

    assert sorted(str(f.properties["product"]) for f in features) == ["baijiu", "cement"]
    assert number in [f.number for f in features]
    x = ((114.1 + 180) / 360 * 2**12 - Z12.x) * 4096
    y = ((1 - math.asinh(math.tan(math.radians(38.1))) / math.pi) / 2 * 2**12 - Z12.y) * 4096
    (here,) = (f for f in features if f.number == number)
    assert here.points[0] == pytest.approx((x, y), abs=1)


def test_the_public_sees_no_class_and_no_single_enterprise(county: Session) -> None:
    number = make_enterprise(county, "a", (114.1, 38.1))
    insert_target(county, make_analysis(county, "targets"), number, 4)
    public = Reader(is_public=True)

    (inside,) = features_of(county, ask())
    (outside,) = features_of(county, ask(Z12, reader=public))

    assert (inside.number, inside.properties["risk_class"]) == (number, 4)
    assert outside.number is None
    assert set(outside.properties) == {"n", "visits"}
    assert outside.points != inside.points  # the middle of its square
    with pytest.raises(InvalidInputError, match="internal"):
        tiles.cut(county, ask(reader=public, risk_class=4))


def test_a_class_without_ranked_targets_says_what_to_run(county: Session) -> None:
    with pytest.raises(NotFoundError, match="wangge targets"):
        tiles.cut(county, ask(risk_class=3))


def test_cells_of_a_day_without_a_plan_are_refused_with_the_command(county: Session) -> None:
    with pytest.raises(NotFoundError, match="grid build"):
        tiles.cut(county, ask(layer="cells"))


def test_cells_carry_their_code_and_follow_the_readers_townships(county: Session) -> None:
    plan = make_plan(county)
    make_cell(county, plan, "west", box(114.0, 38.0, 114.2, 38.2))
    make_cell(county, plan, "east", box(114.2, 38.0, 114.4, 38.2), township_code=EAST)

    every = features_of(county, ask(Z10, layer="cells"))
    mine = features_of(
        county, ask(Z10, layer="cells", reader=Reader(township_codes=frozenset({EAST})))
    )

    assert sorted(str(one.properties["code"]) for one in every) == ["east", "west"]
    assert [one.properties["code"] for one in mine] == ["east"]


def test_townships_carry_their_rate_with_its_denominator(county: Session) -> None:
    enterprise = make_enterprise(county, "a", (114.1, 38.1))
    for day in range(1, 9):
        make_event(county, enterprise, date(2012, 4, day), is_problem=day <= 2)

    found = {
        one.properties["code"]: one.properties
        for one in features_of(county, ask(Z6, layer="townships"))
    }

    assert found[WEST]["visits"] == 8
    assert found[WEST]["rate"] == pytest.approx(25.0)
    assert found[EAST]["visits"] == 0
    assert "rate" not in found[EAST]


@pytest.mark.parametrize("spread", [0.0, 0.01], ids=["one place", "one town"])
def test_no_tile_is_too_large_however_many_stand_together(county: Session, spread: float) -> None:
    insert_many(county, 30_000, spread=spread)

    for z in (6, 9, 10, 11, 12, 13, 14, 16, 18, 22):
        address = over_the_west(z)
        for filters in ({}, {"product": "cement"}, {"township": WEST}):
            content = tiles.cut(county, ask(address, **filters))
            assert len(content) <= MAX_BYTES, (z, filters)
        summary = summary_of(county, ask(address))
        if spread == 0.0:
            assert (summary["drawn"], summary["n"]) == (1, 30_000)


def test_the_guard_holds_for_texts_of_any_length(county: Session) -> None:
    """A few thousand enterprises, each with a product of its own of a thousand characters."""
    insert_many(county, 1_000, spread=0.005)
    county.execute(text("UPDATE enterprise SET product = id || repeat('长', 1000)"))

    content = tiles.cut(county, ask(over_the_west(12)))

    assert len(content) <= MAX_BYTES
    assert read_tile(content)["summary"][0].properties["n"] == 1_000


def test_a_polygon_of_100_000_corners_fits_in_a_tile(county: Session) -> None:
    county.execute(
        text(
            "UPDATE township SET geometry = ST_Multi(ST_Segmentize(geometry, 0.000008))"
            " WHERE code = :code"
        ),
        {"code": WEST},
    )
    corners = county.scalar(
        text("SELECT ST_NPoints(geometry) FROM township WHERE code = :code"), {"code": WEST}
    )

    content = tiles.cut(county, ask(over_the_west(8), layer="townships"))

    assert corners is not None
    assert corners >= 100_000
    assert 0 < len(content) <= MAX_BYTES
    assert len(read_tile(content)["townships"]) == 2


def test_tens_of_thousands_of_cells_in_a_tile_become_their_townships(county: Session) -> None:
    plan = make_plan(county)
    county.execute(
        text(
            "INSERT INTO cell (county_code, plan_id, code, code_system, township_code, name,"
            " cell_type, area_m2, geometry)"
            " SELECT :county, :plan, 'cell' || i || '-' || j, 'own', :township, '', 'basic', 1,"
            " ST_Multi(ST_MakeEnvelope(114 + i * 0.001, 38 + j * 0.001, 114 + i * 0.001 + 0.001,"
            " 38 + j * 0.001 + 0.001, 4326))"
            " FROM generate_series(0, 199) AS i, generate_series(0, 149) AS j"
        ),
        {"county": COUNTY, "plan": plan, "township": WEST},
    )

    content = tiles.cut(county, ask(over_the_west(8), layer="cells"))

    assert len(content) <= MAX_BYTES
    assert len(read_tile(content)["townships"]) == 2


def test_single_enterprises_are_found_by_the_spatial_index(county: Session) -> None:
    insert_many(county, 20_000, spread=0.09)
    question = ask(over_the_west(15))
    counted = dict.fromkeys(("existing", "placed", "area_only", "review"), 0)
    values = {**tiles.statement_values(question), **counted, "targets": None, "shown_as": ""}

    plan = county.scalars(text(f"EXPLAIN {tile_sql.SINGLES.text}"), values).all()

    assert any("ix_location_geometry" in line for line in plan)
