"""Tiles on real PostGIS: what they hold is what SQL counts, and nothing makes one too large."""

import math
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from shapely import box
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.database import changes, tile_rollup, tile_sql, tile_totals, tiles, townships
from service.database.tiles import MAX_BYTES, TileFilter, TileQuestion
from service.domain.errors import InvalidInputError, NotFoundError
from service.domain.readers import Reader
from service.domain.tile_address import TileAddress
from service.workflows.live_map_inputs import live_weeks
from service.workflows.map_weeks import week_counts
from tests.factories import (
    COUNTY,
    EAST,
    TODAY,
    WEST,
    make_analysis,
    make_cell,
    make_county,
    make_enterprise,
    make_event,
    make_location,
    make_plan,
    make_township,
    shape,
)
from tests.mvt import Feature, read_tile


def _tile_at(lon: float, lat: float, z: int) -> tuple[int, int]:
    x = (lon + 180) / 360 * 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z
    return int(x), int(y)


def _over_the_west(z: int) -> TileAddress:
    return TileAddress(z, *_tile_at(114.1, 38.1, z))


Z6, Z10, Z12 = (_over_the_west(z) for z in (6, 10, 12))


@pytest.fixture
def county(session: Session) -> Session:
    """Two townships side by side, each filling half of the county."""
    make_county(session)
    make_township(session, WEST, geometry=shape(box(114.0, 38.0, 114.2, 38.2)))
    make_township(session, EAST, geometry=shape(box(114.2, 38.0, 114.4, 38.2)))
    return session


def _ask(address: TileAddress = Z12, **changes: Any) -> TileQuestion:  # noqa: ANN401
    """Return a question of somebody inside for the enterprises of today."""
    reader = changes.pop("reader", Reader())
    layer = changes.pop("layer", "enterprises")
    wanted = replace(TileFilter(on=TODAY), **changes)
    return TileQuestion(
        county_code=COUNTY, layer=layer, address=address, wanted=wanted, reader=reader
    )


def _features(session: Session, question: TileQuestion) -> list[Feature]:
    return read_tile(tiles.cut(session, question)).get(question.layer, [])


def _summary(session: Session, question: TileQuestion) -> dict[str, Any]:
    (feature,) = read_tile(tiles.cut(session, question))["summary"]
    return dict(feature.properties)


def _many(session: Session, count: int, *, spread: float) -> None:
    """Insert producers by the thousand, on a spiral round a point; spread in degrees."""
    session.execute(
        text(
            "INSERT INTO enterprise (county_code, register_key, name, kind, product, address,"
            " township_code, status, scale, principal, attributes)"
            " SELECT :county, 'many' || i, '厂' || i, 'producer',"
            " (ARRAY['baijiu', 'cement'])[1 + i % 2], '', :township, 'active', '', '', '{}'"
            " FROM generate_series(1, :count) AS i"
        ),
        {"county": COUNTY, "township": WEST, "count": count},
    )
    session.execute(text("ANALYZE enterprise"))
    session.execute(
        text(
            "INSERT INTO location (county_code, enterprise_id, status, level, confidence, rule,"
            " reason, reason_zh, township_code, candidates, gazetteer_version, geometry)"
            " SELECT county_code, id, 'placed', 'rooftop', 1, 'given', '', '', township_code,"
            " '[]', 'test', ST_SetSRID(ST_Translate(ST_MakePoint(:spread * sqrt(r) * cos(i),"
            " :spread * sqrt(r) * sin(i)), 114.1, 38.1), 4326)"
            " FROM (SELECT *, row_number() OVER () AS i, (row_number() OVER ()) /"
            " CAST(:count AS float) AS r FROM enterprise WHERE register_key LIKE 'many%') AS e"
        ),
        {"spread": spread, "count": count},
    )
    session.execute(text("ANALYZE location"))


def test_from_zoom_12_on_each_enterprise_is_drawn_by_itself(county: Session) -> None:
    number = make_enterprise(county, "a", (114.1, 38.1))
    make_enterprise(county, "b", (114.101, 38.1), kind="den", product="cement")
    make_enterprise(county, "far away", (114.35, 38.1))

    features = _features(county, _ask())

    assert sorted(str(f.properties["product"]) for f in features) == ["baijiu", "cement"]
    assert number in [f.number for f in features]
    x = ((114.1 + 180) / 360 * 2**12 - Z12.x) * 4096
    y = ((1 - math.asinh(math.tan(math.radians(38.1))) / math.pi) / 2 * 2**12 - Z12.y) * 4096
    (here,) = (f for f in features if f.number == number)
    assert here.points[0] == pytest.approx((x, y), abs=1)


