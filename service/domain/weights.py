"""Who counts as a neighbour of whom: a sparse row of weights for every site."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from geopandas import GeoDataFrame
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import KDTree
from shapely import STRtree

from service.domain.crs import require_metric
from service.domain.errors import InvalidInputError

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

# Weights of one row that differ by less than this share count as equal.
_EQUAL_WEIGHT_TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Neighbours of every site in compressed rows; no site is its own neighbour.

    Attributes:
        starts: Where the row of each site begins in `neighbours`; one entry more than sites.
        neighbours: Sites, row after row, ascending in each row.
        values: Weight of each neighbour, positive.
    """

    starts: Indices
    neighbours: Indices
    values: Floats

    def __len__(self) -> int:
        """Return the number of sites."""
        return len(self.starts) - 1

    @property
    def cardinalities(self) -> Indices:
        """Return the number of neighbours of each site."""
        return np.diff(self.starts)

    def row_sums(self, values: ArrayLike) -> Floats:
        """Return the sum of one figure per stored neighbour over each row; 0 for an empty row."""
        # reduceat would repeat the next row's first figure for an empty row.
        rows = np.repeat(np.arange(len(self)), self.cardinalities)
        figures = np.asarray(values, dtype=np.float64)
        sums = np.bincount(rows, weights=figures, minlength=len(self))
        return sums.astype(np.float64, copy=False)

    def lag(self, values: Floats) -> Floats:
        """Return the weighted sum of the neighbours' values of each site."""
        return self.row_sums(self.values * values[self.neighbours])

    def row_standardised(self) -> Self:
        """Return the same neighbours with the weights of each row summing to 1."""
        sums = self.row_sums(self.values)
        divisors = np.repeat(sums, self.cardinalities)
        return type(self)(
            starts=self.starts, neighbours=self.neighbours, values=self.values / divisors
        )

    def equal_within_rows(self) -> NDArray[np.bool_]:
        """Return, for each site, whether all its neighbours weigh the same."""
        cardinalities = self.cardinalities
        first = np.zeros(len(self))
        filled = cardinalities > 0
        first[filled] = self.values[self.starts[:-1][filled]]
        reference = np.repeat(first, cardinalities)
        differs = np.abs(self.values - reference) > _EQUAL_WEIGHT_TOLERANCE * reference
        return np.asarray(self.row_sums(differs) == 0, dtype=np.bool_)


def from_pairs(
    sites: ArrayLike, neighbours: ArrayLike, *, count: int, values: ArrayLike | None = None
) -> Weights:
    """Return weights from pairs of positions; without values every pair weighs 1.

    Raises:
        InvalidInputError: A position is out of range, a site is its own neighbour, a pair comes
            twice, or a weight is not a positive number.
    """
    rows = np.asarray(sites, dtype=np.int64)
    columns = np.asarray(neighbours, dtype=np.int64)
    weights = np.ones(len(rows)) if values is None else np.asarray(values, dtype=np.float64)
    if len(columns) != len(rows) or len(weights) != len(rows):
        raise InvalidInputError("sites, neighbours and weights must have the same length")
    _refuse_bad_pairs(rows, columns, weights, count)
    order = np.lexsort((columns, rows))
    rows, columns = rows[order], columns[order]
    if np.any((np.diff(rows) == 0) & (np.diff(columns) == 0)):
        raise InvalidInputError("a pair of neighbours comes twice; keep one weight for each pair")
    starts = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=count))))
    return Weights(starts=starts.astype(np.int64), neighbours=columns, values=weights[order].copy())


def distance_band(x: ArrayLike, y: ArrayLike, *, radius: float) -> Weights:
    """Return binary weights of all sites at most `radius` apart.

    Args:
        x: Eastings in a metric plane, in metres.
        y: Northings in the same plane, in metres.
        radius: Metres; a site exactly this far away is a neighbour.
    """
    if not (np.isfinite(radius) and radius > 0):
        raise InvalidInputError(f"the radius must be a positive number, not {radius}")
    places = _plane(x, y)
    pairs = KDTree(places).query_pairs(radius, output_type="ndarray").astype(np.int64)
    one, other = pairs[:, 0], pairs[:, 1]
    return from_pairs(np.concatenate((one, other)), np.concatenate((other, one)), count=len(places))


def nearest(x: ArrayLike, y: ArrayLike, *, count: int) -> Weights:
    """Return binary weights of the `count` nearest other sites; ties go to the lower position.

    Args:
        x: Eastings in a metric plane, in metres.
        y: Northings in the same plane, in metres.
        count: Neighbours of each site, fewer than there are sites.
    """
    places = _plane(x, y)
    sites = len(places)
    if not 1 <= count < sites:
        raise InvalidInputError(
            f"{count} nearest neighbours cannot be found among {sites} sites; ask for 1 to "
            f"{max(sites - 1, 1)}"
        )
    # The k-th distance first, then everybody within it: a tree alone breaks ties by its own shape.
    tree = KDTree(places)
    reach = tree.query(places, k=[count + 1])[0][:, 0]
    columns = np.empty((sites, count), dtype=np.int64)
    for site, within in enumerate(tree.query_ball_point(places, reach * (1 + 1e-12))):
        others = np.array([other for other in within if other != site], dtype=np.int64)
        gaps = np.hypot(*(places[others] - places[site]).T)
        columns[site] = others[np.lexsort((others, gaps))[:count]]
    return from_pairs(np.repeat(np.arange(sites), count), columns.ravel(), count=sites)


def queen(areas: GeoDataFrame, *, tolerance_m: float = 0.0) -> Weights:
    """Return binary weights of areas that share an edge or a corner.

    Args:
        areas: Polygons in a metric CRS, one site per row, in the order of the frame.
        tolerance_m: Metres that digitised borders may stand apart and still be neighbours.
    """
    require_metric(areas)
    if areas.geometry.is_empty.any() or areas.geometry.isna().any():
        raise InvalidInputError("an area has no geometry; remove it or repair it first")
    shapes = areas.geometry.to_numpy()
    tree = STRtree(shapes)
    one, other = (
        tree.query(shapes, predicate="dwithin", distance=tolerance_m)
        if tolerance_m > 0
        else tree.query(shapes, predicate="intersects")
    )
    apart = one != other
    return from_pairs(one[apart], other[apart], count=len(shapes))


def _plane(x: ArrayLike, y: ArrayLike) -> Floats:
    """Return finite coordinates as one array of two columns."""
    places = np.column_stack((np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)))
    if len(places) == 0:
        raise InvalidInputError("there are no sites; hand in at least one")
    if not np.isfinite(places).all():
        raise InvalidInputError("a coordinate is missing or not finite; remove that site first")
    return places


def _refuse_bad_pairs(rows: Indices, columns: Indices, weights: Floats, count: int) -> None:
    """Raise for positions out of range, a site beside itself, and weights that are no weights."""
    if len(rows) == 0:
        return
    if min(rows.min(), columns.min()) < 0 or max(rows.max(), columns.max()) >= count:
        raise InvalidInputError(f"a neighbour's position is outside 0 to {count - 1}")
    if np.any(rows == columns):
        raise InvalidInputError("a site cannot be its own neighbour; Gi* adds the site by itself")
    if not (np.isfinite(weights).all() and (weights > 0).all()):
        raise InvalidInputError("weights must be positive, finite numbers")
