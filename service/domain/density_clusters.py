"""Where the places of any file crowd, and how many cases are there: density, not a rate."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import KDTree

from service.domain.density import NOISE, dbscan_labels, hdbscan_labels
from service.domain.errors import InvalidInputError
from service.domain.point_clusters import Analysis
from service.domain.scan.errors import ScanStoppedError
from service.domain.sites import METRES_PER_KM, Sites, group_out, number, sites_of
from service.domain.study_span import StudyTimes

Method = Literal["hdbscan", "dbscan"]

MAX_SITES = 1_000_000
_LEAST_PLACES = 20
NOT_A_RATE = "density says where places crowd; it is no evidence of a higher rate of cases"


@dataclass(frozen=True, slots=True, kw_only=True)
class DensityOptions:
    """How crowds are found; names and defaults are those of `wangge clusters --file`.

    Attributes:
        method: `hdbscan` (densities may differ by crowd) or `dbscan` (one density for all).
        min_cluster_size: HDBSCAN: fewest places of a crowd; None is 20.
        min_samples: Neighbours that make a place dense: HDBSCAN leaves the place itself out,
            DBSCAN counts it.
        eps_km: DBSCAN: kilometres within which neighbours count.
        degrees: Whether x and y are longitude and latitude; else they are a plane.
        unit: Of the plane, for `eps_km` alone.
        start: First time of the rows counted.
        end: Last one.
    """

    method: Method = "hdbscan"
    min_cluster_size: int | None = None
    min_samples: int = 10
    eps_km: float | None = None
    degrees: bool = False
    unit: Literal["m", "km"] = "m"
    start: str | None = None
    end: str | None = None

    def __post_init__(self) -> None:
        """Refuse values that have no meaning, naming the option.

        Raises:
            InvalidInputError: A value is out of range, or two do not go together.
        """
        if self.method not in {"hdbscan", "dbscan"}:
            raise InvalidInputError("method must be one of hdbscan, dbscan")
        if self.unit not in {"m", "km"}:
            raise InvalidInputError("unit must be one of m, km")
        if self.least_places < 2 or self.min_samples < 1:  # noqa: PLR2004 - a pair
            raise InvalidInputError(
                "min-cluster-size must be at least 2 and min-samples at least 1"
            )
        if self.method == "hdbscan" and self.eps_km is not None:
            raise InvalidInputError("eps-km belongs to --method dbscan; hdbscan finds it by itself")
        if self.method == "dbscan" and self.min_cluster_size is not None:
            raise InvalidInputError("min-cluster-size belongs to --method hdbscan")
        if self.eps_km is not None and not (np.isfinite(self.eps_km) and self.eps_km > 0):
            raise InvalidInputError("eps-km must be above 0")

    @property
    def least_places(self) -> int:
        """Return the fewest places of a crowd of HDBSCAN."""
        return _LEAST_PLACES if self.min_cluster_size is None else self.min_cluster_size

    @property
    def per_km(self) -> float:
        """Return how many units of a position are a kilometre."""
        return METRES_PER_KM if self.degrees or self.unit == "m" else 1.0


def analyse_density(
    points: pd.DataFrame,
    options: DensityOptions,
    *,
    progress: Callable[[float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Analysis:
    """Return the crowd of every place, and what is counted in each.

    Args:
        points: As for `point_clusters.clusters`: x, y; cases, population, id and time where
            there are any. Rows with one id are one place; without ids every row is one.
        options: How crowds are found.
        progress: Told the finished share, 0 to 1.
        stop: Asked before the libraries compute, which cannot be interrupted within.

    Returns:
        `found` with settings, clusters (rank by number of places, members, places, cases,
        population, centre, radius) and sites (id, coordinates, cases, population, and cluster:
        the rank of its crowd, null for none).

    Raises:
        InvalidInputError: The points cannot be used; the message says which and why.
        ScanStoppedError: `stop` answered True.
    """
    times = StudyTimes(start=options.start, end=options.end)
    sites = sites_of(points, degrees=options.degrees, times=times)
    if len(sites.frame) > MAX_SITES:
        raise InvalidInputError(f"{len(sites.frame):,} places are more than {MAX_SITES:,}")
    if stop is not None and stop():
        raise ScanStoppedError(0.0)
    labels = _by_size(_labels(sites, options))
    if stop is not None and stop():
        raise ScanStoppedError(1.0)
    if progress is not None:
        progress(1.0)
    crowds = [np.flatnonzero(labels == one) for one in range(int(labels.max()) + 1)]
    ranks = [None if one == NOISE else one + 1 for one in labels.tolist()]
    places = sites.frame.drop(columns=["value", "base"])
    places = places.assign(cluster=pd.Series(ranks, dtype="object"))
    found = {
        "settings": _settings(sites, options, labels),
        "clusters": [
            group_out(sites, members, rank=number) for number, members in enumerate(crowds, 1)
        ],
        "sites": _sites_out(sites, places),
    }
    return Analysis(found=found, places=places)


def _labels(sites: Sites, options: DensityOptions) -> NDArray[np.int64]:
    if options.method == "hdbscan":
        return hdbscan_labels(
            *sites.where.T,
            min_cluster_size=options.least_places,
            min_samples=options.min_samples,
        )
    if options.eps_km is None:
        raise InvalidInputError(f"dbscan needs --eps-km, how near is near; {_hint(sites, options)}")
    return dbscan_labels(
        *sites.where.T, radius=options.eps_km * options.per_km, min_samples=options.min_samples
    )


def _hint(sites: Sites, options: DensityOptions) -> str:
    """Return how far half of the places have to look for enough neighbours."""
    if len(sites.where) < options.min_samples:
        return f"no place has {options.min_samples} others"
    gaps = KDTree(sites.where).query(sites.where, k=[options.min_samples])[0]
    half = float(np.median(gaps)) / options.per_km
    return f"half of the places have {options.min_samples} places within {half:.3g} km"


def _by_size(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the same groups, numbered from the largest on; -1 stays."""
    sizes = np.bincount(labels[labels != NOISE])
    order = np.argsort(-sizes, kind="stable")
    new = np.empty(len(sizes) + 1, dtype=np.int64)
    new[order], new[-1] = np.arange(len(sizes)), NOISE
    return new[labels]


def _settings(sites: Sites, options: DensityOptions, labels: NDArray[np.int64]) -> dict[str, Any]:
    return {
        **{field.name: getattr(options, field.name) for field in fields(options)},
        "min_cluster_size": options.least_places if options.method == "hdbscan" else None,
        "geometry": "sphere" if options.degrees else "plane",
        "radius_unit": "km" if options.degrees else "unit of x and y",
        "places": len(labels),
        "found": int(labels.max()) + 1,
        "noise": int((labels == NOISE).sum()),
        "total_cases": number(float(sites.frame["cases"].sum(min_count=1)), whole=True),
        "total_population": number(float(sites.frame["population"].sum(min_count=1))),
        "notes": [NOT_A_RATE, *sites.notes],
    }


def _sites_out(sites: Sites, places: pd.DataFrame) -> list[dict[str, Any]]:
    axes = ("lon", "lat") if sites.degrees else ("x", "y")
    rows = places.rename(columns={"x": axes[0], "y": axes[1]})[
        ["id", *axes, "cases", "population", "cluster"]
    ].astype(object)
    rows = rows.where(rows.notna(), None)
    if not places["cases"].isna().any():
        rows["cases"] = [round(one) for one in places["cases"]]
    return [{str(key): one for key, one in row.items()} for row in rows.to_dict("records")]
