"""A small map of a cluster as plain numbers for an SVG: cells, its edge, enterprises, a scale."""

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries
from shapely.geometry.base import BaseGeometry

from service.api.dependencies import Scope
from service.database import cells, enterprises

WIDTH, HEIGHT = 720.0, 460.0
_MARGIN = 0.25  # of the area's height, on every side
_LEAST_SPAN_M = 3_000.0
_STEPS_M: Final = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterMap:
    """What is drawn, in SVG units; y grows downwards.

    Attributes:
        cells: Paths of cells: path, is_inside (a cell of the cluster), code.
        borders: Paths of township borders.
        names: Township names: x, y, text.
        circle: x, y, r; None for a township.
        outline: Path of a township's border; '' for a circle.
        points: Enterprises inside: id, name, x, y, state (unresolved, resolved, clean).
        scale: Length of the bar, and the metres it stands for.
    """

    cells: list[dict[str, Any]]
    borders: list[str]
    names: list[dict[str, Any]]
    circle: dict[str, float] | None
    outline: str
    points: list[dict[str, Any]]
    scale: tuple[float, int]


@dataclass(frozen=True, slots=True)
class _View:
    """From metres of the county's zone to SVG units."""

    left: float
    top: float
    per_m: float

    def xy(self, x: float, y: float) -> tuple[float, float]:
        return round((x - self.left) * self.per_m, 1), round((self.top - y) * self.per_m, 1)


def cluster_map(scope: Scope, cluster: dict[str, Any], area: BaseGeometry) -> ClusterMap:
    """Return the map of a cluster.

    Args:
        scope: County and day.
        cluster: A row of `cluster_frames.objects`.
        area: Its circle or township, WGS 84.
    """
    epsg = scope.county.metric_epsg
    edge = GeoSeries([area], crs=4326).to_crs(epsg).iloc[0]
    view, window = _view(edge)
    grid = cells.of_plan(scope.session, scope.code, scope.plan_id).to_crs(epsg)
    near = grid[grid.intersects(window)]
    clipped = near.assign(geometry=near.geometry.intersection(window))
    towns = clipped.dissolve("township_code").reset_index()
    inside, inner = set(cluster["cell_codes"]), window.buffer(-1)
    is_township = cluster["kind"] == "township"
    return ClusterMap(
        cells=[
            {"path": _path(shape, view), "is_inside": code in inside, "code": code}
            for code, shape in zip(clipped["code"], clipped.geometry, strict=True)
        ],
        # The edge of the window is no border.
        borders=[_line(shape.boundary.intersection(inner), view) for shape in towns.geometry],
        names=_names(towns, view),
        circle=None if is_township else _circle(edge, view),
        outline=_path(edge, view) if is_township else "",
        points=_points(scope, cluster, view),
        scale=_scale(view),
    )


def _circle(disc: BaseGeometry, view: _View) -> dict[str, float]:
    middle, radius = disc.centroid, max(disc.bounds[2] - disc.bounds[0], 1.0) / 2
    x, y = view.xy(middle.x, middle.y)
    return {"x": x, "y": y, "r": round(radius * view.per_m, 1)}


def _view(area: BaseGeometry) -> tuple[_View, BaseGeometry]:
    west, south, east, north = area.bounds
    tallest = max(north - south, (east - west) * HEIGHT / WIDTH)
    span = max(tallest * (1 + 2 * _MARGIN), _LEAST_SPAN_M)
    per_m = HEIGHT / span
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    half_x, half_y = WIDTH / per_m / 2, span / 2
    window = shapely.box(middle_x - half_x, middle_y - half_y, middle_x + half_x, middle_y + half_y)
    return _View(middle_x - half_x, middle_y + half_y, per_m), window


def _path(shape: BaseGeometry, view: _View) -> str:
    """Return the rings of a polygon as an SVG path."""
    simple = shape.simplify(0.5 / view.per_m)
    parts = []
    for polygon in shapely.get_parts(simple):
        if polygon.geom_type != "Polygon":
            continue
        for ring in (polygon.exterior, *polygon.interiors):
            corners = [view.xy(x, y) for x, y in np.asarray(ring.coords)[:, :2]]
            parts.append("M" + "L".join(f"{x} {y}" for x, y in corners) + "Z")
    return "".join(parts)


def _line(shape: BaseGeometry, view: _View) -> str:
    """Return lines as an SVG path."""
    parts = []
    for line in shapely.get_parts(shape.simplify(0.5 / view.per_m)):
        corners = [view.xy(x, y) for x, y in np.asarray(line.coords)[:, :2]]
        if len(corners) > 1:
            parts.append("M" + "L".join(f"{x} {y}" for x, y in corners))
    return "".join(parts)


def _names(towns: GeoDataFrame, view: _View) -> list[dict[str, Any]]:
    names = []
    for text, shape in zip(towns["township_name"], towns.geometry, strict=True):
        middle = shape.representative_point()
        x, y = view.xy(middle.x, middle.y)
        names.append({"x": x, "y": y, "text": text})
    return names


def _points(scope: Scope, cluster: dict[str, Any], view: _View) -> list[dict[str, Any]]:
    register = enterprises.located(scope.session, scope.code, scope.plan_id)
    members = register[register["enterprise_id"].isin(cluster["enterprise_ids"])]
    placed = GeoDataFrame(members[members.geometry.notna()]).to_crs(scope.county.metric_epsg)
    drawn = []
    taken: dict[tuple[float, float], int] = {}
    for number, name, point in zip(
        placed["enterprise_id"], placed["name"], placed.geometry, strict=True
    ):
        x, y = view.xy(point.x, point.y)
        # Enterprises placed to one village share its point: they are drawn around it.
        turn = taken.get((x, y), 0)
        taken[x, y] = turn + 1
        away, angle = 7.0 * math.sqrt(turn), 2.4 * turn
        drawn.append(
            {
                "id": int(number),
                "name": name,
                "x": round(x + away * math.cos(angle), 1),
                "y": round(y + away * math.sin(angle), 1),
                "state": _state(int(number), cluster),
            }
        )
    return sorted(drawn, key=lambda one: _STATES.index(one["state"]))


_STATES: Final = ("clean", "resolved", "unresolved")  # the last is drawn on top


def _state(number: int, cluster: dict[str, Any]) -> str:
    if number in cluster["unresolved_ids"]:
        return "unresolved"
    return "resolved" if number in cluster["problem_ids"] else "clean"


def _scale(view: _View) -> tuple[float, int]:
    """Return the bar's length and its metres: the longest round one below a quarter's width."""
    fitting = [step for step in _STEPS_M if step * view.per_m <= WIDTH / 4]
    metres = fitting[-1] if fitting else _STEPS_M[0]
    return round(metres * view.per_m, 1), metres
