"""Names learnt from decisions: suggested where all agree, never where a road or a name forbids."""

import pytest

from service.domain.aliases import (
    Alias,
    AliasKind,
    Evidence,
    KnownNames,
    rewritten,
    suggest,
)
from service.domain.review_choices import Choice, Outcome
from service.domain.review_groups import Cause

NAME, ROAD = "老山乡", "微矿路"


def decided(
    number: int, kind: str, token: str, *, town: str = "T1", village: str = "", rows: int = 3
) -> Evidence:
    choice = Choice(outcome=Outcome.PLACE, township_code=town, village_code=village)
    return Evidence(decision_id=number, cause_kind=kind, token=token, choice=choice, rows=rows)


def test_an_old_township_is_learnt_with_the_decisions_behind_it() -> None:
    (one,) = suggest(
        [decided(1, "unknown_town", "老山乡"), decided(5, "unknown_town", "老山乡", rows=2)],
        KnownNames(),
    )

    assert (one.kind, one.name, one.target) == (AliasKind.TOWN, "老山乡", "T1")
    assert dict(one.targets) == {"T1": 5}
    assert one.decisions == (1, 5)
    assert one.hindrance == ("", "")


def test_decisions_that_disagree_teach_no_alias() -> None:
    (one,) = suggest(
        [decided(1, "road", "建设路"), decided(2, "road", "建设路", town="T2", rows=9)],
        KnownNames(),
    )

    assert one.target == "T2"
    assert "2 个地方" in one.hindrance[0]


def test_a_road_through_two_townships_stays_a_suggestion() -> None:
    through = KnownNames(road_m={"微矿路": {"T1": 9000.0, "T2": 1000.0}})
    within = KnownNames(road_m={"微矿路": {"T1": 9000.0, "T2": 100.0}})

    assert suggest([decided(1, "road", "微矿路")], through)[0].hindrance[0]
    assert not suggest([decided(1, "road", "微矿路")], within)[0].hindrance[0]


def test_a_name_that_somebody_bears_is_no_alias() -> None:
    known = KnownNames(taken=frozenset({"北沟村"}))

    (one,) = suggest([decided(1, "unknown_village", "北沟村", village="V1")], known)

    assert "同名" in one.hindrance[0]


@pytest.mark.parametrize(
    "evidence",
    [
        decided(1, "pair", "北沟村/南沟村"),
        decided(1, "none", ""),
        decided(1, "unknown_village", "老村"),  # placed to its township only
        Evidence(
            decision_id=1,
            cause_kind="road",
            token=ROAD,
            choice=Choice(outcome=Outcome.UNPLACEABLE, why="decided_needs_visit"),
            rows=14,
        ),
    ],
)
def test_other_decisions_teach_nothing(evidence: Evidence) -> None:
    assert suggest([evidence], KnownNames()) == []


@pytest.mark.parametrize(
    ("kind", "cause", "address", "official"),
    [
        (AliasKind.TOWN, "unknown_town", "青石县老山乡北沟村", "青石县龙泉乡北沟村"),
        (AliasKind.ROAD, "road", "青石县老山乡5号", "青石县龙泉乡老山乡5号"),
        (AliasKind.VILLAGE, "unknown_village", "青石县老山乡3号", "青石县东岭乡龙泉乡3号"),
        (AliasKind.VILLAGE, "unknown_village", "东岭乡老山乡3号", "东岭乡龙泉乡3号"),
    ],
)
def test_an_address_is_rewritten_into_official_names(
    kind: AliasKind, cause: str, address: str, official: str
) -> None:
    alias = Alias(kind=kind, name="老山乡", place_code="T1", place_name="龙泉乡", township="东岭乡")
    why = Cause(reason="town_unknown", kind=cause, token=NAME)

    assert rewritten(address, why, {(kind, "老山乡"): alias}) == official
    assert rewritten(address, Cause(reason="x", kind=cause, token=NAME[1:]), {}) == ""
