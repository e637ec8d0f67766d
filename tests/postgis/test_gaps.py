"""One small county with every kind of gap, and each count beside an SQL count of its own."""

from datetime import date
from typing import NamedTuple

import pytest
from geopandas import GeoDataFrame
from shapely import Point, box
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.database import gaps
from service.domain.errors import NotFoundError
from service.workflows.find_gaps import find_gaps
from tests.factories import (
    COUNTY,
    EAST,
    FIRST_DAY,
    TODAY,
    WEST,
    days,
    make_area,
    make_campaign,
    make_cell,
    make_county,
    make_enterprise,
    make_event,
    make_licence,
    make_licences,
    make_location,
    make_officer,
    make_plan,
    make_policy,
    make_responsibility,
    make_township,
    shape,
)

A, B, C, D = (f"13019910020000{number}" for number in range(1, 5))
LEFT_ON = date(2012, 4, 20)


class Seeded(NamedTuple):
    plan: int
    people: dict[str, int]
    firms: dict[str, int]


@pytest.fixture
def seeded(session: Session) -> Seeded:
    make_county(session)
    make_campaign(session)
    make_township(session, WEST, geometry=shape(box(114.0, 38.0, 114.2, 38.2)))
    make_township(session, EAST, geometry=shape(box(114.2, 38.0, 114.4, 38.2)))
    for risk_class in range(1, 5):
        make_policy(session, risk_class, min_per_year=12.0 * risk_class)
    plan = make_plan(session)
    # A | B overlap by 0.002 degrees; ground east of D is in no cell.
    cells = {
        A: make_cell(session, plan, A, box(114.0, 38.0, 114.102, 38.2)),
        B: make_cell(session, plan, B, box(114.1, 38.0, 114.2, 38.2)),
        C: make_cell(session, plan, C, box(114.2, 38.0, 114.3, 38.2), township_code=EAST),
        D: make_cell(session, plan, D, box(114.3, 38.0, 114.35, 38.2), township_code=EAST),
    }
    people = _people(session)
    make_responsibility(session, cells[A], people["busy"])
    make_responsibility(session, cells[A], people["steady"], "second")
    make_responsibility(session, cells[B], people["left"])
    make_responsibility(session, cells[B], people["steady"], "second")
    make_responsibility(session, cells[C], people["steady"])
    make_responsibility(session, cells[C], people["steady"], "second")
    make_responsibility(session, cells[D], people["steady"], during=days(FIRST_DAY, TODAY))
    make_responsibility(session, cells[D], people["helper"], "coordinator")
    return Seeded(plan, people, _firms(session))


def _people(session: Session) -> dict[str, int]:
    return {
        "busy": make_officer(session, "busy", capacity_visits_per_month=0.5),
        "left": make_officer(session, "left", active_to=LEFT_ON),
        "steady": make_officer(session, "steady", base=shape(Point(114.0, 38.0))),
        "helper": make_officer(session, "helper", is_enforcement=False, role="coordinator"),
    }


def _firms(session: Session) -> dict[str, int]:
    fine = make_enterprise(session, "fine", (114.05, 38.1))
    make_licences(session, fine)
    make_event(session, fine, date(2012, 5, 1))
    late = make_enterprise(session, "late", (114.06, 38.1))
    make_licences(session, late)
    make_event(session, late, date(2011, 1, 1))
    never = make_enterprise(session, "never", (114.25, 38.1), township_code=WEST)
    make_licence(session, never, "business")
    expired = make_enterprise(session, "expired", (114.15, 38.1), kind="seller")
    make_licence(session, expired, "business", expires_on=date(2012, 5, 5))
    make_event(session, expired, date(2012, 3, 1), kind="sample_test", is_problem=True)
    twice = make_enterprise(session, "twice", (114.101, 38.1))
    far = make_enterprise(session, "outside", (115.0, 38.1))
    bare = make_enterprise(session, "bare", (114.38, 38.1), township_code=EAST)
    vague = make_enterprise(session, "vague")
    make_location(session, vague, level="township", radius_m=3700.0)
    lost = make_enterprise(session, "lost")
    den = make_enterprise(session, "den", (114.32, 38.1), kind="den", township_code=EAST)
    make_event(session, den, date(2012, 4, 2), kind="tip_off")
    make_event(session, late, date(2012, 4, 2), kind="complaint")
    make_event(session, late, date(2012, 5, 2), kind="complaint")
    make_event(session, expired, date(2012, 3, 1), is_problem=True, due_on=date(2012, 4, 1))
    closed = make_enterprise(session, "closed", (114.05, 38.1), status="closed")
    make_event(session, closed, date(2012, 1, 2), kind="violation", disposition="banned")
    return {
        "fine": fine,
        "late": late,
        "never": never,
        "expired": expired,
        "twice": twice,
        "outside": far,
        "bare": bare,
        "vague": vague,
        "lost": lost,
        "den": den,
        "closed": closed,
    }


