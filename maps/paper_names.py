"""Names on a paper map: those that have room, the more important first."""

from collections.abc import Sequence
from typing import Any, Final

import shapely
from matplotlib import patheffects
from matplotlib.axes import Axes
from shapely.geometry.base import BaseGeometry

from maps.paper_layers import Data, shapes_of
from maps.paper_text import width_mm

_BADGE_MM: Final = 4.0


def draw_names(
    axes: Axes,
    names: Sequence[Data],
    zoom: float,
    per_mm: tuple[float, float],
    kept_free: Sequence[tuple[float, float]] = (),
) -> None:
    """Write the names that have room; of two that would cover each other the higher rank stays.

    Args:
        axes: Longitude and latitude in degrees.
        names: text, lon, lat, kind, rank and the zoom from which each is shown.
        zoom: Of the paper, as a browser counts it.
        per_mm: Degrees of longitude and latitude in a millimetre of paper.
        kept_free: Longitude and latitude of numbers that no name may cover.
    """
    looks = {
        "township": (8.0, "#1d2733", "bold", "normal"),
        "village": (5.0, "#4a5666", "normal", "normal"),
        "river": (6.0, "#2f6ea3", "normal", "italic"),
        "owner": (6.0, "#1d2733", "normal", "normal"),
    }
    wide, tall = (_BADGE_MM / 2 * each for each in per_mm)
    taken = [(x - wide, y - tall, x + wide, y + tall) for x, y in kept_free]
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    for name in sorted(names, key=lambda one: -one["rank"]):
        lon, lat = name["lon"], name["lat"]
        if zoom < name["from"] or not (west < lon < east and south < lat < north):
            continue
        size, colour, weight, style = looks[name["kind"]]
        wide = (width_mm(name["text"], size) / 2 + 0.6) * per_mm[0]
        tall = (size * 0.25) * per_mm[1]
        box = (lon - wide, lat - tall, lon + wide, lat + tall)
        if any(_overlap(box, other) for other in taken):
            continue
        taken.append(box)
        axes.text(
            lon, lat, name["text"], fontsize=size, color=colour, fontweight=weight,
            fontstyle=style, ha="center", va="center", zorder=8,
            path_effects=[patheffects.withStroke(linewidth=1.6, foreground="white")],
        )  # fmt: skip


def owner_names(cells: Data, owners: Sequence[str | None] | None) -> list[dict[str, Any]]:
    """Return a name for each piece of neighbouring cells that one person answers for."""
    if not owners:
        return []
    grouped: dict[str, list[BaseGeometry]] = {}
    for shape, owner in zip(shapes_of(cells["cells"]), owners, strict=True):
        if owner and not shape.is_empty:
            grouped.setdefault(owner, []).append(shape)
    names = []
    for owner, shapes in grouped.items():
        for piece in shapely.get_parts(shapely.unary_union(shapes)):
            if piece.geom_type == "Polygon":
                at = piece.representative_point()
                names.append(
                    {"text": owner, "lon": at.x, "lat": at.y, "kind": "owner", "rank": 2, "from": 0}
                )
    return names


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
