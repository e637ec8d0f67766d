"""What the tiles on real PostGIS count is what SQL counts, at every zoom and with every filter."""

from datetime import date

import pandas as pd
import pytest
from shapely import box
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.database import changes, tile_rollup, tile_totals, townships
from service.database.frames import read_table
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
    make_enterprise,
    make_event,
    make_location,
    make_plan,
)
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
    tile_at,
    two_townships,
)


@pytest.fixture
def county(session: Session) -> Session:
    """Two townships side by side, each filling half of the county."""
    return two_townships(session)


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

    near, far = summary_of(county, ask()), summary_of(county, ask(Z6))

    counted = {"existing": 7, "placed": 4, "area_only": 1, "review": 2}
    assert near == {"shown_as": "single", "drawn": 3, "n": 3, **counted}
    # The same three stand so close together that they are one mark, which says so.
    assert far == {"shown_as": "rollup", "drawn": 2, "n": 4, **counted}
    assert sorted(int(f.properties["n"]) for f in features_of(county, ask(Z6))) == [1, 3]


@pytest.mark.parametrize("z", [0, 5, 7, 9, 10, 11, 12, 14])
def test_marks_of_all_tiles_of_a_zoom_stand_for_every_enterprise_once(
    county: Session, z: int
) -> None:
    insert_many(county, 500, spread=0.09)
    (west, south, east, north) = (114.0, 38.0, 114.2, 38.2)
    placed = county.scalar(text("SELECT count(*) FROM location"))
    first, last = tile_at(west, north, z), tile_at(east, south, z)

    summaries = [
        summary_of(county, ask(TileAddress(z, x, y)))
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

    (mark,) = features_of(county, ask(Z6))

    assert mark.properties["visits"] == 20
    assert mark.properties["rate"] == pytest.approx(10.0)


def test_a_roll_up_of_too_few_visits_has_no_rate(county: Session) -> None:
    enterprise = make_enterprise(county, "a", (114.1, 38.1))
    for day in range(1, 5):
        make_event(county, enterprise, date(2012, 4, day), is_problem=True)

    (mark,) = features_of(county, ask(Z6))

    assert mark.properties["visits"] == 4
    assert "rate" not in mark.properties


def test_visits_count_up_to_the_day_asked_for(county: Session) -> None:
    enterprise = make_enterprise(county, "a", (114.1, 38.1))
    for day in range(1, 11):
        make_event(county, enterprise, date(2012, 4, day))

    (early,) = features_of(county, ask(Z6, on=date(2012, 4, 6)))
    (late,) = features_of(county, ask(Z6))

    assert (early.properties["visits"], late.properties["visits"]) == (6, 10)


@pytest.mark.parametrize("address", [Z6, Z10, Z12])
def test_filters_leave_what_they_name(county: Session, address: TileAddress) -> None:
    wine = make_enterprise(county, "wine", (114.1, 38.1))
    make_enterprise(county, "cement", (114.1, 38.1), product="cement")
    east = make_enterprise(county, "east", (114.12, 38.1), township_code=EAST)
    analysis = make_analysis(county, "targets")
    for number, risk_class in ((wine, 4), (east, 2)):
        insert_target(county, analysis, number, risk_class)

    def counted(**filters: object) -> tuple[int, int]:
        summary = summary_of(county, ask(address, **filters))
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
    insert_many(county, 20_000, spread=0.002)
    analysis = make_analysis(county, "targets")
    ids = county.scalars(text("SELECT id FROM enterprise WHERE register_key LIKE 'many%'")).all()
    for number in sorted(ids)[:30]:
        insert_target(county, analysis, number, 4)
    address = over_the_west(12)

    def counted(**filters: object) -> tuple[str, int]:
        summary = summary_of(county, ask(address, **filters))
        return summary["shown_as"], summary["n"]

    assert counted() == ("thinned", 20_000)
    assert counted(product="cement") == ("thinned", 10_000)
    assert counted(township=WEST) == ("thinned", 20_000)
    assert counted(township=EAST) == ("thinned", 0)
    assert counted(risk_class=4) == ("thinned", 30)
    assert counted(risk_class=4, product="cement") == ("thinned", 15)


def test_a_full_neighbour_takes_nothing_from_a_tile(county: Session) -> None:
    """A million at one place may lie a pixel beyond the edge."""
    insert_many(county, 7_000, spread=0.0)
    x, y = tile_at(114.1, 38.1, 12)
    edge = (x + 1) / 2**12 * 360 - 180
    county.execute(
        text("UPDATE location SET geometry = ST_SetSRID(ST_MakePoint(:lon, 38.1), 4326)"),
        {"lon": edge - 1e-4},
    )
    number = make_enterprise(county, "neighbour", (edge + 1e-4, 38.1))

    summary = summary_of(county, ask(TileAddress(12, x + 1, y)))
    features = features_of(county, ask(TileAddress(12, x + 1, y)))

    assert (summary["drawn"], summary["n"]) == (1, 1)
    assert number in [one.number for one in features]


def test_a_change_of_the_data_is_seen_by_the_next_tile(county: Session) -> None:
    make_enterprise(county, "a", (114.1, 38.1))
    assert summary_of(county, ask(Z6))["n"] == 1
    before = changes.version(county, COUNTY)

    make_enterprise(county, "b", (114.1, 38.1))

    assert changes.version(county, COUNTY) > before
    assert summary_of(county, ask(Z6))["n"] == 2


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


def test_weeks_and_samples_counted_for_maps_are_those_of_the_records(county: Session) -> None:
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
    kept = week_counts(county, COUNTY, TODAY)
    samples = tile_totals.sample_counts(county, COUNTY, snapshot)
    quality = townships.quality(county, COUNTY, TODAY).groupby("township_code")

    records = read_table(county, _RECORDS).dropna(subset=["cell_code"])
    keys = {week[1]: index for index, week in enumerate(live.weeks)}
    first_days = sorted(keys)
    records["week"] = [
        keys[max(day for day in first_days if day <= one)] for one in records["occurred_on"]
    ]
    plain = records.groupby(["cell_code", "product", "week"], as_index=False).agg(
        visits=("is_problem", "size"), problems=("is_problem", "sum")
    )
    assert len(plain) >= 8
    for counts in (live, kept):
        ours = counts.visits.sort_values(["cell_code", "product", "week"], ignore_index=True)
        pd.testing.assert_frame_equal(ours[plain.columns], plain, check_dtype=False)
        assert counts.enterprises.groupby("cell_code")["enterprises"].sum().to_dict() == (
            {"a": 16, "b": 10}
        )
    assert samples.set_index("township_code")["samples"].to_dict() == (
        quality["samples"].sum().to_dict()
    )


_RECORDS = text(
    """
    SELECT event.is_problem, event.occurred_on, enterprise.product,
           (SELECT min(cell.code) FROM cell WHERE ST_Covers(cell.geometry, location.geometry))
               AS cell_code
    FROM quality_event AS event
    JOIN enterprise ON enterprise.id = event.enterprise_id
    JOIN location ON location.enterprise_id = event.enterprise_id
    """
)
