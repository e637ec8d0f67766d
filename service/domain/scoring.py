"""An enterprise's score: a list of reasons whose points add up to it, exactly.

The points follow the six key-unit flags of the county plan; what each weighs stands in the
editable score table. Every reason names its facts in Chinese and English.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from service.domain import scoring_licences
from service.domain.risk import (
    HIGHEST_CLASS,
    PolicyTable,
    class_of_score,
    days_overdue,
    next_visit_due,
)
from service.domain.scoring_facts import EnterpriseFacts
from service.domain.scoring_licences import LicenceFindings
from service.domain.scoring_lines import facts_that_weigh
from service.domain.scoring_weights import WeightTable

# What an enterprise did stays on its record for three years.
RECORD_DAYS: Final = 3 * 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One line of a score."""

    key: str
    points: float
    text_zh: str
    text_en: str

    def as_dict(self) -> dict[str, object]:
        """Return the line as it is stored."""
        return {
            "key": self.key,
            "points": self.points,
            "text_zh": self.text_zh,
            "text_en": self.text_en,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A score taken apart; `total` is the sum of the points of `reasons`.

    Attributes:
        risk_class: 1 to 4; 4 for a den whatever its score.
        due_on: The day by which the next visit is due; None for a closed enterprise.
        days_over: Days that the visit is late by, 0 or less when it is not; None if there has
            never been one.
    """

    enterprise_id: int
    total: float
    risk_class: int
    due_on: date | None
    days_over: int | None
    reasons: tuple[Reason, ...]
    licences: LicenceFindings


def score(
    facts: EnterpriseFacts, weights: WeightTable, policies: PolicyTable, *, on: date
) -> Score:
    """Score an enterprise on a day.

    The points for a late visit come from the interval of the class that all other points give;
    the class of the result can only be higher, and its shorter interval gives `due_on`.
    """
    findings = _licences(facts, on=on)
    reasons = list(_lines(facts, findings, weights, on=on))
    provisional = _class(facts, _sum(reasons))
    if facts.is_active:
        reasons += _overdue(facts, provisional, weights, policies, on=on)
    reasons += _cap(reasons, weights)
    total = _sum(reasons)
    risk_class = _class(facts, total)
    policy = policies.of(facts.product, risk_class)
    due_on = next_visit_due(facts.last_visit_on, policy, on=on) if facts.is_active else None
    return Score(
        enterprise_id=facts.enterprise_id,
        total=total,
        risk_class=risk_class,
        due_on=due_on,
        days_over=days_overdue(facts.last_visit_on, policy, on=on),
        reasons=tuple(reasons),
        licences=findings,
    )


def _sum(reasons: list[Reason]) -> float:
    # Each line is a whole number of tenths, so their sum is one too.
    return round(sum(reason.points for reason in reasons), 1)


def _class(facts: EnterpriseFacts, total: float) -> int:
    return HIGHEST_CLASS if facts.kind == "den" else class_of_score(total)


def _licences(facts: EnterpriseFacts, *, on: date) -> LicenceFindings:
    if not facts.is_active:
        return LicenceFindings()
    return scoring_licences.examine(
        facts.kind, facts.product, facts.attributes, facts.licences, on=on
    )


def _lines(
    facts: EnterpriseFacts, findings: LicenceFindings, weights: WeightTable, *, on: date
) -> Iterator[Reason]:
    """Yield every line but the late visit and the cap; those of no points are left out."""
    for key, times, text_zh, text_en in facts_that_weigh(facts, findings, weights, on=on):
        points = weights.points(key, times)
        if points:
            yield Reason(key=key, points=points, text_zh=text_zh, text_en=text_en)


def _overdue(
    facts: EnterpriseFacts,
    risk_class: int,
    weights: WeightTable,
    policies: PolicyTable,
    *,
    on: date,
) -> Iterator[Reason]:
    """Yield the line of a late visit: full points when never visited or one interval late."""
    policy = policies.of(facts.product, risk_class)
    days_over = days_overdue(facts.last_visit_on, policy, on=on)
    if days_over is None:
        share, zh, en = 1.0, "从未检查", "never inspected"
    elif days_over > 0:
        share = min(1.0, days_over / policy.max_interval_days)
        zh, en = _time_since(facts.last_visit_on, policy.max_interval_days, on=on)
    else:
        return
    points = weights.points("overdue_inspection", share)
    if points:
        yield Reason(key="overdue_inspection", points=points, text_zh=zh, text_en=en)


def _time_since(last_visit_on: date | None, interval: int, *, on: date) -> tuple[str, str]:
    days = (on - last_visit_on).days if last_visit_on else 0
    months = round(days / 30.44)
    return (
        f"{months} 个月未检查(上次 {last_visit_on},至多间隔 {interval} 天)",
        f"not inspected for {months} months (last {last_visit_on}, at most {interval} days apart)",
    )


def _cap(reasons: list[Reason], weights: WeightTable) -> Iterator[Reason]:
    over = round(_sum(reasons) - weights.ceiling, 1)
    if over > 0:
        yield Reason(
            key="cap",
            points=-over,
            text_zh=f"总分封顶 {weights.ceiling:g} 分",
            text_en=f"the total is capped at {weights.ceiling:g}",
        )
