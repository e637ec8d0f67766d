"""Somebody in charge names who leads the work on a cluster: a change of state with their name."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from service.database import cluster_changes, cluster_life, officers
from service.database.cluster_changes import CLOSED, Change
from service.domain.errors import InvalidInputError, NotFoundError

_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Who leads a cluster, as decided.

    Attributes:
        lead: Staff number (or id) of an officer who is active on the day.
        second: Of the second, if one is named.
        approved_by: Who decided it; kept as written.
        on: The day from which it holds.
    """

    lead: str
    approved_by: str
    on: date
    second: str | None = None


def agree_lead(
    session: Session, county_code: str, object_id: int, agreed: Agreement
) -> list[Change]:
    """Record who leads the work on a cluster, and who seconds; agreeing it again changes nothing.

    Returns:
        What was added to the history.

    Raises:
        NotFoundError: There is no such cluster or officer.
        InvalidInputError: Nobody approved it, the officer is not active on the day, lead and
            second are one person, or the cluster was not known or already closed on the day.
    """
    by_whom = agreed.approved_by.strip()
    if not 0 < len(by_whom) <= _LONGEST_NAME or not by_whom.isprintable():
        raise InvalidInputError(
            f"approved_by names who decided it, in 1 to {_LONGEST_NAME} characters"
        )
    cluster_changes.lock(session, county_code, object_id)
    standing = _open_on(session, county_code, object_id, agreed.on)
    people = {"lead": agreed.lead} | ({"second": agreed.second} if agreed.second else {})
    ids = {what: _active(session, county_code, key, agreed.on) for what, key in people.items()}
    if len(set(ids.values())) < len(ids):
        raise InvalidInputError("lead and second are the same officer; name two")
    changes = [
        Change(
            object_id=object_id, on_day=agreed.on, what=what, was=str(standing[what]), now_is=name,
            officer_id=officer_id, why=_WORDS[what], by_whom=by_whom,
        )
        for what, (officer_id, name) in ids.items()
        if standing[f"{what}_officer_id"] != officer_id
    ]  # fmt: skip
    cluster_changes.record(session, county_code, changes)
    return changes


_WORDS = {
    "lead": ("商定牵头人", "lead agreed"),
    "second": ("商定第二责任人", "second agreed"),
}


def _open_on(session: Session, county_code: str, object_id: int, on: date) -> dict[str, object]:
    """Return how an object stands on a day on which it is known and open."""
    everything = cluster_changes.standing(session, county_code, on)
    if object_id not in everything.index:
        raise NotFoundError(f"county {county_code} has no cluster {object_id}")
    lives = cluster_life.lives(session, county_code, on)
    if object_id not in lives.index:
        raise InvalidInputError(f"cluster {object_id} was first seen after {on}; name a later day")
    stands = everything.loc[object_id].to_dict()
    if stands["state"] == CLOSED:
        raise InvalidInputError(
            f"cluster {object_id} was closed by results on {stands['state_since']}; "
            "a lead is named when it opens again"
        )
    # Both people of one day, and a later change already made, would come out of order.
    newest = cluster_changes.newest_day(session, county_code, object_id)
    if newest is not None and newest > on:
        raise InvalidInputError(
            f"cluster {object_id} has a change of {newest}; history is only added to at its end, "
            "name that day or a later one"
        )
    return {str(key): value for key, value in stands.items()}


def _active(session: Session, county_code: str, key: str, on: date) -> tuple[int, str]:
    officer_id = officers.id_of(session, county_code, key)
    active = officers.active_on(session, county_code, on).set_index("officer_id")
    if officer_id not in active.index:
        raise InvalidInputError(f"officer {key} is not active on {on}; name one who is")
    return officer_id, str(active["name"].loc[officer_id])
