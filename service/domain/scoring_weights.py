"""The score table: what each fact weighs, and the most it can give. A county may edit it.

The weights are a proposal of ours, not taken from any regulation.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreWeight:
    """One line: points per occurrence, the most they add up to, and what it is called."""

    key: str
    points: float
    max_points: float
    label_zh: str
    label_en: str


def _line(key: str, points: float, max_points: float, label_zh: str, label_en: str) -> ScoreWeight:
    return ScoreWeight(
        key=key, points=points, max_points=max_points, label_zh=label_zh, label_en=label_en
    )


DEFAULT_WEIGHTS: Final = (
    _line("base_baijiu", 20, 20, "白酒基础分", "base for baijiu"),
    _line("base_fertiliser", 18, 18, "化肥基础分", "base for fertiliser"),
    _line("base_cement", 16, 16, "水泥基础分", "base for cement"),
    _line("base_other", 15, 15, "其他产品基础分", "base for other products"),
    _line("violation", 10, 20, "K1 违法记录", "K1 violations on record"),
    _line("complaint", 3, 12, "K2 消费者投诉", "K2 consumer complaints"),
    _line("media", 8, 8, "K3 媒体曝光", "K3 exposed by the media"),
    _line("control_system", 10, 10, "K4 质量控制体系缺陷", "K4 weak quality control system"),
    _line("failed_sample", 12, 24, "K5 抽检不合格", "K5 failed sample tests"),
    _line("den", 20, 20, "K6 黑窝点", "K6 illegal den"),
    _line("problem_visit", 4, 12, "检查发现问题", "visits that found problems"),
    _line("tip_off", 3, 6, "举报线索", "tip-offs"),
    _line("rectification_overdue", 5, 10, "整改逾期未闭环", "rectification past its date"),
    _line("licence_missing", 25, 25, "证照缺失", "licence missing"),
    _line("licence_expired", 10, 10, "证照过期", "licence expired"),
    _line("licence_expiring", 4, 4, "证照将到期", "licence about to expire"),
    _line("licence_to_verify", 1, 2, "证照待核实", "licence to be verified"),
    _line("eliminated_equipment", 15, 15, "淘汰设备", "eliminated equipment"),
    _line("overdue_inspection", 10, 10, "逾期未检查", "inspection overdue"),
    _line("in_cluster", 6, 6, "位于聚集区", "inside a cluster"),
    _line("location_uncertain", -5, -5, "位置不确定", "location uncertain"),
    _line("cap", 0, 100, "总分封顶", "total capped"),
)


class WeightTable:
    """The weights of a county by key; the defaults stand in for lines that it lacks."""

    def __init__(self, weights: Iterable[ScoreWeight] = ()) -> None:
        """Keep the weights by their key."""
        self._by_key = {weight.key: weight for weight in (*DEFAULT_WEIGHTS, *weights)}

    def base_key(self, product: str) -> str:
        """Return the key of the base points of a product."""
        key = f"base_{product}"
        return key if key in self._by_key else "base_other"

    def points(self, key: str, times: float = 1) -> float:
        """Return what a fact gives that holds `times` times, capped, to a tenth of a point."""
        weight = self._by_key[key]
        given = weight.points * times
        limit = abs(weight.max_points)
        return round(max(-limit, min(limit, given)), 1)

    @property
    def ceiling(self) -> float:
        """The most that an enterprise can score."""
        return self._by_key["cap"].max_points

    def label_zh(self, key: str) -> str:
        """Return the Chinese name of a line."""
        return self._by_key[key].label_zh

    def label_en(self, key: str) -> str:
        """Return the English name of a line."""
        return self._by_key[key].label_en
