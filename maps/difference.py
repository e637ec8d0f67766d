"""The difference map: what a new plan changes, and which enterprises get another officer."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import folium
import pandas as pd
from geopandas import GeoDataFrame
from markupsafe import Markup
from pandas import DataFrame

from maps.base_map import add_ground
from maps.county_map import CountyMap
from maps.enterprise_points import is_placed
from maps.figure import templates
from maps.hotspot import bounds_of, township_column
from maps.layers import CanvasPoints, CellsLayer, Column, FillClass, PointLook, Theme
from maps.layers.points import PointTexts
from maps.model import Audience, Geography, MapMeta
from maps.shell import Figure, ProductFacts, ShellParts, dress
from maps.words import Words
from service.domain.plan_difference import CellChange

_CELLS_LISTED = 80
_ENTERPRISES_LISTED = 200
_NOBODY = Words("无人", "nobody")
_LEAD = "lead"
_CLASSES = (
    FillClass(label=Words("没有变化", "Unchanged"), fill="#eef1f4", always=True),
    FillClass(label=Words("换网格长", "Another lead"), fill="#fec44f", always=True),
    FillClass(label=Words("边界改变", "Border moved"), fill="#7fb4dc", always=True),
    FillClass(label=Words("新网格", "New cell"), fill="#2b5fa0", always=True),
)
_KINDS = {
    CellChange.ADDED: (3, Words("新网格", "new")),
    CellChange.MOVED: (2, Words("边界改变", "border moved")),
    CellChange.REMOVED: (0, Words("撤销", "removed")),
    _LEAD: (1, Words("换网格长", "another lead")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSide:
    """One of the two plans: its code, the day on which its duties are read, its cells."""

    code: str
    day: date
    cells: GeoDataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceInput:
    """Two plans of one county.

    Attributes:
        geography: With the cells of the later plan.
        changes: What became of each cell, by code (`service.domain.plan_difference`).
        responsibilities_before, responsibilities_after: cell_code, duty, matter, staff_no, name.
        enterprises: enterprise_id, name, product, level, geometry; cell_before, cell_after,
            lead_before, lead_after (staff numbers), changes.
    """

    meta: MapMeta
    geography: Geography
    before: PlanSide
    after: PlanSide
    changes: "pd.Series[str]"
    responsibilities_before: DataFrame
    responsibilities_after: DataFrame
    enterprises: GeoDataFrame


def build_difference_map(given: DifferenceInput) -> folium.Map:
    """Draw the later plan's cells by what became of them, with the earlier borders dashed.

    A public map leaves out people and enterprises: it shows cells and counts.

    Args:
        given: Two plans, their duties, and the register under both (EPSG:4326).
    """
    is_public = given.meta.audience is Audience.PUBLIC
    leads = _Leads(given)
    parts = ShellParts(
        kind="difference",
        title=Words(
            f"网格方案对比 {given.before.code} → {given.after.code}",
            f"plan {given.before.code} to plan {given.after.code}",
        ),
        panel=_panel(given, leads, is_public=is_public),
        facts={"": ProductFacts(figures=_figures(given, leads), drawn=_drawn(given))},
    )
    county_map = CountyMap(bounds=bounds_of(given.geography), shell=dress(given.meta, parts))
    CellsLayer(
        given.geography.cells,
        themes=[_theme(given, leads, is_public=is_public)],
        facts=[township_column(given.geography)],
    ).add_to(county_map)
    add_ground(county_map, given.geography, earlier=_earlier(given))
    if not is_public:
        _points(given, leads).add_to(county_map)
    return county_map


class _Leads:
    """Who leads each cell under both plans, and which cells of both change hands."""

    def __init__(self, given: DifferenceInput) -> None:
        self.names: dict[str, str] = {}
        self.before = self._of(given.responsibilities_before)
        self.after = self._of(given.responsibilities_after)
        kept = given.changes[given.changes.isin([CellChange.SAME, CellChange.MOVED])].index
        self.changed = {
            str(code) for code in kept if self.before.get(str(code)) != self.after.get(str(code))
        }

    def _of(self, rows: DataFrame) -> dict[str, tuple[str, ...]]:
        leads = rows[rows["duty"] == "lead"]
        held: dict[str, list[str]] = {}
        for code, staff_no, name in zip(
            leads["cell_code"].astype(str),
            leads["staff_no"].astype(str),
            leads["name"],
            strict=True,
        ):
            self.names[staff_no] = str(name)
            held.setdefault(code, []).append(staff_no)
        return {code: tuple(sorted(set(each))) for code, each in held.items()}

    def text(self, staff: tuple[str, ...] | None) -> Words:
        """Return the names of the leads, or that there is nobody."""
        names = [self.names.get(one, one) for one in staff or ()]
        return Words("、".join(names)) if names else _NOBODY

    def name(self, staff_no: object) -> Words:
        """Return one lead's name, or that there is nobody."""
        return Words(self.names.get(staff_no, staff_no)) if isinstance(staff_no, str) else _NOBODY


