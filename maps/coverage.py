"""The coverage map: who answers for each cell on the day, and where nobody does."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

import folium
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from markupsafe import Markup
from pandas import DataFrame

from maps.base_map import add_ground
from maps.county_map import CountyMap
from maps.figure import templates
from maps.hotspot import bounds_of, township_column
from maps.layers import CellsLayer, Column, FillClass, Theme
from maps.model import Audience, CoverageInput
from maps.palette import CATEGORIES, NO_REGISTER, SEVERITY, distinct_colours
from maps.sheet import SheetRow
from maps.shell import Figure, Option, ProductFacts, ShellParts, Switch, dress
from maps.words import Words
from service.domain.gap_model import NAMES, GapKind

_SEVERITIES = {"critical": "危急", "high": "高", "medium": "中", "low": "低"}
_GAPS_LISTED = 60
_PUBLIC_GAPS: dict[str, tuple[str, str]] = {
    str(kind): NAMES[kind]
    for kind in (
        GapKind.HOLE,
        GapKind.OVERLAP,
        GapKind.NO_LEAD,
        GapKind.ONE_OFFICER,
        GapKind.CELL_NOT_INSPECTED,
    )
}
_VIEW = Switch(
    key="view",
    label=Words("看什么", "View"),
    options=(
        Option(key="officer", label=Words("责任人", "Officers")),
        Option(key="gap", label=Words("盲区", "Gaps")),
    ),
)


def build_coverage_map(given: CoverageInput) -> folium.Map:
    """Draw the cells by their officer, neighbours in different colours, and by their worst gap.

    A cell without a holder is hatched red: it has no colour that could pass for an officer's.

    Args:
        given: Responsibilities of one day, gaps and shapes (EPSG:4326).
    """
    if given.meta.audience is Audience.PUBLIC:
        given = replace(given, gaps=public_gaps(given.gaps))
    holders = cell_holders(given)
    themes = [_gap_theme(given)]
    if given.meta.audience is not Audience.PUBLIC:
        themes.insert(0, _officer_theme(given, holders))
    vacant = int(holders.isna().sum())
    parts = ShellParts(
        kind="coverage",
        title=Words("责任覆盖图", "responsibility coverage"),
        panel=_panel(given, holders),
        facts={"": ProductFacts(figures=_figures(given, vacant), drawn=_drawn(given))},
        switches=(_VIEW,) if len(themes) > 1 else (),
        heading=Words(
            f"监管盲区，最重的 {min(_GAPS_LISTED, len(given.gaps))} / 共 {len(given.gaps)} 处",
            f"The worst {min(_GAPS_LISTED, len(given.gaps))} of {len(given.gaps)} gaps",
        ),
        rows=[
            _row(_gap(given, row))
            for row in _worst_first(given).head(_GAPS_LISTED).to_dict("records")
        ],
    )
    county_map = CountyMap(bounds=bounds_of(given.geography), shell=dress(given.meta, parts))
    CellsLayer(
        given.geography.cells, themes=themes, facts=[township_column(given.geography)]
    ).add_to(county_map)
    add_ground(county_map, given.geography)
    return county_map


def public_gaps(gaps: GeoDataFrame) -> GeoDataFrame:
    """Return the gaps that anybody may know of: those of ground and cells, in general words.

    What a gap says of its own may name people, enterprises, risk classes or tip-offs.
    """
    kept = gaps[gaps["kind"].isin(list(_PUBLIC_GAPS))]
    names = [_PUBLIC_GAPS[str(kind)] for kind in kept["kind"]]
    return kept.assign(
        what_zh=[zh for zh, _ in names], what_en=[en for _, en in names], fix_zh="", fix_en=""
    )


def cell_holders(given: CoverageInput) -> "pd.Series[str]":
    """Return the staff number that holds the duty, by cell code in the cells' order; NaN: nobody.

    The holder for the matter asked for comes before the holder of 'all'.
    """
    rows = given.responsibilities
    rows = rows[(rows["duty"] == given.duty) & rows["matter"].isin([given.matter, "all"])]
    rows = rows.assign(is_other=rows["matter"] != given.matter).sort_values("is_other")
    first = rows.drop_duplicates("cell_code").set_index("cell_code")["staff_no"]
    return first.reindex(given.geography.cells["code"])


def _neighbours(cells: GeoDataFrame, holders: "pd.Series[str]") -> dict[str, set[str]]:
    """Return which officers' cells touch, by staff number."""
    shapes = cells.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    near: dict[str, set[str]] = defaultdict(set)
    owners = holders.to_numpy()
    for one, other in zip(owners[left], owners[right], strict=True):
        if isinstance(one, str) and isinstance(other, str) and one != other:
            near[one].add(other)
    return near


