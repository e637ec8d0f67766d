from datetime import date

import pytest
from shapely import Point, box
from sqlalchemy.orm import Session

from service.database import events, records
from tests.factories import (
    COUNTY,
    FIRST_DAY,
    TODAY,
    make_cell,
    make_county,
    make_enterprise,
    make_event,
    make_plan,
    make_township,
    shape,
)

CELL, EMPTY = "130199100200001", "130199100200002"


@pytest.fixture
def plan(session: Session) -> int:
    make_county(session)
    make_township(session)
    plan_id = make_plan(session)
    make_cell(session, plan_id, CELL, box(114.0, 38.0, 114.2, 38.2))
    make_cell(session, plan_id, EMPTY, box(114.2, 38.0, 114.4, 38.2))
    return plan_id


def test_visits_and_problems_are_counted_by_cell_and_empty_cells_stay(
    session: Session, plan: int
) -> None:
    maker = make_enterprise(session, "maker", (114.1, 38.1))
    make_event(session, maker)
    make_event(session, maker, kind="sample_test", is_problem=True)
    make_event(session, maker, kind="complaint", is_problem=True)
    make_event(session, maker, date(2012, 5, 7))
    make_event(session, maker, product="cement")
    make_event(session, None, location=shape(Point(114.05, 38.1)))

    counts = events.counts_by_cell(session, COUNTY, plan, "baijiu", FIRST_DAY, TODAY)

    assert counts.to_dict("records") == [
        {"cell_code": CELL, "enterprises": 1, "visits": 3, "problems": 1, "problem_enterprises": 1},
        {
            "cell_code": EMPTY,
            "enterprises": 0,
            "visits": 0,
            "problems": 0,
            "problem_enterprises": 0,
        },
    ]
    everything = events.counts_by_cell(session, COUNTY, plan, "all", FIRST_DAY, TODAY)
    assert everything["visits"].sum() == 4


def test_the_record_counts_each_sign_once_and_keeps_the_last_word(
    session: Session, plan: int
) -> None:
    assert plan
    maker = make_enterprise(session, "maker")
    make_event(session, maker, kind="sample_test", is_problem=True, result="总酸")
    make_event(
        session, maker, date(2012, 4, 20), kind="sample_test", is_problem=True, result="酒精度"
    )
    make_event(session, maker, kind="sample_test", result="合格")
    make_event(session, maker, date(2012, 5, 7), kind="violation")

    signs = records.record(session, COUNTY, FIRST_DAY, TODAY)

    assert signs.to_dict("records") == [
        {
            "enterprise_id": maker,
            "sign": "failed_sample",
            "times": 2,
            "last_on": date(2012, 4, 20),
            "detail": "酒精度",
        }
    ]


def test_a_report_is_answered_by_an_inspection_of_the_same_enterprise(
    session: Session, plan: int
) -> None:
    answered = make_enterprise(session, "answered", (114.1, 38.1))
    ignored = make_enterprise(session, "ignored", (114.1, 38.1))
    for enterprise in (answered, ignored):
        make_event(session, enterprise, date(2012, 4, 1), kind="tip_off")
    make_event(session, answered, date(2012, 4, 2))
    make_event(
        session, None, date(2012, 4, 3), kind="complaint", location=shape(Point(114.3, 38.1))
    )

    open_reports = events.unanswered_reports(session, COUNTY, plan, FIRST_DAY, TODAY)

    assert open_reports["enterprise_id"].tolist()[0] == ignored
    assert open_reports["cell_code"].tolist() == [CELL, EMPTY]
    assert open_reports.geometry.x.tolist() == [114.1, 114.3]


def test_work_left_open_is_told_from_work_that_was_finished(session: Session, plan: int) -> None:
    assert plan
    maker = make_enterprise(session, "maker")
    late = make_event(session, maker, is_problem=True, due_on=date(2012, 5, 1))
    make_event(
        session, maker, is_problem=True, due_on=date(2012, 5, 1), closed_on=date(2012, 4, 30)
    )
    banned = make_enterprise(session, "banned", kind="den")
    make_event(session, banned, date(2012, 4, 1), kind="violation", disposition="banned")

    assert records.unfinished(session, COUNTY, TODAY)["event_id"].tolist() == [late]
    bans = records.bans_without_look_back(session, COUNTY, TODAY)
    assert bans["enterprise_id"].tolist() == [banned]
    make_event(session, banned, date(2012, 4, 20))
    assert records.bans_without_look_back(session, COUNTY, TODAY).empty
