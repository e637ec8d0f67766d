"""What is not a check: violations, complaints, tip-offs, media reports, control-system findings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from gis_data.demo.facts import AS_OF, CAMPAIGN_START, HISTORY_START, stream
from gis_data.demo.settlements import Settlements

_BAD_SHARES = {"violation": 0.22, "complaint": 0.22, "control_system": 0.12}
_GOOD_COMPLAINT_SHARE = 0.012
_MEDIA_REPORTS = 3
_TIP_OFFS_WITH_POINT = 8
_BANNED_DENS = 8
_UNANSWERED_DAYS = (date(2012, 3, 12), date(2012, 3, 19))


@dataclass(frozen=True, slots=True)
class PlantedTipOffs:
    """Tip-offs that nobody followed up (G13), and one about a village with no register (G15)."""

    unanswered: tuple[int, ...]  # rows of enterprises
    empty_village: str  # village code


def draw_incidents(
    seed: int,
    enterprises: pd.DataFrame,
    bad: pd.Series,
    settlements: Settlements,
    planted: PlantedTipOffs,
) -> pd.DataFrame:
    """Return row (-1: only a point), kind, occurred_on, is_problem, lon, lat, closed, about."""
    rng = stream(seed, "incidents")
    rows = [
        *_about_enterprises(rng, enterprises, bad),
        *_about_dens(rng, enterprises),
        *_media(rng, enterprises, bad),
        *_points(rng, settlements, planted),
    ]
    rows.extend(
        _incident(row, "tip_off", day, problem=False)
        for row, day in zip(planted.unanswered, _UNANSWERED_DAYS, strict=True)
    )
    return pd.DataFrame(rows)


def _incident(row: int, kind: str, day: date, *, problem: bool, **more: Any) -> dict[str, Any]:  # noqa: ANN401, columns of any type
    filled = {"lon": np.nan, "lat": np.nan, "closed": False} | more
    return {"row": row, "kind": kind, "occurred_on": day, "is_problem": problem} | filled


def _day(rng: np.random.Generator, first: date, last: date) -> date:
    return first + timedelta(days=int(rng.integers(0, (last - first).days)))


def _about_enterprises(
    rng: np.random.Generator, enterprises: pd.DataFrame, bad: pd.Series
) -> Iterator[dict[str, Any]]:
    for index, kind in enterprises["kind"].items():
        row = int(str(index))
        chances = rng.random(len(_BAD_SHARES))
        if kind == "den":
            continue
        for event, chance in zip(_BAD_SHARES, chances, strict=True):
            limit = _BAD_SHARES[event] if bad[row] else 0.0
            if event == "complaint" and not bad[row]:
                limit = _GOOD_COMPLAINT_SHARE
            if chance < limit and not (event == "control_system" and kind != "producer"):
                closed = event != "complaint"
                day = _day(rng, HISTORY_START, AS_OF)
                yield _incident(row, event, day, problem=event != "complaint", closed=closed)


def _about_dens(rng: np.random.Generator, enterprises: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield a tip-off and a violation for each den; the first ones are closed down."""
    dens = enterprises.index[enterprises["kind"] == "den"]
    for number, index in enumerate(dens):
        found = _day(rng, date(2012, 4, 5), date(2012, 4, 28))
        tip = found - timedelta(days=int(rng.integers(4, 14)))
        yield _incident(int(index), "tip_off", tip, problem=False)
        yield _incident(int(index), "violation", found, problem=True, closed=number < _BANNED_DENS)


def _media(
    rng: np.random.Generator, enterprises: pd.DataFrame, bad: pd.Series
) -> Iterator[dict[str, Any]]:
    makers = enterprises.index[bad & (enterprises["kind"] == "producer")]
    for index in rng.choice(makers.to_numpy(), _MEDIA_REPORTS, replace=False):
        yield _incident(int(index), "media", _day(rng, CAMPAIGN_START, AS_OF), problem=True)


def _points(
    rng: np.random.Generator, settlements: Settlements, planted: PlantedTipOffs
) -> Iterator[dict[str, Any]]:
    """Yield tip-offs that name only a spot, one of them where the register knows nobody."""
    villages = settlements.villages.set_index("code")
    codes = rng.choice(villages.index.to_numpy(), _TIP_OFFS_WITH_POINT, replace=False)
    for code in (planted.empty_village, *codes):
        lon, lat = villages.loc[code, ["lon", "lat"]]
        day = _day(rng, CAMPAIGN_START, AS_OF)
        yield _incident(-1, "tip_off", day, problem=False, lon=float(lon), lat=float(lat))