@pytest.fixture
def found(session: Session, seeded: Seeded) -> GeoDataFrame:
    assert seeded
    return find_gaps(session, COUNTY, on=TODAY).frame


def of(found: GeoDataFrame, kind: str) -> GeoDataFrame:
    return found[found["kind"] == kind]


def test_ground_in_no_cell(session: Session, found: GeoDataFrame) -> None:
    holes = of(found, "G1")

    expected = session.execute(
        text(
            "SELECT ST_Area(ST_SymDifference(c.geometry, (SELECT ST_Union(geometry) FROM cell))"
            "::geography) FROM county c"
        )
    ).scalar_one()
    assert holes["measure"].tolist() == pytest.approx([expected])
    assert holes["township_code"].tolist() == [EAST]
    assert D in holes["fix_en"].tolist()[0]


def test_ground_in_two_cells(session: Session, found: GeoDataFrame) -> None:
    overlaps = of(found, "G2")

    expected = session.execute(
        text(
            "SELECT count(*), sum(ST_Area(ST_Intersection(a.geometry, b.geometry)::geography)) "
            "FROM cell a, cell b WHERE a.id < b.id AND ST_Overlaps(a.geometry, b.geometry)"
        )
    ).one()
    assert len(overlaps) == expected[0] == 1
    assert overlaps["measure"].sum() == pytest.approx(expected[1])
    assert B in overlaps["what_zh"].tolist()[0]


def test_cells_without_a_lead_know_since_when_and_who_could_take_over(
    session: Session, found: GeoDataFrame
) -> None:
    vacant = of(found, "G3")

    expected = session.scalars(
        text(
            "SELECT code FROM cell WHERE id NOT IN (SELECT r.cell_id FROM responsibility r JOIN "
            "officer o ON o.id = r.officer_id WHERE r.duty = 'lead' AND r.during @> :on "
            "AND daterange(o.active_from, o.active_to) @> :on AND o.is_enforcement) ORDER BY 1"
        ),
        {"on": TODAY},
    ).all()
    assert vacant["cell_code"].tolist() == expected == [B, D]
    assert vacant["since"].tolist() == [LEFT_ON, TODAY]
    assert "监管员left已离任" in vacant["what_zh"].tolist()[0]
    assert "仅有协管员" in vacant["what_zh"].tolist()[1]
    assert "监管员steady" in vacant["fix_zh"].tolist()[0]


def test_cells_without_a_second_officer(session: Session, found: GeoDataFrame) -> None:
    expected = session.scalars(
        text(
            "SELECT c.code FROM cell c WHERE NOT EXISTS (SELECT FROM responsibility r WHERE "
            "r.cell_id = c.id AND r.duty = 'second' AND r.during @> :on AND r.officer_id <> "
            "coalesce((SELECT l.officer_id FROM responsibility l WHERE l.cell_id = c.id "
            "AND l.duty = 'lead' AND l.during @> :on), 0)) ORDER BY 1"
        ),
        {"on": TODAY},
    ).all()
    assert of(found, "G4")["cell_code"].tolist() == expected == [C, D]


def test_officers_with_more_work_than_time(
    session: Session, seeded: Seeded, found: GeoDataFrame
) -> None:
    overloaded = of(found, "G5")

    # Every class of the policy asks for as many visits a month as its number.
    required = session.scalar(
        text(
            "SELECT count(*) FROM enterprise e JOIN location l ON l.enterprise_id = e.id JOIN "
            "cell c ON ST_Covers(c.geometry, l.geometry) WHERE c.code = :code AND e.status = "
            "'active' AND l.level = 'rooftop'"
        ),
        {"code": A},
    )
    assert overloaded["officer_id"].tolist() == [seeded.people["busy"]]
    assert required == 3
    assert overloaded["measure"].tolist()[0] >= required - 0.5
    assert "0.5" in overloaded["what_en"].tolist()[0]


