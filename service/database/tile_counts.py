"""Counts of a snapshot: filled from every fact, or changed by the facts that changed."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from service.database import count_sql
from service.database.count_sql import BINS, DENSE_LEVEL, LEVELS

# More than this in a tile cover each other, and cost the reader 100 ms: they are thinned.
RAW_LIMIT: Final = 2_000
_BY_TOWNSHIP_AND_CELL: Final = (count_sql.TOTALS, count_sql.REGISTER, count_sql.WEEKS)


def fill(session: Session, values: Mapping[str, Any]) -> None:
    """Count every fact of a new snapshot; each level of squares from the finer one."""
    told = {**values, "raw_limit": RAW_LIMIT}
    # A hash of a million squares needs more than the default before it spills to disk.
    session.execute(text("SET LOCAL work_mem = '256MB'"))
    for counted in _BY_TOWNSHIP_AND_CELL:
        session.execute(counted.fill, told)
    session.execute(text("DROP TABLE IF EXISTS tile_stage"))
    session.execute(count_sql.STAGE_ALL, told)
    dense = count_sql.DENSE_SELECT.format(stage="tile_stage", tiles=count_sql.FULL_TILES)
    session.execute(_into_bins(dense), told)
    level = DENSE_LEVEL
    for coarser in LEVELS:
        _coarsen(session, level - coarser)
        session.execute(_into_bins(BINS.select.format(level=coarser)), told)
        level = coarser
    session.execute(text("DROP TABLE tile_stage"))
    session.execute(text("ANALYZE tile_bin, tile_week, register_count, tile_total"))


def change(session: Session, values: Mapping[str, Any]) -> None:
    """Count what `fact_delta` (see `tile_facts.find_again`) takes away and adds."""
    told = {**values, "raw_limit": RAW_LIMIT}
    for counted in _BY_TOWNSHIP_AND_CELL:
        _merge(session, counted.change, told)
    session.execute(text("DROP TABLE IF EXISTS tile_stage, tile_finest"))
    session.execute(count_sql.STAGE_SOME, told)
    session.execute(text("CREATE TEMPORARY TABLE tile_finest ON COMMIT DROP AS TABLE tile_stage"))
    level = DENSE_LEVEL
    for coarser in LEVELS:
        _coarsen(session, level - coarser)
        _merge(session, BINS.merged(BINS.select.format(level=coarser)), told)
        level = coarser
    session.execute(text("DROP TABLE tile_stage"))
    session.execute(text("ALTER TABLE tile_finest RENAME TO tile_stage"))
    _change_full_tiles(session, told)
    session.execute(text("DROP TABLE tile_stage, count_delta, fact_delta"))


def _change_full_tiles(session: Session, told: Mapping[str, Any]) -> None:
    session.execute(text("DROP TABLE IF EXISTS tile_touched"))
    session.execute(count_sql.TILES_TOUCHED, told)
    session.execute(count_sql.EMPTY_TILES, told)
    still = count_sql.DENSE_SELECT.format(stage="tile_stage", tiles=count_sql.STILL_FULL)
    _merge(session, BINS.merged(still), told)
    is_any = "SELECT EXISTS (SELECT FROM tile_touched WHERE is_full AND NOT was_full)"
    if session.scalar(text(is_any)):
        newly = count_sql.DENSE_SELECT.format(
            stage=count_sql.EVERY_FACT, tiles=count_sql.NEWLY_FULL
        )
        session.execute(_into_bins(newly), told)
    session.execute(text("DROP TABLE tile_touched"))


def _coarsen(session: Session, shift: int) -> None:
    for statement in count_sql.COARSER:
        session.execute(text(statement.format(shift=shift)))


def _merge(session: Session, statements: Any, told: Mapping[str, Any]) -> None:  # noqa: ANN401
    for statement in statements:
        session.execute(statement, told)


def _into_bins(counted: str) -> Any:  # noqa: ANN401
    columns = ", ".join((*BINS.keys, *BINS.sums))
    return text(
        f"INSERT INTO tile_bin (county_code, snapshot_id, {columns}) "  # noqa: S608 - constants
        f"SELECT :county_code, :snapshot_id, counted.* FROM ({counted}) AS counted"
    )
