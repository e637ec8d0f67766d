"""The cell map: whom to visit in a cell, in what order, and every point of the score."""

from typing import Any

import folium
import pandas as pd
from geopandas import GeoDataFrame
from markupsafe import Markup

from maps.base_map import add_ground
from maps.county_map import CountyMap
from maps.enterprise_points import AREA_LEVELS
from maps.figure import templates
from maps.hotspot import township_column
from maps.layers import CellsLayer, ClusterMark, ClustersLayer, FillClass, Theme
from maps.model import PRODUCTS, Audience, CellInput
from maps.sheet import SheetRow
from maps.shell import Figure, ProductFacts, ShellParts, dress
from maps.words import Words
from service.domain.errors import InvalidInputError, NotFoundError

_LEVELS = {
    "rooftop": Words("定位到门牌", "placed to its door"),
    "road": Words("定位到道路", "placed to its road"),
    "village": Words("只定位到村", "placed to its village"),
    "township": Words("只知道乡镇，不画点", "known to its township only, not drawn"),
    "county": Words("位置不明，不画点", "place unknown, not drawn"),
}
# Scores from here on are printed darker; the number itself is the message.
_TONES = ((60, "s3"), (40, "s2"), (20, "s1"))


def build_cell_map(given: CellInput) -> folium.Map:
    """Draw the targets of a cell, or of an officer's cells, beside the list that explains them.

    Args:
        given: Targets with their reasons, and shapes (EPSG:4326).

    Raises:
        InvalidInputError: Asked for the public; the list names enterprises.
        NotFoundError: None of the cells is in the plan.
    """
    if given.meta.audience is Audience.PUBLIC:
        raise InvalidInputError("a target list is internal and has no public map")
    cells = given.geography.cells
    mine = cells[cells["code"].astype(str).isin(given.cell_codes)]
    if mine.empty:
        raise NotFoundError(
            f"plan {given.meta.plan_code} has no cell {', '.join(given.cell_codes)}"
        )
    targets = given.targets.sort_values("score", ascending=False, kind="stable")
    listed = targets.head(given.limit)
    marks = _marks(listed)
    parts = ShellParts(
        kind="cell",
        title=_title(mine),
        panel=_panel(listed, total=len(targets)),
        heading=Words("先查谁", "Whom to visit first"),
        rows=_rows(listed),
        facts={
            "": ProductFacts(figures=_figures(given, mine, targets), drawn=_drawn(targets, marks))
        },
    )
    area = mine.geometry.union_all()
    county_map = CountyMap(bounds=area.bounds, shell=dress(given.meta, parts))
    CellsLayer(cells, themes=[_theme(given)], facts=[township_column(given.geography)]).add_to(
        county_map
    )
    add_ground(county_map, given.geography, highlighted=area)
    ClustersLayer(marks, name="检查对象 Targets").add_to(county_map)
    return county_map


def _title(mine: GeoDataFrame) -> Words:
    names = [str(name) for name in mine["name"]]
    text = "、".join(names[:2]) + (f" 等 {len(names)} 格" if len(names) > 2 else "")  # noqa: PLR2004
    return Words(f"{text} 检查对象", f"{text}: targets")


def _theme(given: CellInput) -> Theme:
    own = given.geography.cells["code"].astype(str).isin(given.cell_codes)
    return Theme(
        switches={},
        title=Words("检查对象", "Targets"),
        unit=Words(
            "圈中数字为先后；虚线圈只定位到村", "Numbers: order of visits; dashed: village only"
        ),
        classes=[
            FillClass(label=Words("本网格", "This cell"), fill="#fff6da"),
            FillClass(label=Words("其他网格", "Other cells"), fill="#eceff2"),
        ],
        assigned=[0 if is_own else 1 for is_own in own],
    )


def _is_drawn(row: dict[Any, Any]) -> bool:
    shape = row["geometry"]
    return shape is not None and not shape.is_empty and row.get("level") not in AREA_LEVELS


