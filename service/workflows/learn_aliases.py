"""Decisions about addresses → suggested aliases, which a person accepts, refuses or takes back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from service.database import alias_names, decisions
from service.database.decisions import NewDecision
from service.database.loading import batches
from service.domain.aliases import (
    Alias,
    AliasKind,
    Evidence,
    KnownNames,
    Suggestion,
    alias_kind,
    hindrance,
    suggest,
)
from service.domain.errors import ConflictError, InvalidInputError
from service.domain.review_choices import Choice

ACCEPTED, REFUSED = "accepted", "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """A suggestion with the names of its places and what a person said of it.

    Attributes:
        verdict: accepted, refused, or '' while nobody has said.
        decision_id: Of the verdict, to take it back; None without one.
    """

    suggestion: Suggestion
    places: Mapping[str, str]
    verdict: str
    decision_id: int | None


def suggestions(session: Session, county_code: str) -> list[Learnt]:
    """Return what decisions in force teach, and what was said of it, the undecided first."""
    told = _verdicts(session, county_code)
    found = suggest(_evidence(session, county_code), _known(session, county_code))
    names = alias_names.places(session, county_code)
    learnt = [
        Learnt(
            suggestion=one,
            places={code: names[code].name if code in names else code for code in one.targets},
            verdict=told.get((one.kind, one.name, one.target), ("", None))[0],
            decision_id=told.get((one.kind, one.name, one.target), ("", None))[1],
        )
        for one in found
    ]
    return sorted(learnt, key=lambda one: one.verdict != "")


def judge_alias(
    session: Session,
    county_code: str,
    alias: tuple[AliasKind, str, str],
    verdict: str,
    *,
    by: str,
) -> int:
    """Accept or refuse that a name stands for a place; returns the decision's number.

    Args:
        session: Its transaction holds the work.
        county_code: The county.
        alias: Kind, name, and the code of the place (township for a town or road, village else).
        verdict: accepted or refused.
        by: Who decides.

    Raises:
        NotFoundError: The gazetteer has no such place.
        ConflictError: It was judged before; take that back first.
        InvalidInputError: It cannot be an alias: the message says why.
    """
    kind, name, code = alias
    if verdict not in (ACCEPTED, REFUSED):
        raise InvalidInputError("say accepted or refused")
    batches.lock(session, county_code)
    place = alias_names.place(session, county_code, code, kind)
    judged = _verdicts(session, county_code).get((kind, name, code))
    if judged is not None:
        raise ConflictError(f"{name} was {judged[0]} by decision {judged[1]}; undo it first")
    if verdict == ACCEPTED:
        _require_acceptable(session, county_code, alias)
    decision = decisions.add(
        session,
        county_code,
        NewDecision(
            kind="alias",
            by=by,
            subject={
                "alias_kind": kind.value,
                "name": name,
                "place_code": code,
                "place_name": place.name,
                "township": place.township,
            },
            choice={"verdict": verdict},
        ),
    )
    return decision.id


def accepted_aliases(session: Session, county_code: str) -> list[Alias]:
    """Return the aliases that the engine uses."""
    told = decisions.in_force(session, county_code, "alias")
    return [
        Alias(
            kind=AliasKind(subject["alias_kind"]),
            name=subject["name"],
            place_code=subject["place_code"],
            place_name=subject["place_name"],
            township=subject["township"],
        )
        for subject, choice in zip(told["subject"], told["choice"], strict=True)
        if choice["verdict"] == ACCEPTED
    ]


def _require_acceptable(
    session: Session, county_code: str, alias: tuple[AliasKind, str, str]
) -> None:
    kind, name, code = alias
    others = {
        one.place_code
        for one in accepted_aliases(session, county_code)
        if (one.kind, one.name) == (kind, name)
    }
    taught = [
        one
        for one in suggest(_evidence(session, county_code), _known(session, county_code))
        if (one.kind, one.name) == (kind, name)
    ]
    if not taught or code not in taught[0].targets:
        raise InvalidInputError(f"no decision in force gives {name} to {code}; decide one first")
    targets = tuple({*taught[0].targets, *others})
    against = hindrance(kind, name, targets, _known(session, county_code))
    if against[0]:
        raise InvalidInputError(f"{name}: {against[1]} ({against[0]})")


def _evidence(session: Session, county_code: str) -> list[Evidence]:
    """Return the decisions in force about names that could be aliases."""
    told: list[dict[Any, Any]] = decisions.in_force(session, county_code, "place").to_dict(
        "records"
    )
    return [
        Evidence(
            decision_id=int(row["decision_id"]),
            cause_kind=str(row["subject"].get("token_kind", "")),
            token=str(row["subject"].get("token", "")),
            choice=Choice.from_json(row["choice"]),
            rows=len(row["subject"].get("enterprise_ids", ())),
        )
        for row in told
        if alias_kind(str(row["subject"].get("token_kind", ""))) is not None
    ]


def _verdicts(
    session: Session, county_code: str
) -> dict[tuple[AliasKind, str, str], tuple[str, int]]:
    told = decisions.in_force(session, county_code, "alias")
    columns = (told["subject"], told["choice"], told["decision_id"])
    return {
        (AliasKind(subject["alias_kind"]), subject["name"], subject["place_code"]): (
            choice["verdict"],
            int(number),
        )
        for subject, choice, number in zip(*columns, strict=True)
    }


def _known(session: Session, county_code: str) -> KnownNames:
    return KnownNames(
        taken=alias_names.official_names(session, county_code),
        road_m=alias_names.road_stretches(session, county_code),
    )