def test_enterprises_in_no_one_cell(session: Session, seeded: Seeded, found: GeoDataFrame) -> None:
    expected = session.scalars(
        text(
            "SELECT e.id FROM enterprise e LEFT JOIN location l ON l.enterprise_id = e.id AND "
            "l.level IN ('rooftop', 'road', 'village') LEFT JOIN cell c ON "
            "ST_Contains(c.geometry, l.geometry) WHERE e.status = 'active' GROUP BY e.id "
            "HAVING count(c.id) <> 1 ORDER BY 1"
        )
    ).all()
    missing = of(found, "G6").set_index("enterprise_id")
    assert sorted(missing.index) == expected
    reasons = missing["what_en"].to_dict()
    firms = seeded.firms
    assert "outside the county" in reasons[firms["outside"]]
    assert "no cell covers it" in reasons[firms["bare"]]
    assert "in 2 cells" in reasons[firms["twice"]]
    assert "only to its township" in reasons[firms["vague"]]
    assert "could not be located" in reasons[firms["lost"]]


def test_enterprises_in_another_township_than_registered(
    session: Session, seeded: Seeded, found: GeoDataFrame
) -> None:
    expected = session.scalars(
        text(
            "SELECT e.id FROM enterprise e JOIN location l ON l.enterprise_id = e.id JOIN "
            "township t ON ST_Covers(t.geometry, l.geometry) WHERE t.code <> e.township_code "
            "AND l.level <> 'township' AND e.status = 'active'"
        )
    ).all()
    assert of(found, "G7")["enterprise_id"].tolist() == expected == [seeded.firms["never"]]


def test_one_known_to_its_township_alone_is_no_pin_of_any_gap(
    seeded: Seeded, found: GeoDataFrame
) -> None:
    of_vague = found[found["enterprise_id"] == seeded.firms["vague"]]

    assert {"G6", "G8", "G16"} <= set(of_vague["kind"])
    assert of_vague.geometry.isna().all()
    assert set(of_vague["township_code"]) == {WEST}


def test_a_village_point_over_the_border_is_no_other_township_if_the_address_says_so(
    session: Session, seeded: Seeded
) -> None:
    agrees = make_enterprise(session, "agrees")
    east = {"level": "village", "radius_m": 1000.0, "geometry": shape(Point(114.25, 38.1))}
    make_location(session, agrees, township_code=WEST, **east)
    contradicts = make_enterprise(session, "contradicts")
    make_location(session, contradicts, township_code=EAST, **east)

    other = of(find_gaps(session, COUNTY, on=TODAY).frame, "G7").set_index("enterprise_id")

    assert sorted(other.index) == sorted([seeded.firms["never"], contradicts])
    assert "may be 1,000 m off" in other.loc[contradicts, "what_en"]
    assert "off" not in other.loc[seeded.firms["never"], "what_en"]


def test_work_that_nobody_can_place_is_told_beside_an_officers_load(
    session: Session, seeded: Seeded, found: GeoDataFrame
) -> None:
    assert seeded
    # 'vague' and 'lost' are of the western township, whose two cells have one lead each.
    (said,) = of(found, "G5")["what_en"]
    assert "known only to their township may add" in said
    measure = of(found, "G5")["measure"].tolist()
    for number in range(10):
        more = make_enterprise(session, f"vague{number}")
        make_location(session, more, level="township", radius_m=3700.0, township_code=WEST)

    again = of(find_gaps(session, COUNTY, on=TODAY).frame, "G5")

    assert again["measure"].tolist() == measure
    assert again["what_en"].tolist() != [said]


def test_overdue_inspections(session: Session, seeded: Seeded, found: GeoDataFrame) -> None:
    overdue = of(found, "G8").set_index("enterprise_id")

    # The policy of this county gives every class 365 days.
    expected = session.scalars(
        text(
            "SELECT e.id FROM enterprise e LEFT JOIN quality_event q ON q.enterprise_id = e.id "
            "AND q.kind IN ('visit', 'sample_test') AND q.occurred_on <= :on WHERE e.status = "
            "'active' GROUP BY e.id HAVING coalesce(max(q.occurred_on), '-infinity') + 365 < :on"
            " ORDER BY 1"
        ),
        {"on": TODAY},
    ).all()
    assert sorted(overdue.index) == expected
    since = overdue["since"].to_dict()
    assert since[seeded.firms["late"]] == date(2012, 1, 2)
    assert since[seeded.firms["never"]] == FIRST_DAY
    assert overdue["measure"].to_dict()[seeded.firms["late"]] == 126
    assert overdue["severity"].to_dict()[seeded.firms["den"]] == "critical"


