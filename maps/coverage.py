"""The coverage map: who answers for each cell on the day, and where nobody does."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import folium
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from markupsafe import Markup
from pandas import DataFrame

from maps.base_map import add_ground
from maps.county_map import CountyMap
from maps.coverage_gaps import (
    GAPS_LISTED,
    gap_theme,
    ground_shapes,
    listed_gaps,
    public_gaps,
    sheet_row,
)
from maps.figure import templates
from maps.hotspot import bounds_of, township_column
from maps.layers import Column, FillClass, SpotsLayer, Theme
from maps.layers.cell_tiles import cells_layer
from maps.model import Audience, CoverageInput
from maps.palette import CATEGORIES, distinct_colours
from maps.shell import Figure, Option, ProductFacts, ShellParts, Switch, dress
from maps.words import Words

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
    themes = [gap_theme(given)]
    if given.meta.audience is not Audience.PUBLIC:
        themes.insert(0, _officer_theme(given, holders))
    vacant = int(holders.isna().sum())
    listed = listed_gaps(given)
    parts = ShellParts(
        kind="coverage",
        title=Words("责任覆盖图", "responsibility coverage"),
        panel=_panel(given, holders, listed),
        facts={"": ProductFacts(figures=_figures(given, vacant), drawn=_drawn(given))},
        switches=(_VIEW,) if len(themes) > 1 else (),
        heading=Words(
            f"监管盲区，最重的 {min(GAPS_LISTED, len(given.gaps))} / 共 {len(given.gaps)} 处",
            f"The worst {min(GAPS_LISTED, len(given.gaps))} of {len(given.gaps)} gaps",
        ),
        rows=[sheet_row(gap) for gap in listed],
    )
    county_map = CountyMap(bounds=bounds_of(given.geography), shell=dress(given.meta, parts))
    cells_layer(
        given.geography.cells,
        tiles=given.geography.cell_tiles,
        themes=themes,
        facts=[township_column(given.geography)],
    ).add_to(county_map)
    add_ground(county_map, given.geography)
    SpotsLayer(ground_shapes(given.gaps)).add_to(county_map)
    return county_map


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
        FillClass(
            label=Words("无人负责", "Nobody"),
            hatch="nobody",
            always=True,
            records={"set": "unled", "product": "all"},
        ),
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


def _panel(
    given: CoverageInput, holders: "pd.Series[str]", listed: Sequence[Mapping[str, object]]
) -> Markup:
    is_public = given.meta.audience is Audience.PUBLIC
    names = _names(given.officers)
    counts = holders.value_counts()
    text = templates.get_template("coverage_panel.html").render(
        gaps=listed,
        total=len(given.gaps),
        officers=[]
        if is_public
        else [{"name": names.get(str(code), code), "cells": n} for code, n in counts.items()],
    )
    return Markup(text)  # noqa: S704 - our template, which escapes every text
