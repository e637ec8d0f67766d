import numpy as np
import pandas as pd
import pytest

from service.domain.effort import expected_problems
from service.domain.errors import InvalidInputError
from service.domain.scan import ScanSettings, scan

SIDE = 12
RUNS = 10


def biased_visits(rng: np.random.Generator) -> pd.DataFrame:
    """Return visits, five times as many in one corner, with more problems in another.

    The corner visited often is the round of a strict inspector, who finds twice as much.
    """
    cell = np.arange(SIDE * SIDE)
    x, y = cell % SIDE, cell // SIDE
    often, planted = (x < 3) & (y < 3), (x > 8) & (y > 8)
    visits = np.repeat(cell, rng.poisson(np.where(often, 60, 12)))
    strict = rng.random(len(visits)) < np.where(often[visits], 0.8, 0.3)
    rate = 0.06 * np.where(strict, 2, 1) * np.where(planted[visits], 4, 1)
    return pd.DataFrame(
        {
            "cell": visits,
            "problem": rng.random(len(visits)) < rate,
            "inspector": np.where(strict, "strict", "mild"),
            "class": rng.integers(1, 5, len(visits)),
        }
    )


def test_the_planted_cluster_is_found_and_the_visited_corner_is_not() -> None:
    found, fooled, naive_fooled = 0, 0, 0
    for seed in range(RUNS):
        visits = biased_visits(np.random.default_rng(seed))
        cells = expected_problems(visits, cells=pd.RangeIndex(SIDE * SIDE))
        seen = cells[~cells["blind"]]
        x, y = np.asarray(seen.index) % SIDE * 1.0, np.asarray(seen.index) // SIDE * 1.0
        settings = ScanSettings(model="poisson", replications=99, seed=seed, max_share=0.2)
        ones = np.ones(len(seen))
        fair = scan(x, y, seen["problems"], ones, settings=settings, expected=seen["expected"])
        naive = scan(x, y, seen["problems"], ones, settings=settings)
        best = {c.centre for c in fair.clusters if c.p <= 0.05}
        found += any(x[c] > 7 and y[c] > 7 for c in best)
        fooled += any(x[c] < 4 and y[c] < 4 for c in best)
        naive_fooled += any(
            x[c.centre] < 4 and y[c.centre] < 4 for c in naive.clusters if c.p <= 0.05
        )
    assert found >= 0.9 * RUNS
    assert fooled <= 0.2 * RUNS
    assert naive_fooled == RUNS  # the bias is there to be fooled by


def test_expected_problems_add_up_and_unvisited_cells_are_blind() -> None:
    visits = biased_visits(np.random.default_rng(1))
    cells = expected_problems(visits, cells=pd.RangeIndex(SIDE * SIDE + 1))
    assert cells["expected"].sum() == pytest.approx(visits["problem"].sum())
    assert cells["blind"].iloc[-1]
    assert cells["ratio"].isna().iloc[-1]


def test_a_missing_stratum_is_named() -> None:
    with pytest.raises(InvalidInputError, match="inspector"):
        expected_problems(pd.DataFrame({"cell": [1], "problem": [True], "class": [1]}))
