"""Which enterprises are bad ones: evenly spread over the county, dense in the planted clusters."""

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis_data.demo.facts import OVERVISITED, stream

_BAD_SHARE = 0.14
# Where a bad enterprise is seen three times it passes once; so that the rate per check is the same
# there, more of them must be bad.
_MORE_WHERE_OVERVISITED = 1.25
_BAD_IN_CLUSTER = {"producer": 0.97, "seller": 0.75, "den": 1.0}
# Shares of credit classes 1 to 4, after the published counts of two cities (domain facts).
_CLASS_SHARE = (0.67, 0.24, 0.07, 0.02)
_BAD_CLASS_SHARE = (0.10, 0.42, 0.36, 0.12)


def bad_enterprises(seed: int, enterprises: pd.DataFrame) -> pd.Series:
    """Return whether each enterprise has lasting quality problems.

    Outside the clusters every eighth of a product and kind is bad, counted along a curve that
    fills the plane: chance alone would leave clusters that nobody planted.
    """
    rng = stream(seed, "quality")
    curve = gpd.GeoSeries.from_xy(enterprises["x"], enterprises["y"]).hilbert_distance(level=12)
    bad = pd.Series(data=False, index=enterprises.index)
    outside = enterprises[enterprises["cluster"] < 0]
    often = enterprises["township"].eq(OVERVISITED)
    shares = pd.Series(np.where(often, _BAD_SHARE * _MORE_WHERE_OVERVISITED, _BAD_SHARE), bad.index)
    for _, group in outside.groupby(["product", "kind"]):
        ordered = curve.loc[group.index].sort_values(kind="stable").index
        bad.loc[ordered] = evenly(shares.loc[ordered].to_numpy(), float(rng.random()))
    inside = enterprises[enterprises["cluster"] >= 0]
    bad.loc[inside.index] = rng.random(len(inside)) < inside["kind"].map(_BAD_IN_CLUSTER)
    return bad | enterprises["kind"].eq("den")


def evenly(shares: NDArray[np.float64], start: float) -> NDArray[np.bool_]:
    """Return a mask that takes each place's share of the places at even steps."""
    steps = np.floor(np.concatenate([[0.0], np.cumsum(shares)]) + start)
    taken: NDArray[np.bool_] = np.diff(steps) > 0
    return taken


def credit_classes(seed: int, enterprises: pd.DataFrame, bad: pd.Series) -> pd.Series:
    """Return credit-risk classes 1 to 4 (4 the highest); bad ones tend to the higher."""
    rng = stream(seed, "credit classes")
    good_class = rng.choice((1, 2, 3, 4), len(enterprises), p=_CLASS_SHARE)
    bad_class = rng.choice((1, 2, 3, 4), len(enterprises), p=_BAD_CLASS_SHARE)
    return pd.Series(np.where(bad, bad_class, good_class), index=enterprises.index)
