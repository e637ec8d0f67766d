"""Cut a polygon along the borders of other polygons, exactly: no overlap, no hole, no sliver."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

Labels = NDArray[np.intp]
Parts = list[BaseGeometry]
# Noding on a grid cannot fail; this one, in degrees, is ten nanometres wide.
_GRID = 1e-13


def exact_partition(
    area: BaseGeometry,
    pieces: Sequence[BaseGeometry],
    *,
    lines: Sequence[BaseGeometry] | None = None,
    least_area: float = 0,
) -> dict[int, BaseGeometry]:
    """Cut an area along the borders of pieces that roughly tile it.

    Args:
        area: What is to be covered; any planar coordinates.
        pieces: Polygons in the same coordinates that need not end at the area's border, nor fit
            together: ground in none of them goes to the nearest.
        lines: What to cut along where that is not simply the pieces' borders. Borders that have
            been to another CRS and back lie a hair beside the originals: hand in the originals.
        least_area: Parts smaller than this join the neighbour with the longest common border,
            unless nothing else is left of the area.

    Returns:
        Index of the piece → its share of the area. The shares do not overlap and together equal
        the area; neighbours have the same vertices along their common border. A share is in one
        part unless the area itself is not.
    """
    if len(pieces) <= 1:
        return {0: area}
    borders = list(shapely.boundary(np.array(pieces, dtype=object))) if lines is None else lines
    faces = _faces(area, borders)
    labels = _nearest_piece(faces, pieces)
    parts, owners = _connected_parts(faces, labels)
    return _join_strays(parts, owners, least_area)


def _faces(area: BaseGeometry, lines: Sequence[BaseGeometry]) -> NDArray[np.object_]:
    """Return the faces of the arrangement of all borders that lie inside the area."""
    noded = shapely.union_all([*lines, shapely.boundary(area)], grid_size=_GRID)
    faces = np.array(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))), dtype=object)
    shapely.prepare(area)
    inside = shapely.contains(area, shapely.point_on_surface(faces))
    kept: NDArray[np.object_] = faces[inside]
    return kept


def _nearest_piece(faces: NDArray[np.object_], pieces: Sequence[BaseGeometry]) -> Labels:
    """Return the piece holding each face's inner point; the nearest where none does."""
    tree = STRtree(pieces)
    face, piece = tree.query_nearest(shapely.point_on_surface(faces), all_matches=True)
    labels = np.full(len(faces), len(pieces), dtype=np.intp)
    np.minimum.at(labels, face, piece)  # overlapping pieces: the first one wins, always the same
    return labels


def _connected_parts(faces: NDArray[np.object_], labels: Labels) -> tuple[Parts, list[int]]:
    """Unite the faces of each label; return its connected parts and their labels."""
    parts: list[BaseGeometry] = []
    owners: list[int] = []
    for label in np.unique(labels):
        united = shapely.coverage_union_all(faces[labels == label])
        for part in shapely.get_parts(united):
            parts.append(part)
            owners.append(int(label))
    return parts, owners


def _join_strays(
    parts: list[BaseGeometry], owners: list[int], least_area: float
) -> dict[int, BaseGeometry]:
    """Keep each label's largest part; join every other part, and every sliver, to a neighbour."""
    areas = shapely.area(np.array(parts, dtype=object))
    home = _largest_part(owners, areas)
    roots = {part for part in home.values() if areas[part] >= least_area}
    if not roots:
        roots = {int(np.argmax(areas))}
    group = {part: part for part in roots}
    waiting = [part for part in range(len(parts)) if part not in roots]
    borders = _common_borders(parts)
    while waiting:
        part, root = _next_join(waiting, group, borders)
        if root is None:
            root = _nearest_root(parts, waiting[0], roots)
            part = waiting[0]
        group[part] = root
        waiting.remove(part)
    return {
        owners[root]: _unite([parts[part] for part, its in group.items() if its == root])
        for root in sorted(roots)
    }


def _largest_part(owners: list[int], areas: NDArray[np.float64]) -> dict[int, int]:
    home: dict[int, int] = {}
    for part, owner in enumerate(owners):
        if owner not in home or areas[part] > areas[home[owner]]:
            home[owner] = part
    return home


def _common_borders(parts: list[BaseGeometry]) -> dict[int, dict[int, float]]:
    """Return the length of the common border for each pair of touching parts."""
    tree = STRtree(parts)
    left, right = tree.query(parts, predicate="intersects")
    keep = left != right
    left, right = left[keep], right[keep]
    shapes = np.array(parts, dtype=object)
    lengths = shapely.length(shapely.intersection(shapes[left], shapes[right]))
    borders: dict[int, dict[int, float]] = {part: {} for part in range(len(parts))}
    for one, other, length in zip(left, right, lengths, strict=True):
        if length > 0:
            borders[int(one)][int(other)] = float(length)
    return borders


def _next_join(
    waiting: list[int], group: dict[int, int], borders: dict[int, dict[int, float]]
) -> tuple[int, int | None]:
    """Return the waiting part with the longest border to a part already placed, and its root."""
    best: tuple[float, int, int | None] = (0.0, waiting[0], None)
    for part in waiting:
        for neighbour, length in borders[part].items():
            if neighbour in group and length > best[0]:
                best = (length, part, group[neighbour])
    return best[1], best[2]


def _nearest_root(parts: list[BaseGeometry], part: int, roots: set[int]) -> int:
    # An exclave touches nothing: it belongs to the nearest cell, which then has two parts.
    return min(sorted(roots), key=lambda root: shapely.distance(parts[root], parts[part]))


def _unite(parts: list[BaseGeometry]) -> BaseGeometry:
    if len(parts) == 1:
        return parts[0]
    united: BaseGeometry = shapely.coverage_union_all(np.array(parts, dtype=object))
    return united
