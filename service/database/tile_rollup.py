"""Enterprises counted by square for tiles: built once a day and version of the data, then read.

The world is cut into 2^level squares a side (Web Mercator). A square is 8 pixels wide at the zooms
up to 9, 4 pixels at 10, 11 and 12. Level 18 (zoom 12) is kept only where a tile would otherwise
hold too many enterprises one by one. Counts add up, so each level is made from the one below it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from service.database import analyses, changes, counties, tile_weeks
from service.database.loading.cells import plan_on
from service.database.tables import DataChangeRow, TileSnapshotRow

# Zoom 12, 11, 10, then 9 to 5: every coarser zoom is served from the last.
DENSE_LEVEL: Final = 18
LEVELS: Final = (17, 16, 14, 13, 12, 11, 10)
# More than this in a tile cover each other, and cost the reader 100 ms: they are thinned.
RAW_LIMIT: Final = 6_000
# A campaign has about 26 weeks; older days are counted again when somebody asks.
_DAYS_KEPT: Final = 30
_MANY_CHANGES: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The counts of a county for a day: `id` in the tables, first day of the visits counted."""

    id: int
    as_of: date
    period_from: date
    data_version: int


def refresh(session: Session, county_code: str, on: date) -> Snapshot:
    """Return the counts of a day, made anew if the county's data changed since they were made.

    A second caller waits for the first and finds them made.
    """
    found = _current(session, county_code, on)
    if found is not None:
        return found
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"tiles {county_code} {on}", 0))
    session.execute(select(lock))
    return _current(session, county_code, on) or _build(session, county_code, on)


def clear(session: Session, county_code: str) -> int:
    """Delete a county's counts; the next tile makes them anew. Return how many days they were."""
    gone = session.execute(
        delete(TileSnapshotRow)
        .where(TileSnapshotRow.county_code == county_code)
        .returning(TileSnapshotRow.id)
    )
    return len(gone.all())


def _current(session: Session, county_code: str, on: date) -> Snapshot | None:
    row = session.execute(
        select(TileSnapshotRow.id, TileSnapshotRow.period_from, TileSnapshotRow.data_version).where(
            TileSnapshotRow.county_code == county_code,
            TileSnapshotRow.as_of == on,
            TileSnapshotRow.data_version == changes.version(session, county_code),
        )
    ).one_or_none()
    if row is None:
        return None
    return Snapshot(id=row.id, as_of=on, period_from=row.period_from, data_version=row.data_version)


def _build(session: Session, county_code: str, on: date) -> Snapshot:
    # The version is read first: a change that comes in between makes the counts old, never wrong.
    version = changes.version(session, county_code)
    period_from = counties.period_from(session, county_code, on)
    _forget(session, county_code, on)
    row = TileSnapshotRow(
        county_code=county_code, as_of=on, period_from=period_from, data_version=version
    )
    session.add(row)
    session.flush()
    values = {
        "county_code": county_code,
        "snapshot_id": row.id,
        "on": on,
        "since": period_from,
        "targets": analyses.latest_or_none(session, county_code, "targets", on),
        "plan_id": plan_on(session, county_code, on),
        "raw_limit": RAW_LIMIT,
    }
    # A hash of a million squares needs more than the default before it spills to disk.
    session.execute(text("SET LOCAL work_mem = '256MB'"))
    session.execute(text("DROP TABLE IF EXISTS tile_stage, tile_facts"))
    tile_weeks.find_cells(session, values)
    session.execute(_FACTS, values)
    session.execute(text("ANALYZE tile_facts"))
    tile_weeks.build(session, values, counties.weeks_on(session, county_code, on))
    session.execute(_TOTALS, values)
    _count_squares(session, values)
    session.execute(text("DROP TABLE tile_stage, tile_facts, tile_cells"))
    session.execute(text("ANALYZE tile_bin"))
    return Snapshot(id=row.id, as_of=on, period_from=period_from, data_version=version)


def _count_squares(session: Session, values: Mapping[str, Any]) -> None:
    session.execute(_FINEST, values)
    session.execute(_DENSE, values)
    level = DENSE_LEVEL
    for coarser in LEVELS:
        for statement in _COARSER:
            session.execute(text(statement.format(shift=level - coarser)))
        session.execute(_BINS, {**values, "level": coarser})
        level = coarser


def _forget(session: Session, county_code: str, on: date) -> None:
    """Delete the day's old counts and those of days that nobody is likely to ask for again."""
    mine = TileSnapshotRow.county_code == county_code
    kept = (
        select(TileSnapshotRow.id)
        .where(mine, TileSnapshotRow.as_of != on)
        .order_by(TileSnapshotRow.built_at.desc())
        .limit(_DAYS_KEPT)
    )
    session.execute(delete(TileSnapshotRow).where(mine, TileSnapshotRow.id.not_in(kept)))
    noted = select(func.count()).where(DataChangeRow.county_code == county_code)
    if (session.scalar(noted) or 0) > _MANY_CHANGES:
        changes.fold(session, county_code)


