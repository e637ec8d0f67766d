"""Townships → cells by one of four methods, each exact by construction."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from numpy.typing import NDArray
from pyproj import Geod
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from service.domain.crs import STORAGE_EPSG
from service.domain.errors import InvalidInputError
from service.domain.grid import tessellation
from service.domain.grid.partition import exact_partition
from service.domain.grid.splitting import Cuts, Work, split_by_area, split_by_load

_GEOD = Geod(ellps="GRS80")
_ROUNDS = 8


class GridMethod(StrEnum):
    """How a township is cut."""

    VILLAGES = "villages"
    SQUARE = "square"
    HEX = "hex"
    BALANCED = "balanced"


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRequest:
    """What is asked of a grid.

    Attributes:
        method: How to cut.
        side_m: Edge of a square or hexagon in metres.
        max_load: Most work a cell may carry (`balanced`); in the unit of the loads handed in.
        max_area_km2: Villages larger than this are cut (`villages`, `balanced`).
        least_share: A piece of a square or hexagon below this share of a whole one joins its
            neighbour.
    """

    method: GridMethod
    side_m: float = 1000
    max_load: float | None = None
    max_area_km2: float | None = None
    least_share: float = 0.15

    def __post_init__(self) -> None:
        """Refuse requests that no grid can satisfy."""
        if self.method is GridMethod.BALANCED and self.max_load is None:
            raise InvalidInputError("method balanced needs --max-load, the most a cell may carry")
        for name in ("side_m", "max_load", "max_area_km2"):
            value = getattr(self, name)
            if value is not None and not (np.isfinite(value) and value > 0):
                raise InvalidInputError(f"{name} must be a positive number, not {value}")


def build_cells(
    townships: GeoDataFrame,
    villages: GeoDataFrame,
    request: GridRequest,
    *,
    metric_epsg: int,
    loads: GeoDataFrame | None = None,
) -> GeoDataFrame:
    """Cut townships into cells.

    Args:
        townships: EPSG:4326 polygons with code and name, valid, not overlapping.
        villages: EPSG:4326 points or polygons with code, name and township_code; may be empty.
        request: Method and limits.
        metric_epsg: The CRS in metres to measure in.
        loads: EPSG:4326 points with a `load` column, for `balanced`.

    Returns:
        EPSG:4326, one row per cell: township_code, village_code (None without villages), name,
        cell_type, area_m2 (geodesic) and geometry (MultiPolygon). The cells of a township do not
        overlap and together equal it; neighbours share their vertices.

    Raises:
        InvalidInputError: A limit cannot be kept; the message names the least that can.
    """
    if len(townships) == 0:
        raise InvalidInputError("there is no township to cut; import townships first")
    frames = [
        _cut_township(
            _Township(township.code, township.name, township.geometry, metric_epsg),
            villages[villages["township_code"] == township.code],
            request,
            loads,
        )
        for township in townships.itertuples()
    ]
    cells = pd.concat(frames, ignore_index=True)
    parts, owners = shapely.get_parts(cells["geometry"].to_numpy(), return_index=True)
    cells["geometry"] = np.asarray(shapely.multipolygons(parts, indices=owners))
    cells["area_m2"] = [abs(_GEOD.geometry_area_perimeter(shape)[0]) for shape in cells["geometry"]]
    return GeoDataFrame(cells, geometry="geometry", crs=STORAGE_EPSG)


def _cut_township(
    cut: "_Township", villages: GeoDataFrame, request: GridRequest, loads: GeoDataFrame | None
) -> pd.DataFrame:
    by_village = request.method in (GridMethod.VILLAGES, GridMethod.BALANCED)
    if by_village:
        shapes, village = _by_village(cut, villages)
    else:
        shapes = _by_tiles(cut, request)
        village = _village_of(cut, shapes, villages)
    if by_village:
        shapes, village = _within_limits(cut, shapes, village, request, loads)
    code = villages["code"].to_numpy(dtype=object)
    name = villages["name"].to_numpy(dtype=object)
    return pd.DataFrame(
        {
            "township_code": cut.code,
            "village_code": [None if at < 0 else code[at] for at in village],
            "name": [cut.name if at < 0 else name[at] for at in village],
            "cell_type": "basic",
            "geometry": shapes,
        }
    )


class _Township:
    """A township in degrees and in metres, and the way between the two."""

    def __init__(self, code: str, name: str, area: BaseGeometry, metric_epsg: int) -> None:
        self.code = code
        self.name = name
        self.area = area
        self.epsg = metric_epsg
        self.metric = self.to_metric([area])[0]

    def to_metric(self, shapes: list[BaseGeometry]) -> NDArray[np.object_]:
        return _transform(shapes, STORAGE_EPSG, self.epsg)

    def partition(
        self, metric_pieces: list[BaseGeometry], *, least_m2: float = 0
    ) -> dict[int, BaseGeometry]:
        """Partition the township in degrees, as it is stored."""
        # What is straight in metres is not in degrees: the exact cut is made where it is kept.
        pieces = self.to_degrees(metric_pieces)
        scale = self.area.area / self.metric.area
        return exact_partition(self.area, list(pieces), least_area=least_m2 * scale)

    def recut(self, shapes: list[BaseGeometry], cuts: list[Cuts]) -> dict[int, BaseGeometry]:
        """Cut an exact partition (degrees) once more along straight cuts (metres)."""
        parts = [part for one in cuts for part in one.parts]
        knives = [knife for one in cuts for knife in one.knives]
        lines = [*shapely.boundary(np.array(shapes, dtype=object)), *self.to_degrees(knives)]
        return exact_partition(self.area, list(self.to_degrees(parts)), lines=lines)

    def to_degrees(self, shapes: list[BaseGeometry]) -> NDArray[np.object_]:
        return _transform(shapes, self.epsg, STORAGE_EPSG)


def _transform(shapes: list[BaseGeometry], source: int, target: int) -> NDArray[np.object_]:
    moved: NDArray[np.object_] = GeoSeries(shapes, crs=source).to_crs(target).to_numpy()
    return moved


def _by_village(cut: _Township, villages: GeoDataFrame) -> tuple[list[BaseGeometry], list[int]]:
    """One cell a village; villages at one and the same point share a cell, the first one's."""
    if len(villages) == 0:
        return [cut.area], [-1]
    shapes = cut.to_metric(list(villages.geometry))
    if (shapely.get_dimensions(shapes) == 2).all():  # noqa: PLR2004
        shares = cut.partition(list(shapes))
        return list(shares.values()), list(shares)
    spots, first = np.unique(
        shapely.get_coordinates(shapely.centroid(shapes)), axis=0, return_index=True
    )
    order = np.argsort(first)
    shares = cut.partition(tessellation.around_points(spots[order], cut.metric))
    return list(shares.values()), [int(first[order][share]) for share in shares]


