"""Whom to visit next: enterprises in order of their score, each with what to check there."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pandas as pd
from pandas import DataFrame

from service.domain.holders import Holders
from service.domain.scoring import Score
from service.domain.scoring_weights import DEFAULT_WEIGHTS

__all__ = ["DEFAULT_WEIGHTS", "rank", "what_to_check"]

# What a reason on the list asks the visitor to look at; in the order in which it is printed.
_CHECKS: Final[dict[str, tuple[str, str]]] = {
    "location_uncertain": ("核实生产经营地址", "verify where it stands"),
    "den": ("核查窝点是否恢复生产", "see whether the den works again"),
    "failed_sample": ("复检不合格项目", "test again what failed"),
    "rectification_overdue": ("复查整改是否完成", "see whether rectification is done"),
    "violation": ("核查违法行为是否再犯", "see whether the violation recurs"),
    "licence_missing": ("查验证照原件", "ask for the missing licences"),
    "licence_expired": ("查验换证情况", "ask for the renewed licences"),
    "control_system": ("查质量控制体系运行记录", "read the quality control records"),
    "eliminated_equipment": ("查设备是否拆除", "see whether the equipment is gone"),
    "tip_off": ("核实举报线索", "follow up the tip-offs"),
    "complaint": ("核实投诉处理", "see how complaints were handled"),
    "media": ("核实媒体曝光问题", "see what the media reported"),
    "licence_to_verify": ("核实待查证照", "find out whether more licences are needed"),
    "licence_expiring": ("提醒换证", "remind of renewal"),
}
_BY_PRODUCT: Final[dict[str, tuple[str, str]]] = {
    "baijiu": ("查原酒来源、酒精度与标签", "source of spirit, alcohol content and labels"),
    "fertiliser": ("查养分含量与包装标识", "nutrient content and bag labels"),
    "cement": ("查强度检验与出厂记录", "strength tests and dispatch records"),
}
_MOST_CHECKS: Final = 4


def rank(register: DataFrame, scores: Mapping[int, Score], holders: Holders) -> DataFrame:
    """Order the register by score, in the county and in each cell.

    Equal scores are ordered by the day the visit is due, then by register key, so that the order
    is the same on every run. Enterprises in no cell are ranked among themselves.

    Args:
        register: enterprise_id, register_key, product, cell_code of every enterprise.
        scores: A score for each of them, by enterprise_id.
        holders: The holders of the day.

    Returns:
        enterprise_id, cell_code, officer_id (the cell's lead for the product, missing if none),
        rank_in_cell, rank_in_county, score, risk_class, due_on, check_zh, check_en, reasons; in
        order of rank_in_county.
    """
    columns = ["enterprise_id", "register_key", "product", "cell_code"]
    rows = [
        _row(int(enterprise_id), key, product, None if pd.isna(cell) else cell, scores, holders)
        for enterprise_id, key, product, cell in register[columns].itertuples(
            index=False, name=None
        )
    ]
    rows.sort(key=_order)
    seen: dict[object, int] = {}
    for position, row in enumerate(rows, start=1):
        row["rank_in_county"] = position
        row["rank_in_cell"] = seen[row["cell_code"]] = seen.get(row["cell_code"], 0) + 1
    table = DataFrame(rows, columns=[*_COLUMNS])
    table["officer_id"] = table["officer_id"].astype("Int64")
    return table


def what_to_check(product: str, score: Score) -> tuple[str, str]:
    """Return what to look at on the visit, the most pressing first, in Chinese and English."""
    keys = {reason.key for reason in score.reasons}
    checks = [check for key, check in _CHECKS.items() if key in keys]
    if product in _BY_PRODUCT:
        checks.insert(min(len(checks), _MOST_CHECKS - 1), _BY_PRODUCT[product])
    if not checks:
        checks = [("全面检查", "full inspection")]
    kept = checks[:_MOST_CHECKS]
    return ";".join(zh for zh, _ in kept), "; ".join(en for _, en in kept)


_COLUMNS: Final = (
    "enterprise_id",
    "cell_code",
    "officer_id",
    "rank_in_cell",
    "rank_in_county",
    "score",
    "risk_class",
    "due_on",
    "check_zh",
    "check_en",
    "reasons",
)


def _row(
    enterprise_id: int,
    register_key: str,
    product: str,
    cell_code: str | None,
    scores: Mapping[int, Score],
    holders: Holders,
) -> dict[str, Any]:
    score = scores[enterprise_id]
    lead = holders.of(cell_code, "lead", product)
    check_zh, check_en = what_to_check(product, score)
    return {
        "enterprise_id": enterprise_id,
        "register_key": register_key,
        "cell_code": cell_code,
        "officer_id": lead.officer_id if lead else None,
        "score": score.total,
        "risk_class": score.risk_class,
        "due_on": score.due_on,
        "check_zh": check_zh,
        "check_en": check_en,
        "reasons": [reason.as_dict() for reason in score.reasons],
    }


def _order(row: Mapping[str, Any]) -> tuple[float, date, str]:
    due_on = row["due_on"]
    return -row["score"], due_on if isinstance(due_on, date) else date.max, str(row["register_key"])
