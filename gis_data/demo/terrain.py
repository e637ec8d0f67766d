"""The county's ground: an outline and township borders that look grown rather than drawn.

A Voronoi sketch is bent by a chain of smooth displacements, each of which is one-to-one, so that
the bent borders cannot cross, and neighbours keep exactly the same vertices.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely import LineString, MultiPoint, Point, Polygon

from gis_data.demo.facts import AREA_KM2, CENTRE_LAT, CENTRE_LON, TOWNSHIPS, stream
from service.domain.crs import STORAGE_EPSG, metric_epsg
from service.domain.errors import InvalidInputError

Coordinates = NDArray[np.float64]
Bend = Callable[[Coordinates], Coordinates]

METRIC_EPSG = metric_epsg(CENTRE_LON, CENTRE_LAT)
_TO_DEGREES = Transformer.from_crs(METRIC_EPSG, STORAGE_EPSG, always_xy=True)
_TO_METRES = Transformer.from_crs(STORAGE_EPSG, METRIC_EPSG, always_xy=True)

# The sketch: units of about 70 m, y growing southwards.
_SKETCH_M = 70.0
_SKETCH_CENTRE = np.array([462.0, 462.0])
_OUTLINE = (
    (500, 172), (530, 215), (595, 230), (640, 226), (690, 240), (716, 268), (697, 312), (735, 345),
    (797, 358), (808, 400), (782, 460), (797, 530), (765, 575), (735, 600), (700, 640), (650, 675),
    (590, 712), (548, 745), (505, 720), (450, 722), (408, 752), (365, 738), (330, 700), (280, 682),
    (255, 632), (215, 640), (186, 636), (180, 600), (132, 545), (118, 500), (120, 430), (122, 385),
    (160, 335), (188, 300), (208, 258), (255, 225), (320, 213), (370, 226), (412, 200), (460, 178),
)  # fmt: skip
_RIVERS = {
    "清水河": (
        (830, 400), (752, 392), (695, 398), (640, 384), (590, 408), (545, 440), (505, 482),
        (465, 530), (425, 590), (365, 648), (290, 674), (150, 676),
    ),
    "柳河": ((150, 350), (205, 395), (262, 425), (330, 462), (398, 520), (455, 545)),
    "松溪": ((600, 720), (575, 640), (520, 585), (462, 535)),
}  # fmt: skip
# Wavelengths in metres; each displacement has at most this share of the slope that would fold.
_WAVELENGTHS_M = (11_000.0, 5_500.0, 2_800.0, 1_400.0, 700.0)
_STEEPNESS = 0.75
_BORDER_STEP_M = 110.0
_MM = 0.001


@dataclass(frozen=True, slots=True)
class Terrain:
    """The ground in metres (`METRIC_EPSG`): townships by code share their borders exactly."""

    county: Polygon
    townships: dict[str, Polygon]
    seats: dict[str, Point]
    rivers: dict[str, LineString]


def build_terrain(seed: int) -> Terrain:
    """Draw the county: outline, 17 townships, their seats, the rivers; all in metres."""
    bend = _bend(stream(seed, "terrain"))
    sketch_outline = _smooth(Polygon(_metres(_OUTLINE)))
    sketched = np.vstack([_metres(((fact.x, fact.y),)) for fact in TOWNSHIPS])
    middles = _relaxed(sketched, sketch_outline)
    faces = _bent_faces(sketch_outline, middles, bend)
    scale = math.sqrt(AREA_KM2 * 1e6 / sum(face.area for face in faces))
    fit = _placement(scale)
    inner = [Point(xy) for xy in fit(bend(middles))]
    grown = [_rounded(shapely.transform(face, fit)) for face in faces]
    townships = {
        fact.code: next(face for face in grown if face.contains(point))
        for fact, point in zip(TOWNSHIPS, inner, strict=True)
    }
    county = _outline(townships)
    rivers = {
        name: _river(points, lambda xy: fit(bend(xy)), county) for name, points in _RIVERS.items()
    }
    seats = {code: _seat(polygon) for code, polygon in townships.items()}
    return Terrain(county=county, townships=townships, seats=seats, rivers=rivers)


def to_degrees(xy: Coordinates) -> Coordinates:
    """Convert (n, 2) metric coordinates to WGS 84 degrees, rounded to a centimetre."""
    lon, lat = _TO_DEGREES.transform(xy[:, 0], xy[:, 1])
    return np.round(np.column_stack([lon, lat]), 7)


def to_metres(lonlat: Coordinates) -> Coordinates:
    """Convert (n, 2) WGS 84 degrees to metric coordinates of the county's zone."""
    x, y = _TO_METRES.transform(lonlat[:, 0], lonlat[:, 1])
    xy: Coordinates = np.column_stack([x, y])
    return xy


