"""A planted cluster is found with its owner; effort alone makes none."""

from datetime import date

import numpy as np
import pytest
from shapely import box
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.database import clusters
from service.database.tables import AnalysisRow
from service.domain.errors import NotFoundError
from service.workflows.find_clusters import ClusterOptions, find_clusters
from tests.factories import (
    COUNTY,
    TODAY,
    WEST,
    make_cell,
    make_county,
    make_enterprise,
    make_event,
    make_location,
    make_officer,
    make_plan,
    make_responsibility,
    make_township,
)

QUICK = ClusterOptions(replications=199, since=date(2012, 3, 1), variants=20)


def a_county(session: Session, *, hot_rate: float, hot_visits: int) -> None:
    """20 x 10 producers, one corner of which has its own rate of problems and visits."""
    make_county(session)
    make_township(session)
    plan = make_plan(session)
    west = make_cell(session, plan, "W", box(114.0, 38.0, 114.1, 38.2))
    make_cell(session, plan, "X", box(114.1, 38.0, 114.4, 38.2))
    make_responsibility(session, west, make_officer(session, "A01", name="周敏"))
    rng = np.random.default_rng(5)
    for at in range(200):
        lon, lat = 114.01 + (at % 20) * 0.019, 38.01 + (at // 20) * 0.019
        hot = lon < 114.09 and lat < 38.1
        number = make_enterprise(session, f"E{at}", (lon, lat))
        for visit in range(hot_visits if hot else 2):
            make_event(
                session,
                number,
                date(2012, 4, 1 + visit),
                is_problem=bool(rng.random() < (hot_rate if hot else 0.1)),
            )


def test_what_stands_in_no_cell_is_counted_as_the_scans_doubt(session: Session) -> None:
    a_county(session, hot_rate=0.7, hot_visits=2)
    for at in range(3):
        number = make_enterprise(session, f"vague{at}")
        make_location(session, number, level="township", township_code=WEST)
        make_event(session, number, date(2012, 4, 1), is_problem=at == 0)

    find_clusters(session, COUNTY, on=TODAY, options=QUICK)

    told = session.scalars(select(AnalysisRow).where(AnalysisRow.kind == "clusters")).one()
    assert told.inputs["placed"] == 200
    assert told.inputs["left_out"] == {
        "enterprises": 3,
        "with_problems": 1,
        "by_township": {WEST: 3},
    }


def test_a_planted_cluster_is_found_with_its_owner(session: Session) -> None:
    a_county(session, hot_rate=0.7, hot_visits=2)

    report = find_clusters(session, COUNTY, on=TODAY, options=QUICK)

    assert report.significant["baijiu"] >= 1
    worst = clusters.latest(session, COUNTY, TODAY).iloc[0]
    assert worst["p"] <= 0.01
    assert worst["lon"] < 114.1
    assert worst["lat"] < 38.1
    assert worst["proposed_lead"] == "周敏"
    assert worst["officer_shares"][0]["share"] > 0.8
    assert "W" in worst["cell_codes"]


def test_many_visits_alone_make_no_cluster(session: Session) -> None:
    a_county(session, hot_rate=0.1, hot_visits=8)

    report = find_clusters(session, COUNTY, on=TODAY, options=QUICK)

    assert report.significant["baijiu"] == 0


def test_running_again_replaces_and_repeats(session: Session) -> None:
    a_county(session, hot_rate=0.7, hot_visits=2)
    find_clusters(session, COUNTY, on=TODAY, options=QUICK)
    before = clusters.latest(session, COUNTY, TODAY).drop(columns=["cluster_id", "geometry"])
    find_clusters(session, COUNTY, on=TODAY, options=QUICK)
    after = clusters.latest(session, COUNTY, TODAY).drop(columns=["cluster_id", "geometry"])

    assert before.to_dict("records") == after.to_dict("records")


def test_cells_that_nobody_visited_are_blind(session: Session) -> None:
    make_county(session)
    make_township(session)
    plan = make_plan(session)
    make_cell(session, plan, "W", box(114.0, 38.0, 114.1, 38.2))
    make_cell(session, plan, "X", box(114.1, 38.0, 114.4, 38.2))
    seen = make_enterprise(session, "seen", (114.05, 38.1))
    make_enterprise(session, "unseen", (114.2, 38.1))
    for day in range(1, 6):
        make_event(session, seen, date(2012, 4, day))

    find_clusters(session, COUNTY, on=TODAY, options=QUICK)

    found = clusters.cell_statistics(session, COUNTY, TODAY)
    of_baijiu = found[found["product"] == "baijiu"].set_index("cell_code")["gi_class"]
    assert of_baijiu.to_dict() == {"W": "none", "X": "blind"}


def test_without_an_analysis_the_reader_is_told_which_command(session: Session) -> None:
    make_county(session)
    with pytest.raises(NotFoundError, match="wangge clusters"):
        clusters.latest(session, COUNTY, TODAY)