def _officer_theme(given: CoverageInput, holders: "pd.Series[str]") -> Theme:
    staff = sorted(holders.dropna().unique())
    colour = distinct_colours(staff, _neighbours(given.geography.cells, holders))
    names = _names(given.officers)
    nobody = len(CATEGORIES)
    classes = [
        *(
            FillClass(label=Words("有责任人", "Held"), fill=fill, listed=False)
            for fill in CATEGORIES
        ),
        FillClass(label=Words("无人负责", "Nobody"), hatch="nobody", always=True),
    ]
    held = [names.get(code, code) if isinstance(code, str) else None for code in holders]
    return Theme(
        switches={"view": "officer"},
        title=Words("网格按责任人", "Cells by officer"),
        unit=Words(
            f"{len(staff)} 人，{len(holders)} 格；{given.meta.as_of.isoformat()}",
            f"{len(staff)} officers, {len(holders)} cells; {given.meta.as_of.isoformat()}",
        ),
        note=Words(
            "一人一色，相邻不同；颜色不分好坏。",
            "One colour an officer, neighbours differ; no colour is better.",
        ),
        classes=classes,
        assigned=[colour[code] if isinstance(code, str) else nobody for code in holders],
        columns=[
            Column(
                label=Words("责任人", "Officer"),
                values=[name or Words("无人", "nobody") for name in held],
            )
        ],
        names=held,
    )


def _gap_theme(given: CoverageInput) -> Theme:
    order = list(SEVERITY)
    gaps = given.gaps[given.gaps["cell_code"].notna()]
    worst: dict[str, int] = {}
    texts: dict[str, list[str]] = defaultdict(list)
    unheld = set(gaps.loc[gaps["kind"] == "G3", "cell_code"].astype(str))
    for code, severity, kind, what in zip(
        gaps["cell_code"].astype(str), gaps["severity"], gaps["kind"], gaps["what_zh"], strict=True
    ):
        step = order.index(severity) if severity in order else len(order) - 1
        worst[code] = min(worst.get(code, step), step)
        texts[code].append(f"{kind} {what}")
    nobody, none = len(order), len(order) + 1
    classes = [
        *(
            FillClass(
                label=Words(f"最重为{_SEVERITIES[key]}", f"Worst: {key}"),
                fill=SEVERITY[key],
                always=True,
            )
            for key in order
        ),
        FillClass(
            label=Words("无人负责（G3）", "Nobody answers (G3)"), hatch="nobody", always=True
        ),
        FillClass(label=Words("未发现盲区", "No gap found"), fill=NO_REGISTER),
    ]
    codes = [str(code) for code in given.geography.cells["code"]]
    return Theme(
        switches={"view": "gap"},
        title=Words("网格按最重盲区", "Cells by their worst gap"),
        unit=Words(
            f"{len(given.gaps)} 处；{given.meta.as_of.isoformat()}",
            f"{len(given.gaps)} gaps; {given.meta.as_of.isoformat()}",
        ),
        classes=classes,
        assigned=[nobody if code in unheld else worst.get(code, none) for code in codes],
        columns=[
            Column(
                label=Words("盲区数", "Gaps"),
                values=[len(texts[code]) for code in codes],
                sorts=True,
            ),
            Column(
                label=Words("盲区", "Which"),
                values=["；".join(texts[code][:5]) or None for code in codes],
            ),
        ],
    )