def test_a_tile_says_how_many_are_drawn_of_how_many_exist(county: Session) -> None:
    for key in ("a", "b", "c"):
        make_enterprise(county, key, (114.1, 38.1))
    make_enterprise(county, "elsewhere", (114.35, 38.1))
    for key, columns in (
        ("area", {"status": "placed", "level": "township"}),
        ("doubt", {"status": "review", "level": None}),
    ):
        make_location(county, make_enterprise(county, key), **columns)
    make_enterprise(county, "never located")

    near, far = _summary(county, _ask()), _summary(county, _ask(Z6))

    counted = {"existing": 7, "placed": 4, "area_only": 1, "review": 2}
    assert near == {"shown_as": "single", "drawn": 3, "n": 3, **counted}
    # The same three stand so close together that they are one mark, which says so.
    assert far == {"shown_as": "rollup", "drawn": 2, "n": 4, **counted}
    assert sorted(int(f.properties["n"]) for f in _features(county, _ask(Z6))) == [1, 3]


@pytest.mark.parametrize("z", [0, 5, 7, 9, 10, 11, 12, 14])
def test_marks_of_all_tiles_of_a_zoom_stand_for_every_enterprise_once(
    county: Session, z: int
) -> None:
    _many(county, 500, spread=0.09)
    (west, south, east, north) = (114.0, 38.0, 114.2, 38.2)
    placed = county.scalar(text("SELECT count(*) FROM location"))
    first, last = _tile_at(west, north, z), _tile_at(east, south, z)

    summaries = [
        _summary(county, _ask(TileAddress(z, x, y)))
        for x in range(first[0], last[0] + 1)
        for y in range(first[1], last[1] + 1)
    ]

    assert sum(one["n"] for one in summaries) == placed == 500
    assert sum(one["drawn"] for one in summaries) <= 500


def test_a_roll_up_says_the_rate_per_visit_never_a_maximum(county: Session) -> None:
    """Ten enterprises at one place: one is bad in each of its two visits, nine never."""
    for number in range(10):
        enterprise = make_enterprise(county, f"e{number}", (114.1, 38.1))
        for day in (3, 4):
            make_event(county, enterprise, date(2012, 4, day), is_problem=number == 0)

    (mark,) = _features(county, _ask(Z6))

    assert mark.properties["visits"] == 20
    assert mark.properties["rate"] == pytest.approx(10.0)


def test_a_roll_up_of_too_few_visits_has_no_rate(county: Session) -> None:
    enterprise = make_enterprise(county, "a", (114.1, 38.1))
    for day in range(1, 5):
        make_event(county, enterprise, date(2012, 4, day), is_problem=True)

    (mark,) = _features(county, _ask(Z6))

    assert mark.properties["visits"] == 4
    assert "rate" not in mark.properties


def test_visits_count_up_to_the_day_asked_for(county: Session) -> None:
    enterprise = make_enterprise(county, "a", (114.1, 38.1))
    for day in range(1, 11):
        make_event(county, enterprise, date(2012, 4, day))

    (early,) = _features(county, _ask(Z6, on=date(2012, 4, 6)))
    (late,) = _features(county, _ask(Z6))

    assert (early.properties["visits"], late.properties["visits"]) == (6, 10)


@pytest.mark.parametrize("address", [Z6, Z10, Z12])
def test_filters_leave_what_they_name(county: Session, address: TileAddress) -> None:
    wine = make_enterprise(county, "wine", (114.1, 38.1))
    make_enterprise(county, "cement", (114.1, 38.1), product="cement")
    east = make_enterprise(county, "east", (114.12, 38.1), township_code=EAST)
    analysis = make_analysis(county, "targets")
    for number, risk_class in ((wine, 4), (east, 2)):
        _target(county, analysis, number, risk_class)

    def counted(**filters: object) -> tuple[int, int]:
        summary = _summary(county, _ask(address, **filters))
        return summary["n"], summary["existing"]

    assert counted() == (3, 3)
    assert counted(product="cement") == (1, 1)
    assert counted(township=EAST) == (1, 1)
    assert counted(risk_class=4) == (1, 1)
    assert counted(risk_class=2, product="cement") == (0, 0)
    assert counted(product="nothing of the kind") == (0, 0)
    assert counted(reader=Reader(township_codes=frozenset({WEST}))) == (2, 2)
    assert counted(reader=Reader(township_codes=frozenset()), township=WEST) == (0, 0)


