"""Weekly runs see the same cluster again; results close it; its history is never rewritten."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from shapely import box
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from service.database import cluster_changes, clusters
from service.database.tables import ClusterChangeRow
from service.workflows.find_clusters import ClusterOptions, find_clusters, weekly_days
from tests.factories import (
    COUNTY,
    make_cell,
    make_county,
    make_enterprise,
    make_event,
    make_officer,
    make_plan,
    make_responsibility,
    make_township,
)

FIRST_WEEK = date(2012, 4, 8)
WEEK = timedelta(days=7)
QUICK = ClusterOptions(replications=99, since=date(2012, 3, 1), variants=0, products=("baijiu",))


def a_county(session: Session) -> list[int]:
    """Return the ten bad producers of the west: every one has a problem in the first week."""
    make_county(session)
    make_township(session)
    plan = make_plan(session)
    west = make_cell(session, plan, "W", box(114.0, 38.0, 114.1, 38.2))
    make_cell(session, plan, "X", box(114.1, 38.0, 114.4, 38.2))
    make_responsibility(session, west, make_officer(session, "A01", name="周敏"))
    bad = []
    for at in range(100):
        is_bad = at < 10
        lon = 114.02 + 0.004 * at if is_bad else 114.12 + 0.003 * (at - 10)
        number = make_enterprise(session, f"E{at}", (lon, 38.02 + 0.0015 * at))
        make_event(session, number, FIRST_WEEK - timedelta(days=2), is_problem=is_bad)
        bad += [number] if is_bad else []
    return bad


def run(session: Session, on: date) -> None:
    find_clusters(session, COUNTY, on=on, options=QUICK)


def the_cluster(session: Session, on: date) -> dict[str, object]:
    found = clusters.latest(session, COUNTY, on)
    return dict(found[found["p"] <= 0.05].iloc[0])


def states(session: Session, object_id: object) -> list[tuple[str, str, date]]:
    told = cluster_changes.history(session, COUNTY, int(str(object_id)))
    return list(zip(told["was"], told["now_is"], told["on_day"], strict=True))


def inspect(session: Session, producers: list[int], on: date, *, is_problem: bool) -> None:
    for number in producers:
        make_event(session, number, on, is_problem=is_problem)


def test_the_same_cluster_is_seen_again(session: Session) -> None:
    a_county(session)
    run(session, FIRST_WEEK)
    run(session, FIRST_WEEK + WEEK)

    first, second = the_cluster(session, FIRST_WEEK), the_cluster(session, FIRST_WEEK + WEEK)

    assert first["trend"] == "new"
    assert second["object_id"] == first["object_id"]
    assert second["first_seen"] == FIRST_WEEK
    assert (first["weeks_seen"], second["weeks_seen"]) == (1, 2)
    assert second["trend"] == "steady"
    assert states(session, first["object_id"]) == [("", "open", FIRST_WEEK)]


def test_running_a_day_again_keeps_the_object_and_its_history(session: Session) -> None:
    a_county(session)
    run(session, FIRST_WEEK)
    before = the_cluster(session, FIRST_WEEK)
    run(session, FIRST_WEEK)
    after = the_cluster(session, FIRST_WEEK)

    assert after["object_id"] == before["object_id"]
    assert len(states(session, before["object_id"])) == 1


def test_new_problems_make_it_grow_and_re_inspections_shrink_it(session: Session) -> None:
    bad = a_county(session)
    inspect(session, bad[6:], FIRST_WEEK - timedelta(days=3), is_problem=False)
    run(session, FIRST_WEEK)
    newcomers = [make_enterprise(session, f"N{n}", (114.03, 38.03)) for n in range(3)]
    inspect(session, newcomers, FIRST_WEEK + timedelta(days=3), is_problem=True)
    run(session, FIRST_WEEK + WEEK)
    inspect(session, bad[:4], FIRST_WEEK + timedelta(days=10), is_problem=False)
    run(session, FIRST_WEEK + 2 * WEEK)

    grown, shrunk = (the_cluster(session, FIRST_WEEK + n * WEEK) for n in (1, 2))

    assert grown["trend"] == "growing"
    assert shrunk["trend"] == "shrinking"
    unresolved = shrunk["unresolved_ids"]
    assert isinstance(unresolved, list)
    assert not set(bad[:4]) & set(unresolved)


def test_results_close_it_and_a_new_problem_opens_the_same_one_again(session: Session) -> None:
    bad = a_county(session)
    run(session, FIRST_WEEK)
    inspect(session, bad, FIRST_WEEK + timedelta(days=5), is_problem=False)
    for week in (1, 2, 3):
        run(session, FIRST_WEEK + week * WEEK)
    open_until = the_cluster(session, FIRST_WEEK + 2 * WEEK)
    closed = the_cluster(session, FIRST_WEEK + 3 * WEEK)
    inspect(session, bad[:1], FIRST_WEEK + timedelta(days=25), is_problem=True)
    run(session, FIRST_WEEK + 4 * WEEK)
    again = the_cluster(session, FIRST_WEEK + 4 * WEEK)

    # The last problem was two days before the first run: 21 quiet days end in the third week.
    assert (open_until["state"], closed["state"], again["state"]) == ("open", "closed", "open")
    assert again["object_id"] == closed["object_id"]
    assert states(session, closed["object_id"]) == [
        ("", "open", FIRST_WEEK),
        ("open", "closed", FIRST_WEEK + 3 * WEEK),
        ("closed", "open", FIRST_WEEK + 4 * WEEK),
    ]
    reasons = cluster_changes.history(session, COUNTY, int(str(closed["object_id"])))
    assert "10 家问题企业均已复查合格" in reasons["why_zh"].iloc[1]


def test_one_member_not_looked_at_again_keeps_it_open(session: Session) -> None:
    bad = a_county(session)
    run(session, FIRST_WEEK)
    inspect(session, bad[1:], FIRST_WEEK + timedelta(days=5), is_problem=False)
    run(session, FIRST_WEEK + 6 * WEEK)

    assert the_cluster(session, FIRST_WEEK + 6 * WEEK)["state"] == "open"


def test_a_past_day_says_what_was_known_then(session: Session) -> None:
    bad = a_county(session)
    run(session, FIRST_WEEK)
    inspect(session, bad, FIRST_WEEK + timedelta(days=5), is_problem=False)
    run(session, FIRST_WEEK + 4 * WEEK)

    assert the_cluster(session, FIRST_WEEK + 4 * WEEK)["state"] == "closed"
    assert the_cluster(session, FIRST_WEEK)["state"] == "open"
    run(session, FIRST_WEEK + WEEK)  # a week that was left out: nothing is written at the end
    assert the_cluster(session, FIRST_WEEK + WEEK)["state"] == "open"
    assert len(states(session, the_cluster(session, FIRST_WEEK)["object_id"])) == 2


@pytest.mark.parametrize(
    "statement",
    [update(ClusterChangeRow).values(by_whom="someone else"), delete(ClusterChangeRow)],
    ids=["update", "delete"],
)
def test_history_cannot_be_rewritten(session: Session, statement: object) -> None:
    a_county(session)
    run(session, FIRST_WEEK)
    with pytest.raises(DBAPIError, match="only ever added to"):
        session.execute(statement)  # type: ignore[call-overload]
    session.rollback()
    assert session.scalar(text("SELECT 1")) == 1


def test_weekly_days_end_with_the_last_one() -> None:
    days = list(weekly_days(date(2012, 3, 1), date(2012, 5, 6)))
    assert days[0] == date(2012, 3, 4)
    assert days[-1] == date(2012, 5, 6)
    assert {later - earlier for earlier, later in pairwise(days)} == {WEEK}
