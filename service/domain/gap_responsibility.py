"""Gaps of people: no lead (G3), no second officer (G4), too much work (G5), too far (G12)."""

from collections.abc import Iterator
from typing import Final

import shapely

from service.domain.gap_loads import Workload, Workloads, distance_km, relief_en, relief_zh
from service.domain.gap_model import Cell, CountyDay, Gap, GapKind, Severity
from service.domain.gap_tenure import Tenures
from service.domain.holders import ALL_MATTERS, Holder

# Visits a month; less is rounded away.
_WORTH_SAYING: Final = 0.05


def cells_without_lead(day: CountyDay, loads: Workloads, tenures: Tenures) -> Iterator[Gap]:
    """Yield cells that no enforcement officer leads for a product found in them (G3).

    In a cell without enterprises any lead will do. A lead who may not enforce is none.
    """
    for cell in day.cell_by_code.values():
        vacant = frozenset(
            matter for matter in _matters(day, cell) if not _enforces(_lead(day, cell, matter))
        )
        if vacant:
            yield _no_lead(day, cell, vacant, loads, tenures)


def cells_without_second(day: CountyDay, tenures: Tenures) -> Iterator[Gap]:
    """Yield cells without a second enforcement officer beside the lead (G4).

    An inspection takes two people with certificates; the lead cannot be both.
    """
    for cell in day.cell_by_code.values():
        vacant = frozenset(
            matter for matter in _matters(day, cell) if not _has_second(day, cell, matter)
        )
        if not vacant:
            continue
        vacancy = tenures.vacancy(cell.code, "second", vacant)
        yield Gap(
            kind=GapKind.ONE_OFFICER,
            severity=Severity.MEDIUM,
            since=vacancy.since,
            township_code=cell.township_code,
            cell_code=cell.code,
            what_zh=f"网格 {cell.name} 没有第二名执法人员({vacancy.why_zh})",
            what_en=f"cell {cell.code} has no second enforcement officer ({vacancy.why_en})",
            fix_zh="任命本乡镇另一名执法人员为第二责任人",
            fix_en="name another enforcement officer of the township as second",
            geometry=cell.geometry,
        )


def overloads(day: CountyDay, loads: Workloads) -> Iterator[Gap]:
    """Yield officers whose cells require more visits a month than they can make (G5)."""
    for each in loads.all:
        if each.required > each.capacity:
            yield _overload(day, each, loads)


def far_cells(day: CountyDay, loads: Workloads) -> Iterator[Gap]:
    """Yield cells farther from their lead's office than the limit, in a straight line (G12)."""
    offices = {each.officer_id: each for each in loads.all}
    for cell in day.cell_by_code.values():
        leads = {holder.officer_id: holder for holder in _leads(day, cell)}
        for officer_id, holder in sorted(leads.items()):
            office = offices.get(officer_id)
            if office is None or office.lon is None or office.lat is None:
                continue
            km = distance_km(cell.lon, cell.lat, office.lon, office.lat)
            if km > day.limits.far_km:
                yield _far(day, cell, office, holder, km)


def _matters(day: CountyDay, cell: Cell) -> frozenset[str]:
    return day.products_by_cell.get(cell.code, frozenset({ALL_MATTERS}))


def _leads(day: CountyDay, cell: Cell) -> list[Holder]:
    found = (_lead(day, cell, matter) for matter in sorted(_matters(day, cell)))
    return [holder for holder in found if holder is not None]


def _lead(day: CountyDay, cell: Cell, matter: str) -> Holder | None:
    return _of(day, cell, "lead", matter)


def _of(day: CountyDay, cell: Cell, duty: str, matter: str) -> Holder | None:
    holder = day.holders.of(cell.code, duty, matter)
    if holder is None and matter == ALL_MATTERS:
        held = day.holders.by_matter(cell.code, duty)
        return next((held[each] for each in sorted(held)), None)
    return holder


def _enforces(holder: Holder | None) -> bool:
    return holder is not None and holder.is_enforcement


def _has_second(day: CountyDay, cell: Cell, matter: str) -> bool:
    lead, second = _lead(day, cell, matter), _of(day, cell, "second", matter)
    if second is None or not second.is_enforcement:
        return False
    return lead is None or lead.officer_id != second.officer_id


