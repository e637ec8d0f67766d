"""What is proposed and decided about the datum of imported coordinates."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pandas import DataFrame
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from service.database.frames import read_table
from service.database.tables import DatumProposalRow, EnterpriseRow, ImportBatchRow
from service.domain.datum_evidence import DatumEvidence
from service.domain.errors import NotFoundError
from service.domain.places import Datum


class FileDatum(NamedTuple):
    """The coordinates of one file that share what the file says of their datum ('' for nothing)."""

    batch_id: UUID
    stated: str


class GivenPoint(NamedTuple):
    """A row's own coordinates, in degrees of an unsure datum, and its text."""

    address: str
    township_code: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class DatumDecisions:
    """What a person has decided, by file; what nobody has decided is not in it."""

    accepted: dict[FileDatum, Datum]
    refused: frozenset[FileDatum]

    def of(self, batch_id: UUID | None, stated: str | None) -> Datum | None:
        """Return the datum that a row's coordinates may be read in; None while nobody knows.

        A datum that the file states is believed until a person accepts another.
        """
        said = Datum(stated) if stated else None
        if batch_id is None:
            return said
        return self.accepted.get(FileDatum(batch_id, stated or ""), said)

    def refuses(self, batch_id: UUID | None, stated: str | None) -> bool:
        """Whether a person refused to use a row's coordinates, of which nothing is stated."""
        return batch_id is not None and not stated and FileDatum(batch_id, "") in self.refused


def proposals(session: Session, county_code: str) -> DataFrame:
    """Return all proposals, those that wait for a decision first, then the newest first.

    Columns: id, batch_id, file_name, imported_at, stated ('' unsaid), points (rows with
    coordinates), verdict (proposed / too_few / too_close / none_fits), proposed, evidence ({rows,
    places, mean_m by datum, lead_se}), text_zh, text_en, status (open / accepted / refused),
    decided, decided_by, decided_at.
    """
    row = DatumProposalRow
    statement = (
        select(
            row.id,
            row.batch_id,
            ImportBatchRow.file_name,
            ImportBatchRow.created_at.label("imported_at"),
            row.stated,
            row.points,
            row.verdict,
            row.proposed,
            row.evidence,
            row.text_zh,
            row.text_en,
            row.status,
            row.decided,
            row.decided_by,
            row.decided_at,
        )
        .join(
            ImportBatchRow,
            and_(ImportBatchRow.county_code == row.county_code, ImportBatchRow.id == row.batch_id),
        )
        .where(row.county_code == county_code)
        .order_by(row.status != "open", ImportBatchRow.created_at.desc(), row.id)
    )
    return read_table(session, statement)


def proposal(session: Session, county_code: str, number: int) -> DatumProposalRow:
    """Return one proposal, to be decided.

    Raises:
        NotFoundError: The county has no such proposal.
    """
    found = session.get(DatumProposalRow, (county_code, number))
    if found is None:
        raise NotFoundError(f"no datum proposal {number}; `wangge import datum list` shows them")
    return found


def decisions(session: Session, county_code: str) -> DatumDecisions:
    """Return what persons have decided in a county."""
    row = DatumProposalRow
    statement = select(row.batch_id, row.stated, row.status, row.decided).where(
        row.county_code == county_code, row.status != "open"
    )
    accepted: dict[FileDatum, Datum] = {}
    refused: set[FileDatum] = set()
    for batch_id, stated, status, decided in session.execute(statement):
        key = FileDatum(batch_id, stated)
        if status == "accepted":
            accepted[key] = Datum(str(decided))
        else:
            refused.add(key)
    return DatumDecisions(accepted, frozenset(refused))


