"""Columns of words → the names used everywhere; what is on no list is refused or kept as it is."""

from collections.abc import Mapping

import pandas as pd

from gis_data import refusals, values


def translated(
    texts: pd.Series, words: Mapping[str, str], *, field: str, refused: refusals.Collector
) -> pd.Series:
    """Return the known name of every word, '' where the cell is empty; others are refused."""
    known = values.mapped(texts, lambda text: words.get(text.casefold()))
    unknown = texts.ne("") & known.isna()
    chinese = [word for word in words if not word.isascii()][:8]
    refused.add_all(texts.index[unknown], field, texts[unknown], refusals.unknown_word(chinese))
    return known.map(lambda value: "" if value is None else value).astype("str")


def translated_or_kept(texts: pd.Series, words: Mapping[str, str]) -> pd.Series:
    """Return the known name of every word; others stay as they are written."""
    return (
        values.mapped(texts, lambda text: words.get(text.casefold(), text))
        .map(lambda value: "" if value is None else value)
        .astype("str")
    )
