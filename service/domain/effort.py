"""Where the problems are, not where we looked: expected problems from visits by strata."""

import pandas as pd

from service.domain.errors import InvalidInputError


def expected_problems(
    visits: pd.DataFrame,
    *,
    strata: tuple[str, ...] = ("inspector", "class"),
    min_visits: int = 5,
    prior_visits: float = 20.0,
    cells: pd.Index | None = None,
) -> pd.DataFrame:
    """Return visits, problems and the problems to expect in each cell, given who visited what.

    A stratum's rate is its problems over its visits, drawn towards the rate of all visits as if
    `prior_visits` more had been made at that rate: an inspector with two visits says little about
    inspectors. Each visit carries its stratum's rate to its cell; the expected counts are scaled
    to the total of problems (indirect standardisation). An inspector who visits one cell alone
    cannot be told from that cell, and takes part of its excess into the expectation.

    Args:
        visits: One row a visit: cell, problem (True where one was found), and the strata.
        strata: Columns that adjust for who visited and for class.
        min_visits: Fewer visits than this leave a cell blind, not good.
        prior_visits: Weight of the rate of all visits.
        cells: All cells, so that those without visits appear; None takes the visited ones.

    Returns:
        By cell: visits, problems, expected, ratio (NA where blind), blind. Hand problems and
        expected of the cells that are not blind to the Poisson scan.

    Raises:
        InvalidInputError: A column is absent, or there are no visits.
    """
    absent = [name for name in ("cell", "problem", *strata) if name not in visits.columns]
    if absent:
        raise InvalidInputError(f"visits have no column {', '.join(absent)}")
    if visits.empty:
        raise InvalidInputError("there are no visits; every cell is blind")
    found = visits["problem"].astype("float64")
    rates = _rates(visits, found, list(strata), prior_visits)
    scale = found.sum() / rates.sum() if rates.sum() > 0 else 0.0
    table = pd.DataFrame({"cell": visits["cell"], "problems": found, "expected": rates * scale})
    by_cell = table.groupby("cell").agg(
        visits=("problems", "size"), problems=("problems", "sum"), expected=("expected", "sum")
    )
    if cells is not None:
        by_cell = by_cell.reindex(cells, fill_value=0)
    by_cell["blind"] = by_cell["visits"] < min_visits
    seen = ~by_cell["blind"] & (by_cell["expected"] > 0)
    ratio = by_cell["problems"] / by_cell["expected"].where(seen)
    return by_cell.assign(ratio=ratio.astype("Float64"))


def _rates(
    visits: pd.DataFrame, found: pd.Series, strata: list[str], prior_visits: float
) -> pd.Series:
    """Return the shrunken problem rate of each visit's stratum."""
    overall = found.mean()
    if not strata:
        return pd.Series(overall, index=visits.index)
    groups = found.groupby([visits[name] for name in strata])
    problems, number = groups.transform("sum"), groups.transform("size")
    return (problems + prior_visits * overall) / (number + prior_visits)
