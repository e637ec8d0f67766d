"""The hotspot map: where the problems are, where we looked, and where nobody looked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import folium
import pandas as pd
from markupsafe import Markup
from pandas import DataFrame

from maps.base_map import add_ground
from maps.cluster_texts import ClusterEntry
from maps.county_map import CountyMap
from maps.enterprise_points import Drawn, area_counts, drawn_by_product, enterprise_points
from maps.figure import templates
from maps.hotspot_themes import (
    counts_by_product,
    hotspot_themes,
    is_blind,
    is_tested,
    period_text,
)
from maps.layers import AreasLayer, ClustersLayer, Column, ZonesLayer
from maps.layers.base import county_outline
from maps.layers.cell_tiles import cells_layer
from maps.layers.data_layer import DataLayer
from maps.live_points import live_counts, live_points
from maps.model import Audience, Geography, HotspotInput
from maps.past_clusters import Entries, day_words, entries_by_week
from maps.sheet import SheetRow
from maps.shell import Figure, Option, ProductFacts, ShellParts, Switch, dress
from maps.week_counts import WeeksLayer
from maps.words import Words

_MEASURES = Switch(
    key="measure",
    label=Words("看什么", "Measure"),
    options=(
        Option(key="rate", label=Words("问题率/次检查", "Problem rate")),
        Option(key="effort", label=Words("检查力度", "Effort")),
        Option(key="blind", label=Words("盲区", "Blind cells")),
    ),
)
_LOCAL = Option(key="local", label=Words("局部统计", "Local statistics"))
_UNITS = Switch(
    key="unit",
    label=Words("按什么画", "Areas"),
    options=(
        Option(key="cell", label=Words("网格", "Cells")),
        Option(key="township", label=Words("乡镇", "Townships")),
    ),
)
# Fewer samples are no basis for a rate.
_MINIMUM_SAMPLES = 5


def build_hotspot_map(given: HotspotInput) -> folium.Map:
    """Draw the cells by problem rate per visit, effort and blind spots, with tested clusters.

    Cells with fewer visits than `minimum_visits` are hatched and never coloured; zero is a class
    of its own; the breaks are fixed so that maps compare. A public map draws no enterprise and
    names nobody.

    Args:
        given: Frames in EPSG:4326 and the facts printed beside them.

    Returns:
        A Folium map; `maps.publish.to_html` writes it.
    """
    tables = counts_by_product(given)
    by_week = entries_by_week(given)
    entries = by_week[""]
    counts = _counted(given)
    parts = ShellParts(
        kind="hotspot",
        title=Words("产品质量热点图", "product quality hotspots"),
        panel=_panel(given, by_week, counts),
        legend=_legend(given, has_enterprises=bool(counts)),
        facts={
            product.key: _facts(
                given, tables[product.key], entries[product.key], counts.get(product.key)
            )
            for product in given.products
        },
        switches=(_product_switch(given), _measures(given), *((_UNITS,) if given.counts else ())),
        townships=_township_options(given) if given.counts else (),
        areas=_area_options(given.geography) if given.counts else (),
        has_points=bool(counts),
        heading=Words("聚集区", "Clusters"),
        rows=[_row(key, entry) for key, listed in entries.items() for entry in listed],
    )
    county_map = CountyMap(bounds=bounds_of(given.geography), shell=dress(given.meta, parts))
    cells = given.geography.cells
    if given.counts is not None:
        WeeksLayer(given, given.counts).add_to(county_map)
    if given.geography.areas is not None and not given.geography.areas.empty:
        ZonesLayer(given.geography.areas, cells).add_to(county_map)
    cells_layer(
        cells,
        tiles=given.geography.cell_tiles,
        themes=hotspot_themes(given, tables),
        facts=[township_column(given.geography)],
    ).add_to(county_map)
    add_ground(county_map, given.geography)
    if counts:
        AreasLayer(given.geography.townships, counts=area_counts(counts)).add_to(county_map)
        _points(given).add_to(county_map)
    marks = [
        entry.mark
        for of_week in by_week.values()
        for listed in of_week.values()
        for entry in listed
    ]
    ClustersLayer(marks, weeks=list(given.past_runs)).add_to(county_map)
    return county_map


def _counted(given: HotspotInput) -> dict[str, Drawn]:
    """Return how many enterprises there are by product; nothing where none may be drawn."""
    if given.meta.audience is Audience.PUBLIC:
        return {}
    if given.live is not None:
        return live_counts(given.live, given.geography, given.products)
    if given.enterprises is not None:
        return drawn_by_product(given.enterprises, given.geography, given.products)
    return {}


def _points(given: HotspotInput) -> DataLayer:
    if given.live is not None:
        return live_points(given.live, given.products)
    return enterprise_points(given.enterprises, given.products)


def bounds_of(geography: Geography) -> tuple[float, float, float, float]:
    """Return west, south, east, north of the county in degrees."""
    west, south, east, north = county_outline(geography).bounds
    return (float(west), float(south), float(east), float(north))


def township_column(geography: Geography) -> Column:
    """Return the township of each cell as a line of its popup."""
    names = dict(
        zip(geography.townships["code"].astype(str), geography.townships["name"], strict=True)
    )
    values = [str(names.get(str(code), code)) for code in geography.cells["township_code"]]
    return Column(label=Words("乡镇", "Township"), values=values)


def _measures(given: HotspotInput) -> Switch:
    """Return the ways of colouring; local statistics where cells were tested."""
    if given.is_by_township or not is_tested(given.statistics):
        return _MEASURES
    return replace(_MEASURES, options=(*_MEASURES.options, _LOCAL))


def _product_switch(given: HotspotInput) -> Switch:
    return Switch(
        key="product",
        label=Words("产品", "Product"),
        options=[Option(key=one.key, label=Words(one.zh, one.en)) for one in given.products],
    )


def _row(product: str, entry: ClusterEntry) -> SheetRow:
    tags = [*(Words(tag.zh, tag.en) for tag in entry.tags), entry.owners]
    parts = [Words(entry.excess), entry.counts, Words(entry.p_text), entry.size, *tags]
    return SheetRow(
        number=entry.number,
        title=entry.title,
        text=Words(
            " · ".join(one.zh for one in parts if one.zh),
            " · ".join(one.en or one.zh for one in parts if one.zh),
        ),
        switches={"product": product},
    )


def _township_options(given: HotspotInput) -> list[Option]:
    townships = given.geography.townships
    return [
        Option(key=str(code), label=Words(str(name)))
        for code, name in zip(townships["code"], townships["name"], strict=True)
    ]


def _area_options(geography: Geography) -> list[Option]:
    if geography.areas is None:
        return []
    named = (geography.areas[name] for name in ("code", "name_zh", "name_en"))
    return [
        Option(key=str(code), label=Words(str(zh), str(en)))
        for code, zh, en in zip(*named, strict=True)
    ]


def _facts(
    given: HotspotInput, table: DataFrame, entries: list[ClusterEntry], drawn: Drawn | None
) -> ProductFacts:
    visits, problems = int(table["visits"].sum()), int(table["problems"].sum())
    blind = int(is_blind(table, given.minimum_visits).sum())
    rate = f"{100 * problems / visits:.1f}" if visits else "–"
    _, zh, en = given.areas
    whole = f"{len(table)}/{len(table)}"
    drawn_zh, drawn_en = f"{zh} {whole}", f"{en.capitalize()} {whole}"
    if drawn is not None:
        drawn_zh += f"，企业可画 {drawn.drawn:,}/{drawn.existing:,} 户"
        drawn_en += f", enterprises with a place {drawn.drawn:,}/{drawn.existing:,}"
    return ProductFacts(
        figures=[
            Figure(
                value=rate,
                label=Words(
                    f"每百次检查问题 · n={visits:,}", f"problems per 100 visits, n={visits:,}"
                ),
            ),
            Figure(
                value=f"{blind}/{len(table)}",
                label=Words(f"盲区{zh}", f"blind {en}"),
                tone="bad" if blind else "",
            ),
            Figure(
                value=str(len(entries)),
                label=Words("显著聚集区", "clusters beyond chance"),
                tone="bad" if entries else "",
            ),
        ],
        drawn=Words(drawn_zh, drawn_en),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _ProductPanel:
    key: str
    runs: list[tuple[str, Words, list[ClusterEntry]]]
    area_only: tuple[object, ...]
    area_total: int


def _panel(given: HotspotInput, by_week: Mapping[str, Entries], counts: dict[str, Drawn]) -> Markup:
    products = [
        _ProductPanel(
            key=product.key,
            runs=[
                (week, day_words(given, week), entries[product.key])
                for week, entries in by_week.items()
            ],
            area_only=counts[product.key].area_only if counts else (),
            area_total=counts[product.key].area_total if counts else 0,
        )
        for product in given.products
    ]
    text = templates.get_template("hotspot_panel.html").render(
        meta=given.meta,
        products=products,
        cluster_p=f"{given.cluster_p:g}",
        townships=_township_rows(given),
        period=period_text(given.meta),
        has_enterprises=bool(counts),
    )
    return Markup(text)  # noqa: S704 - our template, which escapes every text


def _legend(given: HotspotInput, *, has_enterprises: bool) -> Markup:
    text = templates.get_template("hotspot_legend.html").render(
        cluster_p=f"{given.cluster_p:g}", has_enterprises=has_enterprises
    )
    return Markup(text)  # noqa: S704 - our template, which escapes every text


def _township_rows(given: HotspotInput) -> list[dict[str, Any]]:
    if given.township_rates is None:
        return []
    names = dict(
        zip(
            given.geography.townships["code"].astype(str),
            given.geography.townships["name"],
            strict=True,
        )
    )
    rows = []
    for row in given.township_rates.to_dict("records"):
        samples = int(row["samples"])
        rate = float(row["passed"]) / samples if samples >= _MINIMUM_SAMPLES else None
        low, high = row.get("low", rate), row.get("high", rate)
        rows.append(
            {
                "code": str(row["township_code"]),
                "name": str(names.get(str(row["township_code"]), row["township_code"])),
                "samples": samples,
                "rate": rate,
                "rate100": _percent(rate),
                "low100": _percent(low),
                "width100": round(_percent(high) - _percent(low), 1),
            }
        )
    # The worst first; townships without a rate stand at the end.
    return sorted(rows, key=lambda row: (row["rate"] is None, row["rate"] or 0.0))


def _percent(share: float | None) -> float:
    if share is None or pd.isna(share):
        return 0.0
    return round(100 * float(share), 1)
