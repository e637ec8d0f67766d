"""Biased visits: strict inspectors go to one corner all the time; the cluster is in another."""

import numpy as np
import pandas as pd
import pytest

from service.domain.effort import expected_problems, expected_producers, visit_rates
from service.domain.errors import InvalidInputError
from service.domain.scan import ScanResult, ScanSettings, scan

SIDE = 12
CELLS = SIDE * SIDE
RUNS = 40
ALPHA = 0.05


def biased_visits(rng: np.random.Generator, *, planted_odds: float = 4.0) -> pd.DataFrame:
    """Return visits to one producer a cell, five times as many in one corner.

    The corner visited often is the round of strict inspectors, who find twice as much; producers
    of class 4 have twice as many problems. The opposite corner has the planted cluster.
    """
    cell = np.arange(CELLS)
    x, y = cell % SIDE, cell // SIDE
    often, planted = (x < 3) & (y < 3), (x > 8) & (y > 8)
    risk_class = rng.integers(1, 5, CELLS)
    visits = np.repeat(cell, rng.poisson(np.where(often, 60, 12)))
    strict = rng.random(len(visits)) < np.where(often[visits], 0.8, 0.3)
    rate = 0.05 * np.where(strict, 2, 1) * np.where(risk_class[visits] == 4, 2, 1)
    rate = rate * np.where(planted[visits], planted_odds, 1)
    return pd.DataFrame(
        {
            "cell": visits,
            "problem": rng.random(len(visits)) < rate,
            "inspector": np.where(strict, "strict ", "mild ")
            + pd.Series(rng.integers(0, 4, len(visits)).astype(str)),
            "class": risk_class[visits],
        }
    )


def corners(found: ScanResult, x: np.ndarray, y: np.ndarray) -> tuple[bool, bool]:
    """Say whether a cluster lies in the planted corner, and whether one lies in the visited one."""
    members = [list(one.members) for one in found.clusters if one.p <= ALPHA]
    planted = any((x[at] > 8).mean() > 0.5 and (y[at] > 8).mean() > 0.5 for at in members)
    visited = any((x[at] < 3).mean() > 0.5 and (y[at] < 3).mean() > 0.5 for at in members)
    return planted, visited


def scans(visits: pd.DataFrame, seed: int) -> tuple[tuple[bool, bool], tuple[bool, bool]]:
    """Return what the effort-aware scan finds, and what counting problems per cell finds."""
    cells = expected_problems(visits, cells=pd.RangeIndex(CELLS))
    seen = cells[~cells["blind"]]
    x, y = np.asarray(seen.index) % SIDE * 1.0, np.asarray(seen.index) // SIDE * 1.0
    settings = ScanSettings(model="poisson", replications=99, seed=seed, max_share=0.2)
    ones = np.ones(len(seen))
    fair = scan(x, y, seen["problems"], ones, settings=settings, expected=seen["expected"])
    naive = scan(x, y, seen["problems"], ones, settings=settings)
    return corners(fair, x, y), corners(naive, x, y)


def test_the_planted_cluster_is_found_and_the_visited_corner_is_not() -> None:
    runs = [scans(biased_visits(np.random.default_rng(seed)), seed) for seed in range(RUNS)]
    found, fooled = (np.mean([fair[part] for fair, _ in runs]) for part in (0, 1))
    naive_fooled = np.mean([naive[1] for _, naive in runs])
    # Over these seeds 39 of 40 found and none fooled; the naive count is fooled in all 40.
    assert found >= 0.95
    assert fooled <= 0.05
    assert naive_fooled >= 0.95  # the bias is there to be fooled by


def test_without_a_planted_cluster_the_effort_aware_scan_is_rarely_fooled() -> None:
    called = 0
    for seed in range(RUNS):
        visits = biased_visits(np.random.default_rng(1000 + seed), planted_odds=1.0)
        cells = expected_problems(visits)
        x, y = np.asarray(cells.index) % SIDE * 1.0, np.asarray(cells.index) // SIDE * 1.0
        asked = ScanSettings(model="poisson", replications=99, seed=seed, max_share=0.2)
        found = scan(
            x, y, cells["problems"], cells["visits"], settings=asked, expected=cells["expected"]
        )
        called += found.clusters[0].p <= ALPHA
    assert called <= 0.15 * RUNS  # 5 % are expected


def test_expected_problems_add_up_and_unvisited_cells_are_blind() -> None:
    visits = biased_visits(np.random.default_rng(1))
    cells = expected_problems(visits, cells=pd.RangeIndex(CELLS + 1))
    assert cells["expected"].sum() == pytest.approx(visits["problem"].sum())
    assert cells["blind"].iloc[-1]
    assert cells["ratio"].isna().iloc[-1]


def test_the_strict_and_the_risky_carry_their_rates_with_them() -> None:
    visits = biased_visits(np.random.default_rng(2), planted_odds=1.0)
    rates = visit_rates(visits).groupby([visits["inspector"].str[:6], visits["class"]]).mean()
    assert rates["strict", 1] > 1.5 * rates["mild 1", 1]
    assert rates["strict", 4] > 1.5 * rates["strict", 1]


