"""The ways a hotspot map colours its cells: problem rate, effort, blind spots, local statistics.

They are kept apart on purpose: a place is not bad because it was inspected often, and not good
because nobody went there.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from maps.hotspot_classes import bands, classes_of
from maps.layers import Column, Theme
from maps.local_words import tested_words
from maps.model import HotspotInput, MapMeta, ProductLabel
from maps.week_counts import TESTED
from maps.words import Words

_COUNTS = ["enterprises", "visits", "problems"]
_GI = {
    "hot": Words("热点（Gi*）", "hot spot (Gi*)"),
    "cold": Words("冷点（Gi*）", "cold spot (Gi*)"),
}
_TESTED = ("local_class", "local_moran", "gi_star", "expected", "p", "q", "draws")
_ALPHA = 0.05
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
        if is_tested(rows) and rows["cell_code"].is_unique:
            own = rows.set_index("cell_code")[list(_TESTED)].reindex(codes)
            # A product of which no cell was tested has columns without any number.
            numbers = {name: "float64" for name in _TESTED if name != "local_class"}
            table = table.join(own.astype(numbers))
        tables[product.key] = table
    return tables


def is_tested(statistics: DataFrame) -> bool:
    """Tell whether local statistics with their draws stand beside the counts."""
    has_all = set(_TESTED) <= set(statistics.columns)
    return has_all and bool(statistics["local_class"].notna().any())


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
        if "local_class" in table:
            themes.append(_local_theme(given, product, table))
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


def period_text(meta: MapMeta) -> str:
    """Return first and last day of what is counted."""
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
            f"n={visits:,} 次检查，{n_cells} {zh}；{period_text(given.meta)}",
            f"n={visits:,} visits, {n_cells} {en}; {period_text(given.meta)}",
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
            f"n={firms:,} 户，{len(table)} {zh}；{period_text(given.meta)}",
            f"n={firms:,} enterprises, {len(table)} {en}; {period_text(given.meta)}",
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
            f"{n_blind} {zh}看不清，内有 {firms:,} 户；{period_text(given.meta)}",
            f"{n_blind} {en} not known, {firms:,} enterprises in them; {period_text(given.meta)}",
        ),
        classes=classes_of("blind", least),
        assigned=bands("blind", table, least).tolist(),
        columns=columns,
    )


def _local_theme(given: HotspotInput, product: ProductLabel, table: DataFrame) -> Theme:
    least = given.minimum_visits
    tested = int(table["p"].notna().sum())
    draws = int(table["draws"].max()) if tested else 0
    how = tested_words(draws, "bh", _ALPHA) if tested else Words("格数太少", "too few cells")
    return Theme(
        switches={"product": product.key, "measure": "local"},
        title=Words(f"{product.zh} · 局部统计", f"{product.en}: local statistics"),
        unit=Words(
            f"n={tested} 格；{how.zh}；{period_text(given.meta)}",
            f"n={tested} cells; {how.en}; {period_text(given.meta)}",
        ),
        note=Words(
            "问题与其检查应有数之比，与最近 8 格相比。",
            "Problems over what the visits explain, against the 8 nearest cells.",
        ),
        classes=classes_of("local", least),
        assigned=bands("local", table, least).tolist(),
        columns=_local_columns(table),
        remark=Words(
            "热点是去看的理由，不是定性。", "A hot spot is a reason to look, not a verdict."
        ),
    )


def _local_columns(table: DataFrame) -> list[Column]:
    ratio = table["problems"] / table["expected"].where(table["expected"] > 0)
    figures = {
        Words("发现/期望", "Found / expected"): ratio.where(table["p"].notna()).round(2),
        Words("期望问题", "Expected problems"): table["expected"].round(1),
        Words("Gi* z", "Gi* z"): table["gi_star"].round(2),
        Words("局部莫兰 I", "Local Moran I"): table["local_moran"].round(2),
        Words("p", "p"): table["p"].map(_three_digits),
        Words("q", "q"): table["q"].map(_three_digits),
    }
    columns = [
        Column(
            label=label,
            values=[None if pd.isna(one) else float(one) for one in values],
            sorts=at == 0,
        )
        for at, (label, values) in enumerate(figures.items())
    ]
    counts = {"problems": Words("发现问题", "Problems"), "visits": Words("检查次数 n", "Visits n")}
    columns += [Column(label=label, values=table[name].tolist()) for name, label in counts.items()]
    return columns


def _three_digits(value: float) -> float:
    return float(f"{value:.3g}")


def _unsorted(columns: list[Column]) -> list[Column]:
    return [Column(label=column.label, values=column.values) for column in columns]