def _metres(sketch: tuple[tuple[float, float], ...]) -> Coordinates:
    xy: Coordinates = (np.asarray(sketch, dtype=np.float64) - _SKETCH_CENTRE) * _SKETCH_M
    xy[:, 1] *= -1
    return xy


def _smooth(polygon: Polygon, rounds: int = 3) -> Polygon:
    """Cut corners by Chaikin's rule."""
    ring = np.asarray(polygon.exterior.coords)[:-1]
    for _ in range(rounds):
        after = np.roll(ring, -1, axis=0)
        ring = np.stack([0.75 * ring + 0.25 * after, 0.25 * ring + 0.75 * after], 1).reshape(-1, 2)
    return Polygon(ring)


def _bend(rng: np.random.Generator) -> Bend:
    """Return a displacement that is one-to-one: a chain of waves too gentle to fold the plane."""
    layers = [
        (length, rng.uniform(0, 2 * math.pi, (2, 4)), rng.uniform(0, math.pi, 4))
        for length in _WAVELENGTHS_M
    ]

    def bend(xy: Coordinates) -> Coordinates:
        for length, phases, angles in layers:
            xy = xy + _waves(xy, length, phases, angles)
        return xy

    return bend


def _waves(
    xy: Coordinates, length: float, phases: NDArray[np.float64], angles: NDArray[np.float64]
) -> Coordinates:
    wave_number = 2 * math.pi / length
    # Four waves in two components: the gradient stays below `_STEEPNESS` everywhere.
    amplitude = _STEEPNESS / (wave_number * math.sqrt(2) * len(angles))
    along = xy @ np.vstack([np.cos(angles), np.sin(angles)]) * wave_number
    shift = [np.sin(along + phase).sum(axis=1) for phase in phases]
    return 2.0 * amplitude * np.column_stack(shift)


def _outline(townships: dict[str, Polygon]) -> Polygon:
    merged = shapely.union_all(list(townships.values()))
    if not isinstance(merged, Polygon):
        raise InvalidInputError("this seed tears the county apart; take another")
    return merged


def _relaxed(points: Coordinates, outline: Polygon) -> Coordinates:
    """Move each point to the middle of its tile (Lloyd), so that no township is left tiny."""
    tiles = shapely.voronoi_polygons(
        MultiPoint(points), extend_to=outline.buffer(20_000), ordered=True
    )
    middles = [tile.intersection(outline).centroid for tile in tiles.geoms]
    return shapely.get_coordinates(middles)


def _seat(township: Polygon) -> Point:
    """Return a spot for the seat: the middle, or an inner point where the shape is hollow there."""
    middle = township.centroid
    return middle if township.buffer(-800).contains(middle) else township.representative_point()


def _bent_faces(outline: Polygon, seats: Coordinates, bend: Bend) -> list[Polygon]:
    tiles = shapely.voronoi_polygons(MultiPoint(seats), extend_to=outline.buffer(20_000))
    pieces = [tile.intersection(outline) for tile in tiles.geoms]
    borders = shapely.union_all([piece.boundary for piece in pieces], grid_size=_MM)
    lines = shapely.transform(shapely.segmentize(borders, _BORDER_STEP_M), bend)
    faces = shapely.polygonize(shapely.get_parts(lines))
    return [face for face in shapely.get_parts(faces) if isinstance(face, Polygon)]


def _placement(scale: float) -> Bend:
    centre = to_metres(np.array([[CENTRE_LON, CENTRE_LAT]]))

    def fit(xy: Coordinates) -> Coordinates:
        placed: Coordinates = xy * scale + centre
        return placed

    return fit


def _rounded(polygon: Polygon) -> Polygon:
    return shapely.transform(polygon, lambda xy: np.round(xy, 3))


def _river(points: tuple[tuple[float, float], ...], place: Bend, county: Polygon) -> LineString:
    """Return the course from source to mouth inside the county, with bends of its own."""
    line = _metres(points)
    for _ in range(3):
        inner = np.stack(
            [0.75 * line[:-1] + 0.25 * line[1:], 0.25 * line[:-1] + 0.75 * line[1:]], 1
        )
        line = np.vstack([line[:1], inner.reshape(-1, 2), line[-1:]])
    course = shapely.transform(shapely.segmentize(LineString(line), 150.0), place)
    inside = shapely.intersection(course, county)
    parts = [part for part in shapely.get_parts(inside) if isinstance(part, LineString)]
    return max(parts, key=lambda part: float(part.length))
