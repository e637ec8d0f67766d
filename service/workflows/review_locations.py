"""A person's decision about addresses → the locations of every row it serves; and its undo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pandas import DataFrame
from sqlalchemy.orm import Session

from service.database import counties, decisions, review_places, reviews
from service.database.decisions import NewDecision
from service.database.loading import batches
from service.database.tables import DecisionRow
from service.domain.errors import ConflictError, InvalidInputError
from service.domain.places import Datum, Level
from service.domain.review_choices import (
    Choice,
    Outcome,
    choose_nothing,
    choose_place,
    choose_point,
    finer,
    location_of,
)
from service.domain.review_groups import Subject

_MOST_ROWS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person wants done with rows of the queue.

    Attributes:
        by: Who decides.
        versions: The rows, by number, each with the version that was looked at; None for a row
            that need not be as it was.
        outcome: Place, point or unplaceable.
        place_code: For a place: its code in the gazetteer.
        lon, lat, datum, level: For a point, in degrees of the datum.
        why: For an address that is not placed: a key of `WHY_NOT`.
        refine: Whether rows whose address names a village of the chosen township go there.
        note: Free text.
    """

    by: str
    versions: Mapping[int, str | None]
    outcome: Outcome
    place_code: str = ""
    lon: float | None = None
    lat: float | None = None
    datum: Datum = Datum.WGS84
    level: Level = Level.ROOFTOP
    why: str = ""
    refine: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a decision or an undo did.

    Attributes:
        decision_id: Of the decision or the undo.
        enterprise_ids: Every row that it moved, also those that share an address with one chosen.
        choice: What they are now; None where the engine's answer holds again.
    """

    decision_id: int
    enterprise_ids: Sequence[int] = field(default_factory=tuple)
    choice: Choice | None = None


def decide(session: Session, county_code: str, wish: Wish) -> Settled:
    """Apply a decision to the rows chosen and to all that share their addresses; caller commits.

    Raises:
        ConflictError: A row has changed since it was looked at, or is no longer in review.
        InvalidInputError: No row is named, or the choice cannot be used.
        NotFoundError: The gazetteer has no such place.
    """
    if not 1 <= len(wish.versions) <= _MOST_ROWS:
        raise InvalidInputError(f"name between 1 and {_MOST_ROWS} rows to decide about")
    batches.lock(session, county_code)
    chosen = reviews.of_enterprises(session, county_code, wish.versions)
    _require_unchanged(chosen, wish.versions)
    choice = _choice(session, county_code, wish)
    served = reviews.of_addresses(session, county_code, _keys(chosen))
    first = chosen.iloc[0]
    decision = decisions.add(
        session,
        county_code,
        NewDecision(
            kind="place",
            by=wish.by,
            note=wish.note,
            choice=choice.as_json(),
            subject={
                "group_key": first["group_key"],
                "reason": first["reason"],
                "token_kind": first["token_kind"],
                "token": first["token"],
                "enterprise_ids": [int(number) for number in served["enterprise_id"]],
            },
            gazetteer_version=str(first["engine"].get("gazetteer_version", "")),
        ),
    )
    made = _choices(session, county_code, wish, choice, _subjects(chosen))
    decisions.add_addresses(session, county_code, decision.id, made)
    _move(session, county_code, served, made)
    return Settled(
        decision_id=decision.id,
        enterprise_ids=[int(number) for number in served["enterprise_id"]],
        choice=choice,
    )


def undo_place(session: Session, county_code: str, decision: DecisionRow, by: str) -> Settled:
    """Take a decision back: its rows are again where the engine put them.

    Raises:
        ConflictError: A later decision is about one of its addresses; undo that one.
    """
    later = decisions.superseded_by(session, county_code, decision.id)
    if later is not None:
        raise ConflictError(
            f"decision {later} is about the same address and came later; undo that one instead"
        )
    keys = decisions.addresses_of(session, county_code, decision.id)
    undone = decisions.add(
        session,
        county_code,
        NewDecision(kind="undo", by=by, undoes=decision.id, subject=decision.subject),
    )
    served = reviews.of_addresses(session, county_code, keys)
    _move(session, county_code, served, {})
    return Settled(
        decision_id=undone.id, enterprise_ids=[int(number) for number in served["enterprise_id"]]
    )


def _choices(
    session: Session, county_code: str, wish: Wish, choice: Choice, subjects: Sequence[Subject]
) -> dict[Subject, Choice]:
    """Return what each address becomes: a township's villages where the addresses name them."""
    villages = []
    if wish.refine and choice.outcome is Outcome.PLACE and not choice.village_code:
        villages = review_places.villages_of(session, county_code, choice.township_code)
    return {subject: finer(choice, subject.normalised, villages) for subject in subjects}


def _move(
    session: Session, county_code: str, served: DataFrame, made: Mapping[Subject, Choice]
) -> None:
    """Move rows to what was chosen for their address; to the engine's answer where nothing was."""
    by_key = {(each.fingerprint, each.witness): choice for each, choice in made.items()}
    columns = (served[name] for name in ("enterprise_id", "fingerprint", "witness", "engine"))
    locations = {}
    for number, fingerprint, witness, engine in zip(*columns, strict=True):
        choice = by_key.get((fingerprint, witness))
        locations[int(number)] = engine if choice is None else location_of(choice, engine)
    reviews.move(session, county_code, locations)


def _require_unchanged(chosen: DataFrame, versions: Mapping[int, str | None]) -> None:
    now = dict(zip(chosen["enterprise_id"].astype(int), chosen["version"], strict=True))
    stale = [
        number
        for number, version in versions.items()
        if number not in now or (version is not None and now[number] != version)
    ]
    if stale:
        shown = ", ".join(str(number) for number in stale[:5])
        raise ConflictError(
            f"{len(stale)} rows have changed since they were shown (enterprise {shown}); "
            f"load the group again and decide anew"
        )


def _choice(session: Session, county_code: str, wish: Wish) -> Choice:
    if wish.outcome is Outcome.UNPLACEABLE:
        return choose_nothing(wish.why)
    if wish.outcome is Outcome.PLACE:
        place, town = review_places.place_with_town(session, county_code, wish.place_code)
        return choose_place(place, town)
    if wish.lon is None or wish.lat is None:
        raise InvalidInputError("a point needs a longitude and a latitude")
    boundary = counties.get(session, county_code).geometry
    return choose_point(wish.lon, wish.lat, datum=wish.datum, level=wish.level, boundary=boundary)


def _keys(table: DataFrame) -> list[tuple[str, str]]:
    return list(dict.fromkeys(zip(table["fingerprint"], table["witness"], strict=True)))


def _subjects(table: DataFrame) -> list[Subject]:
    columns = (table["fingerprint"], table["witness"], table["normalised"])
    return [
        Subject(fingerprint=fingerprint, witness=witness, normalised=normalised)
        for fingerprint, witness, normalised in zip(*columns, strict=True)
    ]
