"""Visits and problems by week in PostGIS → what the map's time slider counts with."""

from datetime import date

from sqlalchemy.orm import Session

from maps.model import WeekCounts
from service.database import counties, ledger


def week_counts(session: Session, county_code: str, plan_id: int, on: date) -> WeekCounts:
    """Return the counts of each week of the period that a day is judged by."""
    weeks = counties.weeks_on(session, county_code, on)
    book = ledger.of_period(session, county_code, plan_id, on=on, since=weeks[0].first, until=on)
    visits, firms = ledger.weekly_counts(book, weeks)
    return WeekCounts(
        weeks=[(week.key, week.first, week.last) for week in weeks],
        visits=visits,
        enterprises=firms,
    )