def test_cells_without_an_inspection_in_the_campaign(session: Session, found: GeoDataFrame) -> None:
    expected = session.scalars(
        text(
            "SELECT c.code FROM cell c JOIN location l ON ST_Contains(c.geometry, l.geometry) "
            "AND l.level = 'rooftop' LEFT JOIN quality_event q ON q.enterprise_id = "
            "l.enterprise_id AND q.kind IN ('visit', 'sample_test') AND q.occurred_on BETWEEN "
            "'2012-03-01' AND :on GROUP BY c.code HAVING count(q.id) = 0 ORDER BY 1"
        ),
        {"on": TODAY},
    ).all()
    assert of(found, "G9")["cell_code"].tolist() == expected == [C, D]
    assert of(found, "G9")["since"].tolist() == [date(2012, 3, 1)] * 2


def test_high_risk_that_nobody_watches(seeded: Seeded, found: GeoDataFrame) -> None:
    unwatched = of(found, "G10").set_index("enterprise_id")

    assert seeded.firms["den"] in unwatched.index
    assert seeded.firms["fine"] not in unwatched.index
    assert set(unwatched["severity"]) == {"critical"}


def test_without_a_zone_no_cell_is_a_gap_of_one(found: GeoDataFrame) -> None:
    assert of(found, "G11").empty


def test_cells_of_a_zone_are_gaps_with_each_of_their_reasons(
    session: Session, seeded: Seeded
) -> None:
    make_area(session, "west", box(114.0, 38.0, 114.14, 38.2), name="西界")
    make_area(session, "town", box(114.19, 38.0, 114.3, 38.2), name="城边", kind="fringe")
    make_area(session, "key", box(114.3, 38.0, 114.4, 38.2), kind="key")

    found = find_gaps(session, COUNTY, on=TODAY).frame
    zones = of(found, "G11").set_index("cell_code")

    # Less than half of B lies in the first; D in a key area, which makes no gap by itself.
    assert zones.index.tolist() == [A, C]
    assert set(zones["severity"]) == {"high"}
    assert "边界带“西界”" in zones.loc[A, "what_zh"]
    assert "2 户漏检(G8);每户检查 0.33 次" in zones.loc[A, "what_zh"]
    assert zones.loc[A, "measure"] == 2
    overdue = of(found, "G8")
    assert zones.loc[A, "since"] == overdue[overdue["cell_code"] == A]["since"].min()
    late, blind, seldom = zones.loc[C, "what_en"].split(": ")[1].split("; ")
    assert (late, blind) == ("1 overdue (G8)", "not inspected at all (G9)")
    visits, enterprises = session.execute(
        text(
            "SELECT (SELECT count(*) FROM quality_event q JOIN location l USING (enterprise_id) "
            "WHERE q.kind IN ('visit', 'sample_test') AND q.occurred_on BETWEEN '2012-03-01' AND "
            ":on AND l.level = 'rooftop' AND q.enterprise_id <> ALL (:out)), (SELECT count(*) FROM "
            "location l WHERE l.level = 'rooftop' AND l.enterprise_id <> ALL (:out))"
        ),
        {"on": TODAY, "out": [seeded.firms[name] for name in ("outside", "bare", "closed")]},
    ).one()
    assert seldom == f"0.00 visits an enterprise, the county {visits / enterprises:.2f}"
    assert zones.loc[C, "measure"] == 3


def test_a_zone_counts_from_its_first_day_to_its_last(session: Session, seeded: Seeded) -> None:
    assert seeded
    ground = box(114.0, 38.0, 114.102, 38.2)
    make_area(session, "old", ground, valid_to=TODAY)
    make_area(session, "coming", ground, valid_from=date(2012, 5, 7))
    assert of(find_gaps(session, COUNTY, on=TODAY).frame, "G11").empty

    make_area(session, "new", ground, valid_from=TODAY)
    (gap,) = of(find_gaps(session, COUNTY, on=TODAY).frame, "G11").itertuples()

    assert (gap.cell_code, gap.since) == (A, TODAY)


def test_a_cell_in_two_zones_is_one_gap_that_names_both(session: Session, seeded: Seeded) -> None:
    assert seeded
    for code, name, kind in (("a", "西界", "border"), ("b", "城边", "fringe")):
        make_area(session, code, box(114.0, 38.0, 114.102, 38.2), name=name, kind=kind)

    (gap,) = of(find_gaps(session, COUNTY, on=TODAY).frame, "G11").itertuples()

    assert "the border zone “西界”, the urban fringe “城边”" in gap.what_en


