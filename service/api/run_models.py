"""What a run is asked and how it answers; names and defaults are those of the commands."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.domain.errors import InvalidInputError
from service.domain.point_methods import LOCAL, options_of

MOST_POINTS = 100_000
MOST_REPLICATIONS = 9_999
MOST_DRAWS = 1_000_000

_Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
_Product = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00]+$")]
_Coordinate = Annotated[float, Field(allow_inf_nan=False)]
_Count = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
_Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
_Radius = Annotated[float | None, Field(gt=0, le=20_000, allow_inf_nan=False)]
_Seed = Annotated[int, Field(ge=0, lt=2**63)]
_Replications = Annotated[int, Field(ge=0, le=MOST_REPLICATIONS)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CountyRunIn(_Strict):
    """A scan of the county in the database; its analysis of the day is replaced."""

    source: Literal["county"]
    county: Annotated[str | None, Field(max_length=100, pattern=r"^[^\x00]+$")] = Field(
        default=None, description="County code; the only one loaded if left out."
    )
    on: Annotated[date | None, Field(ge=date(1900, 1, 1), le=date(2200, 1, 1))] = Field(
        default=None, description="The day it speaks of; the county's own if left out."
    )
    products: Annotated[list[_Product] | None, Field(min_length=1, max_length=50)] = Field(
        default=None, description="Every one, and all together, if left out."
    )
    since: Annotated[date | None, Field(ge=date(1900, 1, 1), le=date(2200, 1, 1))] = Field(
        default=None, description="First day of the results counted."
    )
    replications: _Replications = 999
    max_share: _Share = 0.25
    max_radius_km: _Radius = None
    seed: _Seed | None = None
    adjust_for: list[Literal["inspector", "kind", "scale", "credit_class"]] = Field(
        default=["inspector", "kind", "scale"], max_length=4
    )
    variants: Annotated[int | None, Field(ge=0, le=2000)] = Field(
        default=None, description="Times each cluster is tested again; 200 if left out."
    )

    def options(self) -> dict[str, Any]:
        """Return the options as `find_clusters` takes them, in JSON."""
        radius = self.max_radius_km
        given = {
            "products": self.products,
            "since": None if self.since is None else self.since.isoformat(),
            "replications": self.replications,
            "max_share": self.max_share,
            "max_radius_m": None if radius is None else radius * 1000,
            "adjust_for": list(dict.fromkeys(self.adjust_for)),
            "variants": self.variants,
        }
        return given if self.seed is None else given | {"seed": self.seed}


class PointIn(_Strict):
    """A place with its counts: lon and lat in degrees WGS 84, or x and y in a plane."""

    id: _Text | None = Field(default=None, description="Rows with one id are one place.")
    lon: Annotated[_Coordinate, Field(ge=-180, le=180)] | None = None
    lat: Annotated[_Coordinate, Field(ge=-90, le=90)] | None = None
    x: _Coordinate | None = None
    y: _Coordinate | None = None
    cases: _Count | None = Field(
        default=None, description="Whole counts; a scan needs them, and so do rates."
    )
    population: _Count | None = None
    value: _Coordinate | None = Field(
        default=None, description="A measured figure of any sign, for local statistics."
    )
    strata: Annotated[list[_Text], Field(max_length=20)] = []
    time: _Text | None = None


class PointOptionsIn(_Strict):
    """As the options of `wangge clusters --file`; those of another method are refused."""

    method: Literal["scan", "getis-ord", "getis-ord-star", "local-moran", "hdbscan", "dbscan"] = (
        "scan"
    )
    model: Literal["poisson", "bernoulli", "space-time"] = "poisson"
    window: Literal["circle", "ellipse"] = "circle"
    compactness: Literal["none", "medium", "strong"] = "none"
    max_share: _Share = 0.5
    share_of: Literal["expected", "population"] = "expected"
    max_radius_km: _Radius = None
    replications: _Replications = 999
    ties: Literal["closed", "satscan"] = "closed"
    rates: Literal["high", "low", "both"] = "high"
    min_cases: Annotated[int, Field(ge=1, le=10**9)] = 2
    seed: _Seed = 0
    secondary: Literal["no_overlap", "sequential"] = "no_overlap"
    max_clusters: Annotated[int, Field(ge=1, le=1000)] = 20
    alpha: _Share = 0.05
    unit: Literal["m", "km"] = "m"
    start: _Text | None = None
    end: _Text | None = None
    time_unit: Literal["year", "month", "week", "day", "period"] | None = None
    max_time_share: _Share = 0.5
    prospective: bool = False
    measure: Literal["standardised", "rate", "excess", "cases"] | None = None
    neighbours: Annotated[int | None, Field(ge=1, le=MOST_POINTS)] = None
    band_km: _Radius = None
    weights: Literal["equal", "fading"] | None = None
    draws: Annotated[int | None, Field(ge=1, le=MOST_DRAWS)] = None
    correction: Literal["bh", "by", "none"] | None = None
    alternative: Literal["two-sided", "greater", "less"] | None = None
    min_population: _Count | None = None
    min_cluster_size: Annotated[int | None, Field(ge=2, le=MOST_POINTS)] = None
    min_samples: Annotated[int | None, Field(ge=1, le=MOST_POINTS)] = None
    eps_km: _Radius = None

    @model_validator(mode="after")
    def _of_one_method(self) -> "PointOptionsIn":
        try:
            options_of(self.model_dump())
        except InvalidInputError as error:
            raise ValueError(str(error)) from error
        return self


class PointsRunIn(_Strict):
    """A scan, or another method, of points that are posted; only the result is kept."""

    source: Literal["points"]
    points: Annotated[list[PointIn], Field(min_length=1, max_length=MOST_POINTS)]
    options: PointOptionsIn = PointOptionsIn()

    @model_validator(mode="after")
    def _one_kind_of_coordinates(self) -> "PointsRunIn":
        kinds = {
            (one.lon is not None, one.lat is not None, one.x is not None, one.y is not None)
            for one in self.points
        }
        if kinds not in ({(True, True, False, False)}, {(False, False, True, True)}):
            raise ValueError("every point needs lon and lat, or every point x and y")
        return self

    @model_validator(mode="after")
    def _figures_of_the_method(self) -> "PointsRunIn":
        for name in ("cases", "value"):
            known = {getattr(one, name) is not None for one in self.points}
            if len(known) > 1:
                raise ValueError(f"every point needs {name}, or none has it")
        has_cases, has_value = (getattr(self.points[0], n) is not None for n in ("cases", "value"))
        method = self.options.method
        if method == "scan" and (has_value or not has_cases):
            raise ValueError("a scan needs cases of every point, and no value")
        if method in LOCAL and has_value == has_cases:
            raise ValueError(f"{method} needs cases of every point, or a value of every point")
        return self

    @property
    def degrees(self) -> bool:
        """Whether the points have longitude and latitude."""
        return self.points[0].lon is not None

    def request(self) -> dict[str, Any]:
        """Return the columns and options as the scan takes them, in JSON."""
        axes = ("lon", "lat") if self.degrees else ("x", "y")
        columns: dict[str, list[Any]] = {
            "x": [getattr(one, axes[0]) for one in self.points],
            "y": [getattr(one, axes[1]) for one in self.points],
            "population": [one.population for one in self.points],
            # As in a file: strata joined by a separator that no field holds.
            "stratum": ["\x1f".join(one.strata) for one in self.points],
        }
        for name in ("cases", "value"):
            if getattr(self.points[0], name) is not None:
                columns[name] = [getattr(one, name) for one in self.points]
        for name in ("id", "time"):
            values = [getattr(one, name) for one in self.points]
            if any(value is not None for value in values):
                columns[name] = [value or "" for value in values]
        return {
            "points": columns,
            "options": self.options.model_dump() | {"degrees": self.degrees},
        }


class RunOut(BaseModel):
    """How a run stands."""

    id: UUID
    source: Literal["county", "points"]
    county: str | None
    state: Literal["queued", "running", "succeeded", "failed", "stopped"]
    progress: float = Field(description="Finished share, 0 to 1.")
    stop_requested: bool
    attempts: int = Field(description="Times a worker began it; above 1 after one was killed.")
    error: str = Field(description="Why it failed or stopped; '' otherwise.")
    hint: str = Field(description="What to do where nothing goes on; '' otherwise.")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    url: str
    result_url: str | None = Field(description="Where the result is, once there is one.")
