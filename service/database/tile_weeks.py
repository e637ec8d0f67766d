"""Visits by cell and week, and enterprises by cell: what a live map's time slider counts with.

The rules are those of `service.database.ledger`; here PostGIS counts, so that a county of a million
enterprises need not pass through memory each time its map is opened.
"""

from collections.abc import Sequence
from typing import Any

from pandas import DataFrame
from sqlalchemy import BigInteger, ColumnElement, Label, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.database.tables import RegisterCountRow, TileWeekRow


def visits(session: Session, county_code: str, snapshot_id: int) -> DataFrame:
    """Return cell_code, product, week (index into the period's), risk_class, visits, problems."""
    row = TileWeekRow
    keys = (row.cell_code, row.product, row.week, row.risk_class)
    sums = (func.sum(row.visits).label("visits"), func.sum(row.problems).label("problems"))
    in_cells = (row.county_code == county_code, row.snapshot_id == snapshot_id)
    return _columns(session, keys, sums, *in_cells, row.cell_code.is_not(None))


def firms(session: Session, county_code: str, snapshot_id: int) -> DataFrame:
    """Return cell_code, product, risk_class, enterprises."""
    row = RegisterCountRow
    keys = (row.cell_code, row.product, row.risk_class)
    sums = (func.sum(row.enterprises).label("enterprises"),)
    in_cells = (row.county_code == county_code, row.snapshot_id == snapshot_id)
    return _columns(session, keys, sums, *in_cells, row.cell_code.is_not(None))


def samples(session: Session, county_code: str, snapshot_id: int) -> DataFrame:
    """Return township_code, product, week, risk_class, samples, failed; in a cell or not."""
    row = TileWeekRow
    keys = (row.home_code, row.product, row.week, row.risk_class)
    sums = (func.sum(row.samples).label("samples"), func.sum(row.failed).label("failed"))
    of_snapshot = (row.county_code == county_code, row.snapshot_id == snapshot_id)
    found = _columns(session, keys, sums, *of_snapshot, row.home_code.is_not(None))
    tested = found[found["samples"] > 0] if len(found) else found
    return tested.rename(columns={"home_code": "township_code"})


def _columns(
    session: Session,
    keys: Sequence[InstrumentedAttribute[Any]],
    sums: Sequence[Label[Any]],
    *conditions: ColumnElement[bool],
) -> DataFrame:
    """Return columns as arrays: a year of weeks has rows by the hundred thousand."""
    names = [*(key.key for key in keys), *(one.name for one in sums)]
    counted = select(*keys, *(cast(one.element, BigInteger).label(one.name) for one in sums))
    rows = counted.where(*conditions).group_by(*keys).subquery()
    arrays = [func.array_agg(rows.c[name]).label(name) for name in names]
    found = session.execute(select(*arrays)).one()._asdict()
    return DataFrame({name: values or [] for name, values in found.items()})
