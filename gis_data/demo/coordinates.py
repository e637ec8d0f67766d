"""The coordinates that the register gives: for some, in two datums, a few of them wrong."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gis_data.demo.facts import CENTRE_LAT, CENTRE_LON, stream
from gis_data.demo.settlements import Settlements
from service.domain.datum import from_wgs84
from service.domain.places import Datum

GCJ02_TOWNSHIP = "柳河镇"  # its survey of 2011 used a phone map
_GIVEN_SHARE = 0.45
_GPS_M = 8.0
_M_PER_DEGREE = 111_000.0
_FAR_OFF_DEGREES = 0.55  # well outside the county's border, whatever the direction
_OUTSIDE, _MOVED = 6, 6
_MOVED_BETWEEN_M = (5_000.0, 9_000.0)


@dataclass(frozen=True, slots=True)
class GivenCoordinates:
    """Degrees as the file has them, NaN where it has none; and the rows planted as wrong.

    `table` has given_lon, given_lat, given_datum.
    """

    table: pd.DataFrame
    outside: tuple[int, ...]  # G6: a point outside the county
    moved: tuple[int, ...]  # G7: a point in another township


def give_coordinates(
    seed: int, enterprises: pd.DataFrame, settlements: Settlements, free: pd.Series
) -> GivenCoordinates:
    """Decide who has coordinates, and plant the wrong ones among the `free` rows."""
    rng = stream(seed, "coordinates")
    in_batch = enterprises["township"].eq(GCJ02_TOWNSHIP) & free
    given = (rng.random(len(enterprises)) < _GIVEN_SHARE) & free | in_batch
    true = enterprises[["lon", "lat"]] + rng.normal(0, _GPS_M / _M_PER_DEGREE, (len(given), 2))
    candidates = rng.permutation(enterprises.index[free & ~in_batch].to_numpy())
    outside, moved = candidates[:_OUTSIDE], candidates[_OUTSIDE : _OUTSIDE + _MOVED]
    for number, row in enumerate(outside):
        angle = 2 * np.pi * number / _OUTSIDE
        true.loc[row, "lon"] = CENTRE_LON + _FAR_OFF_DEGREES * np.cos(angle)
        true.loc[row, "lat"] = CENTRE_LAT + _FAR_OFF_DEGREES * np.sin(angle)
    for row in moved:
        true.loc[row, ["lon", "lat"]] = _elsewhere(enterprises.loc[row], settlements)
    given[np.concatenate([outside, moved])] = True
    lon, lat = true["lon"].to_numpy(), true["lat"].to_numpy()
    gcj_lon, gcj_lat = from_wgs84(lon, lat, Datum.GCJ02)
    table = pd.DataFrame(
        {
            "given_lon": np.round(np.where(in_batch, gcj_lon, lon), 6),
            "given_lat": np.round(np.where(in_batch, gcj_lat, lat), 6),
            "given_datum": np.where(in_batch, Datum.GCJ02.value, Datum.WGS84.value),
        },
        index=enterprises.index,
    )
    table.loc[~given, ["given_lon", "given_lat"]] = np.nan
    table.loc[~given, "given_datum"] = ""
    return GivenCoordinates(
        table, tuple(int(row) for row in outside), tuple(int(row) for row in moved)
    )


def _elsewhere(enterprise: pd.Series, settlements: Settlements) -> tuple[float, float]:
    """Return the village of another township that is nearest to a middling distance away."""
    villages = settlements.villages
    apart = np.hypot(villages["x"] - enterprise["x"], villages["y"] - enterprise["y"])
    other = villages["township_code"] != enterprise["township_code"]
    target = apart.where(other & apart.between(*_MOVED_BETWEEN_M)).idxmin()
    lon, lat = villages.loc[target, ["lon", "lat"]].to_numpy(dtype=np.float64)
    return float(lon), float(lat)
