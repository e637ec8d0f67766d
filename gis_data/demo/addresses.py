"""Free-text addresses as a county register has them: most plain, a tenth hard to place."""

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import pandas as pd

from gis_data.demo.facts import BY_NAME, COUNTY_NAME, NEIGHBOUR_COUNTY, stream
from gis_data.demo.roads import STREETS

# How many addresses of each hard kind; together about a tenth of the register.
HARD_COUNTS = {
    "no_town": 32,
    "old_town": 26,
    "homophone": 28,
    "landmark": 32,
    "road_only": 18,
    "other_county": 10,
    "empty": 10,
}
# The same syllable, another sign: what a clerk types who hears the name.
_HOMOPHONES = {
    "家": "加", "庄": "装", "沟": "勾", "窑": "摇", "营": "盈", "湾": "弯", "岭": "领",
    "泉": "全", "石": "时",
    "河": "和", "青": "清", "峪": "玉", "坪": "平", "寨": "债", "坡": "泼",
}  # fmt: skip
_ROADS = ("青西公路", "苍白公路", "龙松公路", "古西公路", "云双公路")
_SIDES = ("村东100米", "村西200米路北", "村口往南50米", "村委会东侧", "小学对面", "村北500米")
# Cumulative shares of the ways to write an address: number, no county, landmark, no 村, plain.
_NUMBERED, _SHORT, _NEAR, _BARE = 0.2, 0.35, 0.45, 0.55
_TOWNSHIP_SILENT = 0.8  # of those whose address names no township
_LANDMARKS_NEAR = ("村委会旁", "大街路东", "")


def write_addresses(seed: int, enterprises: pd.DataFrame, free: pd.Series) -> pd.DataFrame:
    """Return address, registered_township ('' when the file has none) and hard_kind per row.

    Args:
        seed: The county's seed.
        enterprises: As `build_enterprises` returns them.
        free: Rows that may get a hard address: they belong to no other plant.
    """
    rng = stream(seed, "addresses")
    hard = pd.Series("", index=enterprises.index)
    chosen = rng.permutation(enterprises.index[free].to_numpy())
    start = 0
    for kind, count in HARD_COUNTS.items():
        hard.loc[chosen[start : start + count]] = kind
        start += count
    written = [
        _address(rng, row, kind)
        for row, kind in zip(enterprises.to_dict("records"), hard, strict=True)
    ]
    silent = hard.isin(["road_only", "other_county", "empty"])
    silent |= hard.eq("no_town") & (rng.random(len(hard)) < _TOWNSHIP_SILENT)
    registered = enterprises["township"].where(~silent, "")
    return pd.DataFrame(
        {"address": written, "registered_township": registered, "hard_kind": hard},
        index=enterprises.index,
    )


def _address(rng: np.random.Generator, row: dict[Hashable, Any], hard_kind: str) -> str:
    if hard_kind:
        return _HARD[hard_kind](rng, row)
    return _plain(rng, row)


def _plain(rng: np.random.Generator, row: dict[Hashable, Any]) -> str:
    township, village = str(row["township"]), str(row["village"])
    if village.endswith("社区") and township == "青岩镇":
        return f"{COUNTY_NAME}{township}{_pick(rng, STREETS)}{rng.integers(1, 180)}号"
    form = rng.random()
    if form < _NUMBERED:
        return f"{COUNTY_NAME}{township}{village}{rng.integers(1, 260)}号"
    if form < _SHORT:
        return f"{township}{village}"
    if form < _NEAR:
        return f"{COUNTY_NAME}{township}{village}{_pick(rng, _LANDMARKS_NEAR)}"
    if form < _BARE and not village.endswith("社区"):
        return f"河北省{COUNTY_NAME}{township}{village.removesuffix('村')}"
    return f"{COUNTY_NAME}{township}{village}"


def _no_town(rng: np.random.Generator, row: dict[Hashable, Any]) -> str:
    return f"{_pick(rng, (COUNTY_NAME, ''))}{row['village']}"


def _old_town(_rng: np.random.Generator, row: dict[Hashable, Any]) -> str:
    return f"{COUNTY_NAME}{BY_NAME[str(row['township'])].old_name}{row['village']}"


def _homophone(_rng: np.random.Generator, row: dict[Hashable, Any]) -> str:
    village = str(row["village"])
    sign = next((s for s in reversed(village) if s in _HOMOPHONES), "")
    misheard = village.replace(sign, _HOMOPHONES[sign]) if sign else village.replace("社区", "社曲")
    return f"{COUNTY_NAME}{row['township']}{misheard}"


def _landmark(rng: np.random.Generator, row: dict[Hashable, Any]) -> str:
    return f"{COUNTY_NAME}{row['township']}{row['village']}{_pick(rng, _SIDES)}"


def _road_only(rng: np.random.Generator, _row: dict[Hashable, Any]) -> str:
    return f"{COUNTY_NAME}{_pick(rng, _ROADS)}{rng.integers(2, 40)}公里处"


def _other_county(rng: np.random.Generator, _row: dict[Hashable, Any]) -> str:
    return f"{NEIGHBOUR_COUNTY}南关镇东街{rng.integers(1, 90)}号"


def _empty(_rng: np.random.Generator, _row: dict[Hashable, Any]) -> str:
    return ""


_HARD: dict[str, Callable[[np.random.Generator, dict[Hashable, Any]], str]] = {
    "no_town": _no_town,
    "old_town": _old_town,
    "homophone": _homophone,
    "landmark": _landmark,
    "road_only": _road_only,
    "other_county": _other_county,
    "empty": _empty,
}


def _pick(rng: np.random.Generator, words: tuple[str, ...]) -> str:
    return words[int(rng.integers(len(words)))]
