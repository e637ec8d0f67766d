"""A township that fails beyond chance is a cluster that people own, until results close it."""

from datetime import date, timedelta

import pytest
from shapely import box
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.database import (
    cluster_changes,
    cluster_frames,
    cluster_life,
    clusters,
    township_statistics,
)
from service.database.tables import ClusterObjectRow
from service.workflows.agree_lead import Agreement, agree_lead
from service.workflows.find_clusters import ClusterOptions, find_clusters
from tests.factories import (
    COUNTY,
    WEST,
    make_analysis,
    make_cell,
    make_cluster,
    make_county,
    make_enterprise,
    make_event,
    make_officer,
    make_plan,
    make_responsibility,
    make_township,
    shape,
)

FIRST_WEEK = date(2012, 4, 8)
WEEK = timedelta(days=7)
QUICK = ClusterOptions(replications=99, since=date(2012, 3, 1), variants=0)
WEST_AREA, EAST_AREA = box(114.0, 38.0, 114.1, 38.2), box(114.1, 38.0, 114.4, 38.2)
EAST = "139921101"


def a_county(session: Session) -> list[int]:
    """Return the bad producers: ten of the west's twelve, none of the east's ninety."""
    make_county(session)
    make_township(session, geometry=shape(WEST_AREA))
    make_township(session, EAST, geometry=shape(EAST_AREA), name="东")
    plan = make_plan(session)
    west = make_cell(session, plan, "W", WEST_AREA)
    make_cell(session, plan, "X", EAST_AREA, township_code=EAST)
    make_responsibility(session, west, make_officer(session, "A01", name="周敏"))
    leader = make_officer(session, "T01", name="孙正", role="township_leader")
    make_responsibility(session, west, leader, duty="township_leader")
    bad = []
    for at in range(102):
        is_west = at < 12
        lon = 114.02 + 0.004 * at if is_west else 114.12 + 0.003 * (at - 12)
        number = make_enterprise(session, f"E{at}", (lon, 38.02 + 0.0015 * at))
        make_event(session, number, FIRST_WEEK - timedelta(days=2), is_problem=at < 10)
        bad += [number] if at < 10 else []
    return bad


def run(session: Session, on: date) -> None:
    find_clusters(session, COUNTY, on=on, options=QUICK)


def the_township(session: Session, on: date) -> dict[str, object]:
    known = cluster_frames.objects(session, COUNTY, on)
    (row,) = known[known["kind"] == "township"].to_dict("records")
    return {str(key): value for key, value in row.items()}


def states(session: Session, object_id: object) -> list[tuple[str, str, date]]:
    told = cluster_changes.history(session, COUNTY, int(str(object_id)))
    told = told[told["what"] == "state"]
    return list(zip(told["was"], told["now_is"], told["on_day"], strict=True))


def inspect(session: Session, producers: list[int], on: date, *, is_problem: bool) -> None:
    for number in producers:
        make_event(session, number, on, is_problem=is_problem)


def test_a_township_beyond_chance_is_opened_with_its_own_figures(session: Session) -> None:
    bad = a_county(session)
    run(session, FIRST_WEEK)

    row = the_township(session, FIRST_WEEK)

    assert (row["product"], row["township_codes"]) == ("baijiu", [WEST])
    assert (row["state"], row["trend"], row["first_seen"]) == ("open", "new", FIRST_WEEK)
    assert row["cases"] == 10
    assert len(row["enterprise_ids"]) == 12  # type: ignore[arg-type]
    assert row["problem_ids"] == row["unresolved_ids"] == bad
    assert row["geometry"].equals(WEST_AREA)  # type: ignore[attr-defined]
    assert states(session, row["object_id"]) == [("", "open", FIRST_WEEK)]
    line = township_statistics.latest(session, COUNTY, FIRST_WEEK).iloc[0]
    for name in ("cases", "expected", "p", "q", "problem_ids"):
        assert row[name] == line[name], name
    assert line["object_id"] == row["object_id"]