# One row an enterprise. Only a place that may be a pin has x and y (metres, EPSG:3857).
_FACTS = text(
    """
    CREATE TEMPORARY TABLE tile_facts ON COMMIT DROP AS
    WITH result AS (
        SELECT enterprise_id, count(*) AS visits,
               count(*) FILTER (WHERE is_problem) AS problems,
               count(*) FILTER (WHERE kind = 'sample_test') AS samples,
               count(*) FILTER (WHERE kind = 'sample_test' AND NOT is_problem) AS passed
        FROM quality_event
        WHERE county_code = :county_code AND kind IN ('visit', 'sample_test')
          AND enterprise_id IS NOT NULL AND occurred_on BETWEEN :since AND :on
        GROUP BY enterprise_id
    )
    SELECT enterprise.id, enterprise.product,
           coalesce(location.township_code, enterprise.township_code, '') AS township_code,
           coalesce(target.risk_class, 0)::smallint AS risk_class,
           coalesce(result.visits, 0) AS visits, coalesce(result.problems, 0) AS problems,
           coalesce(result.samples, 0) AS samples, coalesce(result.passed, 0) AS passed,
           coalesce(location.status, 'review') AS status, location.level AS precision,
           tile_cells.cell_code,
           ST_X(pin.geometry) AS x, ST_Y(pin.geometry) AS y
    FROM enterprise
    LEFT JOIN location ON location.county_code = enterprise.county_code
                      AND location.enterprise_id = enterprise.id
    LEFT JOIN target ON target.county_code = enterprise.county_code
                    AND target.analysis_id = CAST(:targets AS uuid)
                    AND target.enterprise_id = enterprise.id
    LEFT JOIN result ON result.enterprise_id = enterprise.id
    LEFT JOIN tile_cells ON tile_cells.enterprise_id = enterprise.id
    LEFT JOIN LATERAL (
        SELECT ST_Transform(location.geometry, 3857) AS geometry
        WHERE location.status = 'placed' AND location.level IN ('rooftop', 'road', 'village')
          -- Web Mercator ends here.
          AND abs(ST_Y(location.geometry)) < 85.05
    ) AS pin ON true
    WHERE enterprise.county_code = :county_code
    """
)

_TOTALS = text(
    """
    INSERT INTO tile_total (county_code, snapshot_id, product, township_code, risk_class,
                            existing, placed, area_only, review, visits, problems, samples,
                            passed)
    SELECT :county_code, :snapshot_id, product, township_code, risk_class, count(*), count(x),
           count(*) FILTER (WHERE status = 'placed' AND x IS NULL),
           count(*) FILTER (WHERE status <> 'placed'),
           sum(visits), sum(problems), sum(samples), sum(passed)
    FROM tile_facts
    GROUP BY product, township_code, risk_class
    """
)

# Half the circumference in Web Mercator; rows are counted from the north, as tiles are.
_HALF = 20037508.342789244
_SQUARES = 2**DENSE_LEVEL
_FINEST = text(
    f"""
    CREATE TEMPORARY TABLE tile_stage ON COMMIT DROP AS
    SELECT floor((x + {_HALF}) / (2 * {_HALF}) * {_SQUARES})::int AS "column",
           floor(({_HALF} - y) / (2 * {_HALF}) * {_SQUARES})::int AS "row",
           product, township_code, risk_class, count(*) AS n,
           count(*) FILTER (WHERE precision = 'village') AS rough,
           sum(visits) AS visits, sum(problems) AS problems, sum(x) AS x, sum(y) AS y,
           min(id) AS first_id
    FROM tile_facts
    WHERE x IS NOT NULL
    GROUP BY 1, 2, product, township_code, risk_class
    """  # noqa: S608 - two numbers of our own
)

_COARSER = (
    """
    CREATE TEMPORARY TABLE tile_coarse ON COMMIT DROP AS
    SELECT "column" >> {shift} AS "column", "row" >> {shift} AS "row",
           product, township_code, risk_class, sum(n)::bigint AS n, sum(rough)::bigint AS rough,
           sum(visits) AS visits, sum(problems) AS problems, sum(x) AS x, sum(y) AS y,
           min(first_id) AS first_id
    FROM tile_stage
    GROUP BY 1, 2, product, township_code, risk_class
    """,
    "DROP TABLE tile_stage",
    "ALTER TABLE tile_coarse RENAME TO tile_stage",
)

_INTO = """
    INSERT INTO tile_bin (county_code, snapshot_id, level, cut, "column", "row", product,
                          township_code, risk_class, n, rough, visits, problems, x, y,
                          enterprise_id)
"""
_VALUES = """
    sum(n), sum(rough), sum(visits), sum(problems), sum(x) / sum(n), sum(y) / sum(n),
    CASE WHEN sum(n) = 1 THEN min(first_id) END
"""
# 'all' has one row a square, which most readers see; 'each' has one for every filter.
_BINS = text(
    f"""
    {_INTO}
    SELECT :county_code, :snapshot_id, :level,
           CASE GROUPING(product) WHEN 1 THEN 'all' ELSE 'each' END,
           "column", "row", product, township_code, risk_class, {_VALUES}
    FROM tile_stage
    GROUP BY GROUPING SETS (
        ("column", "row"), ("column", "row", product, township_code, risk_class)
    )
    """  # noqa: S608 - constant texts
)
_DENSE = text(
    f"""
    {_INTO}
    SELECT :county_code, :snapshot_id, {DENSE_LEVEL},
           CASE GROUPING(product, risk_class)
                WHEN 3 THEN 'all' WHEN 1 THEN 'product' ELSE 'each' END,
           "column", "row", product, township_code, risk_class, {_VALUES}
    FROM tile_stage JOIN (
        SELECT "column" >> 6 AS tile_column, "row" >> 6 AS tile_row
        FROM tile_stage GROUP BY 1, 2 HAVING sum(n) > :raw_limit
    ) AS dense ON tile_column = "column" >> 6 AND tile_row = "row" >> 6
    GROUP BY GROUPING SETS (
        ("column", "row"), ("column", "row", product),
        ("column", "row", product, township_code, risk_class)
    )
    """  # noqa: S608 - constant texts
)
