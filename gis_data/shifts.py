"""A shifted column: when most values are of another kind, it is not the rows that err."""

import re
from collections.abc import Callable, Mapping
from typing import Final

import pandas as pd

from gis_data.values import date_of
from service.domain.codes import has_credit_code_shape
from service.domain.errors import InvalidInputError

# Fewer values than this prove nothing.
_ENOUGH: Final = 3
_SHARE: Final = 0.5

_NUMBER = re.compile(r"^[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$")
_CHINESE = re.compile(r"[\u4e00-\u9fa5]")


def is_number(text: str) -> bool:
    """Whether a text is a number."""
    return _NUMBER.match(text) is not None


def is_date(text: str) -> bool:
    """Whether a text is a date."""
    return date_of(text) is not None


def is_code(text: str) -> bool:
    """Whether a text could be a code of any system: no spaces, no Chinese."""
    return _CHINESE.search(text) is None and " " not in text


_SHAPES: Final[Mapping[str, Callable[[str], bool]]] = {
    "a credit code": has_credit_code_shape,
    "a date": is_date,
    "a number": is_number,
    "a code": is_code,
}
# How a stray column is described, the most telling first.
_LOOKS: Final = (
    ("credit codes", has_credit_code_shape),
    ("dates", is_date),
    ("numbers", is_number),
    ("names or texts", bool),
)


def refuse_shifted(
    name: str, rows: pd.DataFrame, columns: Mapping[str, str], kinds: Mapping[str, str]
) -> None:
    """Refuse a file in which most values of a typed column are of another kind.

    Args:
        name: Of the file, for the message.
        rows: The file as read, all text.
        columns: Column of each field.
        kinds: What the values of a field must look like: 'a credit code', 'a date', 'a number',
            'a code'.

    Raises:
        InvalidInputError: Names the column, what it holds, and where its values seem to be.
    """
    for field, kind in kinds.items():
        column = columns.get(field)
        if column is None:
            continue
        share, total = _share(rows[column], _SHAPES[kind])
        if total >= _ENOUGH and share < 1 - _SHARE:
            wrong = round((1 - share) * total)
            raise InvalidInputError(
                f"{name}: {wrong} of {total} values of column '{column}' are not {kind} but look "
                f"like {_looks_like(rows[column])}{_found_in(rows, column, kind)}: the columns "
                f"seem shifted; put the values under their headers, or say which column is meant "
                f"with --map {field}=COLUMN"
            )


def _share(values: pd.Series, is_right: Callable[[str], bool]) -> tuple[float, int]:
    """Return the share of filled values that are of a kind, and how many are filled."""
    counts = values[values != ""].value_counts()
    total = int(counts.sum())
    right = sum(int(count) for value, count in counts.items() if is_right(str(value)))
    return (right / total if total else 1.0), total


def _looks_like(values: pd.Series) -> str:
    return next(words for words, is_right in _LOOKS if _share(values, is_right)[0] > _SHARE)


def _found_in(rows: pd.DataFrame, column: str, kind: str) -> str:
    """Return where the values that a column should hold were found, when that is telling."""
    if kind in {"a number", "a code"}:
        return ""
    for other in rows.columns:
        share, total = _share(rows[other], _SHAPES[kind])
        if other != column and total >= _ENOUGH and share > _SHARE:
            return f", and such values stand under '{other}'"
    return ""
