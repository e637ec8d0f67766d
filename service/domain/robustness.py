"""Does a cluster stand when the grid, the window or the locations are a little different?

Every variant is a scan of its own with fewer simulations; its p is read off a Gumbel distribution
with the moments of the simulated maxima (Abrams, A. M., Kulldorff, M. and Kleinman, K. (2010),
International Journal of Health Geographics 9:61), which needs far fewer of them than counting.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from service.domain.errors import InvalidInputError
from service.domain.scan import ScanCluster, ScanResult, ScanSettings

Floats = NDArray[np.float64]
Scanner = Callable[..., ScanResult]

_SHARES = (0.1, 0.2, 0.3, 0.5)
_MORE_THAN_TESTED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """In how many variants a cluster stands: 'stands in 186 of 200'."""

    rank: int
    stands: int
    variants: int

    @property
    def share(self) -> float:
        """Return the share of variants, 0 to 1."""
        return self.stands / self.variants


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """What is varied, a third of the variants each.

    Attributes:
        variants: Scans in all.
        cell_m: Side of the grid that places are gathered into; its origin is shifted at random
            and its side resized by up to a third either way. Metres.
        uncertainty_m: How far each location may be off; moved uniformly within. Metres.
        alpha: Highest p of a cluster that counts.
        overlap: Least Jaccard index of the members of a variant's cluster with the tested one.
        replications: Simulations behind each variant's p, the settings' own if fewer.
        workers: Variants scanned at once. The answer does not depend on it.
    """

    variants: int = 200
    cell_m: float = 500.0
    uncertainty_m: float | Sequence[float] = 100.0
    alpha: float = 0.05
    overlap: float = 1 / 3
    replications: int = 63
    workers: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Variant:
    places: Floats
    settings: ScanSettings


def robustness(  # noqa: PLR0913 - the data, the clusters, and how they are tested
    x: ArrayLike,
    y: ArrayLike,
    cases: ArrayLike,
    population: ArrayLike,
    *,
    clusters: Sequence[ScanCluster],
    settings: ScanSettings,
    rng: np.random.Generator,
    scanner: Scanner,
    variation: Variation | None = None,
    expected: ArrayLike | None = None,
    progress: Callable[[float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> tuple[Badge, ...]:
    """Return, for each cluster, in how many variants of the data and the window it stands.

    It stands where some cluster with p <= alpha shares enough members with it (Jaccard index).

    Args:
        x: Eastings in a metric plane, in metres.
        y: Northings in the same plane.
        cases: As handed to the scan.
        population: As handed to the scan.
        clusters: Of the scan, with positions of rows as members.
        settings: Of the scan; a plane.
        rng: Source of shifts, moves and the seeds of the scans.
        scanner: `scan`, or anything that is called like it.
        variation: What is varied.
        expected: As handed to the scan.
        progress: Told the finished share, 0 to 1.
        stop: Handed to every scan, which ends with ScanStoppedError when it answers True.

    Raises:
        InvalidInputError: The settings are those of a sphere, or no variant is asked for.
        ScanStoppedError: `stop` answered True.
    """
    varied = variation or Variation()
    if settings.geometry != "plane":
        raise InvalidInputError("robustness needs a metric plane; project the points first")
    if varied.variants < 1 or not varied.cell_m > 0:
        raise InvalidInputError("variants must be at least 1 and cell_m above 0")
    places = np.column_stack((np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)))
    base = replace(
        settings,
        replications=min(settings.replications, varied.replications),
        max_clusters=len(clusters) + _MORE_THAN_TESTED,
    )
    # All drawn before the first scan: what is drawn must not depend on who is done first.
    drawn = [_variant(number, places, base, varied, rng) for number in range(varied.variants)]

    def members_found(variant: _Variant) -> list[set[int]]:
        result = scanner(
            variant.places[:, 0], variant.places[:, 1], cases, population,
            settings=variant.settings, expected=expected, stop=stop,
        )  # fmt: skip
        return [set(one.members) for one in result.clusters if _p(one) <= varied.alpha]

    stands = np.zeros(len(clusters), dtype=np.int64)
    tested = [set(cluster.members) for cluster in clusters]
    with ThreadPoolExecutor(varied.workers) as pool:
        for number, found in enumerate(pool.map(members_found, drawn), start=1):
            stands += [_overlaps(members, found, varied.overlap) for members in tested]
            if progress is not None:
                progress(number / varied.variants)
    return tuple(
        Badge(rank=cluster.rank, stands=int(count), variants=varied.variants)
        for cluster, count in zip(clusters, stands, strict=True)
    )


def _p(cluster: ScanCluster) -> float:
    return cluster.p if cluster.p_gumbel is None else cluster.p_gumbel


def _variant(
    number: int, places: Floats, settings: ScanSettings, varied: Variation, rng: np.random.Generator
) -> _Variant:
    """Return the places and settings of one variant: grid, window and move in turn."""
    window = replace(settings, seed=int(rng.integers(2**63 - 1)))
    kind = number % 3
    if kind == 0:
        side = varied.cell_m * rng.uniform(2 / 3, 4 / 3)
        origin = rng.uniform(0, side, size=2)
        gathered = (np.floor((places - origin) / side) + 0.5) * side + origin
        return _Variant(places=gathered, settings=window)
    if kind == 1:
        share = float(rng.choice(_SHARES))
        return _Variant(places=places, settings=replace(window, max_share=share))
    reach = np.broadcast_to(np.asarray(varied.uncertainty_m, dtype=np.float64), len(places))
    away = reach * np.sqrt(rng.random(len(places)))
    angle = rng.uniform(0, 2 * np.pi, size=len(places))
    moved = places + np.column_stack((away * np.cos(angle), away * np.sin(angle)))
    return _Variant(places=moved, settings=window)


def _overlaps(members: set[int], found: Sequence[set[int]], least: float) -> bool:
    return any(len(members & other) >= least * len(members | other) for other in found)
