"""Fifteen-digit cell codes: county 6, township 3, village 3, sequence 3; never reused.

Structure of GB/T 30428.1 as kept by DB11 (Beijing): the sequence runs west to east, then north to
south, inside one village. Cells of no one village take a community number from 601 upward.
"""

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray
from shapely import STRtree

from service.domain.errors import InvalidInputError

UNIT15 = "unit15"
_MERGED_FROM = 601
_LAST = 999
_SAME_CELL = 0.5  # more than half in common (intersection over union): at most one can be so


def assign_codes(
    cells: GeoDataFrame,
    *,
    previous: GeoDataFrame | None = None,
    used: Collection[str] = (),
) -> list[str]:
    """Return a code for each cell, in the cells' order.

    Args:
        cells: township_code (nine digits, or twelve ending in 000), village_code (twelve digits or
            None) and geometry, EPSG:4326.
        previous: Cells of an earlier plan with code and geometry. A cell that shares more than half
            of its ground (intersection over union) with one of them, in the same village, keeps
            that code.
        used: Every code ever given in this county; a new cell never takes one of them.

    Raises:
        InvalidInputError: A township code has another form, or a village needs over 999 cells.
    """
    prefixes = np.array(
        [_community(row.township_code, row.village_code) for row in cells.itertuples()],
        dtype=object,
    )
    kept = _kept_codes(cells, prefixes, previous)
    taken = set(used) | set(kept.values())
    codes = [kept.get(at, "") for at in range(len(cells))]
    for prefix in sorted(set(prefixes)):
        free = _free_numbers(prefix, taken)
        for at in _reading_order(cells, np.flatnonzero(prefixes == prefix)):
            if not codes[at]:
                codes[at] = prefix + _three(next(free, None), prefix)
    return codes


def _community(township_code: str, village_code: str | None) -> str:
    township = township_code[:9]
    if not (township.isdigit() and len(township) == 9 and township_code[9:] in ("", "000")):  # noqa: PLR2004
        raise InvalidInputError(
            f"township code {township_code!r} has no fifteen-digit cells; expected nine digits"
        )
    if village_code is None:
        return f"{township}{_MERGED_FROM}"
    if village_code.startswith(township) and len(village_code) == 12:  # noqa: PLR2004
        return village_code
    raise InvalidInputError(
        f"village code {village_code!r} does not begin with its township's code {township}"
    )


def _kept_codes(
    cells: GeoDataFrame, prefixes: NDArray[Any], previous: GeoDataFrame | None
) -> dict[int, str]:
    if previous is None or len(previous) == 0:
        return {}
    new, old = STRtree(previous.geometry.to_numpy()).query(
        cells.geometry.to_numpy(), predicate="intersects"
    )
    ours, theirs = cells.geometry.to_numpy()[new], previous.geometry.to_numpy()[old]
    common = shapely.area(shapely.intersection(ours, theirs))
    share = common / (shapely.area(ours) + shapely.area(theirs) - common)
    codes = previous["code"].to_numpy(dtype=object)
    return {
        int(at): codes[was]
        for at, was, iou in zip(new, old, share, strict=True)
        if iou > _SAME_CELL and codes[was][:12] == prefixes[at]
    }


def _free_numbers(prefix: str, taken: set[str]) -> Iterator[int]:
    numbers = [int(code[12:]) for code in taken if code.startswith(prefix)]
    return iter(range(max(numbers, default=0) + 1, _LAST + 1))


def _reading_order(cells: GeoDataFrame, members: NDArray[Any]) -> list[int]:
    """West to east, then north to south; a millionth of a degree counts as the same."""
    inner = shapely.get_coordinates(shapely.point_on_surface(cells.geometry.to_numpy()[members]))
    keys = np.round(inner, 6)
    return [int(at) for at in members[np.lexsort((-keys[:, 1], keys[:, 0]))]]


def _three(number: int | None, prefix: str) -> str:
    if number is None:
        raise InvalidInputError(f"village {prefix} needs more than {_LAST} cells; cut it coarser")
    return f"{number:03d}"