def test_a_producer_counts_once_and_chances_add_up_to_the_problem_producers() -> None:
    visits = biased_visits(np.random.default_rng(3)).rename(columns={"cell": "producer"})
    table = expected_producers(visits)
    assert table["expected"].sum() == pytest.approx(table["is_problem"].sum())
    assert table["expected"].between(0, 1, inclusive="neither").all()
    assert table["visits"].sum() == len(visits)


def test_with_one_stratum_it_is_the_chance_by_number_of_visits() -> None:
    rng = np.random.default_rng(4)
    visits = pd.DataFrame({"producer": rng.integers(0, 60, 300), "problem": rng.random(300) < 0.1})
    table = expected_producers(visits, strata=())
    good = (1 - table["expected"]) ** (1 / table["visits"])  # one visit's chance of no problem
    np.testing.assert_allclose(good, good.iloc[0], rtol=1e-9)


def test_a_missing_inspector_is_a_stratum_of_its_own() -> None:
    visits = biased_visits(np.random.default_rng(5))
    visits.loc[::3, "inspector"] = None
    assert np.isfinite(visit_rates(visits)).all()


def test_a_missing_stratum_is_named() -> None:
    with pytest.raises(InvalidInputError, match="inspector"):
        expected_problems(pd.DataFrame({"cell": [1], "problem": [True], "class": [1]}))


def test_with_no_or_only_problem_producers_there_is_nothing_to_compare() -> None:
    visits = pd.DataFrame({"producer": [1, 2], "problem": [True, True]})
    with pytest.raises(InvalidInputError, match="nothing to compare"):
        expected_producers(visits, strata=())
    visits["problem"] = False
    with pytest.raises(InvalidInputError, match="nothing to compare"):
        expected_producers(visits, strata=())


def nested_visits(rng: np.random.Generator, *, strict_guest: float) -> pd.DataFrame:
    """Return visits to 40 cells with an inspector each, and a guest who visits every cell.

    Cells 0 to 3 are hot; the guest finds problems `strict_guest` times as often as the others,
    and goes most to cells 36 to 39.
    """
    rows = []
    for cell in range(40):
        rate = 0.6 if cell < 4 else 0.12
        guests = 20 if cell >= 36 else 4
        for visitor, number in (("own", 20), ("guest", guests)):
            chance = min(0.95, rate * (strict_guest if visitor == "guest" else 1.0))
            name = f"inspector {cell}" if visitor == "own" else "guest"
            rows += [(cell, name, 1, bool(rng.random() < chance)) for _ in range(number)]
    return pd.DataFrame(rows, columns=["cell", "inspector", "class", "problem"])


def ratio_by_cell(visits: pd.DataFrame, place: str | None) -> pd.Series:
    rates = visit_rates(visits, place=place)
    by_cell = visits.assign(rate=rates).groupby("cell").agg({"problem": "sum", "rate": "sum"})
    return by_cell["problem"] / by_cell["rate"]


def test_the_inspector_of_a_hot_cell_does_not_explain_it_away() -> None:
    visits = nested_visits(np.random.default_rng(6), strict_guest=1.0)
    within, over_all = ratio_by_cell(visits, "cell"), ratio_by_cell(visits, None)
    assert (within[:4] > 2.0).all()
    assert (within[:4] > over_all[:4] + 0.5).all()


def test_a_strict_guest_is_known_by_what_others_find_in_the_same_cells() -> None:
    visits = nested_visits(np.random.default_rng(7), strict_guest=4.0)
    rates = visit_rates(visits, place="cell").groupby(visits["inspector"]).mean()
    assert rates["guest"] > 2.0 * rates["inspector 20"]
    plain = ratio_by_cell(visits.assign(inspector="one"), "cell")
    assert ratio_by_cell(visits, "cell")[36:].mean() < plain[36:].mean() - 0.3


def test_rates_within_places_add_up_to_the_problems() -> None:
    visits = nested_visits(np.random.default_rng(8), strict_guest=2.0)
    assert visit_rates(visits, place="cell").sum() == pytest.approx(visits["problem"].sum())


def test_an_inspector_alone_in_his_cell_explains_nothing_of_it_away() -> None:
    """Compared within cells, two strict visits of one cell tell an inspector from his place."""
    rows = [("A", "zhou", True)] * 8 + [("A", "zhou", False)] * 2 + [("B", "li", False)] * 10
    visits = pd.DataFrame(rows, columns=["cell", "inspector", "problem"])
    over_all = expected_problems(visits, strata=("inspector",))
    within = expected_problems(visits, strata=("inspector",), place="cell")
    assert within.loc["A", "expected"] == pytest.approx(4.0)
    assert float(over_all["expected"]["A"]) > float(within["expected"]["A"])
    assert within["expected"].sum() == pytest.approx(8.0)
