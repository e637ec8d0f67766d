"""Enterprises counted by square, township, cell and week: once a day, then change by change.

The world is cut into 2^level squares a side (Web Mercator). A square is 8 pixels wide at the zooms
up to 9, 4 pixels at 10, 11 and 12. Level 18 (zoom 12) is kept only where a tile would otherwise
hold too many enterprises one by one. Counts stay in the database: a restart costs nothing. Rows
that changed are noted by triggers; they are taken out of the counts as they were and counted again
as they are. Only what changes every row (another plan, cells, ranking, campaign, a large import)
makes the counts anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from service.database import changes, counties, tile_counts, tile_facts
from service.database.count_sql import DENSE_LEVEL, LEVELS
from service.database.tables import DataChangeRow, EnterpriseRow, TileSnapshotRow
from service.database.tile_counts import RAW_LIMIT

__all__ = ["DENSE_LEVEL", "LEVELS", "RAW_LIMIT", "Snapshot", "clear", "refresh"]

# Days kept, so that they hold no more enterprises together than this; never more, nor fewer.
_ROWS_KEPT: Final = 3_000_000
_DAYS_AT_MOST, _DAYS_AT_LEAST = 30, 2
# Days that are brought up to date together; the others are counted anew when they are asked for.
_DAYS_CHANGED: Final = 3
# Above so many, or this share of the register, counting anew costs less.
_FEW: Final = 20_000
_SHARE: Final = 0.25
_MANY_CHANGES: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The counts of a county for a day: `id` in the tables, first day of the visits counted."""

    id: int
    as_of: date
    period_from: date
    data_version: int


def refresh(session: Session, county_code: str, on: date) -> Snapshot:
    """Return the counts of a day, brought up to date if the county's data changed since.

    A second caller waits for the first and finds them made.
    """
    found = _current(session, county_code, on)
    if found is not None:
        return found
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"tiles {county_code}", 0))
    session.execute(select(lock))
    return _current(session, county_code, on) or _renew(session, county_code, on)


def clear(session: Session, county_code: str) -> int:
    """Delete a county's counts; the next tile makes them anew. Return how many days they were."""
    gone = session.execute(
        delete(TileSnapshotRow)
        .where(TileSnapshotRow.county_code == county_code)
        .returning(TileSnapshotRow.id)
    )
    return len(gone.all())


def _current(session: Session, county_code: str, on: date) -> Snapshot | None:
    return _kept(session, county_code, on, changes.version(session, county_code))


def _kept(session: Session, county_code: str, on: date, version: int) -> Snapshot | None:
    row = session.execute(
        select(TileSnapshotRow.id, TileSnapshotRow.period_from).where(
            TileSnapshotRow.county_code == county_code,
            TileSnapshotRow.as_of == on,
            TileSnapshotRow.data_version == version,
        )
    ).one_or_none()
    if row is None:
        return None
    return Snapshot(id=row.id, as_of=on, period_from=row.period_from, data_version=version)


def _renew(session: Session, county_code: str, on: date) -> Snapshot:
    # The version is read first, the notes next, the data last: a change that comes in between is
    # counted now or noted for the next time, or both, which does no harm.
    version = changes.version(session, county_code)
    changed = _noted(session, county_code)
    _change(session, county_code, changed, version)
    found = _kept(session, county_code, on, version) or _build(session, county_code, on, version)
    _fold(session, county_code)
    return found


def _noted(session: Session, county_code: str) -> list[int] | None:
    """Take the notes of changed enterprises away and return them; None: all may have changed."""
    ids = set(session.scalars(_TAKE_NOTES, {"county_code": county_code}))
    if None in ids:
        return None
    register = select(func.count()).where(EnterpriseRow.county_code == county_code)
    most = min(_FEW, _SHARE * int(session.scalar(register) or 0))
    return sorted(ids) if len(ids) <= most else None


def _change(session: Session, county_code: str, ids: Sequence[int] | None, version: int) -> None:
    """Bring the newest days up to date; what is too old or cannot be, goes."""
    mine = TileSnapshotRow.county_code == county_code
    rows = session.execute(
        select(TileSnapshotRow.id, TileSnapshotRow.as_of, TileSnapshotRow.period_from)
        .where(mine)
        .order_by(TileSnapshotRow.built_at.desc())
    ).all()
    kept = rows
    if ids is None:
        kept = []
    elif ids:
        kept = rows[:_DAYS_CHANGED]
    for row in kept if ids else []:
        values = tile_facts.values_of(session, county_code, *row)
        tile_facts.find_again(session, values, ids or ())
        tile_counts.change(session, values)
    current = TileSnapshotRow.id.in_([row.id for row in kept])
    session.execute(update(TileSnapshotRow).where(mine, current).values(data_version=version))
    session.execute(delete(TileSnapshotRow).where(mine, ~current))


def _build(session: Session, county_code: str, on: date, version: int) -> Snapshot:
    _forget(session, county_code)
    since = counties.period_from(session, county_code, on)
    row = TileSnapshotRow(
        county_code=county_code, as_of=on, period_from=since, data_version=version
    )
    session.add(row)
    session.flush()
    values = tile_facts.values_of(session, county_code, row.id, on, since)
    tile_facts.find_all(session, values)
    tile_counts.fill(session, values)
    return Snapshot(id=row.id, as_of=on, period_from=since, data_version=version)


def _forget(session: Session, county_code: str) -> None:
    """Delete days that nobody is likely to ask for again, so that another one has room."""
    mine = TileSnapshotRow.county_code == county_code
    register = select(func.count()).where(EnterpriseRow.county_code == county_code)
    size = max(1, int(session.scalar(register) or 0))
    days = min(_DAYS_AT_MOST, max(_DAYS_AT_LEAST, _ROWS_KEPT // size))
    kept = (
        select(TileSnapshotRow.id)
        .where(mine)
        .order_by(TileSnapshotRow.built_at.desc())
        .limit(days - 1)
    )
    session.execute(delete(TileSnapshotRow).where(mine, TileSnapshotRow.id.not_in(kept)))


def _fold(session: Session, county_code: str) -> None:
    noted = select(func.count()).where(DataChangeRow.county_code == county_code)
    if (session.scalar(noted) or 0) > _MANY_CHANGES:
        changes.fold(session, county_code)


_TAKE_NOTES: Final = text(
    "DELETE FROM enterprise_change WHERE county_code = :county_code RETURNING enterprise_id"
)
