"""Gaps of work: overdue (G8, G9), high risk unwatched (G10), unanswered (G13), open (G14)."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import numpy as np

from service.domain.gap_model import Cell, CountyDay, Enterprise, Gap, GapKind, Severity
from service.domain.scoring import Score

_ONE_DAY: Final = timedelta(days=1)
_HIGH_RISK: Final = 3
_BY_CLASS: Final = {
    1: Severity.LOW,
    2: Severity.MEDIUM,
    3: Severity.HIGH,
    4: Severity.CRITICAL,
}
_REPORTS_ZH: Final = {"complaint": "投诉", "tip_off": "举报"}
_REPORTS_EN: Final = {"complaint": "complaint", "tip_off": "tip-off"}


def overdue(day: CountyDay) -> Iterator[Gap]:
    """Yield enterprises never inspected, or not within the interval of their class (G8)."""
    for each in day.enterprises:
        score = day.scores[each.enterprise_id]
        if score.days_over is not None and score.days_over <= 0:
            continue
        interval = day.policies.of(each.product, score.risk_class).max_interval_days
        yield Gap(
            kind=GapKind.NOT_INSPECTED,
            severity=_BY_CLASS[score.risk_class],
            since=_overdue_since(day, each, score),
            township_code=each.point_township_code or each.township_code,
            cell_code=each.cell_code,
            enterprise_id=each.enterprise_id,
            measure=None if score.days_over is None else float(score.days_over),
            what_zh=f"{each.name}({score.risk_class} 级)"
            + ("从未检查" if score.days_over is None else f"逾期 {score.days_over} 天未检查"),
            what_en=f"{each.name} (class {score.risk_class}) "
            + (
                "was never inspected" if score.days_over is None else f"{score.days_over} days late"
            ),
            fix_zh=f"立即检查一次;该级别至多间隔 {interval} 天",
            fix_en=f"inspect it now; its class allows {interval} days between visits",
            geometry=each.geometry,
        )


def cells_not_inspected(day: CountyDay) -> Iterator[Gap]:
    """Yield cells with enterprises and without any inspection in the period (G9)."""
    counts = day.enterprises_by_cell
    for code in sorted(counts.keys() - day.visits_by_cell.keys()):
        yield _cell_not_inspected(day, day.cell_by_code[code], counts[code])


def unwatched(
    day: CountyDay,
    no_lead: list[Gap],
    not_inspected: list[Gap],
    overloaded: list[Gap],
) -> Iterator[Gap]:
    """Yield high-risk enterprises that nobody watches: G3 or G9 in their cell, or G5 (G10)."""
    by_cell = {gap.cell_code: gap for gap in not_inspected}
    by_cell |= {gap.cell_code: gap for gap in no_lead}
    by_officer = {gap.officer_id: gap for gap in overloaded}
    for each in day.enterprises:
        if each.cell_code is None or day.scores[each.enterprise_id].risk_class < _HIGH_RISK:
            continue
        lead = day.holders.of(each.cell_code, "lead", each.product)
        cause = by_cell.get(each.cell_code) or (by_officer.get(lead.officer_id) if lead else None)
        if cause is not None:
            yield _unwatched(day, each, cause)


def reports_unanswered(day: CountyDay) -> Iterator[Gap]:
    """Yield complaints and tip-offs without an inspection within the working days allowed (G13).

    Monday to Friday are counted; public holidays are not known here.
    """
    columns = ["enterprise_id", "kind", "occurred_on", "cell_code", "geometry"]
    reports = day.reports[columns].astype(object).where(day.reports[columns].notna(), None)
    for enterprise_id, kind, occurred_on, cell_code, geometry in reports.itertuples(
        index=False, name=None
    ):
        last_day = workdays_after(occurred_on, day.limits.report_workdays)
        if last_day >= day.on:
            continue
        cell = day.cell_by_code.get(cell_code)
        subject = day.register_by_id.get(enterprise_id)
        name = subject.name if subject else (cell.name if cell else "")
        yield Gap(
            kind=GapKind.REPORT_UNANSWERED,
            severity=Severity.CRITICAL,
            since=last_day + _ONE_DAY,
            township_code=cell.township_code if cell else None,
            cell_code=cell_code,
            enterprise_id=enterprise_id,
            measure=float((day.on - last_day).days),
            what_zh=f"{name}:{occurred_on} 的{_REPORTS_ZH[kind]}至今无检查",
            what_en=f"{name}: no inspection since the {_REPORTS_EN[kind]} of {occurred_on}",
            fix_zh="立即核查并答复",
            fix_en="follow it up now and answer",
            geometry=geometry,
        )


def not_closed(day: CountyDay) -> Iterator[Gap]:
    """Yield rectifications past their date, and bans that nobody has looked at again (G14)."""
    columns = ["enterprise_id", "occurred_on", "due_on"]
    late = day.unfinished[day.unfinished["due_on"] < day.on][columns].astype(object)
    known = late.where(late.notna(), None)
    for enterprise_id, ordered_on, due_on in known.itertuples(index=False, name=None):
        yield _open_loop(
            day,
            enterprise_id,
            due_on,
            f"{ordered_on} 责令的整改应于 {due_on} 前完成",
            f"rectification ordered on {ordered_on} was due on {due_on}",
        )
    for enterprise_id, banned_on in day.bans[["enterprise_id", "occurred_on"]].itertuples(
        index=False, name=None
    ):
        due_on = _look_back_due(day, banned_on)
        if due_on < day.on:
            yield _open_loop(
                day,
                int(enterprise_id),
                due_on,
                f"{banned_on} 取缔后未回头看",
                f"not looked at again since it was banned on {banned_on}",
            )


def workdays_after(first: date, days: int) -> date:
    """Return the day that lies a number of working days (Monday to Friday) after another."""
    end = np.busday_offset(np.datetime64(first), days, roll="backward")
    return date.fromisoformat(str(end))


def _overdue_since(day: CountyDay, each: Enterprise, score: Score) -> date:
    if each.last_visit_on is None or score.due_on is None:
        return day.plan_from
    return score.due_on + _ONE_DAY


def _cell_not_inspected(day: CountyDay, cell: Cell, enterprises: int) -> Gap:
    return Gap(
        kind=GapKind.CELL_NOT_INSPECTED,
        severity=Severity.HIGH,
        since=max(day.period_from, day.plan_from),
        township_code=cell.township_code,
        cell_code=cell.code,
        measure=float(enterprises),
        what_zh=f"网格 {cell.name} 有 {enterprises} 户,自 {day.period_from} 起无一次检查",
        what_en=f"cell {cell.code} has {enterprises} enterprises and no visit since "
        f"{day.period_from}",
        fix_zh="安排网格长入格检查",
        fix_en="send its lead to inspect it",
        geometry=cell.geometry,
    )


def _unwatched(day: CountyDay, each: Enterprise, cause: Gap) -> Gap:
    risk_class = day.scores[each.enterprise_id].risk_class
    return Gap(
        kind=GapKind.HIGH_RISK_UNWATCHED,
        severity=Severity.CRITICAL,
        since=cause.since,
        township_code=each.point_township_code or each.township_code,
        cell_code=each.cell_code,
        enterprise_id=each.enterprise_id,
        measure=float(risk_class),
        what_zh=f"{each.name}({risk_class} 级)无人看管:{cause.what_zh}",
        what_en=f"{each.name} (class {risk_class}) is unwatched: {cause.what_en}",
        fix_zh=cause.fix_zh,
        fix_en=cause.fix_en,
        geometry=each.geometry,
    )


def _look_back_due(day: CountyDay, banned_on: date) -> date:
    due_on = banned_on + timedelta(days=day.limits.look_back_days)
    return due_on if day.campaign_ends_on is None else min(due_on, day.campaign_ends_on)


def _open_loop(
    day: CountyDay, enterprise_id: int | None, due_on: date, what_zh: str, what_en: str
) -> Gap:
    each = day.register_by_id.get(enterprise_id) if enterprise_id is not None else None
    name = f"{each.name}:" if each else ""
    return Gap(
        kind=GapKind.NOT_CLOSED,
        severity=Severity.HIGH,
        since=due_on + _ONE_DAY,
        township_code=(each.point_township_code or each.township_code) if each else None,
        cell_code=each.cell_code if each else None,
        enterprise_id=enterprise_id,
        measure=float((day.on - due_on).days),
        what_zh=f"{name}{what_zh}",
        what_en=f"{name}{what_en}",
        fix_zh="复查并销号",
        fix_en="look again and close it",
        geometry=each.geometry if each else None,
    )
