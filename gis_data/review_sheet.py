"""The filled review workbook → its lines, by field."""

from pathlib import Path

import pandas as pd

from gis_data.tables import read_table
from service.domain.errors import InvalidInputError
from service.domain.review_sheet import FILLED_IN, SHEET_HEADERS

_NEEDED = ("group_key", "enterprise_id", "version")


def read_sheet(path: Path) -> pd.DataFrame:
    """Return the lines of a workbook (or CSV) that `wangge review export` wrote, all as text.

    Columns are the fields of `SHEET_HEADERS`; the index is the line of the file. Columns that
    people took out are empty, except those without which a line cannot be found again.

    Raises:
        InvalidInputError: The file cannot be read, or it is not that workbook.
    """
    table = read_table(path).rows
    fields = {header: field for field, header in SHEET_HEADERS.items()}
    rows = table.rename(columns=fields)
    missing = [SHEET_HEADERS[name] for name in _NEEDED if name not in rows]
    if missing:
        raise InvalidInputError(
            f"{path.name} has no column {', '.join(missing)}; fill in the workbook that "
            f"`wangge review export` writes, and keep its columns"
        )
    for name in FILLED_IN:
        if name not in rows:
            rows[name] = ""
    return rows