def _theme(given: DifferenceInput, leads: _Leads, *, is_public: bool) -> Theme:
    codes = [str(code) for code in given.geography.cells["code"]]
    assigned = [
        _KINDS[kind][0] if kind else 0 for kind in (_kind_of(given, leads, c) for c in codes)
    ]
    moving = _moving_by_cell(given)
    columns = [
        Column(
            label=Words("换人的企业", "Enterprises changing officer"),
            values=[moving[code] for code in codes],
            sorts=True,
        )
    ]
    if not is_public:
        columns += [
            Column(
                label=Words(f"网格长（{side.code}）", f"Lead ({side.code})"),
                values=[leads.text(held.get(code)) for code in codes],
            )
            for side, held in ((given.before, leads.before), (given.after, leads.after))
        ]
    return Theme(
        switches={},
        title=Words("新方案的网格与旧方案相比", "Cells of the new plan against the old"),
        unit=Words(
            f"{given.before.code}（{given.before.day}）→ {given.after.code}（{given.after.day}），"
            f"{len(codes)} 格",
            f"{given.before.code} ({given.before.day}) to {given.after.code} ({given.after.day}), "
            f"{len(codes)} cells",
        ),
        note=Words("红虚线为改变或撤销的旧边界。", "Dashed red: old borders changed or removed."),
        classes=_CLASSES,
        assigned=assigned,
        columns=columns,
    )


def _kind_of(given: DifferenceInput, leads: _Leads, code: str) -> str | None:
    """Return what to say about a cell: its ground before its lead; None for no change."""
    change = str(given.changes[code])
    if change != CellChange.SAME:
        return change
    return _LEAD if code in leads.changed else None


def _moving_by_cell(given: DifferenceInput) -> Counter[str]:
    moving = given.enterprises[given.enterprises["changes"]]
    cells = moving["cell_after"].fillna(moving["cell_before"]).dropna()
    return Counter(str(code) for code in cells)


def _earlier(given: DifferenceInput) -> list[Any]:
    """Return the old shapes of cells whose border moved and of those that are no more."""
    cells = given.before.cells
    change = given.changes.reindex(cells["code"].astype(str)).to_numpy()
    return list(cells.geometry[(change == CellChange.MOVED) | (change == CellChange.REMOVED)])


def _points(given: DifferenceInput, leads: _Leads) -> CanvasPoints:
    moving = given.enterprises[given.enterprises["changes"]]
    moving = moving[is_placed(moving)]
    return CanvasPoints(
        lon=moving.geometry.x,
        lat=moving.geometry.y,
        looks=[
            PointLook(label=Words("换人的企业", "Changes officer"), color="#7a0f22"),
            PointLook(
                label=Words("换人的企业 · 只定位到村", "Changes officer, placed to its village"),
                color="#7a0f22",
                hollow=True,
            ),
        ],
        look_of=(moving["level"] == "village").to_numpy().astype(int),
        texts=PointTexts(
            labels=[Words("名称", "Name"), Words("原责任人", "Before"), Words("新责任人", "After")],
            columns=[
                [str(name) for name in moving["name"]],
                *(
                    [_plain(leads.name(one)) for one in moving[column]]
                    for column in ("lead_before", "lead_after")
                ),
            ],
        ),
        ids=moving["enterprise_id"],
    )


def _plain(words: Words) -> str:
    return words.zh if not words.en else f"{words.zh} {words.en}"


