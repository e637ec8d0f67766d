"""What may be asked of clusters in a frame of counts, in the words of `wangge clusters --file`."""

from dataclasses import dataclass
from typing import Any, Literal

from service.domain.errors import InvalidInputError
from service.domain.scan import EllipticSettings, ScanSettings, SpaceTimeSettings
from service.domain.study_time import TimeUnit

Model = Literal["poisson", "bernoulli", "space-time"]
Compactness = Literal["none", "medium", "strong"]

_METRES_PER_KM = 1000.0
_COMPACTNESS: dict[Compactness, float] = {"none": 0.0, "medium": 0.5, "strong": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterOptions:
    """What to look for; names and defaults are those of `wangge clusters --file`.

    Attributes:
        model: `poisson` (cases against people or strata), `bernoulli` (cases among units), or
            `space-time` (cases by time; without population by permutation).
        window: Circles, or ellipses too (a plane only).
        compactness: How much long ellipses are held back.
        max_share: Largest share of all expected cases (Bernoulli: units) in a window.
        share_of: Poisson: whether that share is of expected cases (SaTScan) or of population.
        max_radius_km: Largest radius (long half axis) in kilometres.
        replications: Simulated data sets.
        ties: Whether places at the same distance enter a window together (`closed`).
        rates: Which windows to look for.
        min_cases: Fewest cases in a window of high rates.
        seed: Of the simulation.
        secondary: The next best windows that share no place with a better one, or each cluster
            taken out in turn and the rest analysed again.
        max_clusters: Report at most this many.
        alpha: `sequential` stops after the first cluster whose p is above this.
        degrees: Whether x and y are longitude and latitude; else they are a plane.
        unit: Of the plane, for `max_radius_km` alone: 1 km is 1000 m.
        start: First year, month, week, day or period of the study; from the rows if left out.
        end: Last one.
        time_unit: Of a space-time scan's intervals; found from the rows if left out.
        max_time_share: A space-time cluster lasts at most this share of the study.
        prospective: Only space-time clusters that are alive at the study's end.
    """

    model: Model = "poisson"
    window: Literal["circle", "ellipse"] = "circle"
    compactness: Compactness = "none"
    max_share: float = 0.5
    share_of: Literal["expected", "population"] = "expected"
    max_radius_km: float | None = None
    replications: int = 999
    ties: Literal["closed", "satscan"] = "closed"
    rates: Literal["high", "low", "both"] = "high"
    min_cases: int = 2
    seed: int = 0
    secondary: Literal["no_overlap", "sequential"] = "no_overlap"
    max_clusters: int = 20
    alpha: float = 0.05
    degrees: bool = False
    unit: Literal["m", "km"] = "m"
    start: str | None = None
    end: str | None = None
    time_unit: TimeUnit | None = None
    max_time_share: float = 0.5
    prospective: bool = False

    def scan_settings(self) -> ScanSettings:
        """Return the settings of the engine; which class they are of says which scan it is.

        Raises:
            InvalidInputError: A setting is out of range, or two do not go together.
        """
        space_time = self.model == "space-time"
        if space_time and self.window == "ellipse":
            raise InvalidInputError("space-time windows are circles; leave --window ellipse out")
        if not space_time and (self.prospective or self.time_unit is not None):
            raise InvalidInputError(
                "--prospective and --time-unit belong to --model space-time; use it, or leave them "
                "out"
            )
        common = self._common()
        if space_time:
            return SpaceTimeSettings(
                max_time_share=self.max_time_share, prospective=self.prospective, **common
            )
        if self.window == "ellipse":
            if self.compactness not in _COMPACTNESS:
                raise InvalidInputError("compactness must be one of none, medium, strong")
            weight = _COMPACTNESS[self.compactness]
            return EllipticSettings(model=self.model, compactness=weight, **common)  # type: ignore[arg-type]
        return ScanSettings(model=self.model, **common)  # type: ignore[arg-type]

    def _common(self) -> dict[str, Any]:
        per_km = _METRES_PER_KM if self.unit == "m" and not self.degrees else 1.0
        radius = None if self.max_radius_km is None else self.max_radius_km * per_km
        same = (
            "max_share", "share_of", "replications", "ties", "rates", "min_cases", "seed",
            "secondary", "max_clusters", "alpha",
        )  # fmt: skip
        return {name: getattr(self, name) for name in same} | {
            "max_radius": radius,
            "geometry": "sphere" if self.degrees else "plane",
        }
