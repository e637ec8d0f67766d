"""Who counts as a neighbour of whom: a sparse row of weights for every site."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from service.domain.errors import InvalidInputError
from service.domain.neighbours import nearest_others, positions, within

if TYPE_CHECKING:
    pass

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


def distance_band(
    x: ArrayLike, y: ArrayLike, *, radius: float, degrees: bool = False, fading: bool = False
) -> Weights:
    """Return weights of all sites at most `radius` apart.

    Args:
        x: Eastings in a metric plane, in metres; or longitude in degrees (WGS 84).
        y: Northings in the same plane, in metres; or latitude.
        radius: Metres; a site exactly this far away is a neighbour.
        degrees: Whether x and y are longitude and latitude; distances are chords of a sphere.
        fading: A neighbour weighs 1 at the site's own place and 0 at the radius (a triangular
            kernel; such a far one is none), instead of 1 wherever it is.
    """
    places = positions(x, y, degrees=degrees)
    one, other = within(places, radius)
    if not fading:
        return from_pairs(one, other, count=len(places))
    weights = 1 - np.linalg.norm(places[one] - places[other], axis=1) / radius
    felt = weights > 0
    return from_pairs(one[felt], other[felt], count=len(places), values=weights[felt])


def nearest(x: ArrayLike, y: ArrayLike, *, count: int, degrees: bool = False) -> Weights:
    """Return binary weights of the `count` nearest other sites; ties go to the lower position.

    Args:
        x: Eastings in a metric plane, in metres; or longitude in degrees (WGS 84).
        y: Northings in the same plane, in metres; or latitude.
        count: Neighbours of each site, fewer than there are sites.
        degrees: Whether x and y are longitude and latitude.
    """
    columns = nearest_others(positions(x, y, degrees=degrees), count)
    sites = len(columns)
    return from_pairs(np.repeat(np.arange(sites), count), columns.ravel(), count=sites)


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