def _figures(given: DifferenceInput, leads: _Leads) -> list[Figure]:
    counts = given.changes.value_counts()
    moving = int(given.enterprises["changes"].sum())
    total = len(given.enterprises)
    return [
        Figure(
            value=f"{moving:,}/{total:,}", label=Words("企业换人", "enterprises change officer")
        ),
        Figure(value=str(len(leads.changed)), label=Words("网格换人", "cells change lead")),
        *(
            Figure(value=str(int(counts.get(kind, 0))), label=label)
            for kind, label in (
                (CellChange.ADDED, Words("新网格", "cells added")),
                (CellChange.REMOVED, Words("撤销网格", "cells removed")),
                (CellChange.MOVED, Words("边界改变", "borders moved")),
            )
        ),
    ]


def _drawn(given: DifferenceInput) -> Words:
    moving = given.enterprises[given.enterprises["changes"]]
    placed = int(is_placed(moving).sum())
    return Words(
        f"画出换人的企业 {placed:,}/{len(moving):,} 户，其余没有准确位置",
        f"{placed:,} of {len(moving):,} enterprises that change are drawn; the others lack a place",
    )


def _panel(given: DifferenceInput, leads: _Leads, *, is_public: bool) -> Markup:
    rows = _cell_rows(given, leads)
    moving = given.enterprises[given.enterprises["changes"]]
    listed = moving.head(0 if is_public else _ENTERPRISES_LISTED)
    text = templates.get_template("difference_panel.html").render(
        is_public=is_public,
        cells=rows[:_CELLS_LISTED],
        total=len(rows),
        officers=[] if is_public else _officer_rows(given, leads),
        enterprises=[
            {
                "id": int(row["enterprise_id"]),
                "name": str(row["name"])[:_CELLS_LISTED],
                "placed": bool(placed),
                "before": leads.name(row["lead_before"]),
                "after": leads.name(row["lead_after"]),
            }
            for row, placed in zip(listed.to_dict("records"), is_placed(listed), strict=True)
        ],
        moving=len(moving),
    )
    return Markup(text)  # noqa: S704 - our template, which escapes every text


def _cell_rows(given: DifferenceInput, leads: _Leads) -> list[dict[str, Any]]:
    moving = _moving_by_cell(given)
    townships = dict(
        zip(
            given.geography.townships["code"].astype(str),
            given.geography.townships["name"],
            strict=True,
        )
    )
    known = pd.concat([given.after.cells, given.before.cells]).drop_duplicates("code")
    rows = []
    for code, name, township in zip(
        known["code"].astype(str), known["name"], known["township_code"].astype(str), strict=True
    ):
        kind = _kind_of(given, leads, code)
        if kind is None:
            continue
        rows.append(
            {
                "code": code,
                "name": str(name),
                "township_code": township,
                "township": str(townships.get(township, township)),
                "removed": kind == CellChange.REMOVED,
                "added": kind == CellChange.ADDED,
                "kind": _KINDS[kind][1],
                "before": leads.text(leads.before.get(code)),
                "after": leads.text(leads.after.get(code)),
                "hands": code in leads.changed,
                "moving": moving[code],
            }
        )
    return sorted(rows, key=lambda row: (-row["moving"], row["code"]))


def _officer_rows(given: DifferenceInput, leads: _Leads) -> list[dict[str, Any]]:
    """Return cells and enterprises of every lead under both plans, the largest change first."""
    counts: dict[str, dict[str, int]] = {}
    for when, held in (("before", leads.before), ("after", leads.after)):
        cells = Counter(staff for each in held.values() for staff in each)
        firms = given.enterprises[f"lead_{when}"].dropna().value_counts()
        for staff in {*cells, *(str(one) for one in firms.index)}:
            row = counts.setdefault(staff, {})
            row[f"cells_{when}"] = cells[staff]
            row[f"firms_{when}"] = int(firms.get(staff, 0))
    rows = [
        {
            "name": leads.name(staff),
            **{
                key: row.get(key, 0)
                for key in ("cells_before", "cells_after", "firms_before", "firms_after")
            },
        }
        for staff, row in sorted(counts.items())
    ]
    return sorted(rows, key=lambda row: -abs(row["firms_after"] - row["firms_before"]))
