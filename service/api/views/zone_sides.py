"""An area against the rest of the county: is it looked at less, and is more found there?"""

from dataclasses import replace
from typing import Any, Final

import pandas as pd

from service.api.dependencies import Scope
from service.api.views.asked import Asked
from service.api.views.county_facts import figures_of
from service.domain.pass_rates import MINIMUM_SAMPLES, wilson_interval

_COUNTED: Final = ("cells", "led", "working", "visits", "problems", "blind", "work")


def compared(scope: Scope, asked: Asked) -> list[dict[str, Any]]:
    """Return the two sides of a view's area, inside first; its township narrows neither.

    What lies in no cell is on neither side. Of each: is_outside, cells, led, working (enterprises),
    visits, problems, blind and work (cells), visits_each (for each working enterprise; None without
    one), rate (problems per visit, 0 to 1; None below five visits), low and high (Wilson 95 %).
    """
    return [_side(scope, replace(asked, township="", is_outside=side)) for side in (False, True)]


def _side(scope: Scope, asked: Asked) -> dict[str, Any]:
    figures = figures_of(scope, asked)
    counts = {name: figures.count(name) for name in _COUNTED}
    visits, problems, working = counts["visits"], counts["problems"], counts["working"]
    low, high = wilson_interval(problems, visits)
    is_rated = visits >= MINIMUM_SAMPLES
    return {
        **counts,
        "is_outside": asked.is_outside,
        "visits_each": visits / working if working else None,
        "rate": problems / visits if is_rated else None,
        "low": low if is_rated and not pd.isna(low) else None,
        "high": high if is_rated and not pd.isna(high) else None,
    }
