"""The facts that weigh in a score, each in a sentence of Chinese and of English."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from service.domain import scoring_licences
from service.domain.equipment import eliminated_equipment
from service.domain.scoring_facts import ClusterMark, EnterpriseFacts, Tally
from service.domain.scoring_licences import LicenceFindings
from service.domain.scoring_weights import WeightTable

_SIGNS: Final = (
    "violation",
    "complaint",
    "media",
    "control_system",
    "failed_sample",
    "problem_visit",
    "tip_off",
)

Fact = tuple[str, float, str, str]
"""Name in the score table, how many times, and the facts in Chinese and English."""


def facts_that_weigh(
    facts: EnterpriseFacts, findings: LicenceFindings, weights: WeightTable, *, on: date
) -> Iterator[Fact]:
    """Yield all that weighs in a score but the late visit, as the score table names it."""
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


def _of_sign(sign: str, tally: Tally, weights: WeightTable) -> Fact:
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


def _of_rectifications(tally: Tally) -> Fact:
    return (
        "rectification_overdue",
        tally.times,
        f"整改逾期 {tally.times} 项,最早应于 {tally.last_on} 前完成",
        f"{tally.times} rectifications open past their date, the oldest due {tally.last_on}",
    )


def _of_licences(findings: LicenceFindings) -> Iterator[Fact]:
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


def _of_ends(key: str, ends: tuple[tuple[str, date], ...]) -> Fact:
    verb_zh, verb_en = ("已过期", "expired") if key == "licence_expired" else ("到期", "expires")
    zh = "、".join(f"{scoring_licences.names_zh([kind])} {end} {verb_zh}" for kind, end in ends)
    en = ", ".join(f"{scoring_licences.names_en([kind])} {verb_en} {end}" for kind, end in ends)
    return key, len(ends), zh, en


def _of_cluster(mark: ClusterMark) -> Fact:
    return (
        "in_cluster",
        1,
        f"位于第 {mark.rank} 号聚集区(p = {mark.p:.3g})",
        f"inside cluster {mark.rank} (p = {mark.p:.3g})",
    )