def test_cells_far_from_the_office_of_their_lead(session: Session, found: GeoDataFrame) -> None:
    expected = session.scalars(
        text(
            "SELECT c.code FROM cell c JOIN responsibility r ON r.cell_id = c.id AND r.duty = "
            "'lead' AND r.during @> :on JOIN officer o ON o.id = r.officer_id AND "
            "daterange(o.active_from, o.active_to) @> :on WHERE ST_DistanceSphere(o.base, "
            "ST_PointOnSurface(c.geometry)) > 15000 ORDER BY 1"
        ),
        {"on": TODAY},
    ).all()
    assert of(found, "G12")["cell_code"].tolist() == expected == [C]


def test_reports_that_nobody_followed(seeded: Seeded, found: GeoDataFrame) -> None:
    unanswered = of(found, "G13")

    # Fifteen working days after Monday 2 April is Monday 23 April; 2 May is still in time.
    assert sorted(unanswered["enterprise_id"]) == sorted(
        [seeded.firms["late"], seeded.firms["den"]]
    )
    assert unanswered["since"].tolist() == [date(2012, 4, 24)] * 2


def test_loops_not_closed(seeded: Seeded, found: GeoDataFrame) -> None:
    still_open = of(found, "G14").set_index("enterprise_id")

    assert set(still_open.index) == {seeded.firms["expired"], seeded.firms["closed"]}
    assert still_open["since"].to_dict()[seeded.firms["expired"]] == date(2012, 4, 2)
    assert still_open["since"].to_dict()[seeded.firms["closed"]] == date(2012, 4, 2)


def test_licences_missing_or_expired(session: Session, seeded: Seeded, found: GeoDataFrame) -> None:
    short = of(found, "G16").set_index("enterprise_id")

    expected = session.scalars(
        text(
            "SELECT e.id FROM enterprise e LEFT JOIN licence l ON l.enterprise_id = e.id AND "
            "(l.expires_on IS NULL OR l.expires_on >= :on) AND l.kind = ANY (CASE e.kind WHEN "
            "'seller' THEN ARRAY['business'] ELSE ARRAY['business', 'food_production', "
            "'discharge'] END) WHERE e.status = 'active' AND e.kind <> 'den' GROUP BY e.id, "
            "e.kind HAVING count(DISTINCT l.kind) < CASE e.kind WHEN 'seller' THEN 1 ELSE 3 END"
            " ORDER BY 1"
        ),
        {"on": TODAY},
    ).all()
    assert sorted(short.index) == expected
    assert short["since"].to_dict()[seeded.firms["expired"]] == date(2012, 5, 6)


def test_what_is_saved_is_what_was_found_and_never_doubles(
    session: Session, seeded: Seeded
) -> None:
    assert seeded
    first = find_gaps(session, COUNTY, on=TODAY)
    again = find_gaps(session, COUNTY, on=TODAY)

    saved = gaps.latest(session, COUNTY, TODAY)

    assert first.analysis_id != again.analysis_id
    assert saved["what_zh"].tolist() == again.frame["what_zh"].tolist()
    assert sum(again.counts.values()) == len(saved)
    assert session.scalar(text("SELECT count(*) FROM analysis")) == 1
    assert (saved.geometry.notna() == again.frame.geometry.notna()).all()


def test_the_day_before_the_officer_left_his_cell_was_led(session: Session, seeded: Seeded) -> None:
    assert seeded
    before = find_gaps(session, COUNTY, on=date(2012, 4, 19)).frame

    assert B not in of(before, "G3")["cell_code"].tolist()


def test_a_matter_without_its_lead_is_a_gap_of_that_matter(
    session: Session,
) -> None:
    make_county(session)
    make_township(session)
    cell = make_cell(session, make_plan(session), A, box(114.0, 38.0, 114.4, 38.2))
    make_responsibility(session, cell, make_officer(session), matter="baijiu")
    make_enterprise(session, "wine", (114.1, 38.1))
    assert of(find_gaps(session, COUNTY, on=TODAY).frame, "G3").empty

    make_enterprise(session, "kiln", (114.1, 38.1), product="cement")

    vacant = of(find_gaps(session, COUNTY, on=TODAY).frame, "G3")
    assert vacant["cell_code"].tolist() == [A]
    assert "cement" in vacant["what_en"].tolist()[0]


def test_a_day_without_an_analysis_says_what_to_run(session: Session, seeded: Seeded) -> None:
    assert seeded
    with pytest.raises(NotFoundError, match="wangge gaps"):
        gaps.latest(session, COUNTY, date(2012, 5, 5))
