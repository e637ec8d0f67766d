"""Licences of each enterprise: held, expired, running out within the half year, or missing."""

from collections.abc import Hashable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from gis_data.demo.codes import food_licence, industrial_licence
from gis_data.demo.facts import AS_OF, stream

STATES = ("valid", "missing", "expired", "expiring")
_ORDINARY = (0.84, 0.06, 0.04, 0.06)
_IN_CLUSTER = (0.50, 0.28, 0.12, 0.10)
_RENEWAL_DAYS = 180  # application is due six months before the last day
_NO_BUSINESS_LICENCE = 0.012
_QUARRY_SHARE = 0.3
_DISCHARGE_SHARE = 0.85


def issue_licences(seed: int, enterprises: pd.DataFrame) -> pd.DataFrame:
    """Return number and `_expires` (None: missing or endless) per licence kind, and `main_state`.

    `main_state` is the state of the licence that the product needs ('' for a seller or a den).
    """
    rng = stream(seed, "licences")
    rows = [
        _licences(rng, number, row)
        for number, row in enumerate(enterprises.to_dict("records"), start=1)
    ]
    return pd.DataFrame(rows, index=enterprises.index)


def _licences(rng: np.random.Generator, number: int, row: dict[Hashable, Any]) -> dict[str, Any]:
    held: dict[str, Any] = dict.fromkeys(_COLUMNS)
    held["main_state"] = ""
    # The draws are made for everyone, so that one enterprise more does not change the others.
    state = str(rng.choice(STATES, p=_IN_CLUSTER if row["cluster"] >= 0 else _ORDINARY))
    chance = rng.random(4)
    if row["kind"] == "den":
        return held
    if chance[0] >= _NO_BUSINESS_LICENCE:
        held["business"] = row["code"]
    if row["kind"] != "producer":
        return held
    held["main_state"] = state
    baijiu = row["product"] == "baijiu"
    if state != "missing":
        main = "food_production" if baijiu else "industrial_product"
        held[main] = food_licence(number) if baijiu else industrial_licence(row["product"], number)
        held[f"{main}_expires"] = _expiry(rng, state)
    if chance[1] < _DISCHARGE_SHARE:
        held["discharge"] = f"{row['code']}001X"
        held["discharge_expires"] = _expiry(rng, "valid")
    if row["water"] == "自备井" and chance[2] < _DISCHARGE_SHARE:
        held["water_intake"] = f"取水(冀青石)字〔2010〕第{number:05d}号"
        held["water_intake_expires"] = _expiry(rng, "valid")
    if row["product"] == "cement" and chance[3] < _QUARRY_SHARE:
        held["work_safety"] = f"(冀)FM安许证字〔2010〕99{number:05d}"
        held["work_safety_expires"] = _expiry(rng, "valid")
    return held


def _expiry(rng: np.random.Generator, state: str) -> date:
    ranges = {"expired": (-500, -5), "expiring": (10, _RENEWAL_DAYS - 5), "valid": (200, 1500)}
    return AS_OF + timedelta(days=int(rng.integers(*ranges[state])))


_COLUMNS = tuple(
    f"{kind}{suffix}"
    for kind in (
        "business",
        "food_production",
        "industrial_product",
        "discharge",
        "water_intake",
        "work_safety",
    )
    for suffix in ("", "_expires")
)
