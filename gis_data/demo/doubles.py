"""Enterprises that the register has twice, each in one of the ways in which this happens."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gis_data.demo.codes import credit_code
from gis_data.demo.facts import CAMPAIGN_START

_HOUSEHOLD = "92"
# Beyond every number that is drawn.
_LAST_NUMBER = 99_999_999
_EAST_DEGREES = 0.0001  # about nine metres


@dataclass(frozen=True, slots=True)
class Double:
    """One enterprise in two rows: the way it was doubled, and the two rows."""

    what: str
    one: int
    other: int


def add_doubles(
    enterprises: pd.DataFrame, checks: pd.DataFrame
) -> tuple[pd.DataFrame, tuple[Double, ...]]:
    """Return the register with three rows more, each the double of one that is there.

    They come last and are drawn from nothing, so that they move nothing else.

    Args:
        enterprises: With the columns of the file.
        checks: Records, with `row` and `occurred_on`; only those checked in the campaign are
            doubled, so that no gap comes of it.
    """
    checked = checks[checks["occurred_on"].map(lambda day: day >= CAMPAIGN_START)]
    free = enterprises[
        enterprises.index.isin(checked["row"])
        & enterprises["kind"].eq("seller")
        & enterprises["product"].ne("baijiu")
        & enterprises["hard_kind"].eq("")
        & enterprises["status"].eq("在营")
        & enterprises["township"].ne("柳河镇")
        & enterprises["business"].notna()
    ]
    numbered = free[free["address"].str.contains("[0-9]+号") & free["given_lon"].isna()]
    pointed = free[
        free["given_lon"].notna()
        & ((free["given_lon"] - free["lon"]).abs() < _EAST_DEGREES * 10)
        & free["name"].str.len().gt(7)
    ]
    named = free[~free.index.isin([*numbered.index[:1], *pointed.index[:1]])]
    made = [
        ("same_name_and_address", int(numbered.index[0]), {}),
        ("same_door", int(pointed.index[0]), {"name": "{}(新)"}),
        ("same_licence", int(named.index[-1]), {"name": "{}(老店)", "principal": ""}),
    ]
    rows, doubles = [], []
    for number, (what, row, changes) in enumerate(made):
        rows.append(_double(what, enterprises.loc[row].to_dict(), number, changes))
        doubles.append(Double(what, row, len(enterprises) + number))
    index = range(len(enterprises), len(enterprises) + len(rows))
    more = pd.DataFrame(rows, index=index).astype(enterprises.dtypes.to_dict())
    return pd.concat([enterprises, more]), tuple(doubles)


def _double(
    what: str, row: dict[Hashable, Any], number: int, changes: dict[str, str]
) -> dict[Hashable, Any]:
    code = credit_code(_HOUSEHOLD, _LAST_NUMBER - number)
    told: dict[Hashable, Any] = {key: value.format(row["name"]) for key, value in changes.items()}
    row = {**row, **told, "code": code, "credit_class": 1}
    if what != "same_licence":
        row["business"] = code
    if what == "same_door":
        row["given_lon"] = row["given_lon"] + _EAST_DEGREES
    else:
        row |= {"given_lon": None, "given_lat": None, "given_datum": ""}
    return row
