from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.equipment import eliminated_equipment
from service.domain.holders import Holders
from service.domain.pass_rates import wilson_interval
from service.domain.risk import PRESETS, PolicyTable, class_of_score, preset_policies
from service.domain.scoring import Score, score
from service.domain.scoring_facts import ClusterMark, EnterpriseFacts, Tally
from service.domain.scoring_licences import Licence, examine
from service.domain.scoring_weights import DEFAULT_WEIGHTS, ScoreWeight, WeightTable
from service.domain.targets import rank

ON = date(2012, 5, 6)
ALL_KINDS = ("business", "food_production", "discharge", "water_intake")
HELD = tuple(Licence(kind=kind) for kind in ALL_KINDS)
SIGNS = (
    "violation",
    "complaint",
    "media",
    "control_system",
    "failed_sample",
    "problem_visit",
    "tip_off",
)


def facts(**known: object) -> EnterpriseFacts:
    obvious = {
        "enterprise_id": 1,
        "kind": "producer",
        "product": "baijiu",
        "licences": HELD,
        "last_visit_on": date(2012, 4, 1),
    }
    return EnterpriseFacts(**{**obvious, **known})  # type: ignore[arg-type]


def scored(**known: object) -> Score:
    return score(facts(**known), WeightTable(), PolicyTable(), on=ON)


def points(result: Score) -> dict[str, float]:
    return {reason.key: reason.points for reason in result.reasons}


def test_who_did_nothing_wrong_has_the_base_of_the_product() -> None:
    assert points(scored()) == {"base_baijiu": 20}
    assert points(scored(product="shoes", licences=())) == {"base_other": 15}


@pytest.mark.parametrize(
    ("sign", "times", "expected"),
    [
        ("violation", 1, 10),
        ("violation", 3, 20),
        ("complaint", 2, 6),
        ("complaint", 9, 12),
        ("media", 4, 8),
        ("control_system", 1, 10),
        ("failed_sample", 1, 12),
        ("failed_sample", 2, 24),
        ("failed_sample", 5, 24),
    ],
)
def test_each_sign_gives_its_points_up_to_its_limit(sign: str, times: int, expected: int) -> None:
    assert points(scored(record={sign: Tally(times=times, last_on=ON)}))[sign] == expected


def test_a_reason_names_its_facts_in_two_languages() -> None:
    tally = Tally(times=1, last_on=date(2012, 3, 12), detail="酒精度")

    reason = scored(record={"failed_sample": tally}).reasons[1]

    assert reason.text_zh == "K5 抽检不合格 1 次,最近 2012年3月12日(酒精度)"
    assert reason.text_en == "K5 failed sample tests: 1, last on 2012-03-12 (酒精度)"


def test_licences_missing_expired_and_soon_to_expire() -> None:
    held = (
        Licence(kind="food_production", expires_on=date(2012, 5, 5)),
        Licence(kind="discharge", expires_on=ON + timedelta(days=180)),
        Licence(kind="water_intake"),
    )

    assert points(scored(licences=held)) == {
        "base_baijiu": 20,
        "licence_missing": 25,
        "licence_expired": 10,
        "licence_expiring": 4,
    }


def test_a_conditional_licence_is_verified_and_never_a_violation() -> None:
    held = tuple(licence for licence in HELD if licence.kind != "water_intake")

    assert points(scored(licences=held))["licence_to_verify"] == 1
    on_tap = scored(licences=held, attributes={"water": "自来水"})
    assert "licence_to_verify" not in points(on_tap)
    quarry = examine("producer", "cement", {"quarry": "yes", "water": "public"}, (), on=ON)
    assert quarry.to_verify == ("work_safety",)
    assert "work_safety" not in quarry.missing


def test_a_renewed_licence_counts_and_the_old_one_does_not() -> None:
    held = (
        Licence(kind="business", expires_on=date(2011, 1, 1)),
        Licence(kind="business", expires_on=date(2020, 1, 1)),
    )

    assert not examine("seller", "cement", {}, held, on=ON).is_blind_spot


def test_a_licence_is_good_on_its_last_day() -> None:
    held = (Licence(kind="business", expires_on=ON),)

    assert not examine("seller", "cement", {}, held, on=ON).expired


def test_organic_fertiliser_needs_no_industrial_licence() -> None:
    held = (Licence(kind="business"), Licence(kind="discharge"))

    found = examine("producer", "fertiliser", {"fertiliser_type": "有机肥"}, held, on=ON)

    assert found.missing == ()


def test_a_late_visit_gives_points_in_proportion_and_the_day_it_was_due() -> None:
    half_late = scored(last_visit_on=ON - timedelta(days=365 + 182))

    assert points(half_late)["overdue_inspection"] == 5.0
    assert half_late.due_on == ON - timedelta(days=182)
    assert half_late.days_over == 182
    assert points(scored(last_visit_on=None))["overdue_inspection"] == 10
    assert scored(last_visit_on=None).due_on == ON
    assert "overdue_inspection" not in points(scored(last_visit_on=ON - timedelta(days=365)))


def test_a_closed_enterprise_owes_neither_visits_nor_licences() -> None:
    closed = scored(is_active=False, last_visit_on=None, licences=())

    assert points(closed) == {"base_baijiu": 20}
    assert closed.due_on is None


