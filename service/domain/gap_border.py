"""Gaps along a border or an edge of town (G11): where two sides each think it is the other's.

A cell of a border zone or urban fringe is a gap when at least one reason holds: it has no lead
(G3), enterprises in it are overdue (G8), nobody inspected it in the period (G9), or its
enterprises were visited less often than the county's on average. The reasons are printed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from service.domain.gap_model import Cell, CountyDay, Gap, GapKind, Severity, Zone
from service.domain.special_areas import KIND_NAMES

_FIX_ZH: Final = "列入边界带联合检查;与相邻一方商定责任人"
_FIX_EN: Final = "put it on the joint inspection of the zone; agree with the other side who answers"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reason:
    """Why a cell of a zone is a gap, and since when."""

    since: date
    zh: str
    en: str


def neglected(
    day: CountyDay,
    no_lead: Iterable[Gap],
    overdue: Iterable[Gap],
    not_inspected: Iterable[Gap],
) -> Iterator[Gap]:
    """Yield the cells of border zones and urban fringes in which supervision is weak (G11).

    A cell in several zones is one gap that names them all.
    """
    zones: dict[str, list[Zone]] = {}
    for zone in day.zones:
        for code in zone.cells & day.cell_by_code.keys():
            zones.setdefault(code, []).append(zone)
    if not zones:
        return
    lead, late, blind = _by_cell(no_lead), _by_cell(overdue), _by_cell(not_inspected)
    mean = mean_density(day)
    for code in sorted(zones):
        reasons = [
            *(_no_lead(gap) for gap in lead.get(code, [])[:1]),
            *_overdue(late.get(code, [])),
            *(_not_inspected(gap) for gap in blind.get(code, [])[:1]),
            *_rarely_inspected(day, code, mean),
        ]
        if reasons:
            yield _gap(day.cell_by_code[code], zones[code], reasons)


def mean_density(day: CountyDay) -> float | None:
    """Return visits and sample tests of the period for each enterprise in a cell of the county.

    None when no cell has an enterprise. Visits to a cell without enterprises are not counted: they
    are no effort on those that are there.
    """
    enterprises = sum(day.enterprises_by_cell.values())
    visits = sum(day.visits_by_cell.get(code, 0) for code in day.enterprises_by_cell)
    return visits / enterprises if enterprises else None


def _by_cell(gaps: Iterable[Gap]) -> dict[str, list[Gap]]:
    found: dict[str, list[Gap]] = {}
    for gap in gaps:
        if gap.cell_code is not None:
            found.setdefault(gap.cell_code, []).append(gap)
    return found


def _no_lead(gap: Gap) -> _Reason:
    return _Reason(since=gap.since, zh="无网格长(G3)", en="no lead (G3)")


def _overdue(late: list[Gap]) -> Iterator[_Reason]:
    if late:
        yield _Reason(
            since=min(gap.since for gap in late),
            zh=f"{len(late)} 户漏检(G8)",
            en=f"{len(late)} overdue (G8)",
        )


def _not_inspected(gap: Gap) -> _Reason:
    return _Reason(since=gap.since, zh="整格未检(G9)", en="not inspected at all (G9)")


def _rarely_inspected(day: CountyDay, code: str, mean: float | None) -> Iterator[_Reason]:
    enterprises = day.enterprises_by_cell.get(code, 0)
    if mean is None or enterprises == 0:
        return
    density = day.visits_by_cell.get(code, 0) / enterprises
    if density < mean:
        yield _Reason(
            since=max(day.period_from, day.plan_from),
            zh=f"每户检查 {density:.2f} 次,低于全县 {mean:.2f} 次",
            en=f"{density:.2f} visits an enterprise, the county {mean:.2f}",
        )


def _gap(cell: Cell, zones: list[Zone], reasons: list[_Reason]) -> Gap:
    where_zh = "、".join(f"{KIND_NAMES[zone.kind][0]}“{zone.name}”" for zone in zones)
    where_en = ", ".join(f"the {KIND_NAMES[zone.kind][1]} “{zone.name}”" for zone in zones)
    since = min(reason.since for reason in reasons)
    return Gap(
        kind=GapKind.BORDER,
        severity=Severity.HIGH,
        since=max(since, min(zone.since for zone in zones)),
        township_code=cell.township_code,
        cell_code=cell.code,
        measure=float(len(reasons)),
        what_zh=f"网格 {cell.name} 在{where_zh}内:{';'.join(reason.zh for reason in reasons)}",
        what_en=f"cell {cell.code} lies in {where_en}: {'; '.join(r.en for r in reasons)}",
        fix_zh=_FIX_ZH,
        fix_en=_FIX_EN,
        geometry=cell.geometry,
    )
