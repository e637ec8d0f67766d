"""Chances of a problem, cell statistics and shares, by hand-checkable numbers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import InvalidInputError
from service.domain.problem_clusters import cell_statistics, chance_of_a_problem, officer_shares


@given(
    results=st.lists(st.integers(1, 40), min_size=2, max_size=60),
    share=st.floats(0.01, 0.99),
)
def test_chances_add_up_to_the_cases_and_grow_with_visits(results: list[int], share: float) -> None:
    cases = min(len(results) - 1, max(1, round(share * len(results))))
    counts = np.array(results)

    chance = chance_of_a_problem(counts, cases)

    assert chance.sum() == pytest.approx(cases, abs=1e-6)
    assert ((chance > 0) & (chance <= 1)).all()
    assert (np.diff(chance[np.argsort(counts, kind="stable")]) >= 0).all()


def test_one_result_each_gives_everyone_the_same_chance() -> None:
    chance = chance_of_a_problem(np.ones(8, dtype=np.int64), 2)
    assert chance == pytest.approx(np.full(8, 0.25))


@pytest.mark.parametrize("cases", [0, 5])
def test_all_or_none_is_nothing_to_compare(cases: int) -> None:
    with pytest.raises(InvalidInputError, match="nothing to compare"):
        chance_of_a_problem(np.ones(5, dtype=np.int64), cases)


def grid_of_cells(hot: set[int]) -> pd.DataFrame:
    at = np.arange(100)
    return pd.DataFrame(
        {
            "cell_code": [f"C{one:02d}" for one in at],
            "x": (at % 10) * 1000.0,
            "y": (at // 10) * 1000.0,
            "enterprises": 4,
            "visits": 10,
            "problems": [8 if one in hot else 1 for one in at],
        }
    )


def test_a_block_of_bad_cells_is_hot_and_nothing_else() -> None:
    block = {row * 10 + column for row in range(3) for column in range(3)}
    table = cell_statistics(grid_of_cells(block))

    hot = set(np.flatnonzero(table["gi_class"] == "hot"))
    assert 0 in hot
    assert hot <= {row * 10 + column for row in range(4) for column in range(4)}
    assert table["expected"].sum() == pytest.approx(table["problems"].sum())


def test_a_cell_with_enterprises_and_two_results_is_blind() -> None:
    table = grid_of_cells(set())
    table.loc[5, ["visits", "problems"]] = [2, 2]
    table.loc[6, ["visits", "problems", "enterprises"]] = [0, 0, 0]

    judged = cell_statistics(table)

    assert judged.loc[5, "gi_class"] == "blind"
    assert judged["gi_star"].isna()[5]
    assert judged.loc[6, "gi_class"] == "none"


def test_shares_add_up_and_nobody_is_named_last() -> None:
    leads = pd.DataFrame({"cell_code": ["A", "B"], "officer_id": [7, 8], "name": ["周", "赵"]})

    shares = officer_shares(leads, ["A", "A", "B", "C"])

    assert shares == [
        {"officer_id": 7, "name": "周", "share": 0.5},
        {"officer_id": 8, "name": "赵", "share": 0.25},
        {"officer_id": None, "name": "", "share": 0.25},
    ]
