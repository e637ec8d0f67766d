"""The difference map: what a new plan changes, and which enterprises get another officer."""

from typing import Any

import folium

from maps.base_map import add_ground
from maps.county_map import CountyMap
from maps.difference_model import KINDS, DifferenceInput, Leads, kind_of, moving_by_cell
from maps.difference_panel import cell_rows, panel_of, sheet_row
from maps.enterprise_points import is_placed
from maps.hotspot import bounds_of, township_column
from maps.layers import CanvasPoints, CellsLayer, Column, FillClass, PointLook, Theme
from maps.layers.points import PointTexts
from maps.model import Audience
from maps.shell import Figure, ProductFacts, ShellParts, dress
from maps.words import Words
from service.domain.plan_difference import CellChange

_CLASSES = (
    FillClass(label=Words("没有变化", "Unchanged"), fill="#eef1f4", always=True),
    FillClass(label=Words("换网格长", "Another lead"), fill="#fec44f", always=True),
    FillClass(label=Words("边界改变", "Border moved"), fill="#7fb4dc", always=True),
    FillClass(label=Words("新网格", "New cell"), fill="#2b5fa0", always=True),
)


def build_difference_map(given: DifferenceInput) -> folium.Map:
    """Draw the later plan's cells by what became of them, with the earlier borders dashed.

    A public map leaves out people and enterprises: it shows cells and counts.

    Args:
        given: Two plans, their duties, and the register under both (EPSG:4326).
    """
    is_public = given.meta.audience is Audience.PUBLIC
    leads = Leads(given)
    parts = ShellParts(
        kind="difference",
        title=Words(
            f"网格方案对比 {given.before.code} → {given.after.code}",
            f"plan {given.before.code} to plan {given.after.code}",
        ),
        panel=panel_of(given, leads, is_public=is_public),
        facts={"": ProductFacts(figures=_figures(given, leads), drawn=_drawn(given))},
        heading=Words("变化的网格，影响企业多的在前", "Cells that change, most enterprises first"),
        rows=[sheet_row(row, is_public=is_public) for row in cell_rows(given, leads)],
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


def _theme(given: DifferenceInput, leads: Leads, *, is_public: bool) -> Theme:
    codes = [str(code) for code in given.geography.cells["code"]]
    assigned = [KINDS[kind][0] if kind else 0 for kind in (kind_of(given, leads, c) for c in codes)]
    moving = moving_by_cell(given)
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


def _earlier(given: DifferenceInput) -> list[Any]:
    """Return the old shapes of cells whose border moved and of those that are no more."""
    cells = given.before.cells
    change = given.changes.reindex(cells["code"].astype(str)).to_numpy()
    return list(cells.geometry[(change == CellChange.MOVED) | (change == CellChange.REMOVED)])


def _points(given: DifferenceInput, leads: Leads) -> CanvasPoints:
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


def _figures(given: DifferenceInput, leads: Leads) -> list[Figure]:
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
