"""The classes of the hotspot map: fixed policy breaks, and which of them a place belongs to.

`maps/js/weeks.js` has the same rules for the weeks of the slider; a test compares the two.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from maps.layers import FillClass
from maps.local_words import cell_class_words
from maps.model import RATE_BREAKS
from maps.palette import LOCAL as LOCAL_FILLS
from maps.palette import NO_REGISTER, YLGNBU, YLORRD, ZERO
from maps.words import Words

LOCAL: Final = "local"
MEASURES: Final = ("rate", "effort", "blind", LOCAL)
# Of local statistics, in the legend's order; blind cells and empty ones follow.
LOCAL_CLASSES: Final = ("HH", "HL", "LH", "LL", "none")
# Visits per registered enterprise in the period; 1 means everyone was seen once on average.
EFFORT_BREAKS: Final = (0.5, 1.0, 2.0, 4.0)
# A township with fewer results gets no colour and no rate.
LEAST_OF_A_TOWNSHIP: Final = 5

_NO_REGISTER = FillClass(
    label=Words("无登记企业（不等于没有）", "None registered (not proof of none)"), fill=NO_REGISTER
)
_UNTESTED = FillClass(
    label=Words("未检验（无登记企业，或格数太少）", "Not tested: none there, or too few cells"),
    fill=NO_REGISTER,
)
_UNTOLD = "#e9ecf1"  # tested, and like the rest: lighter than a point's grey, for a whole cell
_NEVER = FillClass(label=Words("一次也没查", "Never visited"), hatch="blind", always=True)


def classes_of(measure: str, least: int) -> list[FillClass]:
    """Return the classes of a measure in the legend's order.

    Args:
        measure: One of `MEASURES`.
        least: A place with fewer visits is not rated.
    """
    if measure == "effort":
        return _effort_classes()
    if measure == LOCAL:
        return _local_classes(least)
    return _blind_classes(least) if measure == "blind" else _rate_classes(least)


def bands(measure: str, table: DataFrame, least: int) -> NDArray[np.int64]:
    """Return the index of the class of each row of enterprises, visits and problems.

    For `local` the rows have `local_class` too: it was tested once, for the day of the map.
    """
    firms, visits, problems = (
        table[name].to_numpy(dtype=np.int64) for name in ("enterprises", "visits", "problems")
    )
    is_empty = (firms == 0) & (visits == 0)
    if measure == LOCAL:
        return _local_bands(table["local_class"].tolist())
    if measure == "effort":
        effort = visits / np.maximum(firms, 1)
        step = len(EFFORT_BREAKS) - np.digitize(effort, EFFORT_BREAKS)
        never = len(EFFORT_BREAKS) + 1
        return np.select([firms == 0, visits == 0], [never + 1, never], default=step)
    if measure == "blind":
        return np.select([is_empty, visits == 0, visits < least], [3, 0, 1], default=2)
    last = len(RATE_BREAKS) - 1
    # Whole numbers are compared: 100 · 7 / 70 must not fall short of ten.
    step = last - np.digitize(100 * problems / np.maximum(visits, 1), RATE_BREAKS[1:])
    return np.select(
        [is_empty, visits < least, problems == 0], [last + 3, last + 2, last + 1], default=step
    )


def _ramp(labels: Sequence[str], fills: Sequence[str]) -> list[FillClass]:
    """Return the coloured classes, the highest first."""
    steps = list(zip(labels, fills, strict=True))
    return [FillClass(label=Words(label), fill=fill, always=True) for label, fill in steps[::-1]]


def _labels(edges: Sequence[float]) -> list[str]:
    inner = [f"{low:g}–{high:g}" for low, high in pairwise(edges)]
    return [f"< {edges[0]:g}", *inner, f"≥ {edges[-1]:g}"]


def _blind(least: int) -> FillClass:
    return FillClass(
        label=Words(f"盲区：检查不足 {least} 次", f"Blind: under {least} visits"),
        hatch="blind",
        always=True,
    )


def _rate_classes(least: int) -> list[FillClass]:
    return [
        *_ramp(_labels(RATE_BREAKS[1:]), YLORRD),
        FillClass(
            label=Words("0（查过，无问题）", "0 (visited, none found)"), fill=ZERO, always=True
        ),
        _blind(least),
        _NO_REGISTER,
    ]


def _effort_classes() -> list[FillClass]:
    return [*_ramp(_labels(EFFORT_BREAKS), YLGNBU), _NEVER, _NO_REGISTER]


def _blind_classes(least: int) -> list[FillClass]:
    return [
        _NEVER,
        FillClass(
            label=Words(f"查过，不足 {least} 次", f"Visited, under {least} times"),
            hatch="weak",
            always=True,
        ),
        FillClass(
            label=Words(f"已查 {least} 次以上，可以评价", f"{least} visits or more"),
            fill="#c9d6e6",
            always=True,
        ),
        _NO_REGISTER,
    ]


def _local_classes(least: int) -> list[FillClass]:
    tested = [
        FillClass(
            label=cell_class_words(name),
            fill=_UNTOLD if name == "none" else LOCAL_FILLS[name],
            always=True,
        )
        for name in LOCAL_CLASSES
    ]
    return [*tested, _blind(least), _UNTESTED]


def _local_bands(names: Sequence[object]) -> NDArray[np.int64]:
    blind, untested = len(LOCAL_CLASSES), len(LOCAL_CLASSES) + 1
    known = {name: at for at, name in enumerate(LOCAL_CLASSES)} | {"blind": blind}
    return np.array([known.get(str(name), untested) for name in names], dtype=np.int64)
