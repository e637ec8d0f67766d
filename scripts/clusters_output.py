"""Clusters for people (a table), for maps (GeoJSON), and into a file that is whole or absent."""

import io
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from service.domain.cluster_shapes import OnEarth, outline

Floats = NDArray[np.float64]

_MEMBERS_SHOWN = 6
# What only some kinds of scan know of a cluster.
_EXTRA = {"start": "起 from", "end": "止 to", "shape": "长宽比 shape", "angle_deg": "方向 angle"}


def as_table(found: dict[str, Any]) -> str:
    """Return the clusters as a text table, Chinese first."""
    settings = found["settings"]
    table = Table(
        title=f"聚集区 clusters · {settings['places']} 处 places · "
        f"{settings['total_cases']} 例 cases"
    )
    for name in (
        "序 rank",
        "LLR",
        "p",
        "Gumbel p",
        "例 cases",
        "期望 expected",
        "RR",
        "半径 radius",
    ):
        table.add_column(name, justify="right")
    extra = [name for name in _EXTRA if any(name in one for one in found["clusters"])]
    for name in extra:
        table.add_column(_EXTRA[name], justify="right")
    table.add_column("成员 members")
    for one in found["clusters"]:
        table.add_row(
            str(one["rank"]), f"{one['llr']:.6f}", f"{one['p']:.4g}", short(one["p_gumbel"]),
            str(one["cases"]), f"{one['expected']:.2f}", short(one["relative_risk"]),
            f"{one['radius']:.4g}", *(_plain(one[name]) for name in extra),
            members_shown(one["members"]),
        )  # fmt: skip
    text = io.StringIO()
    Console(file=text, width=160).print(table)
    if not found["clusters"]:
        text.write("没有发现聚集区 no window has such a rate\n")
    return text.getvalue().rstrip("\n")


def as_geojson(found: dict[str, Any], *, epsg: int | None = None) -> dict[str, Any]:
    """Return outlines in WGS 84; in the file's own plane, which GeoJSON cannot name, without epsg.

    Args:
        found: `settings` and `clusters`.
        epsg: Of the plane; not for degrees.
    """
    on_earth = found["settings"]["geometry"] == "sphere" or epsg is None
    place = as_given if on_earth else OnEarth(int(epsg or 0))
    features = [
        {
            "type": "Feature",
            "geometry": _geometry(one, place),
            "properties": {key: value for key, value in one.items() if key != "centre"}
            | {"centre_id": one["centre"]["id"]},
        }
        for one in found["clusters"]
    ]
    return {
        "type": "FeatureCollection",
        "settings": found["settings"],
        "features": features,
    }


def write_text(text: str, out: Path | None) -> None:
    """Print a text, or write it to a file in one step, so that a half file never stands."""
    if out is None:
        sys.stdout.write(text + "\n")
        return
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        temporary.chmod(0o644)
        temporary.replace(out)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _plain(value: Any) -> str:  # noqa: ANN401 - a number or a text
    return value if isinstance(value, str) else f"{value:.4g}"


def short(number: float | None) -> str:
    """Return a number with three digits, or a dash for none."""
    return "–" if number is None else f"{number:.3g}"


def members_shown(ids: list[Any]) -> str:
    """Return the first few names, and how many there are."""
    shown = ", ".join(str(name) for name in ids[:_MEMBERS_SHOWN])
    return shown if len(ids) <= _MEMBERS_SHOWN else f"{shown} … ({len(ids)})"


def _geometry(one: dict[str, Any], place: Callable[[Floats, Floats], Any]) -> dict[str, Any]:
    centre = one["centre"]
    ring = outline(one)
    corners = ring or [(centre.get("lon", centre.get("x")), centre.get("lat", centre.get("y")))]
    x, y = place(*np.array(corners, dtype=np.float64).T)
    there = [[float(a), float(b)] for a, b in zip(x, y, strict=True)]
    if not ring:
        return {"type": "Point", "coordinates": there[0]}
    return {"type": "Polygon", "coordinates": [there]}


def as_given(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return coordinates that stay as they are."""
    return x, y