def test_the_townships_leader_is_proposed_before_who_leads_the_cells(session: Session) -> None:
    a_county(session)
    run(session, FIRST_WEEK)

    row = the_township(session, FIRST_WEEK)

    assert (row["proposed_lead"], row["proposed_second"]) == ("孙正", "周敏")
    shares: list[dict[str, object]] = row["officer_shares"]  # type: ignore[assignment]
    assert [(one["name"], one["share"]) for one in shares] == [("周敏", 1.0)]


def test_a_township_like_the_others_is_no_object(session: Session) -> None:
    a_county(session)
    run(session, FIRST_WEEK)

    codes = session.scalars(
        select(ClusterObjectRow.township_code).where(ClusterObjectRow.kind == "township")
    ).all()
    assert codes == [WEST]
    ranking = township_statistics.latest(session, COUNTY, FIRST_WEEK)
    assert ranking.loc[ranking["township_code"] == EAST, "object_id"].isna().all()


def test_the_days_scan_stays_a_list_of_windows(session: Session) -> None:
    a_county(session)
    run(session, FIRST_WEEK)

    assert set(clusters.latest(session, COUNTY, FIRST_WEEK)["kind"]) == {"window"}
    assert set(cluster_frames.objects(session, COUNTY, FIRST_WEEK)["kind"]) == {
        "window",
        "township",
    }


def test_it_is_the_same_one_every_week_and_in_a_day_run_again(session: Session) -> None:
    a_county(session)
    for on in (FIRST_WEEK, FIRST_WEEK, FIRST_WEEK + WEEK):
        run(session, on)

    first, second = (the_township(session, FIRST_WEEK + n * WEEK) for n in (0, 1))

    assert second["object_id"] == first["object_id"]
    assert (first["weeks_seen"], second["weeks_seen"]) == (1, 2)
    assert second["trend"] == "steady"
    assert len(states(session, first["object_id"])) == 1


def test_new_problems_make_it_grow_and_re_inspections_shrink_it(session: Session) -> None:
    bad = a_county(session)
    run(session, FIRST_WEEK)
    newcomers = [make_enterprise(session, f"N{n}", (114.03, 38.03)) for n in range(4)]
    inspect(session, newcomers, FIRST_WEEK + timedelta(days=3), is_problem=True)
    run(session, FIRST_WEEK + WEEK)
    grown = the_township(session, FIRST_WEEK + WEEK)
    inspect(session, bad[:4], FIRST_WEEK + timedelta(days=10), is_problem=False)
    run(session, FIRST_WEEK + 2 * WEEK)
    shrunk = the_township(session, FIRST_WEEK + 2 * WEEK)

    assert (grown["trend"], shrunk["trend"]) == ("growing", "shrinking")
    assert not set(bad[:4]) & set(shrunk["unresolved_ids"])  # type: ignore[call-overload]


def test_results_close_it_and_a_new_problem_opens_the_same_one_again(session: Session) -> None:
    bad = a_county(session)
    run(session, FIRST_WEEK)
    inspect(session, bad, FIRST_WEEK + timedelta(days=5), is_problem=False)
    for week in (1, 2, 3):
        run(session, FIRST_WEEK + week * WEEK)
    inspect(session, bad[:1], FIRST_WEEK + timedelta(days=25), is_problem=True)
    run(session, FIRST_WEEK + 4 * WEEK)

    seen = [the_township(session, FIRST_WEEK + week * WEEK) for week in (2, 3, 4)]

    assert [row["state"] for row in seen] == ["open", "closed", "open"]
    assert len({row["object_id"] for row in seen}) == 1
    assert [(was, now) for was, now, _ in states(session, seen[0]["object_id"])] == [
        ("", "open"),
        ("open", "closed"),
        ("closed", "open"),
    ]


