"""The version of a county's data: a number that grows with every committed change."""

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from service.database.tables import DataChangeRow


def version(session: Session, county_code: str) -> int:
    """Return how often what tiles and maps show of a county has changed; 0 if never.

    Triggers count, so whoever writes need not know who keeps something by this number.
    """
    total = select(func.sum(DataChangeRow.changes)).where(DataChangeRow.county_code == county_code)
    return int(session.scalar(total) or 0)


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
