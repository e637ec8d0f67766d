"""Cell statistics and shares, by hand-checkable numbers."""

import numpy as np
import pandas as pd
import pytest

from service.domain.problem_clusters import can_be_scanned, cell_statistics, officer_shares


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
            "expected": (8 * len(hot) + 100 - len(hot)) / 100,
        }
    )


def test_a_block_of_bad_cells_is_hot_and_nothing_else() -> None:
    block = {row * 10 + column for row in range(3) for column in range(3)}
    table = cell_statistics(grid_of_cells(block))

    hot = set(np.flatnonzero(table["gi_class"] == "hot"))
    assert 0 in hot
    assert hot <= {row * 10 + column for row in range(4) for column in range(4)}


@pytest.fixture(scope="module")
def four() -> pd.DataFrame:
    """Return a county with a bad corner and a good one, an odd cell in the middle of each."""
    cells = grid_of_cells(set())
    x, y = cells["x"].to_numpy() // 1000, cells["y"].to_numpy() // 1000
    bad, good = (x <= 4) & (y <= 4), (x >= 5) & (y >= 5)
    cells["visits"] = 40
    cells["problems"] = np.where(bad, 24, np.where(good, 0, 8))
    cells.loc[22, "problems"] = 0
    cells.loc[77, "problems"] = 30
    cells["expected"] = cells["problems"].mean()
    return cell_statistics(cells)


@pytest.mark.parametrize(
    ("cell", "kind", "gi"),
    [
        (0, "HH", "hot"),  # in the bad corner
        (99, "LL", "cold"),
        (22, "LH", "hot"),  # nothing found, amid the bad ones
        (77, "HL", "cold"),
        (5 * 10 + 4, "none", "none"),  # at the seam, with neighbours of every kind
    ],
)
def test_cells_have_four_classes_and_not_one_colour(
    four: pd.DataFrame, cell: int, kind: str, gi: str
) -> None:
    assert four.loc[cell, "local_class"] == kind
    assert four.loc[cell, "gi_class"] == gi


def test_gi_and_moran_share_the_p_of_the_same_draws(four: pd.DataFrame) -> None:
    assert set(four["draws"]) == {1_000_000}
    assert 2 / 1_000_001 <= four["p"].min() < 1e-4  # of 999 draws none is below 0.002
    named = four["local_class"] != "none"
    assert (four.loc[named, "q"] <= 0.05).all()
    assert (four.loc[~named, "q"] > 0.05).all()


def test_cells_where_nothing_was_found_anywhere_are_not_tested() -> None:
    table = cell_statistics(grid_of_cells(set()).assign(problems=0, expected=0.0))
    assert table["p"].isna().all()
    assert set(table["local_class"]) == {"untested"}


def test_what_was_expected_is_not_hot() -> None:
    """A block where strict people went: as many problems as such visits find."""
    block = {row * 10 + column for row in range(3) for column in range(3)}
    cells = grid_of_cells(block)
    cells["expected"] = cells["problems"].astype(float)

    assert set(cell_statistics(cells)["gi_class"]) == {"none"}


@pytest.mark.parametrize(
    ("x", "problems", "answer"),
    [
        ([0.0, 1.0, 2.0], [True, True, False], True),
        ([0.0, 1.0, 2.0], [True, False, False], False),
        ([0.0, 1.0, 2.0], [True, True, True], False),
        ([5.0, 5.0, 5.0], [True, True, False], False),
    ],
    ids=["two and one other", "a single problem", "all problems", "one place"],
)
def test_there_must_be_something_to_compare(
    x: list[float], problems: list[bool], *, answer: bool
) -> None:
    places = np.array(x)
    assert can_be_scanned(places, places * 0, np.array(problems)) is answer


def test_a_cell_with_enterprises_and_two_results_is_blind() -> None:
    table = grid_of_cells(set())
    table.loc[5, ["visits", "problems"]] = [2, 2]
    table.loc[6, ["visits", "problems", "enterprises"]] = [0, 0, 0]

    judged = cell_statistics(table)

    assert judged.loc[5, "gi_class"] == "blind"
    assert judged.loc[5, "local_class"] == "blind"
    assert judged["gi_star"].isna()[5]
    assert judged.loc[6, "gi_class"] == "none"
    assert judged.loc[6, "local_class"] == "untested"


def test_shares_add_up_and_nobody_is_named_last() -> None:
    leads = pd.DataFrame({"cell_code": ["A", "B"], "officer_id": [7, 8], "name": ["周", "赵"]})

    shares = officer_shares(leads, ["A", "A", "B", "C"])

    assert shares == [
        {"officer_id": 7, "name": "周", "share": 0.5},
        {"officer_id": 8, "name": "赵", "share": 0.25},
        {"officer_id": None, "name": "", "share": 0.25},
    ]
