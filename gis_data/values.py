"""Text of a table cell → date, number, yes or no. Whole columns at a time."""

import re
from collections.abc import Callable, Collection
from datetime import date, timedelta

import numpy as np
import pandas as pd

_DATE = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T].*)?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_SERIAL = re.compile(r"^(\d{5})(?:\.\d+)?$")
# Spreadsheets count days from here; the day before 1900 absorbs their leap-year mistake.
_EPOCH = date(1899, 12, 30)
_TRUE = frozenset({"true", "t", "yes", "y", "1", "1.0", "是", "有", "对", "真", "√"})
_FALSE = frozenset({"false", "f", "no", "n", "0", "0.0", "否", "无", "不", "假", "×"})
_FLOAT_CODE = re.compile(r"^(\d+)\.0$")
_SCIENTIFIC = re.compile(r"^\d(?:\.\d+)?[eE]\+?\d+$")


def date_of(text: str) -> date | None:
    """Return the day that a text means; None when it is no day.

    Read are 2012-03-05, 2012/3/5, 2012.3.5, 2012年3月5日, 20120305, each with or without a time of
    day behind it, and the serial numbers of spreadsheets (40973).
    """
    match = _DATE.match(text) or _COMPACT.match(text)
    if match is not None:
        year, month, day = (int(part) for part in match.groups())
        try:
            return date(year, month, day)
        except ValueError:
            return None
    serial = _SERIAL.match(text)
    return None if serial is None else _EPOCH + timedelta(days=int(serial.group(1)))


def truth_of(text: str) -> bool | None:
    """Return what a yes or no means; None when it is neither."""
    word = text.casefold()
    if word in _TRUE:
        return True
    return False if word in _FALSE else None


def mapped(texts: pd.Series, read: Callable[[str], object]) -> pd.Series:
    """Return a column read value by value, each distinct text once; '' becomes None."""
    known = {text: read(text) for text in texts.unique() if text != ""}
    return pd.Series([known.get(text) for text in texts], index=texts.index, dtype="object")


def dates(texts: pd.Series) -> pd.Series:
    """Return days, None where there is none."""
    return mapped(texts, date_of)


def numbers(texts: pd.Series) -> pd.Series:
    """Return floats, NaN where there is no finite number."""
    read = pd.to_numeric(texts.where(texts != "", None), errors="coerce").astype("float64")
    return read.where(np.isfinite(read))


def truths(texts: pd.Series, problems: Collection[str] = ()) -> pd.Series:
    """Return True, False or None; with a list of words, True is what the list holds."""
    if problems:
        wanted = {word.strip().casefold() for word in problems}
        return mapped(texts, lambda text: text.strip().casefold() in wanted)
    return mapped(texts, truth_of)


def codes(texts: pd.Series) -> pd.Series:
    """Return codes as text, without the '.0' that a column of numbers with holes leaves behind."""
    return texts.str.replace(_FLOAT_CODE, r"\1", regex=True)


def is_scientific(text: str) -> bool:
    """Whether a spreadsheet has rounded a long code to a number such as 9.11E+17."""
    return _SCIENTIFIC.match(text) is not None
