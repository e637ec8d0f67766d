"""The layers of a map on paper: matplotlib draws the same data that a browser would get."""

import base64
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.patches import Ellipse
from matplotlib.path import Path
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Data = Mapping[str, Any]
State = Mapping[str, str]
Dash = Literal["solid"] | tuple[float, Sequence[float]]

METRES_PER_DEGREE: Final = 111_320.0
_INK: Final = "#14213d"
_BLUE: Final = "#1f5fbf"
HATCHES: Final = {
    "blind": ("#eef0f2", "#8a949f", "////"),
    "nobody": ("#ffffff", "#b6182d", "/////"),
    "weak": ("#ffffff", "#c98a1b", "\\\\\\"),
}
_LINES: Final[dict[str, tuple[str, float, Dash]]] = {
    "river": ("#7fb4dc", 1.1, "solid"),
    "road": ("#8b7d6b", 0.6, (0, (4, 2.5))),
    "township": ("#45556b", 0.7, "solid"),
    "outline": ("#1d2733", 1.4, "solid"),
    "earlier": ("#b6182d", 0.9, (0, (1.5, 2))),
    "focus": (_BLUE, 1.8, "solid"),
}
_MANY_POINTS: Final = 3_000


def fits(switches: Mapping[str, Any], state: State) -> bool:
    """Tell whether a thing with these switches belongs on the map, as the browser decides it."""
    for key, wanted in switches.items():
        several = wanted if isinstance(wanted, list | tuple) else [wanted]
        if key in state and state[key] not in several:
            return False
    return True


def theme_of(cells: Data, state: State) -> Data:
    """Return the theme that fits the state; the first one where none does."""
    themes = cells["themes"]
    chosen: Data = next((one for one in themes if fits(one["switches"], state)), themes[0])
    return chosen


def classes_of(theme: Data) -> list[int]:
    """Return the class of each cell."""
    return [int(letter, 36) for letter in theme["assigned"]]


def draw_ground(axes: Axes, base: Data) -> None:
    """Draw the land under everything."""
    for part in base["parts"]:
        if part["style"] == "land":
            _fill(axes, shapes_of(part["shapes"]), face="#f3f4f2", order=1)


def draw_cells(axes: Axes, cells: Data, theme: Data) -> None:
    """Draw the cells by class; what is not known is hatched and has no colour."""
    shapes = shapes_of(cells["cells"])
    assigned = classes_of(theme)
    for number, entry in enumerate(theme["classes"]):
        chosen = [shape for shape, own in zip(shapes, assigned, strict=True) if own == number]
        if entry["hatch"]:
            ground, line, hatch = HATCHES.get(entry["hatch"], HATCHES["blind"])
            _fill(axes, chosen, face=ground, order=2, hatch=hatch, line=line)
        else:
            _fill(axes, chosen, face=entry["fill"], order=2)
    _outline(axes, shapes, "#ffffff", 0.35, "solid", 3)


def draw_lines(axes: Axes, base: Data) -> None:
    """Draw rivers, roads, township lines and the county's outline over the cells."""
    for part in base["parts"]:
        if part["style"] in _LINES:
            colour, width, dash = _LINES[part["style"]]
            _outline(axes, shapes_of(part["shapes"]), colour, width, dash, 4)


def draw_areas(axes: Axes, areas: Data, state: State, lang: str) -> None:
    """Draw what is known to an area only: its dashed outline and the number."""
    shapes = shapes_of(areas["shapes"])
    for count in areas["counts"]:
        if count["code"] not in areas["codes"] or not fits(count["switches"], state):
            continue
        index = areas["codes"].index(count["code"])
        _outline(axes, [shapes[index]], _BLUE, 0.8, (0, (2, 2)), 5)
        if areas["middles"][index]:
            lat, lon = areas["middles"][index]
            text = f"{count['n']} 户位置不明" if lang == "zh" else f"{count['n']} without a place"
            axes.annotate(
                text, (lon, lat), (0, -9), textcoords="offset points", ha="center", va="top",
                fontsize=5.5, color="#17498f", zorder=8,
                bbox={"boxstyle": "round,pad=0.25", "fc": "white", "ec": _BLUE, "lw": 0.5},
            )  # fmt: skip


def draw_points(axes: Axes, points: Data, state: State) -> None:
    """Draw the points whose look fits; hollow where only the village is known."""
    x, y, looks = unpacked(points)
    lon = x * 360 - 180
    lat = np.degrees(np.arctan(np.sinh(math.pi * (1 - 2 * y))))
    size = 3.0 if len(x) > _MANY_POINTS else 7.0
    for number, look in enumerate(points["looks"]):
        chosen = looks == number
        if not chosen.any() or not fits(look["switches"], state):
            continue
        axes.scatter(
            lon[chosen],
            lat[chosen],
            s=size,
            facecolors="white" if look["hollow"] else look["color"],
            edgecolors=look["color"] if look["hollow"] else "white",
            linewidths=0.5 if look["hollow"] else 0.2,
            zorder=6,
            # So many circles would be a file that no office opens.
            rasterized=len(x) > _MANY_POINTS,
        )


