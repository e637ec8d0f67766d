"""Visits by cell and week, and enterprises by cell: what a live map's time slider counts with.

The rules are those of `service.database.ledger`; here PostGIS counts, so that a county of a million
enterprises need not pass through memory each time its map is opened.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pandas import DataFrame
from sqlalchemy import ColumnElement, and_, func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.database.events import INSPECTIONS
from service.database.tables import TileWeekRow
from service.domain.weeks import Week


def find_cells(session: Session, values: Mapping[str, Any]) -> None:
    """Make the temporary table `tile_cells`: the cell of each enterprise with a place of its own.

    Args:
        session: An open session.
        values: county_code and plan_id (None: no plan, so no cells).
    """
    session.execute(text("DROP TABLE IF EXISTS tile_cells"))
    session.execute(_CELLS, values)
    session.execute(text("ANALYZE tile_cells"))


def build(session: Session, values: Mapping[str, Any], weeks: Sequence[Week]) -> None:
    """Count what `tile_facts` (see `service.database.tile_rollup`) holds by cell and week."""
    firsts = [week.first for week in weeks]
    told = {**values, "firsts": firsts, "inspections": list(INSPECTIONS)}
    session.execute(_FIRMS, told)
    session.execute(_VISITS, told)


def visits(session: Session, county_code: str, snapshot_id: int) -> DataFrame:
    """Return cell_code, product, week (index into the period's), risk_class, visits, problems."""
    row = TileWeekRow
    columns = (row.cell_code, row.product, row.week, row.risk_class, row.visits, row.problems)
    return _columns(session, columns, _of(county_code, snapshot_id), row.week >= 0)


def firms(session: Session, county_code: str, snapshot_id: int) -> DataFrame:
    """Return cell_code, product, risk_class, enterprises."""
    row = TileWeekRow
    columns = (row.cell_code, row.product, row.risk_class, row.enterprises)
    return _columns(session, columns, _of(county_code, snapshot_id), row.week < 0)


def _of(county_code: str, snapshot_id: int) -> ColumnElement[bool]:
    return and_(TileWeekRow.county_code == county_code, TileWeekRow.snapshot_id == snapshot_id)


def _columns(
    session: Session,
    columns: Sequence[InstrumentedAttribute[Any]],
    *conditions: ColumnElement[bool],
) -> DataFrame:
    """Return columns as arrays: a year of weeks has rows by the hundred thousand."""
    arrays = [func.array_agg(column.expression).label(column.key) for column in columns]
    found = session.execute(select(*arrays).where(*conditions)).one()._asdict()
    return DataFrame({name: values or [] for name, values in found.items()})


# A cell of the plan covers a few thousand points: an index search a cell, not one a point.
_CELLS: Final = text(
    """
    CREATE TEMPORARY TABLE tile_cells ON COMMIT DROP AS
    SELECT location.enterprise_id, min(cell.code) AS cell_code
    FROM cell
    JOIN location ON location.county_code = cell.county_code
                 AND location.status = 'placed'
                 AND location.level IN ('rooftop', 'road', 'village')
                 AND ST_Covers(cell.geometry, location.geometry)
    WHERE cell.county_code = :county_code AND cell.plan_id = CAST(:plan_id AS bigint)
    GROUP BY location.enterprise_id
    """
)
_FIRMS: Final = text(
    """
    INSERT INTO tile_week (county_code, snapshot_id, cell_code, product, risk_class, week,
                           enterprises, visits, problems)
    SELECT :county_code, :snapshot_id, cell_code, product, risk_class, -1, count(*), 0, 0
    FROM tile_facts
    WHERE cell_code IS NOT NULL
    GROUP BY cell_code, product, risk_class
    """
)
_VISITS: Final = text(
    """
    INSERT INTO tile_week (county_code, snapshot_id, cell_code, product, risk_class, week,
                           enterprises, visits, problems)
    SELECT event.county_code, :snapshot_id, fact.cell_code, fact.product, fact.risk_class,
           width_bucket(event.occurred_on, CAST(:firsts AS date[])) - 1 AS week, 0,
           count(*), count(*) FILTER (WHERE event.is_problem)
    FROM quality_event AS event
    JOIN tile_facts AS fact ON fact.id = event.enterprise_id
    WHERE event.county_code = :county_code AND event.kind = ANY(:inspections)
      AND event.occurred_on BETWEEN :since AND :on AND fact.cell_code IS NOT NULL
    GROUP BY event.county_code, fact.cell_code, fact.product, fact.risk_class, week
    """
)
