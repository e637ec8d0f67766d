"""Who leads a cluster is agreed by name, kept, and asked for in one query."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from service.database import cluster_changes, cluster_frames
from service.domain.errors import InvalidInputError, NotFoundError
from service.workflows.agree_lead import Agreement, agree_lead
from tests.factories import (
    COUNTY,
    TODAY,
    make_analysis,
    make_cluster,
    make_county,
    make_officer,
    make_township,
)

EARLIER = TODAY - timedelta(days=14)


@pytest.fixture
def known(session: Session) -> int:
    """Return the number of a cluster seen two weeks ago and today."""
    make_county(session)
    make_township(session)
    object_id = cluster_changes.create(session, COUNTY, kind="window", product="baijiu")
    for day in (EARLIER, TODAY):
        analysis = make_analysis(session, "clusters", as_of=day)
        make_cluster(session, analysis, object_id=object_id)
    make_officer(session, "A01", name="周敏")
    make_officer(session, "A02", name="赵立")
    make_officer(session, "A03", name="吴走", active_to=date(2012, 4, 1))
    return object_id


def agreed(lead: str = "A01", on: date = TODAY, second: str | None = None) -> Agreement:
    return Agreement(lead=lead, second=second, approved_by="县领导小组", on=on)


def leaderless(session: Session, on: date = TODAY) -> list[int]:
    return list(cluster_frames.without_lead(session, COUNTY, on)["object_id"])


def test_a_cluster_without_a_lead_is_listed_until_one_is_agreed(
    session: Session, known: int
) -> None:
    assert leaderless(session) == [known]

    agree_lead(session, COUNTY, known, agreed(second="A02"))

    assert leaderless(session) == []
    assert leaderless(session, EARLIER) == [known]
    row = cluster_frames.objects(session, COUNTY, TODAY).iloc[0]
    assert (row["lead"], row["second"]) == ("周敏", "赵立")
    assert (row["lead_agreed_on"], row["lead_agreed_by"]) == (TODAY, "县领导小组")


def test_the_history_names_who_was_before_and_who_decided(session: Session, known: int) -> None:
    agree_lead(session, COUNTY, known, agreed())
    agree_lead(session, COUNTY, known, agreed("A02", on=TODAY + timedelta(days=1)))

    told = cluster_changes.history(session, COUNTY, known)

    assert list(zip(told["what"], told["was"], told["now_is"], strict=True)) == [
        ("lead", "", "周敏"),
        ("lead", "周敏", "赵立"),
    ]
    assert set(told["by_whom"]) == {"县领导小组"}


def test_agreeing_the_same_again_changes_nothing(session: Session, known: int) -> None:
    agree_lead(session, COUNTY, known, agreed())
    assert agree_lead(session, COUNTY, known, agreed()) == []
    assert len(cluster_changes.history(session, COUNTY, known)) == 1


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (agreed("A03"), "not active"),
        (agreed("A01", second="A01"), "same officer"),
        (agreed(on=EARLIER - timedelta(days=1)), "first seen after"),
        (Agreement(lead="A01", approved_by="  ", on=TODAY), "who decided it"),
        (Agreement(lead="A01", approved_by="a\x00b", on=TODAY), "who decided it"),
    ],
)
def test_what_cannot_be_agreed_says_why(
    session: Session, known: int, wrong: Agreement, says: str
) -> None:
    with pytest.raises(InvalidInputError, match=says):
        agree_lead(session, COUNTY, known, wrong)
    assert cluster_changes.history(session, COUNTY, known).empty


def test_history_is_added_to_at_its_end_only(session: Session, known: int) -> None:
    agree_lead(session, COUNTY, known, agreed())
    with pytest.raises(InvalidInputError, match="only added to at its end"):
        agree_lead(session, COUNTY, known, agreed("A02", on=EARLIER))


def test_unknown_clusters_and_officers_are_not_found(session: Session, known: int) -> None:
    with pytest.raises(NotFoundError, match="no cluster"):
        agree_lead(session, COUNTY, known + 1000, agreed())
    with pytest.raises(NotFoundError, match="no officer"):
        agree_lead(session, COUNTY, known, agreed("nobody"))


def test_a_closed_cluster_needs_no_lead(session: Session, known: int) -> None:
    closing = cluster_changes.Change(
        object_id=known, on_day=TODAY, what="state", was="open", now_is="closed",
        why=("销号", "closed"), by_whom="wangge clusters",
    )  # fmt: skip
    cluster_changes.record(session, COUNTY, [closing])

    assert leaderless(session) == []
    with pytest.raises(InvalidInputError, match="closed by results"):
        agree_lead(session, COUNTY, known, agreed())


def test_a_cluster_not_seen_today_is_gone_and_still_without_a_lead(
    session: Session, known: int
) -> None:
    later = TODAY + timedelta(days=7)
    make_analysis(session, "clusters", as_of=later)

    rows = cluster_frames.without_lead(session, COUNTY, later)

    assert list(rows["object_id"]) == [known]
    assert list(rows["trend"]) == ["gone"]
    assert list(rows["last_seen"]) == [TODAY]
