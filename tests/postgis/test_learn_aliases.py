"""Aliases from decision to engine: suggested, accepted by a person, used, and taken back."""

import pytest
from sqlalchemy.orm import Session

from service.domain.aliases import AliasKind
from service.domain.errors import ConflictError, InvalidInputError, NotFoundError
from service.workflows.follow_aliases import judge_and_follow, undo_and_follow
from service.workflows.learn_aliases import suggestions
from service.workflows.review_locations import decide
from tests.factories import COUNTY, EAST, WEST, make_enterprise
from tests.postgis.test_review_locations import (
    ROAD,
    a_county_with_a_road,
    locate,
    location,
    locations,
    wish,
)

OLD = (AliasKind.TOWN, "老山乡", WEST)
GROUP = "town_unknown:unknown_town:老山乡"


def an_old_name(session: Session) -> int:
    """Make rows that name an old township, and decide one; return one that waits."""
    a_county_with_a_road(session, rows=0)
    columns = {"township_code": None}
    make_enterprise(session, "bare", address="青石县老山乡", **columns)
    locate(session)
    decide(session, COUNTY, wish(session, GROUP))
    waiting = make_enterprise(session, "new", address="青石县老山乡北沟村3号", **columns)
    locate(session)
    return waiting


def test_nothing_is_accepted_by_itself(session: Session) -> None:
    waiting = an_old_name(session)

    (learnt,) = suggestions(session, COUNTY)

    assert (learnt.suggestion.name, dict(learnt.places)) == ("老山乡", {WEST: "龙泉乡"})
    assert learnt.verdict == ""
    assert location(session, waiting).status == "review"


def test_an_accepted_alias_places_rows_by_the_rules_of_the_engine(session: Session) -> None:
    waiting = an_old_name(session)
    wrong = make_enterprise(session, "wrong", address="青石县老山乡没有村3号", township_code=EAST)
    locate(session)

    done = judge_and_follow(session, COUNTY, OLD, "accepted", by="李静")

    row = location(session, waiting)
    assert (row.status, row.rule, row.level) == ("placed", "confirmed_alias", "village")
    assert row.village_code == f"{WEST}201"
    assert row.confidence <= 0.9
    assert list(done.enterprise_ids) == [waiting]
    # The register says another township: the alias does not overrule it.
    assert location(session, wrong).status == "review"


def test_taking_an_alias_back_takes_its_places_back(session: Session) -> None:
    an_old_name(session)
    before = locations(session)
    done = judge_and_follow(session, COUNTY, OLD, "accepted", by="李静")
    assert locations(session) != before

    undo_and_follow(session, COUNTY, done.decision_id, by="王芳")

    assert locations(session) == before
    assert suggestions(session, COUNTY)[0].verdict == ""


def test_a_refused_alias_is_used_by_nobody_and_stays_refused(session: Session) -> None:
    waiting = an_old_name(session)

    judge_and_follow(session, COUNTY, OLD, "refused", by="李静")

    locate(session)
    assert location(session, waiting).status == "review"
    assert suggestions(session, COUNTY)[0].verdict == "refused"
    with pytest.raises(ConflictError, match="undo it first"):
        judge_and_follow(session, COUNTY, OLD, "accepted", by="李静")


def test_a_road_through_two_townships_is_never_accepted(session: Session) -> None:
    a_county_with_a_road(session)
    decide(session, COUNTY, wish(session, ROAD))

    with pytest.raises(InvalidInputError, match="2 townships"):
        judge_and_follow(session, COUNTY, (AliasKind.ROAD, "微矿路", WEST), "accepted", by="李静")


@pytest.mark.parametrize(
    ("alias", "error"),
    [
        ((AliasKind.TOWN, "老山乡", "nowhere"), NotFoundError),
        ((AliasKind.TOWN, "老山乡", f"{WEST}201"), NotFoundError),
        ((AliasKind.TOWN, "新山乡", WEST), InvalidInputError),
        ((AliasKind.TOWN, "老山乡", EAST), InvalidInputError),
    ],
)
def test_only_what_decisions_teach_can_be_accepted(
    session: Session, alias: tuple[AliasKind, str, str], error: type[Exception]
) -> None:
    an_old_name(session)

    with pytest.raises(error):
        judge_and_follow(session, COUNTY, alias, "accepted", by="李静")
