"""Tables of counts and weights, one row per place, one column per interval, checked."""

import numpy as np
from numpy.typing import ArrayLike

from service.domain.errors import InvalidInputError
from service.domain.scan.model import Floats, Integers
from service.domain.scan.study import MAX_TOTAL

_TABLE = 2  # dimensions


def counts_table(values: ArrayLike, name: str) -> Integers:
    """Return whole numbers of at least 0, or refuse them.

    Raises:
        InvalidInputError: It is no table, or a value is negative, fractional or not a number.
    """
    table = _checked(values, name)
    if table.ndim != _TABLE:
        raise InvalidInputError(f"{name} must have a row per place and a column per interval")
    if table.size == 0:
        raise InvalidInputError("there are no rows to scan")
    _refuse(table != np.floor(table), table, f"{name} must be whole numbers")
    return table.astype(np.int64)


def weights_table(values: ArrayLike, name: str, rows: int, intervals: int) -> Floats:
    """Return numbers of at least 0, a column repeated over all intervals, or refuse them.

    Raises:
        InvalidInputError: The shape does not fit, or a value is negative or not a number.
    """
    table = _checked(values, name)
    if table.ndim == 1:
        table = np.repeat(table[:, None], intervals, axis=1)
    if table.shape != (rows, intervals):
        raise InvalidInputError(
            f"{name} must have {rows} rows and one or {intervals} columns, as the cases have"
        )
    return table


def _checked(values: ArrayLike, name: str) -> Floats:
    try:
        table = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"{name} must be numbers") from error
    _refuse(~np.isfinite(table), table, f"{name} must be finite numbers")
    _refuse(table < 0, table, f"{name} must not be negative")
    if table.sum() > MAX_TOTAL:
        raise InvalidInputError(f"{name} add up to more than {MAX_TOTAL:.0e}; use a larger unit")
    return table


def _refuse(bad: np.ndarray, table: Floats, what: str) -> None:
    if bad.any():
        at = tuple(int(one) for one in np.argwhere(bad)[0])
        where = ", ".join(
            f"{word} {one}" for word, one in zip(("row", "interval"), at, strict=False)
        )
        raise InvalidInputError(f"{what}; {where} has {table[at]}")