def _no_lead(
    day: CountyDay, cell: Cell, vacant: frozenset[str], loads: Workloads, tenures: Tenures
) -> Gap:
    vacancy = tenures.vacancy(cell.code, "lead", vacant)
    needed = loads.required_by_cell.get(cell.code, 0.0)
    relief = loads.nearest_relief(cell.lon, cell.lat, needed=needed)
    matters_zh, matters_en = ("", "")
    if ALL_MATTERS not in vacant and vacant != _matters(day, cell):
        matters_zh, matters_en = (
            f"({'、'.join(sorted(vacant))})",
            f" for {', '.join(sorted(vacant))}",
        )
    helper_zh, helper_en = _helpers(day, cell)
    return Gap(
        kind=GapKind.NO_LEAD,
        severity=Severity.HIGH,
        since=vacancy.since,
        township_code=cell.township_code,
        cell_code=cell.code,
        what_zh=f"网格 {cell.name} 自 {vacancy.since} 起没有网格长{matters_zh}({vacancy.why_zh}"
        f"{helper_zh})",
        what_en=f"cell {cell.code} has had no lead{matters_en} since {vacancy.since} "
        f"({vacancy.why_en}{helper_en})",
        fix_zh=f"任命网格长;{relief_zh(relief)}",
        fix_en=f"name a lead; {relief_en(relief)}",
        geometry=cell.geometry,
    )


def _helpers(day: CountyDay, cell: Cell) -> tuple[str, str]:
    """Say that only a coordinator is there, who may report and not enforce."""
    has_coordinator = bool(day.holders.by_matter(cell.code, "coordinator"))
    has_second = bool(day.holders.by_matter(cell.code, "second"))
    if has_coordinator and not has_second:
        return ",仅有协管员", ", only a coordinator"
    return "", ""


def _overload(day: CountyDay, each: Workload, loads: Workloads) -> Gap:
    excess = each.required - each.capacity
    code = _cell_to_hand_over(each, excess)
    cell = day.cell_by_code[code]
    relief = loads.nearest_relief(
        cell.lon, cell.lat, needed=each.by_cell[code], besides=frozenset({each.officer_id})
    )
    load = f"{each.required:.1f} / {each.capacity:.1f}"
    more_zh, more_en = _possibly_more(each)
    led = [day.cell_by_code[code].geometry for code in sorted(each.by_cell)]
    return Gap(
        kind=GapKind.OVERLOAD,
        severity=Severity.MEDIUM,
        since=day.plan_from,
        township_code=cell.township_code,
        officer_id=each.officer_id,
        measure=excess,
        what_zh=f"{each.name} 每月应检 {load} 次(应检 / 能力),{each.enterprises} 户{more_zh}",
        what_en=f"{each.name} must make {load} visits a month (required / capacity), "
        f"{each.enterprises} enterprises{more_en}",
        fix_zh=f"移交网格 {cell.name}(每月 {each.by_cell[code]:.1f} 次);{relief_zh(relief)}",
        fix_en=f"hand over cell {code} ({each.by_cell[code]:.1f} visits a month); "
        f"{relief_en(relief)}",
        geometry=shapely.union_all(led),
    )


def _possibly_more(each: Workload) -> tuple[str, str]:
    """Say what enterprises that nobody can place in a cell may add."""
    if each.possible < _WORTH_SAYING:
        return "", ""
    return (
        f";另有只知乡镇的企业,可能再加 {each.possible:.1f} 次",
        f"; enterprises known only to their township may add {each.possible:.1f}",
    )


def _cell_to_hand_over(each: Workload, excess: float) -> str:
    """Return the lightest cell that takes the excess away, or the heaviest if none does."""
    enough = [(visits, code) for code, visits in each.by_cell.items() if visits >= excess]
    if enough:
        return min(enough)[1]
    return max((visits, code) for code, visits in each.by_cell.items())[1]


def _far(day: CountyDay, cell: Cell, office: Workload, holder: Holder, km: float) -> Gap:
    return Gap(
        kind=GapKind.FAR_AWAY,
        severity=Severity.MEDIUM,
        since=max(holder.since, day.plan_from),
        township_code=cell.township_code,
        cell_code=cell.code,
        officer_id=office.officer_id,
        measure=km,
        what_zh=f"网格 {cell.name} 距 {office.name} 驻地直线 {km:.1f} 公里",
        what_en=f"cell {cell.code} is {km:.1f} km in a straight line from {office.name}'s office",
        fix_zh="改由更近的人员负责,或设工作点",
        fix_en="give it to somebody nearer, or set up a work point",
        geometry=cell.geometry,
    )
