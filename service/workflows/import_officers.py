"""Staff lists → officers."""

from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from sqlalchemy.orm import Session

from gis_data import refusals
from gis_data.officers import read_officers
from gis_data.rows import Reading
from service.database import counties
from service.database.loading import enterprises, townships
from service.domain.datum import to_wgs84
from service.domain.places import Datum
from service.workflows.import_enterprises import township_notes
from service.workflows.importing import ImportReport, Intake, begin, finish

DEFAULT_FROM: Final = date(2000, 1, 1)
_COLUMNS: Final = (
    "staff_no",
    "name",
    "role",
    "department",
    "phone",
    "is_enforcement",
    "capacity_visits_per_month",
    "active_from",
    "active_to",
)


def import_officers(
    session: Session, path: Path, reading: Reading, *, county: str | None = None
) -> ImportReport:
    """Load officers; one who is there already, by staff number, is brought up to date.

    Raises:
        FileRefusedError: No row can be used.
        InvalidInputError: The file cannot be read, or its columns are shifted.
    """
    at = counties.chosen(session, county)
    intake, already = begin(session, "officers", at.code, path, reading)
    if already is not None:
        return already
    default_from = at.reference_date or DEFAULT_FROM
    read = read_officers(path, reading, default_from=default_from)
    known = townships.township_codes(session, at.code)
    warned, homes = township_notes(read.frame["township"], known)
    rows = _rows(intake, read.frame, homes)
    counts = enterprises.save_officers(session, rows)
    notes = [counts.in_words()]
    if "active_from" not in read.rows.columns:
        notes.append(f"the file has no first days; {default_from.isoformat()} was taken")
    return finish(
        session,
        intake,
        read.rows,
        kept=len(rows),
        refused=read.refused,
        warned=refusals.together(read.warned, warned),
        notes=[*read.rows.notes, *notes],
    )


def _rows(intake: Intake, frame: pd.DataFrame, homes: list[str | None]) -> list[dict[str, Any]]:
    columns = [frame[name].astype("object") for name in _COLUMNS]
    bases = [
        _base(lon, lat, datum)
        for lon, lat, datum in zip(frame["lon"], frame["lat"], frame["datum"], strict=True)
    ]
    return [
        {
            "county_code": intake.county_code,
            **dict(zip(_COLUMNS, row, strict=True)),
            "township_code": home,
            "base": base,
        }
        for row, home, base in zip(zip(*columns, strict=True), homes, bases, strict=True)
    ]


def _base(lon: float, lat: float, datum: str | None) -> shapely.Point | None:
    """Return where an officer starts from, in WGS 84."""
    if np.isnan(lon) or datum is None:
        return None
    east, north = to_wgs84(lon, lat, Datum(datum))
    return shapely.Point(float(east), float(north))
