"""The place that a gap in supervision concerns: a point, ground, cells, a township, or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from shapely import Point
from shapely.geometry.base import BaseGeometry

from maps.words import Words
from service.domain.gap_model import GapKind

_REPORTED = Words("记录所在处", "where it was reported")
# Gaps of ground as such: their shape is no cell's, and is drawn from their own geometry.
GROUND = (str(GapKind.HOLE), str(GapKind.OVERLAP))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """What 'show on map' shows.

    Attributes:
        kind: As `wangge.focus` takes it: `spot` (longitude,latitude), `gap` (a shape of
            `SpotsLayer`), `cell`, `cells` (codes with commas between), `township`; '' for nowhere.
        id: What of this kind.
        words: Said beside it: what is shown, or why nothing can be.
    """

    kind: str
    id: str
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceNames:
    """What codes are called, and which cells an officer leads.

    Attributes:
        cells: Code → name. townships: code → name.
        cells_of: Officer → codes of the cells led on the day.
    """

    cells: Mapping[str, str]
    townships: Mapping[str, str]
    cells_of: Mapping[int, Sequence[str]]


def spot_of(row: Mapping[Any, Any], shape: BaseGeometry | None, names: PlaceNames) -> Spot:
    """Return the place of a gap, the finest that is known.

    Args:
        row: kind, gap_id, cell_code, township_code, officer_id, enterprise_id of the gap.
        shape: Its geometry (EPSG:4326); None where it has none.
        names: Of the plan in force.
    """
    if isinstance(shape, Point) and not shape.is_empty:
        is_firm = _known(row, "enterprise_id")
        words = Words("企业所在处", "where it stands") if is_firm else _REPORTED
        return Spot(kind="spot", id=f"{shape.x:.6f},{shape.y:.6f}", words=words)
    if shape is not None and not shape.is_empty and row["kind"] in GROUND and _known(row, "gap_id"):
        words = Words("地块范围", "the ground itself")
        return Spot(kind="gap", id=str(int(row["gap_id"])), words=words)
    return _of_area(row, names)


def _of_area(row: Mapping[Any, Any], names: PlaceNames) -> Spot:
    cell, officer, township = (
        row[key] if _known(row, key) else None
        for key in ("cell_code", "officer_id", "township_code")
    )
    if cell is not None:
        name = names.cells.get(str(cell), str(cell))
        return Spot(kind="cell", id=str(cell), words=Words(f"网格 {name}", f"cell {name}"))
    led = names.cells_of.get(int(officer), ()) if officer is not None else ()
    if led:
        words = Words(f"所负责的 {len(led)} 个网格", f"the {len(led)} cells led")
        return Spot(kind="cells", id=",".join(led), words=words)
    if township is not None:
        name = names.townships.get(str(township), str(township))
        words = Words(f"只知在{name}", f"known only to {name}")
        return Spot(kind="township", id=str(township), words=words)
    words = Words("不在图上：位置和乡镇都不清楚", "on no map: neither place nor township is known")
    return Spot(kind="", id="", words=words)


def _known(row: Mapping[Any, Any], key: str) -> bool:
    value = row.get(key)
    return value is not None and not pd.isna(value)
