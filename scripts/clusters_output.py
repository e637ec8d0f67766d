"""Clusters for people (a table), for maps (GeoJSON), and into a file that is whole or absent."""

import io
import math
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

_EARTH_RADIUS_KM = 6367.0  # the engine's sphere
_CORNERS = 64
_MEMBERS_SHOWN = 6


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
    table.add_column("成员 members")
    for one in found["clusters"]:
        table.add_row(
            str(one["rank"]), f"{one['llr']:.6f}", f"{one['p']:.4g}", _short(one["p_gumbel"]),
            str(one["cases"]), f"{one['expected']:.2f}", _short(one["relative_risk"]),
            f"{one['radius']:.4g}", _members(one["members"]),
        )  # fmt: skip
    text = io.StringIO()
    Console(file=text, width=160).print(table)
    if not found["clusters"]:
        text.write("没有发现聚集区 no window has such a rate\n")
    return text.getvalue().rstrip("\n")


def as_geojson(found: dict[str, Any]) -> dict[str, Any]:
    """Return circles in WGS 84, or points in the file's own plane (which GeoJSON cannot name)."""
    features = [
        {
            "type": "Feature",
            "geometry": _geometry(one["centre"], one["radius"]),
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


def _short(number: float | None) -> str:
    return "–" if number is None else f"{number:.3g}"


def _members(ids: list[Any]) -> str:
    shown = ", ".join(str(name) for name in ids[:_MEMBERS_SHOWN])
    return shown if len(ids) <= _MEMBERS_SHOWN else f"{shown} … ({len(ids)})"


def _geometry(centre: dict[str, Any], radius: float) -> dict[str, Any]:
    if "lon" not in centre:
        return {"type": "Point", "coordinates": [centre["x"], centre["y"]]}
    if radius == 0:
        return {"type": "Point", "coordinates": [centre["lon"], centre["lat"]]}
    return {"type": "Polygon", "coordinates": [_circle(centre["lon"], centre["lat"], radius)]}


def _circle(lon: float, lat: float, chord_km: float) -> list[list[float]]:
    """Return a closed, counter-clockwise ring of points a chord away, in degrees."""
    angle = 2 * math.asin(min(chord_km / (2 * _EARTH_RADIUS_KM), 1.0))
    latitude = math.radians(lat)
    ring = []
    for corner in range(_CORNERS):
        bearing = -2 * math.pi * corner / _CORNERS
        sine = math.sin(latitude) * math.cos(angle)
        sine += math.cos(latitude) * math.sin(angle) * math.cos(bearing)
        east = math.atan2(
            math.sin(bearing) * math.sin(angle) * math.cos(latitude),
            math.cos(angle) - math.sin(latitude) * sine,
        )
        ring.append([round(lon + math.degrees(east), 7), round(math.degrees(math.asin(sine)), 7)])
    return [*ring, ring[0]]
