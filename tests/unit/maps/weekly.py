"""Counts by week for the small county of the map tests."""

from datetime import date, timedelta

import numpy as np
from pandas import DataFrame

from maps.model import HotspotInput, WeekCounts

WEEKS = ("2012-W14", "2012-W15", "2012-W16", "2012-W17", "2012-W18")
_FIRST = date(2012, 4, 2)


def make_week_counts(given: HotspotInput, random: np.random.Generator) -> WeekCounts:
    """Return five weeks of visits in about half of the cells, of every class and product."""
    codes = [str(code) for code in given.geography.cells["code"]]
    rows = [
        (code, product, week, risk_class, visits, int(random.integers(0, visits + 1)))
        for code in codes
        for product in ("baijiu", "cement")
        for week in range(len(WEEKS))
        for risk_class in (0, 4)
        if random.random() < 0.4 and (visits := int(random.integers(1, 4)))
    ]
    firms = [
        (code, product, risk_class, int(random.integers(1, 5)))
        for code in codes
        for product in ("baijiu", "cement")
        for risk_class in (0, 4)
        if random.random() < 0.6
    ]
    return WeekCounts(
        weeks=[
            (key, _FIRST + timedelta(7 * at), _FIRST + timedelta(7 * at + 6))
            for at, key in enumerate(WEEKS)
        ],
        visits=DataFrame(
            rows, columns=["cell_code", "product", "week", "risk_class", "visits", "problems"]
        ),
        samples=_samples(given, random),
        enterprises=DataFrame(firms, columns=["cell_code", "product", "risk_class", "enterprises"]),
    )


def _samples(given: HotspotInput, random: np.random.Generator) -> DataFrame:
    """Return sample tests of every township but the last, which has two."""
    towns = [str(code) for code in given.geography.townships["code"]]
    rows = [
        (code, product, week, 0, samples, int(random.integers(0, samples + 1)))
        for code in towns[:-1]
        for product in ("baijiu", "cement")
        for week in range(len(WEEKS))
        if (samples := int(random.integers(1, 9)))
    ]
    rows.append((towns[-1], "baijiu", 0, 0, 2, 1))
    columns = ["township_code", "product", "week", "risk_class", "samples", "failed"]
    return DataFrame(rows, columns=columns)
