"""From the simulated maxima to p: by counting, and by a Gumbel distribution."""

import math
from typing import NamedTuple

from service.domain.scan.model import Floats

LLR_TOLERANCE = 1e-9  # a simulated maximum this near the observed one counts as reaching it
EULER_GAMMA = 0.5772156649015329


def monte_carlo_p(llr: float, null_maxima: Floats) -> float:
    """Return (1 + simulated maxima at least as large) / (replications + 1)."""
    reached = int((null_maxima >= llr - LLR_TOLERANCE).sum())
    return (1 + reached) / (null_maxima.size + 1)


def standard_error(p: float, replications: int) -> float:
    """Return the standard error of a p found by counting."""
    return math.sqrt(p * (1 - p) / (replications + 1))


def gumbel_p(llr: float, null_maxima: Floats) -> float | None:
    """Return the tail of the Gumbel distribution with the moments of the simulated maxima.

    Abrams, A. M., Kleinman, K., Kulldorff, M. (2010): Gumbel based p-value approximations for
    spatial scan statistics. International Journal of Health Geographics 9:61.
    """
    gumbel = fit_gumbel(null_maxima)
    return None if gumbel is None else gumbel.tail(llr)


class Gumbel(NamedTuple):
    """A distribution of maxima."""

    location: float
    scale: float

    def tail(self, llr: float) -> float:
        """Return the chance of at least so large a maximum."""
        exponent = min((self.location - llr) / self.scale, 700.0)  # exp(700) is still finite
        return -math.expm1(-math.exp(exponent))


def fit_gumbel(null_maxima: Floats) -> Gumbel | None:
    """Return the distribution with the moments of the simulated maxima; None without a spread."""
    if null_maxima.size < 2:  # noqa: PLR2004, a spread needs two
        return None
    scale = float(null_maxima.std()) * math.sqrt(6) / math.pi
    if scale <= LLR_TOLERANCE:
        return None
    return Gumbel(float(null_maxima.mean()) - EULER_GAMMA * scale, scale)
