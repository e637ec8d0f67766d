"""The three ways a hotspot map colours its cells: problem rate, effort, blind spots.

They are kept apart on purpose: a place is not bad because it was inspected often, and not good
because nobody went there.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from maps.hotspot_classes import bands, classes_of
from maps.layers import Column, Theme
from maps.model import HotspotInput, MapMeta, ProductLabel
from maps.week_counts import TESTED
from maps.words import Words

_COUNTS = ["enterprises", "visits", "problems"]
_GI = {
    "hot": Words("热点（Gi*）", "hot spot (Gi*)"),
    "cold": Words("冷点（Gi*）", "cold spot (Gi*)"),
}
_REMARK = Words("检查少于门槛的网格不评价。", "Cells with too few visits are not rated.")


def counts_by_product(given: HotspotInput) -> dict[str, DataFrame]:
    """Return enterprises, visits and problems of every cell, in the cells' order, by product."""
    codes = given.geography.cells["code"].astype(str)
    statistics = given.statistics.assign(cell_code=given.statistics["cell_code"].astype(str))
    tables = {}
    for product in given.products:
        rows = statistics[statistics["product"] == product.key]
        if rows.empty and product.key == "all":
            rows = statistics
        table = rows.groupby("cell_code")[_COUNTS].sum().reindex(codes, fill_value=0).astype(int)
        if "gi_class" in rows and rows["cell_code"].is_unique:
            table["gi_class"] = rows.set_index("cell_code")["gi_class"].reindex(codes)
        tables[product.key] = table
    return tables


def is_blind(table: DataFrame, minimum_visits: int) -> NDArray[np.bool_]:
    """Tell which cells have enterprises (or visits) but too few visits for a judgement."""
    has_work = (table["enterprises"] > 0) | (table["visits"] > 0)
    return np.asarray(has_work & (table["visits"] < minimum_visits), dtype=bool)


def hotspot_themes(given: HotspotInput, tables: dict[str, DataFrame]) -> list[Theme]:
    """Return a theme for each product and measure, in the order of the switches."""
    themes = []
    for product in given.products:
        table = tables[product.key]
        columns = _columns(table, given.minimum_visits)
        themes += [
            _rate_theme(given, product, table, columns),
            _effort_theme(given, product, table, columns),
            _blind_theme(given, product, table, columns),
        ]
    return themes


def _columns(table: DataFrame, minimum_visits: int) -> list[Column]:
    has_rate = (table["visits"] >= minimum_visits).to_numpy()
    rate = (100 * table["problems"] / table["visits"].where(table["visits"] > 0)).round(1)
    columns = [
        Column(
            label=Words("每百次检查问题", "Problems per 100 visits"),
            values=[
                float(value) if shown else None for value, shown in zip(rate, has_rate, strict=True)
            ],
            sorts=True,
        ),
        Column(label=Words("检查次数 n", "Visits n"), values=table["visits"].tolist()),
        Column(label=Words("发现问题", "Problems"), values=table["problems"].tolist()),
        Column(label=Words("登记企业", "Enterprises"), values=table["enterprises"].tolist()),
    ]
    if "gi_class" in table:
        values = [_GI.get(str(kind)) for kind in table["gi_class"]]
        columns.append(Column(label=TESTED, values=values))
    return columns


def _period(meta: MapMeta) -> str:
    start = f"{meta.period_from.isoformat()} – " if meta.period_from else "≤ "
    return f"{start}{meta.as_of.isoformat()}"


def _rate_theme(
    given: HotspotInput, product: ProductLabel, table: DataFrame, columns: list[Column]
) -> Theme:
    least = given.minimum_visits
    visits, n_cells = int(table["visits"].sum()), len(table)
    zh, _, en = given.areas
    return Theme(
        switches={"product": product.key, "measure": "rate"},
        title=Words(f"{product.zh} · 每百次检查发现问题", f"{product.en}: problems per 100 visits"),
        unit=Words(
            f"n={visits:,} 次检查，{n_cells} {zh}；{_period(given.meta)}",
            f"n={visits:,} visits, {n_cells} {en}; {_period(given.meta)}",
        ),
        classes=classes_of("rate", least),
        assigned=bands("rate", table, least).tolist(),
        columns=columns,
        remark=_REMARK,
    )


def _effort_theme(
    given: HotspotInput, product: ProductLabel, table: DataFrame, columns: list[Column]
) -> Theme:
    least = given.minimum_visits
    effort = table["visits"] / table["enterprises"].where(table["enterprises"] > 0)
    values = [None if pd.isna(value) else round(float(value), 2) for value in effort]
    column = Column(label=Words("每户检查次数", "Visits per enterprise"), values=values, sorts=True)
    firms = int(table["enterprises"].sum())
    zh, _, en = given.areas
    return Theme(
        switches={"product": product.key, "measure": "effort"},
        title=Words(f"{product.zh} · 每户检查次数", f"{product.en}: visits per enterprise"),
        unit=Words(
            f"n={firms:,} 户，{len(table)} {zh}；{_period(given.meta)}",
            f"n={firms:,} enterprises, {len(table)} {en}; {_period(given.meta)}",
        ),
        note=Words("检查力度，不是好坏。", "How much we looked, not how good it is."),
        classes=classes_of("effort", least),
        assigned=bands("effort", table, least).tolist(),
        columns=[column, *_unsorted(columns)],
    )


def _blind_theme(
    given: HotspotInput, product: ProductLabel, table: DataFrame, columns: list[Column]
) -> Theme:
    least = given.minimum_visits
    blind = is_blind(table, least)
    n_blind, firms = int(blind.sum()), int(table.loc[blind, "enterprises"].sum())
    zh, _, en = given.areas
    return Theme(
        switches={"product": product.key, "measure": "blind"},
        title=Words(f"{product.zh} · 检查盲区", f"{product.en}: blind cells"),
        unit=Words(
            f"{n_blind} {zh}看不清，内有 {firms:,} 户；{_period(given.meta)}",
            f"{n_blind} {en} not known, {firms:,} enterprises in them; {_period(given.meta)}",
        ),
        classes=classes_of("blind", least),
        assigned=bands("blind", table, least).tolist(),
        columns=columns,
    )


def _unsorted(columns: list[Column]) -> list[Column]:
    return [Column(label=column.label, values=column.values) for column in columns]
