"""The version of a county's data: a number that grows with every committed change."""

from datetime import date

from sqlalchemy import Connection, func, select, text
from sqlalchemy.orm import Session

from service.database.tables import CountyRow, DataChangeRow

# A county's code, its own day, and its version.
State = tuple[tuple[str, date | None, int], ...]


def version(session: Session, county_code: str) -> int:
    """Return how often what tiles and maps show of a county has changed; 0 if never.

    Triggers count, so whoever writes need not know who keeps something by this number.
    """
    total = select(func.sum(DataChangeRow.changes)).where(DataChangeRow.county_code == county_code)
    return int(session.scalar(total) or 0)


def state(connection: Connection, county_code: str | None) -> State:
    """Return code, own day and version of the county, or of all of them if none is named.

    While it stays the same, an address is answered alike: also which county and day an address
    that names neither means. One statement, so that what is kept costs one question.
    """
    of_county = DataChangeRow.county_code == CountyRow.code
    total = select(func.coalesce(func.sum(DataChangeRow.changes), 0)).where(of_county)
    wanted = select(CountyRow.code, CountyRow.reference_date, total.scalar_subquery())
    if county_code is not None:
        wanted = wanted.where(CountyRow.code == county_code)
    rows = connection.execute(wanted.order_by(CountyRow.code))
    return tuple((code, own_day, int(version)) for code, own_day, version in rows)


def fold(session: Session, county_code: str) -> None:
    """Add the county's many small rows up into one; the version stays as it is."""
    session.execute(_FOLD, {"county_code": county_code})


_FOLD = text(
    """
    WITH gone AS (
        DELETE FROM data_change WHERE county_code = :county_code AND xact <> 0 RETURNING changes
    )
    INSERT INTO data_change AS there (county_code, xact, changes)
    SELECT :county_code, 0, sum(changes) FROM gone HAVING count(*) > 0
    ON CONFLICT (county_code, xact) DO UPDATE SET changes = there.changes + EXCLUDED.changes
    """
)
