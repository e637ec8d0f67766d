"""The study that rows span, its intervals, and the interval of each row."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.domain.errors import InvalidInputError
from service.domain.study_time import Moments, TimeUnit, edges, moments, study_period

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_FEW_DAYS, _TWO_YEARS = 60, 731  # beyond which days become weeks, and weeks months


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyTimes:
    """The study asked for: first and last time, and into what it is divided.

    Attributes:
        start: First year, month, week, day or period; from the rows when left out.
        end: Last one.
        unit: Of the intervals of a space-time scan; found from the rows when left out.
    """

    start: str | None = None
    end: str | None = None
    unit: TimeUnit | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StudySpan:
    """The study, divided.

    Attributes:
        found: When the rows are.
        bounds: Where its intervals begin, and where the last ends.
        interval: Of each row; -1 outside the study.
        unit: Of the intervals.
    """

    found: Moments
    bounds: Floats
    interval: Integers
    unit: TimeUnit

    @property
    def lengths(self) -> Floats:
        """Days (or periods) of each interval; 1 for a study of one moment."""
        length = np.diff(self.bounds)
        return length if length.sum() > 0 else np.ones(1)

    @classmethod
    def of(cls, rows: pd.DataFrame, times: StudyTimes, *, by_time: bool) -> "StudySpan":
        """Read the times of rows and divide the study they span.

        Args:
            rows: time (text), cases, population (NaN where not counted), by line.
            times: The study asked for.
            by_time: Whether it is divided into intervals, or one.

        Raises:
            InvalidInputError: A time cannot be used; the message says what to do.
        """
        found = moments(rows["time"])
        unknown = rows["population"].isna().to_numpy()
        mixed = unknown.any() and not unknown.all()
        decides = unknown | rows["cases"].gt(0).to_numpy() | (not mixed)
        first, last = study_period(found, decides, times.start, times.end)
        bounds, unit = np.array([first, last]), found.unit
        if by_time:
            unit = times.unit or _usual(found.unit, last - first)
            _require_fine_enough(found, decides, unit)
            bounds = edges(first, last, unit)
        interval = np.searchsorted(bounds, found.begin, side="right") - 1
        single = bounds.size == 2 and first == last  # noqa: PLR2004, a moment
        inside = (found.begin >= first) & ((found.begin < last) | single)
        interval = np.minimum(interval, bounds.size - 2)
        return cls(found=found, bounds=bounds, interval=np.where(inside, interval, -1), unit=unit)


def _usual(unit: TimeUnit, days: float) -> TimeUnit:
    """Return the unit that makes a handful or two of intervals."""
    if unit != "day" or days <= _FEW_DAYS:
        return unit
    return "week" if days <= _TWO_YEARS else "month"


def _require_fine_enough(found: Moments, decides: NDArray[np.bool_], unit: TimeUnit) -> None:
    if (unit == "period") != (found.unit == "period"):
        raise InvalidInputError(
            f"the times of rows are {'numbers' if found.unit == 'period' else 'dates'}; leave "
            f"--time-unit {unit} out"
        )
    longest = {"day": 1, "week": 7, "month": 31, "year": 366, "period": 1}[unit]
    if (found.end - found.begin)[decides].max() > longest:
        raise InvalidInputError(
            f"some times are coarser than --time-unit {unit}; choose a longer unit"
        )
