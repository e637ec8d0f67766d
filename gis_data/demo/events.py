"""The file of quality records: checks and incidents in the words that a county writes."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from gis_data.demo.facts import (
    AS_OF,
    CAMPAIGN_START,
    OFFICER_LEFT_ON,
    stream,
)

KIND_ZH = {
    "visit": "检查",
    "sample_test": "抽检",
    "violation": "违法",
    "complaint": "投诉",
    "tip_off": "举报",
    "media": "曝光",
    "control_system": "质控体系",
}
_FAILED_TESTS = {
    "baijiu": ("酒精度", "固形物", "总酸", "标签"),
    "fertiliser": ("总养分", "有效磷", "水溶性磷", "包装标识"),
    "cement": ("28天强度", "安定性", "三氧化硫", "包装标识"),
}
_FINDINGS = ("进货台账缺失", "未建立出厂检验记录", "生产条件不符", "超范围生产", "库房管理混乱")
_RESULT_ZH = {
    "violation": "立案查处",
    "complaint": "消费者投诉质量问题",
    "tip_off": "群众举报疑似制假",
    "media": "媒体曝光",
    "control_system": "质量安全控制体系运转失效",
}
_LEVELS = ("县", "市", "省")
_LEVEL_SHARE = (0.5, 0.25, 0.25)
_DISPOSITIONS = ("规范", "规范", "规范", "办证", "取缔")
_DAYS_TO_CORRECT, _DAYS_USED = (25, 61), (5, 25)
_CLOSED_EARLY = 0.6
_OVERDUE = 6  # planted for G14: past due and not closed


@dataclass(frozen=True, slots=True)
class Records:
    """Events in the order of their keys.

    Columns: event_key, row (-1: only a point), kind, product, occurred_on, is_problem, result,
    inspector, level, due_on, closed_on, disposition, lon, lat. `overdue` are the keys for G14.
    """

    table: pd.DataFrame
    overdue: tuple[str, ...]


def write_records(
    seed: int,
    enterprises: pd.DataFrame,
    happened: pd.DataFrame,
    leads: dict[str, str],
    stand_ins: dict[str, str],
) -> Records:
    """Describe what happened.

    Args:
        seed: The county's seed.
        enterprises: As built.
        happened: Checks and incidents together.
        leads: Village code → staff number of the lead.
        stand_ins: Staff number of one who left → of the colleague who went instead.
    """
    rng = stream(seed, "records")
    ordered = happened.sort_values(["occurred_on", "row", "kind"], kind="stable")
    table = ordered.reset_index(drop=True)
    table["event_key"] = [f"QS{n:05d}" for n in range(1, len(table) + 1)]
    described = [
        _described(rng, event, enterprises, leads, stand_ins) for event in table.to_dict("records")
    ]
    dens = frozenset(enterprises.index[enterprises["kind"] == "den"])
    rectified = [
        _rectification(rng, event, is_den=event["row"] in dens)
        for event in table.to_dict("records")
    ]
    table = pd.concat(
        [table, pd.DataFrame(described), pd.DataFrame(rectified, dtype="object")], axis=1
    )
    overdue = _plant_overdue(table)
    return Records(table, tuple(table.loc[overdue, "event_key"]))


def _described(
    rng: np.random.Generator,
    event: dict[Hashable, Any],
    enterprises: pd.DataFrame,
    leads: dict[str, str],
    stand_ins: dict[str, str],
) -> dict[str, Any]:
    level = str(rng.choice(_LEVELS, p=_LEVEL_SHARE))
    choice = int(rng.integers(0, 1_000))
    if event["row"] < 0:
        return {"product": "", "result": _RESULT_ZH["tip_off"], "inspector": "", "level": "县"}
    product = str(enterprises.loc[event["row"], "product"])
    lead = leads[str(enterprises.loc[event["row"], "village_code"])]
    if event["occurred_on"] >= OFFICER_LEFT_ON:
        lead = stand_ins.get(lead, lead)
    checked = event["kind"] in {"visit", "sample_test"}
    return {
        "product": product,
        "result": _result(event, product, choice),
        "inspector": lead if checked else "",
        "level": level if event["kind"] == "sample_test" else "县",
    }


def _result(event: dict[Hashable, Any], product: str, choice: int) -> str:
    if event["kind"] not in {"visit", "sample_test"}:
        return _RESULT_ZH[event["kind"]]
    is_test = event["kind"] == "sample_test"
    if not event["is_problem"]:
        return "合格" if is_test else "未发现问题"
    if is_test:
        return f"不合格:{_FAILED_TESTS[product][choice % 4]}"
    return f"发现问题:{_FINDINGS[choice % len(_FINDINGS)]}"


def _rectification(
    rng: np.random.Generator, event: dict[Hashable, Any], *, is_den: bool
) -> dict[str, Any]:
    """Return due_on, closed_on, disposition; whatever has fallen due was closed in time."""
    allowed, used = int(rng.integers(*_DAYS_TO_CORRECT)), int(rng.integers(*_DAYS_USED))
    choice, early = int(rng.integers(len(_DISPOSITIONS))), rng.random() < _CLOSED_EARLY
    nothing = {"due_on": None, "closed_on": None, "disposition": ""}
    if not event["is_problem"] or event["kind"] not in {"visit", "sample_test", "violation"}:
        return nothing
    finished = event["occurred_on"] + timedelta(days=used)
    if is_den:
        shut = event["closed"] and finished <= AS_OF
        return nothing | ({"closed_on": finished, "disposition": "取缔"} if shut else {})
    due = event["occurred_on"] + timedelta(days=allowed)
    closed = finished <= AS_OF and (due <= AS_OF or early)
    word = _DISPOSITIONS[choice] if closed else ""
    return {"due_on": due, "closed_on": finished if closed else None, "disposition": word}


def _plant_overdue(table: pd.DataFrame) -> pd.Index:
    """Reopen a few failed tests of March whose deadline has passed."""
    past = table["due_on"].map(lambda day: isinstance(day, date) and day < AS_OF)
    recent = table["occurred_on"].map(lambda day: day >= CAMPAIGN_START)
    chosen = table.index[past & recent & table["kind"].isin(["visit", "sample_test"])][:_OVERDUE]
    table.loc[chosen, "closed_on"] = None
    table.loc[chosen, "disposition"] = ""
    return chosen
