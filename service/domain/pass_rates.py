"""Pass rates with their uncertainty: a rate without its n is not shown."""

import math
from typing import Final

# Fewer samples than this give no colour on a map and no place in a league table.
MINIMUM_SAMPLES: Final = 5
_Z_95: Final = 1.959963984540054


def wilson_interval(passed: int, samples: int) -> tuple[float, float]:
    """Return the 95 % score interval of a rate, both ends within 0 to 1; NaN without a sample.

    Source: E. B. Wilson (1927), Probable inference, the law of succession.
    """
    if samples == 0:
        return math.nan, math.nan
    rate = passed / samples
    z2 = _Z_95**2
    centre = (rate + z2 / (2 * samples)) / (1 + z2 / samples)
    half = (
        _Z_95 / (1 + z2 / samples) * math.sqrt(rate * (1 - rate) / samples + z2 / (4 * samples**2))
    )
    # At the ends the formula gives 0 and 1 but for rounding.
    low = 0.0 if passed == 0 else centre - half
    high = 1.0 if passed == samples else centre + half
    return low, high