def _names(officers: DataFrame) -> dict[str, str]:
    return dict(zip(officers["staff_no"].astype(str), officers["name"].astype(str), strict=True))


def _figures(given: CoverageInput, vacant: int) -> list[Figure]:
    total = len(given.geography.cells)
    severe = int(given.gaps["severity"].isin(["critical", "high"]).sum())
    return [
        Figure(value=f"{total - vacant}/{total}", label=Words("网格有责任人", "cells held")),
        Figure(
            value=str(vacant),
            label=Words("无人网格", "cells without"),
            tone="bad" if vacant else "",
        ),
        Figure(
            value=f"{severe}/{len(given.gaps)}",
            label=Words("危急和高 / 全部盲区", "critical and high / all gaps"),
            tone="bad" if severe else "",
        ),
    ]


def _drawn(given: CoverageInput) -> Words:
    total = len(given.geography.cells)
    elsewhere = int(given.gaps["cell_code"].isna().sum())
    zh, en = f"网格 {total}/{total}", f"Cells {total}/{total}"
    if elsewhere:
        zh += f"，另有 {elsewhere} 处盲区不属于哪一格，见清单"
        en += f"; {elsewhere} gaps belong to no cell, see the list"
    return Words(zh, en)


def _panel(given: CoverageInput, holders: "pd.Series[str]") -> Markup:
    is_public = given.meta.audience is Audience.PUBLIC
    gaps = _worst_first(given)
    names = _names(given.officers)
    counts = holders.value_counts()
    text = templates.get_template("coverage_panel.html").render(
        gaps=[_gap(given, row) for row in gaps.head(_GAPS_LISTED).to_dict("records")],
        total=len(gaps),
        officers=[]
        if is_public
        else [{"name": names.get(str(code), code), "cells": n} for code, n in counts.items()],
    )
    return Markup(text)  # noqa: S704 - our template, which escapes every text


def _worst_first(given: CoverageInput) -> GeoDataFrame:
    order = list(SEVERITY)
    step = [order.index(one) if one in order else len(order) for one in given.gaps["severity"]]
    return given.gaps.assign(step=step).sort_values(["step", "kind"], kind="stable")


def _row(gap: dict[str, Any]) -> SheetRow:
    fix = gap["fix_zh"]
    return SheetRow(
        title=Words(f"{gap['kind']} {gap['what_zh']}", f"{gap['kind']} {gap['what_en']}"),
        text=Words(
            f"{gap['severity_zh']} · {gap['place']}" + (f" · 补法：{fix}" if fix else ""),
            f"{gap['severity']} · {gap['place']}" + (f" · fix: {gap['fix_en']}" if fix else ""),
        ),
    )


def _gap(given: CoverageInput, row: dict[Any, Any]) -> dict[str, Any]:
    townships = dict(
        zip(
            given.geography.townships["code"].astype(str),
            given.geography.townships["name"],
            strict=True,
        )
    )
    code = row["township_code"]
    cell = row["cell_code"]
    return {
        "kind": row["kind"],
        "severity": row["severity"],
        "severity_zh": _SEVERITIES.get(row["severity"], row["severity"]),
        "cell_code": None if pd.isna(cell) else str(cell),
        "mark_id": None if pd.isna(code) else str(code),
        "place": "" if pd.isna(code) else str(townships.get(str(code), code)),
        "since": None if pd.isna(row["since"]) else str(row["since"])[:10],
        **{key: row[key] for key in ("what_zh", "what_en", "fix_zh", "fix_en")},
    }
