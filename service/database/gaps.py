"""Gaps: saving an analysis of them, and reading one back."""

from datetime import date
from uuid import UUID

from geoalchemy2.shape import from_shape
from geopandas import GeoDataFrame
from pandas import DataFrame
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from service.database import analyses
from service.database.frames import missing_as_none, read_shapes
from service.database.tables import GapRow

_SAVED = (
    "kind",
    "severity",
    "since",
    "township_code",
    "cell_code",
    "enterprise_id",
    "officer_id",
    "measure",
    "what_zh",
    "what_en",
    "fix_zh",
    "fix_en",
)


def save(session: Session, county_code: str, analysis_id: UUID, frame: GeoDataFrame) -> None:
    """Write the rows of a frame of gaps."""
    plain = missing_as_none(DataFrame(frame[list(_SAVED)]))
    key = {"county_code": county_code, "analysis_id": analysis_id}
    rows = [
        {
            **dict(zip(_SAVED, row, strict=True)),
            **key,
            "geometry": None if shape is None else from_shape(shape, srid=4326),
        }
        for row, shape in zip(plain.itertuples(index=False, name=None), frame.geometry, strict=True)
    ]
    if rows:
        session.execute(insert(GapRow), rows)


def latest(session: Session, county_code: str, on: date) -> GeoDataFrame:
    """Return the gaps of a day as they were found last.

    Columns: gap_id, kind, severity, since, township_code, cell_code, enterprise_id, officer_id,
    measure, what_zh, what_en, fix_zh, fix_en, geometry (WGS 84, may be missing).

    Raises:
        NotFoundError: Gaps have not been looked for on that day.
    """
    analysis_id = analyses.latest(session, county_code, "gaps", on)
    statement = (
        select(
            GapRow.id.label("gap_id"),
            GapRow.kind,
            GapRow.severity,
            GapRow.since,
            GapRow.township_code,
            GapRow.cell_code,
            GapRow.enterprise_id,
            GapRow.officer_id,
            GapRow.measure,
            GapRow.what_zh,
            GapRow.what_en,
            GapRow.fix_zh,
            GapRow.fix_en,
            func.ST_AsBinary(GapRow.geometry).label("geometry"),
        )
        .where(GapRow.county_code == county_code, GapRow.analysis_id == analysis_id)
        .order_by(GapRow.id)
    )
    return read_shapes(session, statement)
