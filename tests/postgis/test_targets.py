from datetime import date

import pytest
from shapely import box
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.database import targets, townships
from service.domain.errors import NotFoundError
from service.workflows.rank_targets import rank_targets
from tests.factories import (
    COUNTY,
    TODAY,
    WEST,
    make_analysis,
    make_cell,
    make_cluster,
    make_county,
    make_enterprise,
    make_event,
    make_licence,
    make_licences,
    make_officer,
    make_plan,
    make_responsibility,
    make_township,
)

CELL = "130199100200001"


@pytest.fixture
def cell(session: Session) -> int:
    make_county(session)
    make_township(session)
    return make_cell(session, make_plan(session), CELL, box(114.0, 38.0, 114.4, 38.2))


def test_every_enterprise_gets_a_row_and_the_score_is_the_sum_of_its_points(
    session: Session, cell: int
) -> None:
    lead = make_officer(session)
    make_responsibility(session, cell, lead)
    clean = make_enterprise(session, "clean", (114.1, 38.1))
    make_licences(session, clean)
    make_event(session, clean)
    failed = make_enterprise(session, "failed", (114.1, 38.1))
    for day in (1, 2, 3):
        make_event(
            session,
            failed,
            date(2012, 4, day),
            kind="sample_test",
            is_problem=True,
            result="酒精度",
        )
    unplaced = make_enterprise(session, "unplaced")

    report = rank_targets(session, COUNTY, on=TODAY)

    frame = report.frame.set_index("enterprise_id")
    assert set(frame.index) == {clean, failed, unplaced}
    sums = frame["reasons"].map(lambda reasons: sum(reason["points"] for reason in reasons))
    assert (sums == frame["score"]).all()
    assert sorted(frame["rank_in_county"]) == [1, 2, 3]
    reasons = dict(frame["reasons"].items())[failed]
    points = {reason["key"]: reason["points"] for reason in reasons}
    assert points == {"base_baijiu": 20, "failed_sample": 24, "licence_missing": 25,
                      "licence_to_verify": 1}  # fmt: skip
    assert frame.loc[failed, "risk_class"] == 4
    assert frame.loc[clean, "score"] == 20
    assert frame.loc[clean, "due_on"] == date(2013, 4, 10)
    assert frame.loc[[clean, failed], "officer_id"].tolist() == [lead, lead]
    assert frame["officer_id"].isna()[unplaced]


def test_the_lists_of_a_cell_and_an_officer_come_in_order(session: Session, cell: int) -> None:
    lead = make_officer(session)
    make_responsibility(session, cell, lead)
    make_licences(session, make_enterprise(session, "clean", (114.1, 38.1)))
    worst = make_enterprise(session, "den", (114.1, 38.1), kind="den")

    rank_targets(session, COUNTY, on=TODAY)

    of_cell = targets.of_cell(session, COUNTY, TODAY, CELL)
    assert of_cell["enterprise_id"].tolist()[0] == worst
    assert of_cell["rank_in_cell"].tolist() == [1, 2]
    assert of_cell["risk_class"].tolist()[0] == 4
    assert of_cell["lon"].tolist() == [114.1, 114.1]
    of_officer = targets.of_officer(session, COUNTY, TODAY, lead)
    assert of_officer["enterprise_id"].tolist() == of_cell["enterprise_id"].tolist()


@pytest.mark.parametrize("some", [slice(0, 1), slice(1, 3), slice(50, 60)])
def test_a_page_is_a_piece_of_the_list_and_tallies_are_its_counts(
    session: Session, cell: int, some: slice
) -> None:
    make_responsibility(session, cell, make_officer(session))
    for number in range(4):
        make_enterprise(session, f"e{number}", (114.1 + 0.01 * number, 38.1))
    rank_targets(session, COUNTY, on=TODAY)
    whole = targets.of_county(session, COUNTY, TODAY)

    rows, total = targets.page(session, COUNTY, TODAY, targets.Whose(), some)
    tallies = targets.tallies(session, COUNTY, TODAY)

    assert total == len(whole) == tallies["enterprises"].sum()
    assert rows["enterprise_id"].tolist() == whole["enterprise_id"].iloc[some].tolist()
    by_class = whole.groupby("risk_class").size().to_dict()
    assert tallies.groupby("risk_class")["enterprises"].sum().to_dict() == by_class
    in_cells = whole["cell_code"].dropna()
    assert targets.first_cell(session, COUNTY, TODAY) == (
        in_cells.iloc[0] if len(in_cells) else None
    )


def test_an_edited_weight_is_used_and_kept(session: Session, cell: int) -> None:
    assert cell
    make_enterprise(session, "one", (114.1, 38.1))
    rank_targets(session, COUNTY, on=TODAY)
    session.execute(text("UPDATE score_weight SET points = 7.5 WHERE key = 'base_baijiu'"))

    report = rank_targets(session, COUNTY, on=TODAY)

    assert report.frame["reasons"][0][0]["points"] == 7.5


def test_a_cluster_of_the_day_adds_its_points_and_no_other_does(
    session: Session, cell: int
) -> None:
    assert cell
    inside = make_enterprise(session, "inside", (114.1, 38.1))
    chance = make_enterprise(session, "chance", (114.1, 38.1))
    analysis = make_analysis(session, "clusters")
    make_cluster(session, analysis, enterprise_ids=[inside])
    make_cluster(session, analysis, rank=2, p=0.4, enterprise_ids=[chance])

    frame = rank_targets(session, COUNTY, on=TODAY).frame.set_index("enterprise_id")

    keys = frame["reasons"].map(lambda reasons: {reason["key"] for reason in reasons}).to_dict()
    assert "in_cluster" in keys[inside]
    assert "in_cluster" not in keys[chance]


def test_ranking_again_replaces_and_never_doubles(session: Session, cell: int) -> None:
    assert cell
    make_enterprise(session, "one", (114.1, 38.1))
    rank_targets(session, COUNTY, on=TODAY)
    rank_targets(session, COUNTY, on=TODAY)

    assert session.scalar(text("SELECT count(*) FROM target")) == 1
    assert session.scalar(text("SELECT count(*) FROM analysis")) == 1


def test_a_day_without_a_ranking_says_what_to_run(session: Session, cell: int) -> None:
    assert cell
    with pytest.raises(NotFoundError, match="wangge targets"):
        targets.of_cell(session, COUNTY, TODAY, CELL)


def test_townships_show_their_rates_with_n_and_interval(session: Session, cell: int) -> None:
    assert cell
    good = make_enterprise(session, "good", (114.1, 38.1))
    make_licences(session, good)
    for day in range(1, 5):
        make_event(session, good, date(2012, 4, day), kind="sample_test")
    bad = make_enterprise(session, "bad", (114.1, 38.1))
    make_licence(session, bad, "business")
    make_event(session, bad, kind="sample_test", is_problem=True)
    make_enterprise(session, "unseen", (114.1, 38.1), product="cement")

    table = townships.quality(session, COUNTY, TODAY)

    assert table["township_code"].tolist() == [WEST, WEST]
    baijiu = table[table["product"] == "baijiu"].iloc[0].to_dict()
    counts = ["producers", "problem_producers", "samples", "passed", "unlicensed"]
    assert [baijiu[count] for count in counts] == [2, 1, 5, 4, 1]
    assert baijiu["pass_rate"] == pytest.approx(0.8)
    assert [baijiu["low"], baijiu["high"]] == pytest.approx([0.3755, 0.9638], abs=1e-4)
    assert table["blind_cells"].tolist() == [0, 1]
    assert table["is_few"].tolist() == [False, True]
