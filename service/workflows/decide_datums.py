"""A person's decision on the datum of a file's coordinates, and its consequences."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from service.database import datums
from service.database.datums import FileDatum
from service.database.tables import DatumProposalRow
from service.domain.errors import InvalidInputError
from service.domain.places import Datum
from service.workflows.locate_enterprises import geocoder_of, locate_enterprises


def accept(
    session: Session, county_code: str, number: int, *, datum: Datum | None = None, by: str = ""
) -> int:
    """Take a file's coordinates in a datum, the proposed one if none is named, and locate again.

    Returns:
        How many enterprises were located again.

    Raises:
        NotFoundError: There is no such proposal.
        InvalidInputError: Nothing was proposed and no datum is named.
    """
    row = datums.proposal(session, county_code, number)
    chosen = datum or (Datum(row.proposed) if row.proposed else None)
    if chosen is None:
        raise InvalidInputError(
            f"proposal {number} proposes nothing ({row.verdict}); name the datum: "
            f"wgs84, cgcs2000, gcj02 or bd09"
        )
    return _decided(session, row, datum=chosen, by=by, status="accepted")


def refuse(session: Session, county_code: str, number: int, *, by: str = "") -> int:
    """Leave a file's unstated coordinates unused, or believe what it states; locate again."""
    row = datums.proposal(session, county_code, number)
    return _decided(session, row, datum=None, by=by, status="refused")


def reopen(session: Session, county_code: str, number: int) -> int:
    """Take a decision back, and locate what it concerned again."""
    row = datums.proposal(session, county_code, number)
    return _decided(session, row, datum=None, by="", status="open")


def _decided(
    session: Session, row: DatumProposalRow, *, datum: Datum | None, by: str, status: str
) -> int:
    datums.decide(row, datum=datum, at=datetime.now(tz=UTC), by=by, status=status)
    session.flush()
    file = FileDatum(row.batch_id, row.stated)
    numbers = datums.enterprises_of(session, row.county_code, file)
    geocoder = geocoder_of(session, row.county_code)
    locate_enterprises(session, row.county_code, geocoder, only=numbers)
    return len(numbers)
