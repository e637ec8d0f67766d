"""What a county begins with: inspection policies and the score table, both editable."""

from sqlalchemy.orm import Session

from service.database import policies


def fill_defaults(session: Session, county_code: str) -> None:
    """Add the default policies and weights that a county does not have yet; keep what it has."""
    policies.complete(session, county_code)
