"""What a scan is asked and what it answers."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from service.domain.errors import InvalidInputError

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Words: TypeAlias = NDArray[np.uint64]

MAX_REPLICATIONS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanSettings:
    """Everything that decides the answer; the same settings and data repeat a run to the bit.

    Attributes:
        model: `bernoulli` for cases among units (visits with a problem among visits), `poisson`
            for cases against an expected count (complaints against shops).
        max_share: A window holds at most this share of what `share_of` names, above 0, at most 1.
        max_radius: A window reaches at most this far: the unit of the coordinates on a plane,
            kilometres (chord of a sphere of 6,367 km) on a sphere. None for no limit.
        replications: Simulated data sets; p is a multiple of 1 / (replications + 1).
        ties: `closed` lets places at the same distance enter together; `satscan` lets them enter
            one after another, the lesser first coordinate first, as SaTScan does.
        rates: Look for windows with more cases than expected, fewer, or either.
        min_cases: A window of high rates holds at least this many cases.
        seed: Of the simulation.
        geometry: `plane` for metric coordinates, `sphere` for longitude and latitude in degrees.
        secondary: `no_overlap` reports the next best windows that share no place with a better
            one; `sequential` takes each cluster out and analyses the rest again.
        max_clusters: Report at most this many.
        alpha: `sequential` stops after the first cluster whose p is above this.
        share_of: What `max_share` is a share of in the Poisson model: expected cases (SaTScan)
            or population (the R packages). The Bernoulli model always counts units.
    """

    model: Literal["bernoulli", "poisson"]
    max_share: float = 0.5
    max_radius: float | None = None
    replications: int = 999
    ties: Literal["closed", "satscan"] = "closed"
    rates: Literal["high", "low", "both"] = "high"
    min_cases: int = 2
    seed: int = 0
    geometry: Literal["plane", "sphere"] = "plane"
    secondary: Literal["no_overlap", "sequential"] = "no_overlap"
    max_clusters: int = 20
    alpha: float = 0.05
    share_of: Literal["expected", "population"] = "expected"

    def __post_init__(self) -> None:
        """Refuse values that have no meaning, naming the setting.

        Raises:
            InvalidInputError: A setting is out of its range.
        """
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                raise InvalidInputError(f"{name} must be one of {', '.join(allowed)}")
        if not 0 < self.max_share <= 1:
            raise InvalidInputError("max_share must be above 0 and at most 1")
        if self.max_radius is not None and not self.max_radius > 0:
            raise InvalidInputError("max_radius must be above 0, or left out for no limit")
        if not 0 <= self.replications <= MAX_REPLICATIONS:
            raise InvalidInputError(f"replications must lie between 0 and {MAX_REPLICATIONS:,}")
        if self.min_cases < 1 or self.max_clusters < 1:
            raise InvalidInputError("min_cases and max_clusters must be at least 1")
        if not 0 <= self.seed < 2**63:
            raise InvalidInputError("seed must be a whole number from 0 to 2**63 - 1")


_CHOICES = {
    "model": ("bernoulli", "poisson"),
    "ties": ("closed", "satscan"),
    "rates": ("high", "low", "both"),
    "geometry": ("plane", "sphere"),
    "secondary": ("no_overlap", "sequential"),
    "share_of": ("expected", "population"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanCluster:
    """A window whose rate differs from the rate outside.

    Attributes:
        rank: 1 for the most likely cluster.
        centre: Index of the (first) row at the centre.
        members: Indices of all rows inside, in order of distance from the centre.
        radius: Distance of the farthest member, in the unit of the coordinates on a plane,
            kilometres (chord) on a sphere.
        cases: Cases inside.
        population: Population inside.
        expected: Cases expected inside if the rate were the same everywhere.
        relative_risk: Rate inside over rate outside, each against its expectation; None when
            no case lies outside.
        llr: Log likelihood ratio.
        p: Share of simulated maxima at least as large, the observed one counted among them.
        p_se: Standard error of p from the finite number of replications.
        p_gumbel: p from a Gumbel distribution with the moments of the simulated maxima, which
            can be far below 1 / (replications + 1); None when they do not vary.
    """

    rank: int
    centre: int
    members: tuple[int, ...]
    radius: float
    cases: int
    population: float
    expected: float
    relative_risk: float | None
    llr: float
    p: float
    p_se: float
    p_gumbel: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScanResult:
    """The clusters, and what they were judged against.

    Attributes:
        settings: What was asked.
        clusters: Best first; empty when no window has a rate of the kind looked for.
        null_maxima: The largest log likelihood ratio of each simulated data set.
        total_cases: Over all rows.
        total_population: Over all rows.
        n_locations: Distinct places; rows at one place count once.
        centre_llr: For each row, the best log likelihood ratio of the windows centred there.
    """

    settings: ScanSettings
    clusters: tuple[ScanCluster, ...]
    null_maxima: Floats
    total_cases: int
    total_population: float
    n_locations: int
    centre_llr: Floats