def test_filters_of_a_full_tile_leave_what_they_name_too(county: Session) -> None:
    _many(county, 20_000, spread=0.002)
    analysis = make_analysis(county, "targets")
    ids = county.scalars(text("SELECT id FROM enterprise WHERE register_key LIKE 'many%'")).all()
    for number in sorted(ids)[:30]:
        _target(county, analysis, number, 4)
    address = _over_the_west(12)

    def counted(**filters: object) -> tuple[str, int]:
        summary = _summary(county, _ask(address, **filters))
        return summary["shown_as"], summary["n"]

    assert counted() == ("thinned", 20_000)
    assert counted(product="cement") == ("thinned", 10_000)
    assert counted(township=WEST) == ("thinned", 20_000)
    assert counted(township=EAST) == ("thinned", 0)
    assert counted(risk_class=4) == ("thinned", 30)
    assert counted(risk_class=4, product="cement") == ("thinned", 15)


def test_a_full_neighbour_takes_nothing_from_a_tile(county: Session) -> None:
    """A million at one place may lie a pixel beyond the edge."""
    _many(county, 7_000, spread=0.0)
    x, y = _tile_at(114.1, 38.1, 12)
    edge = (x + 1) / 2**12 * 360 - 180
    county.execute(
        text("UPDATE location SET geometry = ST_SetSRID(ST_MakePoint(:lon, 38.1), 4326)"),
        {"lon": edge - 1e-4},
    )
    number = make_enterprise(county, "neighbour", (edge + 1e-4, 38.1))

    summary = _summary(county, _ask(TileAddress(12, x + 1, y)))
    features = _features(county, _ask(TileAddress(12, x + 1, y)))

    assert (summary["drawn"], summary["n"]) == (1, 1)
    assert number in [one.number for one in features]


def _target(session: Session, analysis: object, enterprise_id: int, risk_class: int) -> None:
    session.execute(
        text(
            "INSERT INTO target (county_code, analysis_id, enterprise_id, rank_in_cell,"
            " rank_in_county, score, risk_class, check_zh, check_en, reasons)"
            " VALUES (:county, :analysis, :enterprise, 1, 1, 1, :risk_class, '', '', '[]')"
        ),
        {
            "county": COUNTY,
            "analysis": analysis,
            "enterprise": enterprise_id,
            "risk_class": risk_class,
        },
    )


def test_the_public_sees_no_class_and_no_single_enterprise(county: Session) -> None:
    number = make_enterprise(county, "a", (114.1, 38.1))
    _target(county, make_analysis(county, "targets"), number, 4)
    public = Reader(is_public=True)

    (inside,) = _features(county, _ask())
    (outside,) = _features(county, _ask(Z12, reader=public))

    assert (inside.number, inside.properties["risk_class"]) == (number, 4)
    assert outside.number is None
    assert set(outside.properties) == {"n", "visits"}
    assert outside.points != inside.points  # the middle of its square
    with pytest.raises(InvalidInputError, match="internal"):
        tiles.cut(county, _ask(reader=public, risk_class=4))


def test_a_class_without_ranked_targets_says_what_to_run(county: Session) -> None:
    with pytest.raises(NotFoundError, match="wangge targets"):
        tiles.cut(county, _ask(risk_class=3))


def test_cells_of_a_day_without_a_plan_are_refused_with_the_command(county: Session) -> None:
    with pytest.raises(NotFoundError, match="grid build"):
        tiles.cut(county, _ask(layer="cells"))


def test_cells_carry_their_code_and_follow_the_readers_townships(county: Session) -> None:
    plan = make_plan(county)
    make_cell(county, plan, "west", box(114.0, 38.0, 114.2, 38.2))
    make_cell(county, plan, "east", box(114.2, 38.0, 114.4, 38.2), township_code=EAST)

    every = _features(county, _ask(Z10, layer="cells"))
    mine = _features(
        county, _ask(Z10, layer="cells", reader=Reader(township_codes=frozenset({EAST})))
    )

    assert sorted(str(one.properties["code"]) for one in every) == ["east", "west"]
    assert [one.properties["code"] for one in mine] == ["east"]


def test_townships_carry_their_rate_with_its_denominator(county: Session) -> None:
    enterprise = make_enterprise(county, "a", (114.1, 38.1))
    for day in range(1, 9):
        make_event(county, enterprise, date(2012, 4, day), is_problem=day <= 2)

    found = {
        one.properties["code"]: one.properties
        for one in _features(county, _ask(Z6, layer="townships"))
    }

    assert found[WEST]["visits"] == 8
    assert found[WEST]["rate"] == pytest.approx(25.0)
    assert found[EAST]["visits"] == 0
    assert "rate" not in found[EAST]


