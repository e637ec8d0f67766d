"""Two plans side by side: which cells changed, and which enterprises get another officer."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from pandas import DataFrame, Series
from shapely.geometry.base import BaseGeometry

from service.domain.holders import ALL_MATTERS

# Ground of one plan only, as a share of the ground of either: below it two surveys of one border
# are the same border. A share needs no projection.
SAME_GROUND_SHARE: Final = 0.002


class CellChange(StrEnum):
    """What became of a cell, by its code; codes are never reused for other ground."""

    SAME = "same"
    MOVED = "moved"
    ADDED = "added"
    REMOVED = "removed"


def cell_changes(before: GeoDataFrame, after: GeoDataFrame) -> "Series[str]":
    """Return what became of each cell, by code; those of the later plan first.

    Args:
        before: code, geometry (polygons, WGS 84) of the earlier plan.
        after: The same of the later plan.
    """
    old = dict(zip(before["code"].astype(str), before.geometry, strict=True))
    changes: dict[str, str] = {}
    for code, shape in zip(after["code"].astype(str), after.geometry, strict=True):
        if code not in old:
            changes[code] = CellChange.ADDED
        elif _is_same_ground(old[code], shape):
            changes[code] = CellChange.SAME
        else:
            changes[code] = CellChange.MOVED
    for code in old:
        changes.setdefault(code, CellChange.REMOVED)
    return Series(changes, dtype=object, name="change")


def _is_same_ground(one: BaseGeometry | None, other: BaseGeometry | None) -> bool:
    if one is None or other is None or one.is_empty or other.is_empty:
        return one is other
    if shapely.equals_exact(one, other, 0.0):
        return True
    apart = shapely.area(shapely.symmetric_difference(one, other))
    return bool(apart <= SAME_GROUND_SHARE * max(shapely.area(one), shapely.area(other)))


def leads_by_matter(responsible: DataFrame) -> dict[tuple[str, str], str]:
    """Return the staff number of each cell's lead by (cell code, matter), of one day's rows."""
    leads = responsible[responsible["duty"] == "lead"]
    keys = zip(leads["cell_code"].astype(str), leads["matter"].astype(str), strict=True)
    return dict(zip(keys, leads["staff_no"].astype(str), strict=True))


def lead_of(leads: Mapping[tuple[str, str], str], cell_code: object, matter: object) -> str | None:
    """Return who leads a cell for a matter: its own lead before that of all matters."""
    if not isinstance(cell_code, str):
        return None
    return leads.get((cell_code, str(matter))) or leads.get((cell_code, ALL_MATTERS))


def enterprise_changes(
    before: DataFrame,
    after: DataFrame,
    leads_before: Mapping[tuple[str, str], str],
    leads_after: Mapping[tuple[str, str], str],
) -> DataFrame:
    """Return cell and lead of every enterprise under both plans.

    Args:
        before: enterprise_id, product, cell_code (may be missing) under the earlier plan.
        after: The same under the later plan.
        leads_before: Staff numbers by (cell code, matter) under the earlier plan.
        leads_after: The same under the later plan.

    Returns:
        enterprise_id, cell_before, cell_after, lead_before, lead_after (None: nobody), changes
        (another lead, or a lead gained or lost), in the order of `after`.
    """
    old = before.set_index("enterprise_id")["cell_code"].reindex(after["enterprise_id"])
    rows = DataFrame({"enterprise_id": after["enterprise_id"].to_numpy()})
    rows["cell_before"] = _codes(old)
    rows["cell_after"] = _codes(after["cell_code"])
    held = []
    for when, leads in (("before", leads_before), ("after", leads_after)):
        pairs = zip(rows[f"cell_{when}"], after["product"], strict=True)
        held.append([lead_of(leads, code, product) for code, product in pairs])
        rows[f"lead_{when}"] = Series(held[-1], dtype=object)
    changes = [one != other for one, other in zip(*held, strict=True)]
    rows["changes"] = np.array(changes, dtype=bool)
    return rows


def _codes(column: "Series[str]") -> list[str | None]:
    return [None if pd.isna(code) else str(code) for code in column]
