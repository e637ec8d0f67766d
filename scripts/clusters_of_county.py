"""The county's clusters for people, as a table, and for programs, as JSON and GeoJSON."""

import json
from datetime import date
from typing import Any

from geopandas import GeoDataFrame
from pandas import DataFrame
from rich.console import Console
from rich.table import Table

from service.api.plain import features, plain_row

# At 80 columns nothing may be cut off: radius and townships are in the JSON.
_CAPTION = (
    "kind 圆 circle, or the township · × weeks · cases/expected · "
    "stands: share of variants · (proposed)"
)
_SMALLEST = 0.001
_COLUMNS = ("no.", "kind", "product", "state", "since", "×", "cases", "p", "q", "stands", "lead")


def as_json(rows: DataFrame, *, key: str = "clusters") -> str:
    """Return rows as JSON; dates are ISO, what is missing is null."""
    told = [plain_row(row) for row in rows.to_dict("records")]
    return json.dumps({key: told}, ensure_ascii=False, indent=1, allow_nan=False)


def as_geojson(rows: GeoDataFrame) -> str:
    """Return rows as a FeatureCollection in WGS 84."""
    document = {"type": "FeatureCollection", "features": features(rows)}
    return json.dumps(document, ensure_ascii=False, allow_nan=False)


def print_clusters(rows: DataFrame, *, nothing: str) -> None:
    """Print a table, or one line where there are none."""
    if rows.empty:
        Console().print(nothing)
        return
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, caption=_CAPTION)
    for name in _COLUMNS:
        table.add_column(name, no_wrap=True)
    for row in rows.to_dict("records"):
        table.add_row(*_cells({str(key): value for key, value in row.items()}))
    Console().print(table)


def _cells(row: dict[str, Any]) -> list[str]:
    badge = row["robustness"]
    number = plain_row({"object_id": row["object_id"]})["object_id"]
    first, proposed = row["first_seen"], row["proposed_lead"]
    lead = row["lead"] or (f"({proposed})" if proposed else "–")
    return [
        "–" if number is None else str(number),
        "圆" if row["kind"] == "window" else str(row["township"]),
        str(row["product"]),
        "closed" if row["state"] == "closed" else row["trend"] or "–",
        _since(first, row["last_seen"]),
        str(row["weeks_seen"]),
        f"{row['cases']}/{row['expected']:.1f}",
        small(row["p"]),
        small(row["q"]),
        f"{badge['stands'] / badge['variants']:.0%}" if badge else "–",
        lead,
    ]


def small(p: float) -> str:
    """Return three decimals; an exact p can be smaller than that, and is not nought."""
    return f"{p:.3f}" if p >= _SMALLEST else f"<{_SMALLEST}"


def _since(first: date | None, last: date | None) -> str:
    """Return month and day, with the year in place of the day where it is an earlier one."""
    if first is None:
        return "–"
    is_this_year = last is not None and first.year == last.year
    return f"{first:%m-%d}" if is_this_year else f"{first:%Y-%m}"