def undecided(session: Session, county_code: str) -> dict[FileDatum, int]:
    """Return the files whose datum nobody has decided, with how many of their rows have points."""
    row, said = EnterpriseRow, func.coalesce(EnterpriseRow.given_datum, "").label("stated")
    settled = (
        select(DatumProposalRow.id)
        .where(
            DatumProposalRow.county_code == row.county_code,
            DatumProposalRow.batch_id == row.batch_id,
            DatumProposalRow.stated == func.coalesce(row.given_datum, ""),
            DatumProposalRow.status != "open",
        )
        .exists()
    )
    known_file = (
        select(ImportBatchRow.id)
        .where(ImportBatchRow.county_code == row.county_code, ImportBatchRow.id == row.batch_id)
        .exists()
    )
    statement = (
        select(row.batch_id, said, func.count())
        .where(row.county_code == county_code, row.given_lon.is_not(None), known_file, ~settled)
        .group_by(row.batch_id, said)
        .order_by(row.batch_id, said)
    )
    return {
        FileDatum(batch_id, str(stated)): count
        for batch_id, stated, count in session.execute(statement)
        if batch_id is not None
    }


def points_of(
    session: Session, county_code: str, file: FileDatum, *, at_most: int
) -> list[GivenPoint]:
    """Return rows of a file with coordinates, evenly spread over it, in order."""
    row = EnterpriseRow
    number = func.row_number().over(order_by=row.id)
    inner = (
        select(
            row.id,
            row.address,
            func.coalesce(row.township_code, "").label("township_code"),
            row.given_lon,
            row.given_lat,
            number.label("number"),
            func.count().over().label("count"),
        )
        .where(row.county_code == county_code, *_of_file(file), row.given_lon.is_not(None))
        .subquery()
    )
    step = func.greatest(1, inner.c.count / at_most)
    statement = (
        select(inner.c.address, inner.c.township_code, inner.c.given_lon, inner.c.given_lat)
        .where(func.mod(inner.c.number, step) == 0)
        .order_by(inner.c.id)
        .limit(at_most)
    )
    return [GivenPoint(*each) for each in session.execute(statement)]


def enterprises_of(session: Session, county_code: str, file: FileDatum) -> list[int]:
    """Return the numbers of the enterprises whose coordinates a decision on a file concerns."""
    row = EnterpriseRow
    statement = select(row.id).where(
        row.county_code == county_code, *_of_file(file), row.given_lon.is_not(None)
    )
    return list(session.scalars(statement.order_by(row.id)))


def save_evidence(
    session: Session, county_code: str, file: FileDatum, evidence: DatumEvidence, *, points: int
) -> None:
    """Keep the evidence on a file, in the place of earlier evidence nobody has decided on."""
    values = {
        "county_code": county_code,
        "batch_id": file.batch_id,
        "stated": file.stated,
        "points": points,
        "verdict": str(evidence.verdict),
        "proposed": None if evidence.proposed is None else str(evidence.proposed),
        "evidence": evidence.as_json(),
        "text_zh": evidence.text_zh,
        "text_en": evidence.text_en,
        "status": "open",
        "decided_by": "",
    }
    statement = insert(DatumProposalRow).values(values)
    newer = {
        name: statement.excluded[name]
        for name in ("points", "verdict", "proposed", "evidence", "text_zh", "text_en")
    }
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["county_code", "batch_id", "stated"],
            set_=newer,
            where=DatumProposalRow.status == "open",
        )
    )


def forget_open(session: Session, county_code: str, file: FileDatum) -> None:
    """Take back a proposal that newer evidence no longer supports, unless it is decided."""
    found = session.scalars(
        select(DatumProposalRow).where(
            DatumProposalRow.county_code == county_code,
            DatumProposalRow.batch_id == file.batch_id,
            DatumProposalRow.stated == file.stated,
            DatumProposalRow.status == "open",
        )
    ).one_or_none()
    if found is not None:
        session.delete(found)
        session.flush()


def decide(
    row: DatumProposalRow, *, datum: Datum | None, at: datetime, by: str, status: str
) -> None:
    """Write a decision into a proposal; `status` open takes one back."""
    row.status = status
    row.decided = None if datum is None else str(datum)
    row.decided_by = by
    row.decided_at = None if status == "open" else at


def _of_file(file: FileDatum) -> tuple[ColumnElement[bool], ...]:
    row = EnterpriseRow
    said = row.given_datum == file.stated
    unsaid = or_(row.given_datum.is_(None), row.given_datum == "")
    return (row.batch_id == file.batch_id, said if file.stated else unsaid)
