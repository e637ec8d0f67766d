"""Counts by week for the time slider: small whole numbers, classified in the browser."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from maps.encoding import JsonValue
from maps.hotspot_classes import EFFORT_BREAKS, LEAST_OF_A_TOWNSHIP
from maps.layers.data_layer import DataLayer
from maps.model import RATE_BREAKS, Audience, HotspotInput, WeekCounts
from maps.words import Words
from service.domain.pass_rates import MINIMUM_SAMPLES

# The heading of the neighbourhood test, which is made for the day of the map alone.
TESTED = Words("邻域检验", "Neighbourhood test")
_COLUMNS = (
    Words("每百次检查问题", "Problems per 100 visits"),
    Words("检查次数 n", "Visits n"),
    Words("发现问题", "Problems"),
    Words("登记企业", "Enterprises"),
    Words("每户检查次数", "Visits per enterprise"),
)
_TEXTS = {
    "rate": Words("n={visits} 次检查；{from} – {to}", "n={visits} visits; {from} – {to}"),
    "effort": Words(
        "n={firms} 户，{visits} 次检查；{from} – {to}",
        "n={firms} enterprises, {visits} visits; {from} – {to}",
    ),
    "blind": Words("n={firms} 户；{from} – {to}", "n={firms} enterprises; {from} – {to}"),
    "rate_figure": Words("每百次检查问题 · n={visits}", "problems per 100 visits, n={visits}"),
    "blind_cells": Words("盲区网格", "blind cells"),
    "blind_townships": Words("盲区乡镇", "blind townships"),
    "outside": Words("不在所选范围", "Outside what is chosen"),
}


class WeeksLayer(DataLayer):
    """No picture of its own: it recounts the cells when the state names a week or a township."""

    factory: ClassVar[str] = "weeks"
    script: ClassVar[str] = "weeks"

    def __init__(self, given: HotspotInput, counts: WeekCounts) -> None:
        """Prepare the numbers; a public map carries no risk classes."""
        cells = given.geography.cells
        townships = [str(code) for code in given.geography.townships["code"]]
        products = [one.key for one in given.products if one.key != "all"]
        if given.meta.audience is Audience.PUBLIC:
            counts = _without_classes(counts)
        names = given.geography.townships["name"]
        data = {
            "weeks": [
                {"key": key, "first": first.isoformat(), "last": _shown_last(given, first, last)}
                for key, first, last in counts.weeks
            ],
            "current": _current(given, counts),
            "products": products,
            "townships": townships,
            "names": [str(name) for name in names],
            "of_cell": _positions(cells["township_code"], townships).tolist(),
            "visits": pack_by_week(
                _flat(counts.visits, cells, products, ["risk_class", "week", "visits", "problems"])
            ),
            "enterprises": _flat(counts.enterprises, cells, products, ["risk_class", "enterprises"])
            .ravel()
            .tolist(),
            **_samples(counts, products, townships),
            "rate_breaks": list(RATE_BREAKS[1:]),
            "effort_breaks": list(EFFORT_BREAKS),
            "least": given.minimum_visits,
            "least_township": LEAST_OF_A_TOWNSHIP,
            "texts": {
                **{key: words.as_json() for key, words in _TEXTS.items()},
                "columns": [words.as_json() for words in _COLUMNS],
                "tested": TESTED.zh,
            },
        }
        super().__init__(layer_id="weeks", data=data, name="周 Weeks")


def _samples(
    counts: WeekCounts, products: Sequence[str], townships: Sequence[str]
) -> dict[str, JsonValue]:
    """Return the sample tests of the townships, one number after the other."""
    table = counts.samples
    if table is None:
        return {}
    keys = [
        _positions(table["township_code"].astype(object), townships),
        _positions(table["product"], products),
    ]
    rest = [
        table[name].to_numpy(dtype=np.int64) for name in ("week", "risk_class", "samples", "failed")
    ]
    rows = np.column_stack([*keys, *rest])
    return {"samples": rows.ravel().tolist(), "least_samples": MINIMUM_SAMPLES}


def _current(given: HotspotInput, counts: WeekCounts) -> int:
    """Return the number of the last week that has begun on the day of the map."""
    begun = [
        number for number, (_, first, _) in enumerate(counts.weeks) if first <= given.meta.as_of
    ]
    return begun[-1] if begun else 0


def _shown_last(given: HotspotInput, first: date, last: date) -> str:
    """Return the last day of a week; the running week ends, so far, on the day of the map."""
    is_begun = first <= given.meta.as_of
    return (min(last, given.meta.as_of) if is_begun else last).isoformat()


def _positions(
    values: "pd.Series[str]", known: Sequence[str]
) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return pd.Index(known).get_indexer(pd.Index(values.astype(str))).astype(np.int64)


def _flat(
    table: DataFrame, cells: DataFrame, products: Sequence[str], columns: Sequence[str]
) -> NDArray[np.int64]:
    """Return a row for each of the table's: cell, product, then the columns, as whole numbers."""
    numbers = np.column_stack(
        [
            _positions(table["cell_code"], [str(code) for code in cells["code"]]),
            _positions(table["product"], products),
            *(table[column].to_numpy(dtype=np.int64) for column in columns),
        ]
    )
    # A product that the switch does not know is counted under all products: position -1.
    return numbers[numbers[:, 0] >= 0]


def pack_by_week(rows: NDArray[np.int64]) -> JsonValue:
    """Return rows of cell, product, class, week, visits, problems with little said twice.

    A large county has them by the hundred thousand. For each cell, product and class: these
    three, how many weeks follow, and of each the weeks since the one before, visits, problems.
    """
    rows = rows[np.lexsort(rows.T[3::-1])]
    starts = np.flatnonzero(np.any(np.diff(rows[:, :3], axis=0, prepend=-2), axis=1))
    packed: list[int] = []
    for group in np.split(rows, starts[1:]) if len(rows) else []:
        weeks = group[:, 3:].copy()
        weeks[:, 0] = np.diff(weeks[:, 0], prepend=0)
        packed += [*group[0, :3].tolist(), len(group), *weeks.ravel().tolist()]
    return packed


def _without_classes(counts: WeekCounts) -> WeekCounts:
    visits = counts.visits.groupby(["cell_code", "product", "week"], as_index=False)[
        ["visits", "problems"]
    ].sum()
    firms = counts.enterprises.groupby(["cell_code", "product"], as_index=False)[
        ["enterprises"]
    ].sum()
    samples = counts.samples
    if samples is not None:
        keys = ["township_code", "product", "week"]
        samples = samples.groupby(keys, as_index=False)[["samples", "failed"]].sum()
        samples = samples.assign(risk_class=0)
    return WeekCounts(
        weeks=counts.weeks,
        visits=visits.assign(risk_class=0),
        enterprises=firms.assign(risk_class=0),
        samples=samples,
    )
