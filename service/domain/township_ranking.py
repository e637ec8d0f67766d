"""Key townships: where one product's producers gather, and apart from it, where they fail.

Concentration is no guilt, and a rate is none without a test. A township × product whose problem
producers exceed expectation is tested exactly: every producer has its own chance of a problem given
its visits, so that their number is Poisson-binomial; p is its upper tail.
"""

from typing import Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.domain.multiple_testing import corrected

Floats: TypeAlias = NDArray[np.float64]

# Fewer inspected producers than this are shown and not judged.
LEAST_INSPECTED: Final = 5
# A tenth of the county's producers of a product in one township is a concentration.
CONCENTRATED: Final = 0.10
ALPHA: Final = 0.05


def township_ranking(producers: pd.DataFrame) -> pd.DataFrame:
    """Return every township × product, those to put right first.

    Args:
        producers: One row a producer placed in a township: product, township_code, inspected
            (whether it has a result), is_problem (False without), expected (its chance of a
            problem given its visits, 0 without).

    Returns:
        product, township_code, producers, concentration (share of the county's producers of the
        product, 0 to 1), inspected, cases (problem producers), expected, ratio (cases over
        expected; missing where nobody was inspected), p, q (Benjamini-Hochberg over all judged),
        verdict and rank (missing where not judged). Verdict: `key` gathers a tenth of the
        product's producers and fails beyond chance (q <= 0.05), `high` only fails, `ordinary`,
        `few` has under five inspected, `blind` none.
    """
    groups = producers.groupby(["product", "township_code"], sort=True)
    table = groups.agg(
        producers=("inspected", "size"),
        inspected=("inspected", "sum"),
        cases=("is_problem", "sum"),
        expected=("expected", "sum"),
    ).reset_index()
    of_product = table.groupby("product")["producers"].transform("sum")
    table["concentration"] = table["producers"] / of_product
    table["ratio"] = table["cases"] / table["expected"].where(table["expected"] > 0)
    chances = {key: group["expected"].to_numpy(dtype=np.float64) for key, group in groups}
    keys = zip(table["product"], table["township_code"], strict=True)
    tails = [
        upper_tail(chances[key], int(cases))
        for key, cases in zip(keys, table["cases"], strict=True)
    ]
    judged = table["inspected"] >= LEAST_INSPECTED
    table["p"] = pd.Series(tails, index=table.index).where(judged)
    table["q"] = pd.Series(corrected(table.loc[judged, "p"]), index=table.index[judged])
    table["verdict"] = _verdicts(table, judged)
    return _ranked(table)


def upper_tail(chances: Floats, cases: int) -> float:
    """Return the chance of at least so many successes among independent trials of own chances."""
    counts = np.ones(1)
    for chance in chances[chances > 0]:
        counts = np.convolve(counts, (1 - chance, chance))
    return float(min(counts[cases:].sum(), 1.0))


def _verdicts(table: pd.DataFrame, judged: pd.Series) -> NDArray[np.object_]:
    fails = judged & (table["q"] <= ALPHA) & (table["ratio"] > 1)
    verdicts = np.select(
        [
            fails & (table["concentration"] >= CONCENTRATED),
            fails,
            judged,
            table["inspected"] > 0,
        ],
        ["key", "high", "ordinary", "few"],
        "blind",
    )
    return verdicts.astype(object)


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    """Put key townships first, then by p; those not judged last, without a rank."""
    first = table["verdict"].map({"key": 0, "high": 1, "ordinary": 2}).fillna(3)
    order = table.assign(first=first).sort_values(
        ["first", "p", "cases", "product", "township_code"],
        ascending=[True, True, False, True, True],
    )
    ranked = order.drop(columns="first").reset_index(drop=True)
    numbers = pd.Series(np.arange(1, len(ranked) + 1), dtype="Int64")
    ranked["rank"] = numbers.where(ranked["p"].notna())
    return ranked
