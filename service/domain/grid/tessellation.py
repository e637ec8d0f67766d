"""Tiles that a township is cut along: around villages, squares, hexagons. All in metres."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry


def around_points(points: NDArray[np.float64], area: BaseGeometry) -> list[BaseGeometry]:
    """Return the Voronoi polygon of each point, reaching beyond the area.

    Args:
        points: (n, 2) metric coordinates, all different.
        area: What the polygons must cover, in the same CRS.
    """
    if len(points) == 1:
        return [area]
    # Far enough out that no unbounded polygon ends inside the area.
    frame = area.envelope.buffer(max(area.bounds[2] - area.bounds[0], 1.0))
    diagram = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=frame, ordered=True)
    return list(shapely.get_parts(diagram))


def squares(area: BaseGeometry, *, side_m: float) -> list[BaseGeometry]:
    """Return the squares of a grid anchored at the zone's origin that meet the area.

    The anchor is the CRS's own, not the area's corner: the same place is cut along the same
    lines however the township's border is redrawn.
    """
    west, south, east, north = area.bounds
    columns = np.arange(np.floor(west / side_m), np.ceil(east / side_m))
    rows = np.arange(np.floor(south / side_m), np.ceil(north / side_m))
    column, row = (axis.ravel() for axis in np.meshgrid(columns, rows))
    tiles = shapely.box(column * side_m, row * side_m, (column + 1) * side_m, (row + 1) * side_m)
    return _meeting(np.asarray(tiles), area)


def hexagons(area: BaseGeometry, *, side_m: float) -> list[BaseGeometry]:
    """Return the flat-topped hexagons of edge `side_m`, anchored likewise, that meet the area."""
    west, south, east, north = area.bounds
    width, height = 1.5 * side_m, np.sqrt(3) * side_m
    columns = np.arange(np.floor(west / width) - 1, np.ceil(east / width) + 2)
    rows = np.arange(np.floor(south / height) - 1, np.ceil(north / height) + 2)
    column, row = (axis.ravel() for axis in np.meshgrid(columns, rows))
    # Corners are counted on a half-step lattice, so that neighbours share them to the last bit.
    lattice_x = column[:, None] * 3 + np.array([-2, -1, 1, 2, 1, -1])
    odd = np.mod(column, 2)[:, None]
    lattice_y = row[:, None] * 2 + odd + np.array([0, 1, 1, 0, -1, -1])
    corners = np.stack([lattice_x * (side_m / 2), lattice_y * (height / 2)], axis=-1)
    return _meeting(np.asarray(shapely.polygons(corners)), area)


def _meeting(tiles: NDArray[np.object_], area: BaseGeometry) -> list[BaseGeometry]:
    shapely.prepare(area)
    return list(tiles[shapely.intersects(area, tiles)])
