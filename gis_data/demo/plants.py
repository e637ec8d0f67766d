"""What was planted, as a list that a test can go through; docs/demo.md tells the same."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd
import shapely

from gis_data.demo.county import County, build_county
from gis_data.demo.facts import CAMPAIGN_START, OVERVISITED, SEED, SHARED_SUPPLIER, UNVISITED
from gis_data.demo.officers import FAR_AWAY, LEFT, OVERLOADED
from gis_data.demo.zones import western_border

# A village so near the border has its cell in the zone of 3 km; the county's mean is near 0.9.
_ON_THE_BORDER_M, _SELDOM = 2_000.0, 0.5
_HIGHEST_CLASS_KINDS = frozenset({"den"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """One thing that an analysis of the demo on 2012-05-06 must find.

    Attributes:
        kind: `G1` to `G16` of the taxonomy, `cluster`, `duplicate`, or `trap` (must *not* be
            reported).
        what: The short name of the case within its kind.
        key: What `codes` are: `village` (12 digits; its cells carry the gap), `township`,
            `enterprise` (credit code, the name where there is none), `officer` (staff number),
            `event` (event key).
        codes: All that were planted; others may show the same gap by nature.
        what_zh: One line for people.
        what_en: The same in English.
    """

    kind: str
    what: str
    key: str
    codes: tuple[str, ...]
    what_zh: str
    what_en: str


def plants(*, seed: int = SEED) -> list[Plant]:
    """Return everything that was planted in the county of a seed."""
    county = build_county(seed)
    return [
        *_responsibility_gaps(county),
        *_register_gaps(county),
        *_inspection_gaps(county),
        _border_gap(county),
        *_clusters(county),
        *_doubles(county),
    ]


def _plant(kind: str, what: str, key: str, codes: Iterable[object], zh: str, en: str) -> Plant:
    chosen = tuple(str(code) for code in codes)
    return Plant(kind=kind, what=what, key=key, codes=chosen, what_zh=zh, what_en=en)


def _responsibility_gaps(county: County) -> Iterator[Plant]:
    villages, officers = county.villages, county.officers
    yield _plant("G1", "hole", "village", [villages.hole], "方案漏掉一个网格", "a cell left out")
    yield _plant(
        "G2", "overlap", "village", [villages.overlap],
        "网格伸入相邻网格350米", "a cell reaches 350 m into its neighbour",
    )  # fmt: skip
    yield _plant(
        "G3", "never_led", "village", villages.never_led,
        "从未确定网格长", "no lead was ever named",
    )  # fmt: skip
    yield _plant(
        "G3", "lapsed", "village", villages.lapsed,
        "网格长4月20日离岗", "the lead left on 20 April",
    )  # fmt: skip
    yield _plant(
        "G3", "coordinator_only", "village", [villages.coordinator_only],
        "只有协管员", "nobody but a coordinator",
    )  # fmt: skip
    yield _plant(
        "G4", "no_second", "village", villages.no_second,
        "没有第二责任人", "no second officer",
    )  # fmt: skip
    yield _plant(
        "G5", "overloaded", "officer", [officers.staff_no(OVERLOADED)],
        "一人包全乡", "one officer leads a whole township with little capacity",
    )  # fmt: skip
    far = officers.staff_no(FAR_AWAY)
    yield _plant(
        "G12", "far_base", "officer", [far],
        "驻地远离网格(15公里以上)", "based more than 15 km from the cells",
    )  # fmt: skip
    left = officers.staff_no(LEFT)
    yield _plant(
        "trap", "officer_left", "officer", [left],
        "离岗人员名下责任不再有效", "duties of one who left do not count",
    )  # fmt: skip


def _register_gaps(county: County) -> Iterator[Plant]:
    enterprises, given = county.enterprises, county.coordinates
    yield _plant(
        "G6", "outside_county", "enterprise", _called(enterprises.loc[list(given.outside)]),
        "坐标在县外", "the coordinate lies outside the county",
    )  # fmt: skip
    lost = enterprises[enterprises["hard_kind"].isin(["other_county", "empty"])]
    yield _plant(
        "G6", "unplaced", "enterprise", _called(lost),
        "地址为空或在外县", "no address, or one in another county",
    )  # fmt: skip
    yield _plant(
        "G7", "other_township", "enterprise", _called(enterprises.loc[list(given.moved)]),
        "坐标在另一乡镇", "the coordinate lies in another township than registered",
    )  # fmt: skip
    hidden = enterprises[
        enterprises["kind"].isin(_HIGHEST_CLASS_KINDS)
        & enterprises["village_code"].isin(county.villages.without_lead)
    ]
    yield _plant(
        "G10", "den_without_lead", "enterprise", _called(hidden),
        "黑窝点所在网格无网格长", "a den in a cell without a lead",
    )  # fmt: skip
    lacking = enterprises[enterprises["main_state"].isin(["missing", "expired"])]
    yield _plant(
        "G16", "licence", "enterprise", _called(lacking),
        "生产许可证缺失或过期", "the production licence is missing or expired",
    )  # fmt: skip


def _inspection_gaps(county: County) -> Iterator[Plant]:
    enterprises, neglected = county.enterprises, county.neglected
    yield _plant(
        "G8", "never_visited", "enterprise", _called(enterprises.loc[sorted(neglected.never)]),
        "从未检查", "never visited",
    )  # fmt: skip
    yield _plant(
        "G8", "long_ago", "enterprise", _called(enterprises.loc[sorted(neglected.long_ago)]),
        "两年未检查", "not visited for two years",
    )  # fmt: skip
    yield _plant(
        "G9", "unvisited_cells", "village", _unvisited_villages(county),
        "行动期间有企业而无检查", "enterprises but no check in the campaign",
    )  # fmt: skip
    unanswered = enterprises.loc[list(county.tip_offs.unanswered)]
    yield _plant(
        "G13", "tip_off_unanswered", "enterprise", _called(unanswered),
        "举报后无检查", "a tip-off that no check followed",
    )  # fmt: skip
    yield _plant(
        "G14", "rectification_overdue", "event", county.records.overdue,
        "整改到期未办结", "a rectification past due and still open",
    )  # fmt: skip
    if county.tip_offs.empty_village not in set(enterprises["village_code"]):
        yield _plant(
            "G15", "no_register", "village", [county.tip_offs.empty_village],
            "有举报而无在册企业", "a tip-off where the register knows nobody",
        )  # fmt: skip


def _border_gap(county: County) -> Plant:
    """Return villages on the western border whose enterprises got at most half a check each."""
    villages = county.settlements.villages
    border = western_border(county.terrain.county)
    away = shapely.distance(shapely.points(villages[["x", "y"]].to_numpy(float)), border)
    near = {str(code) for code in villages["code"].to_numpy()[away <= _ON_THE_BORDER_M]}
    there = county.enterprises[county.enterprises["village_code"].isin(near)]
    checks = _campaign_checks(county)["row"].value_counts()
    checked = there.index.to_series().map(checks).fillna(0)
    density = checked.groupby(there["village_code"]).mean()
    return _plant(
        "G11", "border_neglected", "village", sorted(density.index[density <= _SELDOM]),
        "西部边界带内检查少于全县", "in the western border zone and checked less than the county",
    )  # fmt: skip


def _clusters(county: County) -> Iterator[Plant]:
    for index, cluster in enumerate(county.clusters):
        members = county.enterprises[county.enterprises["cluster"] == index]
        yield _plant(
            "cluster", cluster.name_zh, "enterprise", _called(members),
            f"问题{cluster.product}聚集:{cluster.name_zh}",
            f"problem {cluster.product} within {cluster.radius_m:.0f} m of its centre",
        )  # fmt: skip
    supplied = county.enterprises[
        (county.enterprises["cluster"] == 1) & (county.enterprises["supplier"] == SHARED_SUPPLIER)
    ]
    yield _plant(
        "cause", "shared_supplier", "enterprise", _called(supplied),
        f"同一散酒供货商:{SHARED_SUPPLIER}", "members of the second cluster share a supplier",
    )  # fmt: skip
    over, blind = (
        county.enterprises.loc[county.enterprises["township"] == name, "township_code"].iloc[0]
        for name in (OVERVISITED, UNVISITED)
    )
    yield _plant(
        "trap", "overvisited", "township", [over],
        "检查多三倍而问题率相同", "three times the checks, the same problem rate",
    )  # fmt: skip
    yield _plant(
        "trap", "blind", "township", [blind],
        "几乎未检查,不能算好", "hardly visited: blind, not good",
    )  # fmt: skip


def _doubles(county: County) -> Iterator[Plant]:
    said = {
        "same_name_and_address": ("同名同址,换了代码", "the same name and address, another code"),
        "same_door": ("相距约9米,名称相近,负责人相同", "one door, names alike, one principal"),
        "same_licence": ("营业执照号相同,名称改过", "the same business licence, another name"),
    }
    for double in county.doubles:
        zh, en = said[double.what]
        rows = county.enterprises.loc[[double.one, double.other]]
        yield _plant("duplicate", double.what, "enterprise", _called(rows), zh, en)


def _unvisited_villages(county: County) -> list[str]:
    """Return villages of the blind township with a placeable enterprise and no campaign check."""
    there = county.enterprises[county.enterprises["township"] == UNVISITED]
    plain = there[(there["hard_kind"] == "") & (there["kind"] != "den")]
    checks = _campaign_checks(county)
    checked = set(county.enterprises["village_code"].reindex(checks["row"]))
    return sorted(set(plain["village_code"]) - checked)


def _campaign_checks(county: County) -> pd.DataFrame:
    records = county.records.table
    return records[
        records["kind"].isin(["visit", "sample_test"])
        & records["occurred_on"].map(lambda day: day >= CAMPAIGN_START)
    ]


def _called(rows: pd.DataFrame) -> list[str]:
    return rows["code"].where(rows["code"] != "", rows["name"]).tolist()