@pytest.mark.parametrize("spread", [0.0, 0.01], ids=["one place", "one town"])
def test_no_tile_is_too_large_however_many_stand_together(county: Session, spread: float) -> None:
    _many(county, 30_000, spread=spread)

    for z in (6, 9, 10, 11, 12, 13, 14, 16, 18, 22):
        address = _over_the_west(z)
        for filters in ({}, {"product": "cement"}, {"township": WEST}):
            content = tiles.cut(county, _ask(address, **filters))
            assert len(content) <= MAX_BYTES, (z, filters)
        summary = _summary(county, _ask(address))
        if spread == 0.0:
            assert (summary["drawn"], summary["n"]) == (1, 30_000)


def test_the_guard_holds_for_texts_of_any_length(county: Session) -> None:
    """A few thousand enterprises, each with a product of its own of a thousand characters."""
    _many(county, 1_000, spread=0.005)
    county.execute(text("UPDATE enterprise SET product = id || repeat('长', 1000)"))

    content = tiles.cut(county, _ask(_over_the_west(12)))

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

    content = tiles.cut(county, _ask(_over_the_west(8), layer="townships"))

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

    content = tiles.cut(county, _ask(_over_the_west(8), layer="cells"))

    assert len(content) <= MAX_BYTES
    assert len(read_tile(content)["townships"]) == 2


def test_a_change_of_the_data_is_seen_by_the_next_tile(county: Session) -> None:
    make_enterprise(county, "a", (114.1, 38.1))
    assert _summary(county, _ask(Z6))["n"] == 1
    before = changes.version(county, COUNTY)

    make_enterprise(county, "b", (114.1, 38.1))

    assert changes.version(county, COUNTY) > before
    assert _summary(county, _ask(Z6))["n"] == 2


def test_counts_are_made_once_and_again_after_they_were_cleared(county: Session) -> None:
    make_enterprise(county, "a", (114.1, 38.1))

    first = tile_rollup.refresh(county, COUNTY, TODAY)
    again = tile_rollup.refresh(county, COUNTY, TODAY)
    cleared = tile_rollup.clear(county, COUNTY)
    anew = tile_rollup.refresh(county, COUNTY, TODAY)

    assert first == again
    assert cleared == 1
    assert anew.id != first.id


def test_folding_the_notes_of_changes_keeps_the_version(county: Session) -> None:
    make_enterprise(county, "a", (114.1, 38.1))
    before = changes.version(county, COUNTY)

    changes.fold(county, COUNTY)
    folded = changes.version(county, COUNTY)
    make_enterprise(county, "b")

    assert folded == before > 0
    assert changes.version(county, COUNTY) > before


def test_single_enterprises_are_found_by_the_spatial_index(county: Session) -> None:
    _many(county, 20_000, spread=0.09)
    question = _ask(_over_the_west(15))
    counted = dict.fromkeys(("existing", "placed", "area_only", "review"), 0)
    values = {**tiles.statement_values(question), **counted, "targets": None, "shown_as": ""}

    plan = county.scalars(text(f"EXPLAIN {tile_sql.SINGLES.text}"), values).all()

    assert any("ix_location_geometry" in line for line in plan)


def test_weeks_and_samples_counted_for_live_maps_are_those_of_the_ledger(county: Session) -> None:
    plan = make_plan(county)
    make_cell(county, plan, "a", box(114.0, 38.0, 114.2, 38.2))
    make_cell(county, plan, "b", box(114.1, 38.0, 114.3, 38.2), township_code=WEST)
    for number in range(30):
        enterprise = make_enterprise(
            county,
            f"e{number}",
            (114.05 + 0.01 * number, 38.1),
            product="cement" if number % 3 else "baijiu",
            township_code=WEST if number < 26 else EAST,
        )
        for day in range(1 + number % 4):
            make_event(
                county,
                enterprise,
                date(2012, 3, 1 + 7 * day + number % 5),
                kind="sample_test" if day % 2 else "visit",
                is_problem=number % 7 == 0,
            )
    snapshot = tile_rollup.refresh(county, COUNTY, TODAY)

    live = live_weeks(county, COUNTY, snapshot)
    slow = week_counts(county, COUNTY, plan, TODAY)
    samples = tile_totals.sample_counts(county, COUNTY, snapshot)
    quality = townships.quality(county, COUNTY, TODAY).groupby("township_code")

    assert live.weeks == slow.weeks
    for name, keys in (
        ("visits", ["cell_code", "product", "week", "risk_class"]),
        ("enterprises", ["cell_code", "product", "risk_class"]),
    ):
        ours, theirs = (
            getattr(one, name).sort_values(keys).reset_index(drop=True) for one in (live, slow)
        )
        assert len(ours) >= 4
        pd.testing.assert_frame_equal(ours[theirs.columns], theirs, check_dtype=False)
    assert samples.set_index("township_code")["samples"].to_dict() == (
        quality["samples"].sum().to_dict()
    )
