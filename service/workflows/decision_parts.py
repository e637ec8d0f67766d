"""What decisions about the register share: finding the enterprises that they speak of."""

from sqlalchemy.orm import Session

from service.database.tables import EnterpriseRow
from service.domain.errors import NotFoundError


def enterprise_of(session: Session, county_code: str, number: int) -> EnterpriseRow:
    """Return an enterprise, held until the transaction ends.

    Raises:
        NotFoundError: The register has no such number.
    """
    row = session.get(EnterpriseRow, (county_code, number), with_for_update=True)
    if row is None:
        raise NotFoundError(f"the register of {county_code} has no enterprise {number}")
    return row
