"""Decisions of people: added, undone by another, and found again by what they are about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pandas import DataFrame
from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from service.database.frames import read_table
from service.database.tables import DecidedAddressRow, DecisionRow
from service.domain.errors import ConflictError, InvalidInputError, NotFoundError
from service.domain.review_choices import Choice
from service.domain.review_groups import Subject

Key = tuple[str, str]
_LONGEST_NAME, _LONGEST_NOTE = 60, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDecision:
    """What is to be written down: who, what about, and what was chosen."""

    kind: str
    by: str
    subject: Mapping[str, Any]
    choice: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    undoes: int | None = None
    note: str = ""
    gazetteer_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    """A decision in force about an address."""

    decision_id: int
    choice: Choice


def add(session: Session, county_code: str, new: NewDecision) -> DecisionRow:
    """Write a decision down.

    Raises:
        InvalidInputError: Nobody says who decided, or a text is too long.
    """
    by = new.by.strip()
    if not by or len(by) > _LONGEST_NAME:
        raise InvalidInputError(f"say who decides (a name of at most {_LONGEST_NAME} characters)")
    if len(new.note) > _LONGEST_NOTE:
        raise InvalidInputError(f"a note has at most {_LONGEST_NOTE} characters")
    row = DecisionRow(
        county_code=county_code,
        kind=new.kind,
        subject=dict(new.subject),
        choice=dict(new.choice),
        before=dict(new.before),
        undoes=new.undoes,
        decided_by=by,
        note=new.note,
        gazetteer_version=new.gazetteer_version,
    )
    session.add(row)
    session.flush()
    return row


def add_addresses(
    session: Session, county_code: str, decision_id: int, chosen: Mapping[Subject, Choice]
) -> None:
    """Say which addresses a decision is about, and what each becomes."""
    session.add_all(
        DecidedAddressRow(
            county_code=county_code,
            decision_id=decision_id,
            fingerprint=subject.fingerprint,
            witness=subject.witness,
            address=subject.normalised,
            choice=choice.as_json(),
        )
        for subject, choice in chosen.items()
    )
    session.flush()


def get(session: Session, county_code: str, decision_id: int) -> DecisionRow:
    """Return a decision.

    Raises:
        NotFoundError: There is none of this number.
    """
    row = session.get(DecisionRow, (county_code, decision_id))
    if row is None:
        raise NotFoundError(f"county {county_code} has no decision {decision_id}")
    return row


def require_in_force(session: Session, county_code: str, decision_id: int) -> DecisionRow:
    """Return a decision that can be undone.

    Raises:
        NotFoundError: There is none of this number.
        ConflictError: It is an undo, or was undone before.
    """
    row = get(session, county_code, decision_id)
    if row.kind == "undo":
        raise ConflictError(f"decision {decision_id} is itself an undo; decide anew instead")
    undone = select(DecisionRow.id).where(
        DecisionRow.county_code == county_code, DecisionRow.undoes == decision_id
    )
    by = session.scalar(undone)
    if by is not None:
        raise ConflictError(f"decision {decision_id} was undone by decision {by} already")
    return row


def active_places(session: Session, county_code: str) -> dict[Key, Active]:
    """Return the decision in force about each address, by fingerprint and witness.

    The last decision about an address counts; when it was undone, none does, so that an undo
    always leads back to what the engine says.
    """
    last = (
        select(
            DecidedAddressRow.fingerprint,
            DecidedAddressRow.witness,
            func.max(DecidedAddressRow.decision_id).label("decision_id"),
        )
        .where(DecidedAddressRow.county_code == county_code)
        .group_by(DecidedAddressRow.fingerprint, DecidedAddressRow.witness)
        .subquery()
    )
    undo = aliased(DecisionRow)
    held = DecidedAddressRow
    statement = (
        select(held.fingerprint, held.witness, held.decision_id, held.choice)
        .join(
            last,
            and_(
                held.fingerprint == last.c.fingerprint,
                held.witness == last.c.witness,
                held.decision_id == last.c.decision_id,
            ),
        )
        .outerjoin(undo, and_(undo.county_code == county_code, undo.undoes == held.decision_id))
        .where(held.county_code == county_code, undo.id.is_(None))
    )
    return {
        (row.fingerprint, row.witness): Active(
            decision_id=row.decision_id, choice=Choice.from_json(row.choice)
        )
        for row in session.execute(statement)
    }


def addresses_of(session: Session, county_code: str, decision_id: int) -> list[Key]:
    """Return fingerprint and witness of every address of a decision."""
    rows = session.execute(
        select(DecidedAddressRow.fingerprint, DecidedAddressRow.witness).where(
            DecidedAddressRow.county_code == county_code,
            DecidedAddressRow.decision_id == decision_id,
        )
    )
    return [(row.fingerprint, row.witness) for row in rows]


def superseded_by(session: Session, county_code: str, decision_id: int) -> int | None:
    """Return a later decision about one of the addresses of a decision, None if there is none."""
    earlier, later = aliased(DecidedAddressRow), aliased(DecidedAddressRow)
    return session.scalar(
        select(func.min(later.decision_id)).where(
            earlier.county_code == county_code,
            earlier.decision_id == decision_id,
            later.county_code == county_code,
            later.fingerprint == earlier.fingerprint,
            later.witness == earlier.witness,
            later.decision_id > decision_id,
        )
    )


def history(
    session: Session,
    county_code: str,
    *,
    kinds: Iterable[str] = (),
    limit: int = 100,
    offset: int = 0,
) -> tuple[DataFrame, int]:
    """Return decisions, the newest first, and how many there are.

    Columns: decision_id, kind, subject, choice, decided_by, decided_at, note, undoes, undone_by.
    """
    wanted = list(kinds)
    condition = DecisionRow.county_code == county_code
    if wanted:
        condition = and_(condition, DecisionRow.kind.in_(wanted))
    total = session.scalar(select(func.count()).select_from(DecisionRow).where(condition))
    page = _statement(county_code).where(condition).order_by(DecisionRow.id.desc())
    return read_table(session, page.limit(limit).offset(offset)), int(total or 0)


def in_force(session: Session, county_code: str, kind: str) -> DataFrame:
    """Return the decisions of a kind that nobody has undone, the oldest first; as `history`."""
    undo = aliased(DecisionRow)
    undone = select(undo.undoes).where(undo.county_code == county_code, undo.undoes.is_not(None))
    statement = _statement(county_code).where(
        DecisionRow.county_code == county_code,
        DecisionRow.kind == kind,
        DecisionRow.id.not_in(undone),
    )
    return read_table(session, statement.order_by(DecisionRow.id))


def newest_at(session: Session, county_code: str) -> Any:  # noqa: ANN401 - a time, or None
    """Return when somebody last decided something that changes places or the register."""
    return session.scalar(
        select(func.max(DecisionRow.decided_at)).where(
            DecisionRow.county_code == county_code,
            DecisionRow.kind.in_(("place", "alias", "merge", "undo")),
        )
    )


def _statement(county_code: str) -> Select[*tuple[Any, ...]]:
    undo = aliased(DecisionRow)
    return select(
        DecisionRow.id.label("decision_id"),
        DecisionRow.kind,
        DecisionRow.subject,
        DecisionRow.choice,
        DecisionRow.decided_by,
        DecisionRow.decided_at,
        DecisionRow.note,
        DecisionRow.undoes,
        undo.id.label("undone_by"),
    ).outerjoin(undo, and_(undo.county_code == county_code, undo.undoes == DecisionRow.id))
