"""What a test of local statistics is asked, checked before anything is read."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from service.domain.errors import InvalidInputError
from service.domain.local_statistics import Alternative
from service.domain.multiple_testing import Correction
from service.domain.rates import Measure

Method = Literal["getis-ord", "getis-ord-star", "local-moran"]

MAX_DRAWS = 10_000_000
# What a site may be, in the order of a legend; the first four are found beyond chance (for Gi the
# leaning ones are so alone, and not after the correction for many tests).
GI_CLASSES = ("hot", "leaning_hot", "leaning_cold", "cold", "none", "isolated")
MORAN_CLASSES = ("HH", "LL", "HL", "LH", "none", "isolated")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalOptions:
    """What to test; names and defaults are those of `wangge clusters --file`.

    Attributes:
        method: `getis-ord` (Gi, the place itself left out), `getis-ord-star` (Gi*), or
            `local-moran`.
        model: `poisson` (cases against people or strata) or `bernoulli` (cases among units).
        measure: What is compared: `standardised` (empirical-Bayes rates, see `rates`), `rate`,
            `excess` or `cases`; None is the value column where there is one, else standardised
            with a population and cases without.
        neighbours: The so many nearest; None is 8, fewer among few places.
        band_km: Everyone within so many kilometres, instead of the nearest.
        weights: Neighbours weigh the same, or in a band less the farther they are (`fading`).
        draws: Simulated neighbourhoods behind each p: 1,000,000 shared by all places; with
            `fading` weights each place has its own, 9,999.
        correction: For the number of places tested: `bh`, `by` or `none`.
        alpha: Highest q of a named class.
        alternative: Which deviations count.
        min_population: A place with fewer people is not rated: neither tested nor a neighbour.
        seed: Of the draws.
        degrees: Whether x and y are longitude and latitude; else they are a plane.
        unit: Of the plane, for `band_km` alone.
        start: First time of the rows counted.
        end: Last one.
    """

    method: Method = "getis-ord-star"
    model: Literal["poisson", "bernoulli"] = "poisson"
    measure: Measure | None = None
    neighbours: int | None = None
    band_km: float | None = None
    weights: Literal["equal", "fading"] = "equal"
    draws: int | None = None
    correction: Literal["bh", "by", "none"] = "bh"
    alpha: float = 0.05
    alternative: Alternative = "two-sided"
    min_population: float = 0.0
    seed: int = 0
    degrees: bool = False
    unit: Literal["m", "km"] = "m"
    start: str | None = None
    end: str | None = None

    def __post_init__(self) -> None:
        """Refuse values that have no meaning, naming the option.

        Raises:
            InvalidInputError: A value is out of range, or two do not go together.
        """
        self._require_choices()
        self._require_neighbours()
        if self.draws is not None and not 1 <= self.draws <= MAX_DRAWS:
            raise InvalidInputError(f"draws must lie between 1 and {MAX_DRAWS:,}")
        if not 0 < self.alpha < 1:
            raise InvalidInputError("alpha must lie between 0 and 1")
        if not (np.isfinite(self.min_population) and self.min_population >= 0):
            raise InvalidInputError("min-population must be 0 or above")
        if self.seed < 0:
            raise InvalidInputError("seed must be 0 or above")

    def _require_neighbours(self) -> None:
        if self.neighbours is not None and self.band_km is not None:
            raise InvalidInputError("choose neighbours by --neighbours or by --band-km, not both")
        if self.neighbours is not None and self.neighbours < 1:
            raise InvalidInputError("neighbours must be at least 1")
        if self.band_km is not None and not (np.isfinite(self.band_km) and self.band_km > 0):
            raise InvalidInputError("band-km must be above 0")
        if self.weights == "fading" and self.band_km is None:
            raise InvalidInputError("fading weights need --band-km, where they end")

    def _require_choices(self) -> None:
        choices: dict[str, tuple[Any, ...]] = {
            "method": get_args(Method),
            "model": ("poisson", "bernoulli"),
            "measure": (*get_args(Measure), None),
            "weights": ("equal", "fading"),
            "correction": tuple(Correction),
            "alternative": get_args(Alternative),
            "unit": ("m", "km"),
        }
        for name, known in choices.items():
            if getattr(self, name) not in known:
                listed = ", ".join(str(one) for one in known if one is not None)
                raise InvalidInputError(f"{name} must be one of {listed}")

    @property
    def classes(self) -> tuple[str, ...]:
        """Return what a place may be."""
        return MORAN_CLASSES if self.method == "local-moran" else GI_CLASSES