def test_a_den_is_of_the_highest_class_whatever_it_scores() -> None:
    den = scored(kind="den", licences=())

    assert den.total < 60
    assert den.risk_class == 4


def test_eliminated_equipment_counts_from_the_day_it_had_to_go() -> None:
    mill = {"mill_diameter_m": "2.4"}

    assert eliminated_equipment(mill, on=date(2011, 12, 31)) is None
    assert eliminated_equipment(mill, on=date(2012, 1, 1)) is not None
    assert eliminated_equipment({"mill_diameter_m": "2.6"}, on=ON) is None
    assert points(scored(attributes={"kiln_type": "机立窑"}))["eliminated_equipment"] == 15


@given(
    record=st.dictionaries(
        st.sampled_from(SIGNS), st.builds(Tally, times=st.integers(1, 30), last_on=st.just(ON))
    ),
    held=st.sets(st.sampled_from(ALL_KINDS)),
    kind=st.sampled_from(["producer", "seller", "den"]),
    is_precise=st.booleans(),
    in_cluster=st.booleans(),
    days_since=st.none() | st.integers(0, 3_000),
    weights=st.dictionaries(
        st.sampled_from([weight.key for weight in DEFAULT_WEIGHTS if weight.key != "cap"]),
        st.floats(-40, 90),
    ),
)
def test_the_score_is_always_the_sum_of_its_lines_and_never_above_the_cap(  # noqa: PLR0913
    *,
    record: dict[str, Tally],
    held: set[str],
    kind: str,
    is_precise: bool,
    in_cluster: bool,
    days_since: int | None,
    weights: dict[str, float],
) -> None:
    table = WeightTable(
        ScoreWeight(key=key, points=given, max_points=given, label_zh="", label_en="")
        for key, given in weights.items()
    )
    known = facts(
        record=record,
        kind=kind,
        is_precise=is_precise,
        licences=tuple(Licence(kind=each) for each in held),
        cluster=ClusterMark(product="baijiu", rank=1, p=0.01) if in_cluster else None,
        last_visit_on=None if days_since is None else ON - timedelta(days=days_since),
    )

    result = score(known, table, PolicyTable(), on=ON)

    assert result.total == round(sum(reason.points for reason in result.reasons), 1)
    assert result.total <= 100
    assert all(reason.points for reason in result.reasons)
    assert all((reason.text_zh and reason.text_en) or weights for reason in result.reasons)
    expected = 4 if kind == "den" else class_of_score(result.total)
    assert result.risk_class == expected


def test_the_cap_is_a_line_of_its_own() -> None:
    record = {sign: Tally(times=30, last_on=ON) for sign in SIGNS}

    result = scored(record=record, licences=())

    assert result.total == 100
    assert result.reasons[-1].key == "cap"
    assert result.reasons[-1].points < 0


@pytest.mark.parametrize(
    ("total", "expected"), [(29.9, 1), (30, 2), (44.9, 2), (45, 3), (59.9, 3), (60, 4)]
)
def test_classes_begin_at_30_45_and_60(total: float, expected: int) -> None:
    assert class_of_score(total) == expected


@pytest.mark.parametrize("regime", list(PRESETS))
def test_a_higher_class_is_never_visited_less(regime: str) -> None:
    policies = preset_policies("baijiu", regime)

    assert [policy.risk_class for policy in policies] == [1, 2, 3, 4]
    per_year = [policy.min_per_year for policy in policies]
    intervals = [policy.max_interval_days for policy in policies]
    assert per_year == sorted(per_year)
    assert intervals == sorted(intervals, reverse=True)


def test_targets_are_ranked_in_the_county_and_in_the_cell() -> None:
    register = pd.DataFrame(
        {
            "enterprise_id": [1, 2, 3, 4],
            "register_key": ["d", "c", "b", "a"],
            "product": ["baijiu", "cement", "baijiu", "baijiu"],
            "cell_code": ["A", "A", None, "B"],
        }
    )
    scores = {
        each: score(
            facts(enterprise_id=each, is_precise=each != 3), WeightTable(), PolicyTable(), on=ON
        )
        for each in (1, 2, 3, 4)
    }
    held = [("A", "lead", "all", 10), ("A", "lead", "cement", 11), ("B", "second", "all", 12)]
    holders = Holders(
        pd.DataFrame(
            [(*row, True, ON) for row in held],
            columns=["cell_code", "duty", "matter", "officer_id", "is_enforcement", "since"],
        )
    )

    table = rank(register, scores, holders)

    # 1, 2 and 4 score the same: the register key decides; 3 is placed badly and comes last.
    assert table["enterprise_id"].tolist() == [4, 2, 1, 3]
    assert table["rank_in_cell"].tolist() == [1, 1, 2, 1]
    assert table["officer_id"].fillna(0).tolist() == [0, 11, 10, 0]
    assert table["check_zh"].tolist()[0] == "查原酒来源、酒精度与标签"


@given(st.integers(1, 500), st.data())
def test_an_interval_holds_its_rate_and_stays_between_nothing_and_all(
    samples: int, data: st.DataObject
) -> None:
    passed = data.draw(st.integers(0, samples))

    low, high = wilson_interval(passed, samples)

    assert 0 <= low <= passed / samples <= high <= 1


def test_the_interval_agrees_with_the_published_example() -> None:
    # 81 of 263: Newcombe (1998), Statistics in Medicine 17, table I.
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