def test_once_open_it_is_seen_in_every_run_significant_or_not(session: Session) -> None:
    a_county(session)
    run(session, FIRST_WEEK)
    later = FIRST_WEEK + 2 * WEEK
    clean = [make_enterprise(session, f"C{n}", (114.03, 38.03)) for n in range(40)]
    east = [make_enterprise(session, f"D{n}", (114.3, 38.1)) for n in range(60)]
    inspect(session, clean, later - WEEK, is_problem=False)
    inspect(session, east, later - WEEK, is_problem=True)
    run(session, later)

    row = the_township(session, later)

    assert row["q"] > 0.05  # type: ignore[operator]
    assert (row["state"], row["trend"], row["last_seen"]) == ("open", "shrinking", later)
    assert row["weeks_seen"] == 1


def test_a_week_before_it_was_opened_shows_nothing_of_it(session: Session) -> None:
    bad = a_county(session)
    earlier = FIRST_WEEK - WEEK
    east = [make_enterprise(session, f"P{n}", (114.15 + 0.01 * n, 38.1)) for n in range(20)]
    inspect(session, [*bad[1:], *east[4:]], earlier - timedelta(days=1), is_problem=False)
    inspect(session, [bad[0], *east[:4]], earlier - timedelta(days=1), is_problem=True)
    run(session, FIRST_WEEK)
    run(session, earlier)

    ranking = township_statistics.latest(session, COUNTY, earlier)
    line = ranking[ranking["township_code"] == WEST].iloc[0]
    assert line["q"] > 0.05  # it was judged in that week
    assert line["ratio"] > 0
    assert "township" not in set(cluster_frames.objects(session, COUNTY, earlier)["kind"])
    assert the_township(session, FIRST_WEEK)["first_seen"] == FIRST_WEEK


def test_of_a_township_q_decides_and_of_a_window_p(session: Session) -> None:
    make_county(session)
    make_township(session)
    analysis = make_analysis(session, "clusters", as_of=FIRST_WEEK)
    weeks_seen = {}
    for kind, code in (("township", WEST), ("window", None)):
        number = cluster_changes.create(
            session, COUNTY, kind=kind, product="baijiu", township_code=code
        )
        make_cluster(session, analysis, object_id=number, kind=kind, p=0.03, q=0.08)
        weeks_seen[kind] = cluster_life.lives(session, COUNTY, FIRST_WEEK).loc[number, "weeks_seen"]
    significant = cluster_life.last_significant(session, COUNTY, until=FIRST_WEEK)

    assert weeks_seen == {"township": 0, "window": 1}
    assert list(significant["object_id"]) == [number]


def test_a_township_and_product_cannot_be_two_objects(session: Session) -> None:
    make_county(session)
    cluster_changes.create(session, COUNTY, kind="township", product="baijiu", township_code=WEST)
    with pytest.raises(IntegrityError, match="uq_cluster_object_township"):
        cluster_changes.create(
            session, COUNTY, kind="township", product="baijiu", township_code=WEST
        )


def test_a_township_without_a_lead_is_counted_until_one_is_agreed(session: Session) -> None:
    a_county(session)
    run(session, FIRST_WEEK)
    number = int(str(the_township(session, FIRST_WEEK)["object_id"]))
    before = cluster_frames.without_lead(session, COUNTY, FIRST_WEEK)

    agreed = Agreement(lead="T01", approved_by="县领导小组", on=FIRST_WEEK)
    agree_lead(session, COUNTY, number, agreed)

    after = cluster_frames.without_lead(session, COUNTY, FIRST_WEEK)
    assert number in set(before["object_id"])
    assert number not in set(after["object_id"])
    assert the_township(session, FIRST_WEEK)["lead"] == "孙正"


@pytest.mark.parametrize("is_problem", [True, False])
def test_where_there_is_nothing_to_compare_nothing_is_opened(
    session: Session, *, is_problem: bool
) -> None:
    make_county(session)
    make_township(session, geometry=shape(WEST_AREA))
    make_cell(session, make_plan(session), "W", WEST_AREA)
    for at in range(12):
        number = make_enterprise(session, f"E{at}", (114.02 + 0.004 * at, 38.1))
        make_event(session, number, FIRST_WEEK - WEEK, is_problem=is_problem)
    run(session, FIRST_WEEK)

    assert cluster_frames.objects(session, COUNTY, FIRST_WEEK).empty
