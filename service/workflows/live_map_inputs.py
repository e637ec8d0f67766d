"""What a live map asks the service for while it is looked at: addresses, and the counts behind."""

from datetime import date
from typing import Final
from urllib.parse import urlencode

from pandas import DataFrame
from sqlalchemy.orm import Session

from maps.layers.cell_tiles import TILED_FROM
from maps.model import LiveEnterprises, WeekCounts
from service.database import counties, tile_totals, tile_weeks
from service.database.kept_counts import frame_of
from service.database.tile_rollup import Snapshot

_TILES: Final = "/api/v1/tiles/enterprises/{z}/{x}/{y}.mvt"
_CELLS: Final = "/api/v1/tiles/cells/{z}/{x}/{y}.mvt"
_RECORDS: Final = "/api/v1/enterprises"
# As many as a card can hold.
_NAMES, _NAME_LENGTH = 40, 60


def live_enterprises(session: Session, county_code: str, snapshot: Snapshot) -> LiveEnterprises:
    """Return where a map of the day gets its enterprises, and how many there are."""
    on = snapshot.as_of
    kept = urlencode({"county": county_code, "on": on.isoformat()})
    return LiveEnterprises(
        tiles=f"{_TILES}?{kept}",
        records=f"{_RECORDS}?{kept}&format=geojson",
        counts=tile_totals.counts(session, county_code, snapshot),
        unplaced=frame_of(session, snapshot, "unplaced", lambda: _unplaced(session, county_code)),
    )


def _unplaced(session: Session, county_code: str) -> DataFrame:
    return tile_totals.unplaced_names(session, county_code, limit=_NAMES, length=_NAME_LENGTH)


def cell_tiles(county_code: str, on: date, cells: int) -> str | None:
    """Return where a live map of a plan in force asks for the shapes of its cells, if many."""
    if cells <= TILED_FROM:
        return None
    return f"{_CELLS}?{urlencode({'county': county_code, 'on': on.isoformat()})}"


def live_weeks(session: Session, county_code: str, snapshot: Snapshot) -> WeekCounts:
    """Return the counts of each week of the period, as `map_weeks.week_counts` has them."""
    weeks = counties.weeks_on(session, county_code, snapshot.as_of)
    return WeekCounts(
        weeks=[(week.key, week.first, week.last) for week in weeks],
        visits=frame_of(
            session,
            snapshot,
            "visits",
            lambda: tile_weeks.visits(session, county_code, snapshot.id),
        ),
        enterprises=frame_of(
            session, snapshot, "firms", lambda: tile_weeks.firms(session, county_code, snapshot.id)
        ),
        samples=frame_of(
            session,
            snapshot,
            "samples",
            lambda: tile_weeks.samples(session, county_code, snapshot.id),
        ),
    )
