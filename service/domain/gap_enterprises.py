"""Gaps of the register: in no one cell (G6), in another township (G7), without a licence (G16)."""

from collections.abc import Iterator
from datetime import date, timedelta

from service.domain import scoring_licences
from service.domain.gap_model import CountyDay, Enterprise, Gap, GapKind, Severity
from service.domain.places import PIN_LEVELS, RADIUS_M, Level
from service.domain.scoring_licences import LicenceFindings

_ONE_DAY = timedelta(days=1)
_WHERE_ZH = {"township": "只知所在乡镇", "county": "只知在本县"}
_WHERE_EN = {"township": "known only to its township", "county": "known only to its county"}


def not_in_one_cell(day: CountyDay) -> Iterator[Gap]:
    """Yield enterprises that are in no cell, or in two, with the reason (G6).

    One whose place is known only to its township belongs to the township, not to a cell; one on
    the edge between two cells is in the one with the lower code.
    """
    for each in day.enterprises:
        reason = _why_not_in_one_cell(each)
        if reason is None:
            continue
        what_zh, what_en, fix_zh, fix_en = reason
        yield Gap(
            kind=GapKind.NOT_IN_A_CELL,
            severity=Severity.HIGH,
            since=day.plan_from,
            township_code=each.seen_in_township,
            cell_code=each.cell_code,
            enterprise_id=each.enterprise_id,
            what_zh=f"{each.name}:{what_zh}",
            what_en=f"{each.name}: {what_en}",
            fix_zh=fix_zh,
            fix_en=fix_en,
            geometry=each.geometry,
        )


def in_another_township(day: CountyDay) -> Iterator[Gap]:
    """Yield enterprises that stand in another township than the register says (G7).

    Only places known to their village or better can contradict the register, and points of the
    register that its own addresses contradict. A village's point beyond the border of the very
    township that the address names says something of the point, not of the enterprise. Where the
    point may be hundreds of metres off, the finding says so.
    """
    for each in day.enterprises:
        stands_in = each.point_township_code or each.disputed_township_code
        registered = each.township_code
        if stands_in is None or registered is None or stands_in == registered:
            continue
        if _is_doubtful(each):
            continue
        doubt_zh, doubt_en = _doubt(each)
        said, found = (_named(day, code) for code in (registered, stands_in))
        yield Gap(
            kind=GapKind.OTHER_TOWNSHIP,
            severity=Severity.MEDIUM,
            since=day.plan_from,
            township_code=stands_in,
            cell_code=each.cell_code,
            enterprise_id=each.enterprise_id,
            what_zh=f"{each.name} 登记在{said},实际位于{found}{doubt_zh}",
            what_en=f"{each.name} is registered in {said} and stands in {found}{doubt_en}",
            fix_zh="两乡镇核对后更正登记或坐标",
            fix_en="let both townships check, then correct the register or the place",
            geometry=each.geometry,
        )


def _is_doubtful(each: Enterprise) -> bool:
    """Whether only a village's own point, and not the address, speaks for another township."""
    return each.level == Level.VILLAGE and each.located_township_code == each.township_code


def _doubt(each: Enterprise) -> tuple[str, str]:
    """Return how far the point may be off, in Chinese and English; '' for a rooftop."""
    if each.radius_m is None or each.radius_m <= RADIUS_M[Level.ROOFTOP]:
        return "", ""
    return (
        f"(位置误差约 {each.radius_m:,.0f} 米)",
        f" (its point may be {each.radius_m:,.0f} m off)",
    )


def without_licence(day: CountyDay) -> Iterator[Gap]:
    """Yield enterprises whose required licences are missing or expired (G16).

    A den can hold none and is another matter (K6); a conditional licence is only verified.
    """
    for each in day.enterprises:
        findings = day.scores[each.enterprise_id].licences
        if not findings.is_blind_spot:
            continue
        names_zh, names_en = _lacking(findings)
        yield Gap(
            kind=GapKind.LICENCE,
            severity=Severity.HIGH,
            since=_lacking_since(day, findings),
            township_code=each.seen_in_township,
            cell_code=each.cell_code,
            enterprise_id=each.enterprise_id,
            measure=float(len(findings.missing) + len(findings.expired)),
            what_zh=f"{each.name}:{names_zh}",
            what_en=f"{each.name}: {names_en}",
            fix_zh="查验原件;可补办的限期办证,否则停产",
            fix_en="see the originals; a term to obtain them where possible, else stop",
            geometry=each.geometry,
        )


def _named(day: CountyDay, township_code: str) -> str:
    name = day.township_names.get(township_code)
    return f"{name}({township_code})" if name else township_code


def _why_not_in_one_cell(each: Enterprise) -> tuple[str, str, str, str] | None:
    """Return what is wrong and the fix, each in Chinese and English; None for one cell."""
    is_pin = each.status == "placed" and each.level in PIN_LEVELS
    if not is_pin:
        zh, en = _not_placed(each)
        return zh, en, "补全村名门牌或现场定位", "complete the address, or take its point on site"
    if each.point_township_code is None and each.cell_code is None:
        return (
            "坐标在县外",
            "its point lies outside the county",
            "核对坐标及其基准(WGS 84 / GCJ-02 / BD-09)",
            "check the point and its datum (WGS 84, GCJ-02, BD-09)",
        )
    if each.cell_code is None:
        return "所在地不属于任何网格", "no cell covers it", "补划空白区(G1)", "close the hole (G1)"
    if each.cells_around is not None and each.cells_around > 1:
        return (
            f"位于 {each.cells_around} 个网格的重叠区",
            f"it lies in {each.cells_around} cells",
            "划清重叠区(G2)",
            "resolve the overlap (G2)",
        )
    return None


def _not_placed(each: Enterprise) -> tuple[str, str]:
    if each.status == "placed" and each.level is not None:
        return _WHERE_ZH[each.level], _WHERE_EN[each.level]
    reason = f"({each.reason_zh})" if each.reason_zh else ""
    return f"未能定位{reason}", "could not be located"


def _lacking(findings: LicenceFindings) -> tuple[str, str]:
    zh, en = [], []
    if findings.missing:
        zh.append(f"缺{scoring_licences.names_zh(findings.missing)}")
        en.append(f"missing {scoring_licences.names_en(findings.missing)}")
    for kind, end in findings.expired:
        zh.append(f"{scoring_licences.names_zh([kind])} {end} 过期")
        en.append(f"{scoring_licences.names_en([kind])} expired {end}")
    return ";".join(zh), "; ".join(en)


def _lacking_since(day: CountyDay, findings: LicenceFindings) -> date:
    if findings.missing:
        return day.plan_from
    return min(end for _, end in findings.expired) + _ONE_DAY