def _marks(listed: GeoDataFrame) -> list[ClusterMark]:
    return [
        ClusterMark(
            mark_id=f"target-{row['enterprise_id']}",
            number=str(rank),
            shape=row["geometry"],
            radius_m=0.0,
            doubtful=row.get("level") == "village",
            title=Words(str(row["name"])),
            subtitle=_LEVELS.get(str(row.get("level"))),
            rows=[
                *((reason["text"], Words(reason["points"])) for reason in _reasons(row)),
                (Words("合计", "Sum"), Words(f"{float(row['score']):g}")),
            ],
        )
        for rank, row in enumerate(listed.to_dict("records"), start=1)
        if _is_drawn(row)
    ]


def _reasons(row: dict[Any, Any]) -> list[dict[str, Any]]:
    return [
        {
            "text": Words(str(one["text_zh"]), str(one.get("text_en", ""))),
            "zh": one["text_zh"],
            "en": one.get("text_en", ""),
            "points": f"{float(one['points']):+g}",
        }
        for one in row["reasons"]
    ]


def _panel(listed: GeoDataFrame, *, total: int) -> Markup:
    text = templates.get_template("cell_panel.html").render(
        targets=[_target(rank, row) for rank, row in enumerate(listed.to_dict("records"), start=1)],
        total=total,
    )
    return Markup(text)  # noqa: S704 - our template, which escapes every text


def _target(rank: int, row: dict[Any, Any]) -> dict[str, Any]:
    score = float(row["score"])
    products = {one.key: Words(one.zh, one.en) for one in PRODUCTS}
    product = _text(row.get("product"))
    return {
        "id": f"target-{row['enterprise_id']}",
        "rank": rank,
        "name": str(row["name"]),
        "score": f"{score:g}",
        "tone": next((tone for least, tone in _TONES if score >= least), ""),
        "product": products.get(product, Words(product)),
        "address": _text(row.get("address")),
        "place": _LEVELS.get(
            _text(row.get("level")), Words("定位精度未记", "precision not recorded")
        ),
        "placed": _is_drawn(row),
        "last": _text(row.get("last_visit_on"))[:10],
        "due": _text(row.get("due_on"))[:10],
        "reasons": _reasons(row),
        "check": Words(_text(row.get("check_zh")), _text(row.get("check_en"))),
    }


def _rows(listed: GeoDataFrame) -> list[SheetRow]:
    rows = []
    for rank, row in enumerate(listed.to_dict("records"), start=1):
        target = _target(rank, row)
        reasons = target["reasons"]
        place = target["place"]
        zh = "；".join(f"{one['zh']} {one['points']}" for one in reasons)
        en = "; ".join(f"{one['en'] or one['zh']} {one['points']}" for one in reasons)
        rows.append(
            SheetRow(
                number=str(rank),
                title=Words(f"{target['name']} · {target['score']}"),
                text=Words(
                    f"{target['address']} · {place.zh} · {zh}",
                    f"{target['address']} · {place.en} · {en}",
                ),
            )
        )
    return rows


def _text(value: Any) -> str:  # noqa: ANN401 - a cell of a frame
    return "" if value is None or pd.isna(value) else str(value)


def _figures(given: CellInput, mine: GeoDataFrame, targets: GeoDataFrame) -> list[Figure]:
    officer = given.officer_name
    return [
        Figure(
            value=officer or "无人 nobody",
            label=Words("责任人", "officer"),
            tone="" if officer else "bad",
        ),
        Figure(value=str(len(targets)), label=Words("检查对象", "targets")),
        Figure(value=str(len(mine)), label=Words("网格", "cells")),
    ]


def _drawn(targets: GeoDataFrame, marks: list[ClusterMark]) -> Words:
    return Words(
        f"画出 {len(marks)} / 共 {len(targets)} 户；其余没有准确位置或排在后面",
        f"{len(marks)} of {len(targets)} drawn; the others lack a place or rank lower",
    )
