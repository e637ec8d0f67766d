"""Roads that run from seat to seat through the villages between them, and a few town streets."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay
from shapely import LineString

from gis_data.demo.facts import BY_NAME
from gis_data.demo.settlements import Settlements

_STOPS = {
    "青西公路": ("S981", ("柳河镇", "青岩镇", "南岭镇", "龙泉乡", "西柳乡")),
    "苍白公路": ("S982", ("苍山镇", "古井镇", "秀水镇", "青岩镇", "白泉镇")),
    "龙松公路": ("X901", ("龙泉乡", "杏花乡", "松林乡")),
    "石松公路": ("X902", ("石门镇", "白泉镇", "双河乡", "松林乡")),
    "古西公路": ("X903", ("古井镇", "北原乡", "东岭乡", "西柳乡")),
    "苍柳公路": ("X904", ("苍山镇", "云台镇", "桃沟镇", "柳河镇")),
    "云双公路": ("X905", ("云台镇", "秀水镇", "南岭镇", "双河乡")),
    "岭龙公路": ("X906", ("东岭乡", "龙泉乡")),
    "石柳公路": ("X907", ("石门镇", "柳河镇")),
}
# Long legs cost more than their length, so that a road prefers to pass through villages.
_DETOUR_POWER = 1.35
STREETS = ("人民路", "建设街", "振兴路", "文化街")
_STREET_M = 1_400.0
_STREET_ANGLES = (0.12, 1.66, 0.95, 2.5)
# Metres between which a street may miss the very centre.
_STREET_OFFSETS = ((0.0, 150.0), (120.0, 0.0), (-260.0, -180.0), (240.0, -220.0))


@dataclass(frozen=True, slots=True)
class Road:
    """A named line in metres; `kind` is provincial, county or street."""

    code: str
    name: str
    kind: str
    line: LineString


def build_roads(settlements: Settlements) -> list[Road]:
    """Lay the roads of `_STOPS` along the shortest way through villages, and the streets."""
    villages = settlements.villages
    xy = villages[["x", "y"]].to_numpy(dtype=np.float64)
    seats = villages[villages["is_seat"]].reset_index().set_index("township_code")["index"]
    graph = _neighbours(xy)
    roads = []
    for name, (code, stops) in _STOPS.items():
        rows = [int(seats[BY_NAME[stop].code]) for stop in stops]
        path = _path(graph, rows)
        kind = "provincial" if code.startswith("S") else "county"
        roads.append(Road(code, name, kind, _rounded_corners(xy[path])))
    return [*roads, *_streets(villages)]


def _neighbours(xy: NDArray[np.float64]) -> csr_matrix:
    triangles = Delaunay(xy).simplices
    a = triangles.ravel()
    b = np.roll(triangles, 1, axis=1).ravel()
    cost = np.hypot(*(xy[a] - xy[b]).T) ** _DETOUR_POWER
    graph = csr_matrix((cost, (a, b)), shape=(len(xy), len(xy)))
    return graph.maximum(graph.T)


def _path(graph: csr_matrix, stops: list[int]) -> list[int]:
    path = [stops[0]]
    for start, end in pairwise(stops):
        _, before = dijkstra(graph, indices=start, return_predecessors=True)
        leg = [end]
        while leg[-1] != start:
            leg.append(int(before[leg[-1]]))
        path.extend(reversed(leg[:-1]))
    return path


def _rounded_corners(line: NDArray[np.float64]) -> LineString:
    for _ in range(3):
        inner = np.stack([0.8 * line[:-1] + 0.2 * line[1:], 0.2 * line[:-1] + 0.8 * line[1:]], 1)
        line = np.vstack([line[:1], inner.reshape(-1, 2), line[-1:]])
    return LineString(line)


def _streets(villages: pd.DataFrame) -> list[Road]:
    seat = villages[villages["is_seat"] & (villages["township"] == "青岩镇")].iloc[0]
    roads = []
    parts = zip(STREETS, _STREET_ANGLES, _STREET_OFFSETS, strict=True)
    for number, (name, angle, offset) in enumerate(parts, start=1):
        centre = np.array([seat["x"], seat["y"]], dtype=np.float64) + np.array(offset)
        half = np.array([np.cos(angle), np.sin(angle)]) * _STREET_M / 2
        line = LineString(np.vstack([centre - half, centre, centre + half]))
        roads.append(Road(f"J{number:03d}", name, "street", line))
    return roads