def unpacked(points: Data) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.uint8]]:
    """Return Web Mercator x and y as shares of the world's width, and the look of each point."""
    counts = np.frombuffer(base64.b64decode(points["counts"]), "<u4")
    steps = int(points["steps"])
    form = np.dtype("u1") if steps == 256 else np.dtype("<u2")  # noqa: PLR2004 - a byte
    packed = np.frombuffer(base64.b64decode(points["offsets"]), form)
    offsets = packed.astype(float).reshape(-1, 2) + 0.5
    looks = np.frombuffer(base64.b64decode(points["styles"]), np.uint8)
    square = np.repeat(np.arange(len(counts)), counts)
    x = points["west"] + (square % points["side"] + offsets[:, 0] / steps) * points["square"]
    y = points["north"] + (square // points["side"] + offsets[:, 1] / steps) * points["square"]
    return x, y, looks


def draw_clusters(axes: Axes, clusters: Data, state: State) -> None:
    """Draw rings with their numbers; dashed is a cluster that does not stand every test."""
    for one in clusters["clusters"]:
        if not fits(one["switches"], state):
            continue
        lat, lon = one["centre"]
        dash: Dash = (0, (3.5, 2.5)) if one["doubtful"] else "solid"
        if one["shape"]:
            _outline(axes, [shapely.geometry.shape(one["shape"])], _INK, 1.5, dash, 7)
        elif one["radius_m"]:
            tall = 2 * one["radius_m"] / METRES_PER_DEGREE
            wide = tall / max(0.1, math.cos(math.radians(lat)))
            for colour, width in (("white", 2.8), (_INK, 1.5)):
                ring = Ellipse((lon, lat), wide, tall, fill=False, ec=colour, lw=width, zorder=7)
                if colour != "white":
                    ring.set_linestyle(dash)
                axes.add_patch(ring)
        _badge(axes, one)


def _badge(axes: Axes, one: Data) -> None:
    lat, lon = one["badge"]
    ground, ink = ("white", _INK) if one["doubtful"] else (_INK, "white")
    dash = (0, (2, 1.5)) if one["doubtful"] else "solid"
    axes.text(
        lon, lat, one["number"], fontsize=7, fontweight="bold", color=ink, ha="center",
        va="center", zorder=9,
        bbox={"boxstyle": "circle,pad=0.28", "fc": ground, "ec": _INK if one["doubtful"] else
              "white", "lw": 0.8, "ls": dash},
    )  # fmt: skip


def badges_of(clusters: Data, state: State) -> list[tuple[float, float]]:
    """Return longitude and latitude of the numbers on the map."""
    shown = [one for one in clusters["clusters"] if fits(one["switches"], state)]
    return [(one["badge"][1], one["badge"][0]) for one in shown]


def rings_of(clusters: Data, state: State) -> list[Data]:
    """Return the clusters that are drawn as rings, not as a number alone."""
    shown = [one for one in clusters["clusters"] if fits(one["switches"], state)]
    return [one for one in shown if one["shape"] or one["radius_m"]]


def shapes_of(collection: Data) -> list[BaseGeometry]:
    """Return the shapes of a GeoJSON collection; a missing one is an empty polygon."""
    return [
        shapely.Polygon()
        if feature["geometry"] is None
        else shapely.geometry.shape(feature["geometry"])
        for feature in collection["features"]
    ]


def _fill(
    axes: Axes,
    shapes: Iterable[BaseGeometry],
    *,
    face: str,
    order: int,
    hatch: str | None = None,
    line: str = "none",
) -> None:
    paths = [path for shape in shapes if (path := _path(shape)) is not None]
    if paths:
        axes.add_collection(
            PathCollection(
                paths, facecolors=face, edgecolors=line, linewidths=0.0, hatch=hatch, zorder=order
            ),
            autolim=False,
        )


def _outline(
    axes: Axes,
    shapes: Iterable[BaseGeometry],
    colour: str,
    width: float,
    dash: Dash,
    order: int,
) -> None:
    lines = []
    for shape in shapes:
        edges = shape.boundary if shapely.get_dimensions(shape) == 2 else shape  # noqa: PLR2004
        lines += [shapely.get_coordinates(one) for one in shapely.get_parts(edges)]
    axes.add_collection(
        LineCollection(
            [line for line in lines if len(line) > 1], colors=colour, linewidths=width,
            linestyles=[dash], zorder=order, capstyle="round",
        ),
        autolim=False,
    )  # fmt: skip


def _path(shape: BaseGeometry) -> Path | None:
    rings = [
        Path(shapely.get_coordinates(ring), closed=True)
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    ]
    return Path.make_compound_path(*rings) if rings else None
