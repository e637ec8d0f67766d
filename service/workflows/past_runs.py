"""Earlier weekly runs of clusters → the figures that a map shows in their weeks."""

from datetime import date

from sqlalchemy.orm import Session

from maps.model import PastRun
from service.database import analyses, clusters, counties


def run_days(session: Session, county_code: str, on: date) -> dict[str, date]:
    """Return the day of the newest run of each week before that of a day, by the week's name."""
    weeks = [week for week in counties.weeks_on(session, county_code, on) if week.last < on]
    if not weeks:
        return {}
    days = analyses.days_of(
        session, county_code, "clusters", since=weeks[0].first, until=weeks[-1].last
    )
    found = {}
    for week in weeks:
        of_week = [day for day in days if week.first <= day <= week.last]
        if of_week:
            found[week.key] = max(of_week)
    return found


def past_runs(session: Session, county_code: str, on: date) -> dict[str, PastRun]:
    """Return what the runs of earlier weeks found, by the week's name; nothing is recomputed."""
    days = run_days(session, county_code, on)
    found = clusters.of_days(session, county_code, list(days.values()))
    return {
        week: PastRun(as_of=day, clusters=found[found["as_of"] == day])
        for week, day in days.items()
    }
