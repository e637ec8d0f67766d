"""An area file as a whole: may it become the townships or cells of a county?

Shapes are repaired only when asked, and never where a repair would decide who governs: ground
that two areas claim over more than a sliver stays refused.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from service.domain.coverage_checks import (
    Change,
    holes,
    made_valid,
    overlaps,
    polygonal,
    swapped,
    without_slivers,
)
from service.domain.crs import STORAGE_EPSG, metric_epsg
from service.domain.geometry_checks import ShapeFault, shape_faults

_SQUARE_KM: Final = 1e6
_NAMED: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault of an area file; `line` is the number of the feature."""

    line: int
    label: str
    reason_zh: str
    reason_en: str
    fix_zh: str
    fix_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedAreas:
    """Areas with what was found: any finding refuses the file; notes and changes do not.

    Attributes:
        areas: WGS 84 multipolygons, one row for each code.
        findings: Why the file is refused.
        changes: What a repair changed.
        notes: What is worth knowing, in Chinese and English.
    """

    areas: GeoDataFrame
    findings: list[Finding] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)


def checked(areas: GeoDataFrame, *, repair: bool) -> CheckedAreas:
    """Check areas one by one, then against their neighbours.

    Args:
        areas: `code`, `name` and WGS 84 geometry, indexed by line; a code on several lines names
            parts of one area.
        repair: Whether to mend swapped axes, invalid rings, slivers of overlap and narrow holes.
    """
    changes: list[Change] = []
    if repair:
        areas, changes = _mended(areas)
    faults = shape_faults(areas)
    if faults:
        findings = [_finding(areas, fault) for fault in faults]
        return CheckedAreas(areas=areas, findings=findings, changes=changes)
    united, notes = _one_row_a_code(areas)
    epsg = epsg_of(united)
    neighbours = _neighbours(united, epsg=epsg, repair=repair)
    return CheckedAreas(
        areas=neighbours.areas,
        findings=neighbours.findings,
        changes=[*changes, *neighbours.changes],
        notes=[*notes, *neighbours.notes],
    )


def epsg_of(areas: GeoDataFrame) -> int:
    """Return the metric zone of areas in WGS 84, by the middle of their box."""
    west, south, east, north = areas.total_bounds
    return metric_epsg((west + east) / 2, (south + north) / 2)


def square_km(area_m2: float) -> str:
    """Return an area in square kilometres, or in square metres when it is small."""
    if area_m2 < _SQUARE_KM / 100:
        return f"{area_m2:,.0f} m²"
    return f"{area_m2 / _SQUARE_KM:,.2f} km²"


def label(areas: GeoDataFrame, place: int) -> str:
    """Return what to call an area in a message: its name, else its code."""
    row = areas.iloc[place]
    return str(row["name"] or row["code"] or f"#{areas.index[place]}")


def _mended(areas: GeoDataFrame) -> tuple[GeoDataFrame, list[Change]]:
    """Return areas with swapped axes and invalid rings put right, and a note of each."""
    mended = areas.copy()
    shapes = np.asarray(areas.geometry.array).copy()
    changes = []
    # Swapped axes hide an invalid ring behind them, so look twice.
    for _ in range(2):
        mended = mended.set_geometry(shapes.copy(), crs=STORAGE_EPSG)
        for fault in shape_faults(mended):
            if fault.can_repair:
                mend = swapped if fault.kind == "swapped" else made_valid
                shapes[fault.place] = mend(shapes[fault.place])
                changes.append(_mend_note(mended, fault))
    return mended.set_geometry(shapes, crs=STORAGE_EPSG), changes


def _mend_note(areas: GeoDataFrame, fault: ShapeFault) -> Change:
    name = label(areas, fault.place)
    return Change(
        code=str(areas["code"].iloc[fault.place]),
        text_zh=f"{name}：已修复（{fault.reason_zh}）",
        text_en=f"{name}: repaired ({fault.reason_en})",
    )