def _by_tiles(cut: _Township, request: GridRequest) -> list[BaseGeometry]:
    lay = tessellation.squares if request.method is GridMethod.SQUARE else tessellation.hexagons
    tiles = lay(cut.metric, side_m=request.side_m)
    least_m2 = request.least_share * tiles[0].area
    return list(cut.partition(list(tiles), least_m2=least_m2).values())


def _village_of(cut: _Township, shapes: list[BaseGeometry], villages: GeoDataFrame) -> list[int]:
    """Return the nearest village of each cell: a cell belongs to one village, never to none."""
    if len(villages) == 0:
        return [-1] * len(shapes)
    inner = shapely.point_on_surface(cut.to_metric(shapes))
    tree = STRtree(cut.to_metric(list(villages.geometry)))
    cell, village = tree.query_nearest(inner, all_matches=True)
    nearest = np.full(len(shapes), len(villages))
    np.minimum.at(nearest, cell, village)
    return [int(at) for at in nearest]


def _within_limits(
    cut: _Township,
    shapes: list[BaseGeometry],
    village: list[int],
    request: GridRequest,
    loads: GeoDataFrame | None,
) -> tuple[list[BaseGeometry], list[int]]:
    """Cut what is too large or carries too much, again until nothing does."""
    work = _work(cut, loads) if request.max_load is not None else Work.none()
    for _ in range(_ROUNDS):
        metric = cut.to_metric(shapes)
        owner = _owner(metric, work)
        cuts = [
            _limited(shape, work.inside(owner == at), request) for at, shape in enumerate(metric)
        ]
        if not any(one.knives for one in cuts):
            return shapes, village
        source = [at for at, one in enumerate(cuts) for _ in one.parts]
        shares = cut.recut(shapes, cuts)
        village = [village[source[part]] for part in shares]
        shapes = list(shares.values())
    raise InvalidInputError(
        f"the cells of {cut.name} cannot be kept below the limits in connected pieces; "
        "allow a little more"
    )


def _limited(shape: BaseGeometry, share: Work, request: GridRequest) -> Cuts:
    cuts = Cuts([shape], [])
    if request.max_load is not None:
        cuts = split_by_load(shape, share, max_load=request.max_load, where=_spot(shape))
    if request.max_area_km2 is None:
        return cuts
    max_area = request.max_area_km2 * 1e6
    return cuts.then([split_by_area(part, max_area=max_area) for part in cuts.parts])


def _spot(shape: BaseGeometry) -> str:
    return f"the cell around ({shape.centroid.x:.0f}, {shape.centroid.y:.0f}) m"


def _work(cut: _Township, loads: GeoDataFrame | None) -> Work:
    if loads is None or len(loads) == 0:
        return Work.none()
    inside = loads[shapely.intersects(cut.area, loads.geometry.to_numpy())]
    points = shapely.get_coordinates(cut.to_metric(list(inside.geometry)))
    return Work(points, inside["load"].to_numpy(dtype=float))


def _owner(shapes: NDArray[np.object_], work: Work) -> NDArray[np.intp]:
    """Return the cell of each point of work; the first where a border runs through it."""
    tree = STRtree(shapes)
    point, cell = tree.query_nearest(shapely.points(work.points), all_matches=True)
    owner = np.full(len(work.points), len(shapes), dtype=np.intp)
    np.minimum.at(owner, point, cell)
    return owner
