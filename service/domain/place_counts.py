"""Rows of counts (by stratum, by census year) → one row per place, with what to expect there."""

from typing import Literal

import numpy as np
import pandas as pd

from service.domain.errors import InvalidInputError

Model = Literal["poisson", "bernoulli"]


def merge_places(points: pd.DataFrame, *, model: Model) -> pd.DataFrame:
    """Return one row per place, in the order of first appearance.

    Rows with the same id are one place. Without ids every row is a place of its own, unless the
    rows are divided by stratum or time: then rows with the same coordinates are one place, named
    after its first row. Cases are added up. Population is added up too; where rows have times it
    is the average over the time from the first to the last of them, on straight lines between the
    censuses of each place and stratum, level before the first and after the last (as SaTScan
    does with several census years).

    Args:
        points: x, y, cases, population, id, stratum and time ('' where the file has none).
        model: With `poisson` and strata, `expected` holds the indirectly standardised cases.

    Returns:
        id (text, or the row's number from 1), x, y, cases, population, expected.

    Raises:
        InvalidInputError: A place has two coordinates, or cases without population.
    """
    divided = points["stratum"].ne("").any() or points["time"].ne("").any()
    rows = points.assign(row=np.arange(1, len(points) + 1))
    rows["place"] = _place_numbers(rows, divided=bool(divided))
    groups = rows.groupby("place", sort=False)
    places = groups[["row", "id", "x", "y"]].first()
    _require_one_point(rows, places)
    counts = _by_stratum(rows)
    _require_population(rows, counts, model)
    if model == "poisson":
        by_stratum = counts.groupby("stratum")[["cases", "population"]].transform("sum")
        people = by_stratum["population"].where(by_stratum["population"] > 0, 1.0)
        counts["expected"] = counts["population"] * by_stratum["cases"] / people
    else:
        counts["expected"] = counts["population"]
    sums = counts.groupby("place")[["cases", "population", "expected"]].sum()
    merged = places.join(sums)
    named = merged["id"].ne("").any()
    merged["id"] = merged["id"] if named else merged["row"]
    columns = ["id", "x", "y", "cases", "population", "expected"]
    return merged[columns].reset_index(drop=True)


def _place_numbers(rows: pd.DataFrame, *, divided: bool) -> pd.Series:
    if rows["id"].ne("").any():
        return pd.Series(pd.factorize(rows["id"])[0], index=rows.index)
    if divided:
        return rows.groupby(["x", "y"], sort=False).ngroup()
    return rows["row"] - 1


def _require_one_point(rows: pd.DataFrame, places: pd.DataFrame) -> None:
    first = places.loc[rows["place"], ["x", "y"]].to_numpy()
    moved = (rows[["x", "y"]].to_numpy() != first).any(axis=1)
    if moved.any():
        bad = rows[moved].iloc[0]
        raise InvalidInputError(
            f"line {bad.name}: '{bad['id']}' has other coordinates than in an earlier line; "
            f"give each place one point ({int(moved.sum())} such lines)"
        )


def _by_stratum(rows: pd.DataFrame) -> pd.DataFrame:
    """Return cases and population of each place and stratum, times averaged."""
    keys = ["place", "stratum"]
    cases = rows.groupby(keys, sort=False)["cases"].sum()
    if rows["time"].eq("").all():
        people = rows.groupby(keys, sort=False)["population"].sum()
    else:
        people = _averaged(rows.assign(when=_moments(rows["time"])), keys)
    return pd.DataFrame({"cases": cases, "population": people}).reset_index()


def _moments(times: pd.Series) -> pd.Series:
    """Return years as numbers, or dates as days."""
    years = pd.to_numeric(times, errors="coerce")
    if years.notna().all():
        return years.astype("float64")
    dates = pd.to_datetime(times, errors="coerce", format="ISO8601")
    if dates.isna().any():
        line = times.index[dates.isna()][0]
        raise InvalidInputError(
            f"line {line}: '{times[line]}' is no time; write years (2012) or dates (2012-03-14)"
        )
    return (dates - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1)


def _averaged(rows: pd.DataFrame, keys: list[str]) -> pd.Series:
    begin, end = rows["when"].min(), rows["when"].max()
    measured = rows.dropna(subset=["population"])
    sums = measured.groupby([*keys, "when"], sort=True)["population"].sum().reset_index("when")
    average = {
        key: _mean_level(group["when"].to_numpy(), group["population"].to_numpy(), begin, end)
        for key, group in sums.groupby(level=keys, sort=False)
    }
    every = rows.groupby(keys, sort=False).size().index
    return pd.Series([average.get(key, 0.0) for key in every], index=every, dtype="float64")


def _mean_level(when: np.ndarray, people: np.ndarray, begin: float, end: float) -> float:
    """Return the mean over time of a line through the points, level outside them."""
    if end <= begin:
        return float(people[-1])
    moments = np.unique(np.concatenate(([begin], when, [end])))
    levels = np.interp(moments, when, people)
    return float(np.trapezoid(levels, moments) / (end - begin))


def _require_population(rows: pd.DataFrame, counts: pd.DataFrame, model: Model) -> None:
    """Refuse cases without people, and (Bernoulli) more cases than units."""
    lonely = (counts["cases"] > 0) & (counts["population"] <= 0)
    crowded = (counts["cases"] > counts["population"]) & (model == "bernoulli")
    for bad, fault in (
        (lonely, "cases but no population"),
        (crowded, "more cases than population; for bernoulli population counts the cases too"),
    ):
        if bad.any():
            worst = counts[bad].iloc[0]
            at = (rows["place"] == worst["place"]) & (rows["stratum"] == worst["stratum"])
            raise InvalidInputError(
                f"line {rows.index[at][0]} {rows['id'][at].iloc[0]}: the place has {fault} "
                f"({int(bad.sum())} such places)"
            )
