"""Frames as plain rows for the templates: whatever is missing is None."""

from typing import Any

import pandas as pd
from pandas import DataFrame


def plain_rows(frame: DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame without their geometry."""
    table = DataFrame(frame.drop(columns="geometry", errors="ignore")).astype(object)
    known = table.where(pd.notna(table), None)
    return [{str(key): value for key, value in row.items()} for row in known.to_dict("records")]
