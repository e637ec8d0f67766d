"""Local statistics and crowds for people (tables) and for maps (GeoJSON)."""

import io
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from scripts.clusters_output import as_given, members_shown, short
from service.domain.cluster_shapes import OnEarth

_SHOWN = 20
_NAMES = {
    "hot": "热点 hot",
    "leaning_hot": "偏热 leaning hot",
    "leaning_cold": "偏冷 leaning cold",
    "cold": "冷点 cold",
    "HH": "高高 HH",
    "LL": "低低 LL",
    "HL": "高低 HL",
    "LH": "低高 LH",
    "none": "不显著 none",
    "isolated": "无邻居 isolated",
    "unrated": "不评价 unrated",
}
_UNNAMED = {"none", "isolated", "unrated"}


def sites_table(found: dict[str, Any]) -> str:
    """Return the groups and the places of least p as text tables, Chinese first."""
    settings = found["settings"]
    text = io.StringIO()
    console = Console(file=text, width=160)
    if "classes" in settings:
        console.print(_local_groups(found))
        told = [one for one in found["sites"] if one["class"] not in _UNNAMED]
        told.sort(key=lambda one: (one["p"], -abs(one["z"])))
        if told:
            console.print(_local_sites(told))
        else:
            console.print("没有发现 no place stands out")
    else:
        console.print(_crowds(found))
    for note in settings["notes"]:
        console.print(note)
    return text.getvalue().rstrip("\n")


def sites_geojson(found: dict[str, Any], *, epsg: int | None = None) -> dict[str, Any]:
    """Return a point per place in WGS 84; in the file's own plane without epsg.

    Args:
        found: `settings`, `clusters` and `sites`.
        epsg: Of the plane; not for degrees.
    """
    in_degrees = found["settings"]["geometry"] == "sphere"
    axes = ("lon", "lat") if in_degrees else ("x", "y")
    place = as_given if in_degrees or epsg is None else OnEarth(int(epsg))
    sites = found["sites"]
    x, y = place(*(np.array([one[axis] for one in sites], dtype=float) for axis in axes))
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [float(a), float(b)]},
            "properties": {key: value for key, value in one.items() if key not in axes},
        }
        for one, a, b in zip(sites, x, y, strict=True)
    ]
    return {
        "type": "FeatureCollection",
        "settings": found["settings"],
        "clusters": found["clusters"],
        "features": features,
    }


def _count(number: float | None) -> str:
    return "–" if number is None else f"{number:,.0f}"


def _table(title: str, names: tuple[str, ...]) -> Table:
    table = Table(title=title)
    for name in names:
        table.add_column(name, justify="right")
    table.add_column("成员 members")
    return table


def _local_groups(found: dict[str, Any]) -> Table:
    settings = found["settings"]
    counted = " · ".join(f"{_NAMES[name]} {n}" for name, n in settings["classes"].items() if n)
    title = (
        f"{settings['method']} · {settings['measure']} · {settings['tested']} 处 tested · "
        f"{settings['draws']:,} 次抽取 draws · {settings['correction']} ≤ {settings['alpha']:g}\n"
        f"{counted}"
    )
    table = _table(
        title, ("序 rank", "类 class", "处 places", "例 cases", "人口 population", "p", "q")
    )
    for one in found["clusters"][:_SHOWN]:
        table.add_row(
            str(one["rank"]), _NAMES[one["class"]], str(one["places"]), _count(one["cases"]),
            _count(one["population"]), short(one["p"]), short(one["q"]),
            members_shown(one["members"]),
        )  # fmt: skip
    return table


def _local_sites(told: list[dict[str, Any]]) -> Table:
    table = Table(title=f"最显著的地点 places of least p ({min(_SHOWN, len(told))}/{len(told)})")
    for name in ("编号 id", "类 class", "值 value", "z", "p", "q", "邻居 neighbours"):
        table.add_column(name, justify="right")
    for one in told[:_SHOWN]:
        table.add_row(
            str(one["id"]), _NAMES[one["class"]], short(one["value"]), short(one["z"]),
            short(one["p"]), short(one["q"]), str(one["neighbours"]),
        )  # fmt: skip
    return table


def _crowds(found: dict[str, Any]) -> Table:
    settings = found["settings"]
    table = _table(
        f"{settings['method']} · 密集区 crowds {settings['found']} · "
        f"{settings['places']} 处 places · 散点 noise {settings['noise']}",
        ("序 rank", "处 places", "例 cases", "人口 population", "半径 radius"),
    )
    for one in found["clusters"]:
        table.add_row(
            str(one["rank"]), str(one["places"]), _count(one["cases"]), _count(one["population"]),
            f"{one['radius']:.4g}", members_shown(one["members"]),
        )  # fmt: skip
    return table
