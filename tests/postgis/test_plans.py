"""Plans on a time line; one holder of a duty on a day."""

from datetime import date

import pytest
from shapely import box
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.database import officers, plans
from service.domain.errors import InvalidInputError, NotFoundError
from service.workflows import assign_officers
from tests.factories import (
    COUNTY,
    days,
    make_cell,
    make_county,
    make_officer,
    make_plan,
    make_responsibility,
    make_township,
)

WEST_SHAPE = box(114.0, 38.0, 114.2, 38.2)
EAST_SHAPE = box(114.2, 38.0, 114.4, 38.2)


def test_publishing_a_draft_ends_the_plan_before_it(session: Session) -> None:
    make_county(session)
    first = make_plan(session, "2012")
    draft = plans.add_draft(session, COUNTY, code="2013", method="square", parameters={})

    plans.publish(session, COUNTY, draft, begins=date(2013, 1, 1))

    assert plans.in_force(session, COUNTY, date(2012, 12, 31)) == first
    assert plans.in_force(session, COUNTY, date(2013, 1, 1)) == draft


def test_before_the_first_plan_nothing_is_in_force(session: Session) -> None:
    make_county(session)
    with pytest.raises(NotFoundError, match="grid build"):
        plans.in_force(session, COUNTY, date(1999, 1, 1))


def test_a_draft_is_replaced_and_a_published_plan_never(session: Session) -> None:
    make_county(session)
    plans.add_draft(session, COUNTY, code="x", method="square", parameters={})
    again = plans.add_draft(session, COUNTY, code="x", method="hex", parameters={})
    assert list(plans.of_county(session, COUNTY)["plan_id"]) == [again]

    plans.publish(session, COUNTY, again, begins=date(2012, 1, 1))
    with pytest.raises(InvalidInputError, match="published already"):
        plans.add_draft(session, COUNTY, code="x", method="hex", parameters={})


def test_no_plan_is_published_before_one_that_is_in_force(session: Session) -> None:
    make_county(session)
    for code in ("a", "b"):
        plans.add_draft(session, COUNTY, code=code, method="square", parameters={})
    plans.publish(session, COUNTY, plans.by_code(session, COUNTY, "a").id, begins=date(2012, 3, 1))
    with pytest.raises(InvalidInputError, match="later day"):
        plans.publish(
            session, COUNTY, plans.by_code(session, COUNTY, "b").id, begins=date(2012, 3, 1)
        )


def test_the_database_refuses_two_holders_of_one_duty_on_one_day(session: Session) -> None:
    make_county(session)
    make_township(session)
    cell = make_cell(session, make_plan(session), "1", box(114.0, 38.0, 114.1, 38.1))
    one, two = make_officer(session, "A01"), make_officer(session, "A02")
    spring = days(date(2012, 3, 1), date(2012, 5, 1))
    make_responsibility(session, cell, one, during=spring)
    make_responsibility(session, cell, two, during=days(date(2012, 5, 1)))
    make_responsibility(session, cell, two, "second", during=spring)

    with pytest.raises(IntegrityError, match="ex_responsibility_one_holder"):
        make_responsibility(session, cell, two, during=days(date(2012, 4, 30)))


def test_a_proposal_fills_open_cells_and_carries_the_others_over(session: Session) -> None:
    make_county(session)
    make_township(session)
    before = make_plan(session, "2012", valid_from=date(2012, 1, 1))
    led = make_cell(session, before, "139921100200001", WEST_SHAPE)
    officer = make_officer(session, "A01")
    make_responsibility(session, led, officer, during=days(date(2012, 1, 1)))
    draft = plans.add_draft(session, COUNTY, code="next", method="square", parameters={})
    make_cell(session, draft, "139921100200001", WEST_SHAPE)
    make_cell(session, draft, "139921100200002", EAST_SHAPE)

    report = assign_officers.propose(session, COUNTY, "next", begins=date(2012, 6, 1))

    assert report.carried == 1
    assert [one.cell_code for one in report.proposed] == ["139921100200002"]
    assign_officers.publish(
        session, COUNTY, "next", begins=date(2012, 6, 1), approved_by="县领导小组"
    )
    held = officers.responsible_on(session, COUNTY, draft, date(2012, 6, 1))
    assert sorted(held["cell_code"]) == ["139921100200001", "139921100200002"]
    assert set(held["approved_by"]) == {"县领导小组"}
