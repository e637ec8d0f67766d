"""An enterprise's score: a list of reasons whose points add up to it, exactly.

The points follow the six key-unit flags of the county plan; what each weighs stands in the
editable score table. Every reason names its facts in Chinese and English.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from service.domain import scoring_licences
from service.domain.equipment import eliminated_equipment
from service.domain.risk import (
    HIGHEST_CLASS,
    PolicyTable,
    class_of_score,
    days_overdue,
    next_visit_due,
)
from service.domain.scoring_licences import Licence, LicenceFindings
from service.domain.scoring_weights import WeightTable

# What an enterprise did stays on its record for three years.
RECORD_DAYS: Final = 3 * 365
_SIGNS: Final = (
    "violation",
    "complaint",
    "media",
    "control_system",
    "failed_sample",
    "problem_visit",
    "tip_off",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How often something happened, when last, and what the last one said."""

    times: int
    last_on: date
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterMark:
    """The strongest cluster that an enterprise stands in."""

    product: str
    rank: int
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseFacts:
    """Everything that is known about an enterprise on a day and weighs in its score.

    Attributes:
        kind: producer, seller or den.
        is_active: Whether it still works; a closed one owes neither licences nor visits.
        is_precise: Whether it is placed to its village or better.
        record: Signs of the last three years, by name as in the score table.
        rectifications: Those past their date and open, `last_on` the oldest date.
    """

    enterprise_id: int
    kind: str
    product: str
    register_key: str = ""
    is_active: bool = True
    is_precise: bool = True
    attributes: Mapping[str, object] = field(default_factory=dict)
    licences: tuple[Licence, ...] = ()
    record: Mapping[str, Tally] = field(default_factory=dict)
    rectifications: Tally | None = None
    last_visit_on: date | None = None
    cluster: ClusterMark | None = None


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
    for key, times, text_zh, text_en in _facts_that_weigh(facts, findings, weights, on=on):
        points = weights.points(key, times)
        if points:
            yield Reason(key=key, points=points, text_zh=text_zh, text_en=text_en)


_Fact = tuple[str, float, str, str]


def _facts_that_weigh(
    facts: EnterpriseFacts, findings: LicenceFindings, weights: WeightTable, *, on: date
) -> Iterator[_Fact]:
    base = weights.base_key(facts.product)
    yield base, 1, weights.label_zh(base), weights.label_en(base)
    if facts.kind == "den":
        yield "den", 1, "黑窝点,无证无照", "illegal den without licence or code"
    for sign in _SIGNS:
        if sign in facts.record:
            yield _of_sign(sign, facts.record[sign], weights)
    if facts.rectifications is not None:
        yield _of_rectifications(facts.rectifications)
    yield from _of_licences(findings)
    equipment = eliminated_equipment(facts.attributes, on=on)
    if equipment is not None:
        yield "eliminated_equipment", 1, f"淘汰设备:{equipment[0]}", f"eliminated: {equipment[1]}"
    if facts.cluster is not None:
        yield _of_cluster(facts.cluster)
    if not facts.is_precise:
        yield (
            "location_uncertain",
            1,
            "位置只知到乡镇或未定,应先核实地址",
            "known only to its township or not at all: verify the address first",
        )


def _of_sign(sign: str, tally: Tally, weights: WeightTable) -> _Fact:
    day_zh = f"{tally.last_on.year}年{tally.last_on.month}月{tally.last_on.day}日"
    detail_zh = f"({tally.detail})" if tally.detail else ""
    detail_en = f" ({tally.detail})" if tally.detail else ""
    label_zh, label_en = weights.label_zh(sign), weights.label_en(sign)
    return (
        sign,
        tally.times,
        f"{label_zh} {tally.times} 次,最近 {day_zh}{detail_zh}",
        f"{label_en}: {tally.times}, last on {tally.last_on}{detail_en}",
    )


def _of_rectifications(tally: Tally) -> _Fact:
    return (
        "rectification_overdue",
        tally.times,
        f"整改逾期 {tally.times} 项,最早应于 {tally.last_on} 前完成",
        f"{tally.times} rectifications open past their date, the oldest due {tally.last_on}",
    )


def _of_licences(findings: LicenceFindings) -> Iterator[_Fact]:
    if findings.missing:
        names = (
            scoring_licences.names_zh(findings.missing),
            scoring_licences.names_en(findings.missing),
        )
        yield "licence_missing", len(findings.missing), f"缺{names[0]}", f"missing: {names[1]}"
    for key, ends in (
        ("licence_expired", findings.expired),
        ("licence_expiring", findings.expiring),
    ):
        if ends:
            yield _of_ends(key, ends)
    if findings.to_verify:
        names_zh = scoring_licences.names_zh(findings.to_verify)
        names_en = scoring_licences.names_en(findings.to_verify)
        count = len(findings.to_verify)
        yield "licence_to_verify", count, f"待核实:{names_zh}", f"to verify: {names_en}"


def _of_ends(key: str, ends: tuple[tuple[str, date], ...]) -> _Fact:
    verb_zh, verb_en = ("已过期", "expired") if key == "licence_expired" else ("到期", "expires")
    zh = "、".join(f"{scoring_licences.names_zh([kind])} {end} {verb_zh}" for kind, end in ends)
    en = ", ".join(f"{scoring_licences.names_en([kind])} {verb_en} {end}" for kind, end in ends)
    return key, len(ends), zh, en


def _of_cluster(mark: ClusterMark) -> _Fact:
    return (
        "in_cluster",
        1,
        f"位于第 {mark.rank} 号聚集区(p = {mark.p:.3g})",
        f"inside cluster {mark.rank} (p = {mark.p:.3g})",
    )


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
