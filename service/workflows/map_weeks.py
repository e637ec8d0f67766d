"""Visits and problems by week in PostGIS → what the map's time slider counts with."""

from datetime import date

from sqlalchemy.orm import Session

from maps.model import WeekCounts
from service.database import counties, tile_rollup, tile_weeks


def week_counts(session: Session, county_code: str, on: date) -> WeekCounts:
    """Return the counts of each week of the period that a day is judged by."""
    snapshot = tile_rollup.refresh(session, county_code, on)
    return WeekCounts(
        weeks=[
            (week.key, week.first, week.last)
            for week in counties.weeks_on(session, county_code, on)
        ],
        visits=tile_weeks.visits(session, county_code, snapshot.id),
        enterprises=tile_weeks.firms(session, county_code, snapshot.id),
        samples=tile_weeks.samples(session, county_code, snapshot.id),
    )