def _finding(areas: GeoDataFrame, fault: ShapeFault) -> Finding:
    return Finding(
        line=int(areas.index[fault.place]),
        label=label(areas, fault.place),
        reason_zh=fault.reason_zh,
        reason_en=fault.reason_en,
        fix_zh=fault.fix_zh,
        fix_en=fault.fix_en,
    )


def _one_row_a_code(areas: GeoDataFrame) -> tuple[GeoDataFrame, list[tuple[str, str]]]:
    """Unite the features of one code into one area; what comes of several parts is noted."""
    areas = areas.set_geometry(areas.geometry.map(polygonal), crs=STORAGE_EPSG)
    notes = []
    has_code = areas["code"] != ""
    counts = areas.loc[has_code, "code"].value_counts()
    for code in sorted(counts[counts > 1].index):
        same = areas.index[areas["code"] == code]
        shape = shapely.union_all(np.asarray(areas.loc[same].geometry.array))
        areas.loc[same[0], "geometry"] = polygonal(shape)
        areas = areas.drop(same[1:])
        notes.append(
            (
                f"编码{code}有{len(same)}个图形，已合为一个",
                f"code {code} comes in {len(same)} features; they were united into one area",
            )
        )
    return areas.set_crs(STORAGE_EPSG, allow_override=True), notes


def _neighbours(areas: GeoDataFrame, *, epsg: int, repair: bool) -> CheckedAreas:
    """Look for ground that two areas claim and for ground that none does."""
    metric = areas.to_crs(epsg)
    shared = overlaps(metric)
    true_overlaps = shared[~shared["is_sliver"]]
    if not true_overlaps.empty:
        return CheckedAreas(areas=areas, findings=_overlap_findings(areas, true_overlaps))
    open_ground = holes(metric)
    slivers = int(open_ground["is_sliver"].sum())
    if repair and (len(shared) or slivers):
        repaired, changes = without_slivers(areas, epsg=epsg)
        notes = _notes(open_ground[~open_ground["is_sliver"]], 0, 0.0)
        return CheckedAreas(areas=repaired, changes=changes, notes=notes)
    notes = _notes(open_ground, len(shared), float(shared["area_m2"].sum()))
    return CheckedAreas(areas=areas, notes=notes)


def _overlap_findings(areas: GeoDataFrame, found: pd.DataFrame) -> list[Finding]:
    findings = []
    columns = (found[name].tolist() for name in ("first", "second", "area_m2", "share"))
    for one, other, area_m2, share in zip(*columns, strict=True):
        first, second = label(areas, one), label(areas, other)
        size = square_km(area_m2)
        findings.append(
            Finding(
                line=int(areas.index[other]),
                label=second,
                reason_zh=f"{first}与{second}重叠{size}（占较小者的{share:.1%}）",
                reason_en=f"{first} and {second} overlap by {size} ({share:.1%} of the smaller)",
                fix_zh="核对界线；功能区不是乡镇，应从文件中删去",
                fix_en="settle the line; a functional zone is no township, leave it out",
            )
        )
    return findings


def _notes(open_ground: GeoDataFrame, slivers: int, sliver_m2: float) -> list[tuple[str, str]]:
    notes = []
    if slivers:
        shared = square_km(sliver_m2)
        notes.append(
            (
                f"{slivers}处邻界重叠为数字化细缝，共{shared}；--repair 可修复",
                f"{slivers} overlaps are digitising slivers, {shared} in all; --repair closes them",
            )
        )
    if len(open_ground):
        total = square_km(float(open_ground["area_m2"].sum()))
        largest = square_km(float(open_ground["area_m2"].iloc[0]))
        notes.append(
            (
                f"各区域之间有{len(open_ground)}处空隙，共{total}，最大{largest}",
                f"{len(open_ground)} holes between areas, together {total}, largest {largest}",
            )
        )
    return notes
