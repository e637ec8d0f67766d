"""Clusters live from week to week: the same one again, growing or not, until results close it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Trend = Literal["new", "growing", "steady", "shrinking", "gone"]

SIGNIFICANT_P = 0.05
# Three weekly runs: the time in which a re-inspection that was asked for has come back.
QUIET_DAYS = 21
# The smaller of two memberships lies at least half inside the other.
LEAST_SHARED = 0.5
_ONE_PRODUCER = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Who and where a cluster is: enterprise ids, and cell codes."""

    enterprises: frozenset[int]
    cells: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one run saw of a cluster.

    Attributes:
        on: The day that the run speaks of.
        deciding_p: The scan's p of a window; of a township × product q, over all of them.
        excess: Problem producers above expectation.
        unresolved: Problem producers whose newest result is still a problem.
    """

    on: date
    deciding_p: float
    excess: float
    unresolved: int

    @property
    def is_significant(self) -> bool:
        """Say whether chance does not explain it."""
        return self.deciding_p <= SIGNIFICANT_P


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a day knows of an object.

    Attributes:
        on: The day.
        is_significant: Whether the run of that day found it below `SIGNIFICANT_P`.
        unresolved: Problem producers of its last significant sighting whose newest result is
            still a problem.
        newest_problem_on: The last day on which one of its members had a problem result.
        closed_on: The day it was closed; None while it is open.
    """

    on: date
    is_significant: bool
    unresolved: int
    newest_problem_on: date | None
    closed_on: date | None


def matched(
    found: Sequence[Membership], earlier: Mapping[int, Membership]
) -> tuple[int | None, ...]:
    """Return for each cluster the earlier object that it is, or None for a new one.

    It is the object with which it shares most: the smaller of the two lies at least half inside
    the other, by enterprises or by cells. An object is one cluster only; where two lay claim to
    it, the one that shares more enterprises keeps the name and the other is new.

    Args:
        found: Of one product and one kind.
        earlier: The objects of the same product and kind as last seen, by id.
    """
    claims = [
        (_likeness(one, other), -object_id, at)
        for at, one in enumerate(found)
        for object_id, other in earlier.items()
        if _shared(one, other) >= LEAST_SHARED
    ]
    taken: dict[int, int] = {}
    for _, negative_id, at in sorted(claims, reverse=True):
        if at not in taken and -negative_id not in taken.values():
            taken[at] = -negative_id
    return tuple(taken.get(at) for at in range(len(found)))


def _shared(one: Membership, other: Membership) -> float:
    return max(
        _inside(len(one.enterprises & other.enterprises), one.enterprises, other.enterprises),
        _inside(len(one.cells & other.cells), one.cells, other.cells),
    )


def _inside(both: int, one: frozenset[int] | frozenset[str], other: frozenset[object]) -> float:
    smaller = min(len(one), len(other))
    return both / smaller if smaller else 0.0


def _likeness(one: Membership, other: Membership) -> tuple[float, float]:
    return (
        _jaccard(
            len(one.enterprises & other.enterprises), len(one.enterprises | other.enterprises)
        ),
        _jaccard(len(one.cells & other.cells), len(one.cells | other.cells)),
    )


def _jaccard(both: int, either: int) -> float:
    return both / either if either else 0.0


def trend(seen: Sequence[Sighting], on: date) -> Trend:
    """Return how a cluster has changed by a day since the sighting before.

    Growing or shrinking is one problem producer more or fewer above expectation; where the excess
    stands still, fewer unresolved problem producers are a cluster that shrinks. A scan over a
    campaign remembers a problem, so that the excess alone would hardly ever fall.

    Args:
        seen: Its sightings until that day, in order of days; at least one.
        on: The day; without a sighting on it the cluster is gone.
    """
    if seen[-1].on != on:
        return "gone"
    if len(seen) == 1:
        return "new"
    before, now = seen[-2], seen[-1]
    change = now.excess - before.excess
    if change >= _ONE_PRODUCER:
        return "growing"
    if change <= -_ONE_PRODUCER or now.unresolved < before.unresolved:
        return "shrinking"
    return "steady"


def closes(evidence: Evidence) -> bool:
    """Say whether results close an open cluster.

    Every problem producer of it was inspected again without a problem, and no member has had a
    problem result for three weekly runs. The scan over a campaign may still show it: it remembers
    what was found and cannot know that it was put right.
    """
    if evidence.closed_on is not None or evidence.unresolved > 0:
        return False
    if evidence.newest_problem_on is None:
        return True
    return evidence.on - evidence.newest_problem_on >= timedelta(days=QUIET_DAYS)


def reopens(evidence: Evidence) -> bool:
    """Say whether a closed cluster opens again: significant, and a new problem since it closed."""
    return (
        evidence.closed_on is not None
        and evidence.is_significant
        and evidence.newest_problem_on is not None
        and evidence.newest_problem_on > evidence.closed_on
    )
