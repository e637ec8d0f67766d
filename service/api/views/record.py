"""Everything known of one enterprise: the records behind its figures."""

from dataclasses import dataclass
from typing import Any

from service.api.dependencies import Scope
from service.api.views.rows import plain_rows
from service.database import (
    analyses,
    enterprises,
    event_lists,
    gaps,
    register_lists,
    targets,
)
from service.database.register_lists import RegisterFilter
from service.domain.errors import NotFoundError

EVENTS_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One enterprise with its licences, events, gaps and its place in the target list."""

    facts: dict[str, Any]
    licences: list[dict[str, Any]]
    events: list[dict[str, Any]]
    events_total: int
    gaps: list[dict[str, Any]]
    target: dict[str, Any] | None


def record_of(scope: Scope, enterprise_id: int) -> Record:
    """Return an enterprise's record.

    Raises:
        NotFoundError: The register has no such enterprise.
    """
    own, _ = register_lists.page_of_enterprises(
        scope.session,
        scope.code,
        scope.plan_id,
        RegisterFilter(ids=(enterprise_id,)),
        limit=1,
        offset=0,
    )
    if own.empty:
        raise NotFoundError(f"the register of {scope.code} has no enterprise {enterprise_id}")
    point = own.geometry.iloc[0]
    held = enterprises.licences_of(scope.session, scope.code, enterprise_id, scope.on)
    events, total = event_lists.of_county(
        scope.session,
        scope.code,
        on=scope.on,
        enterprise_id=enterprise_id,
        limit=EVENTS_SHOWN,
    )
    return Record(
        facts={
            **plain_rows(own)[0],
            "lon": None if point is None else round(point.x, 6),
            "lat": None if point is None else round(point.y, 6),
        },
        licences=plain_rows(held),
        events=plain_rows(events),
        events_total=total,
        gaps=_gaps(scope, enterprise_id),
        target=_target(scope, enterprise_id),
    )


def _gaps(scope: Scope, enterprise_id: int) -> list[dict[str, Any]]:
    if analyses.latest_or_none(scope.session, scope.code, "gaps", scope.on) is None:
        return []
    found = gaps.latest(scope.session, scope.code, scope.on)
    return plain_rows(found[found["enterprise_id"] == enterprise_id])


def _target(scope: Scope, enterprise_id: int) -> dict[str, Any] | None:
    if analyses.latest_or_none(scope.session, scope.code, "targets", scope.on) is None:
        return None
    ranked = targets.of_enterprise(scope.session, scope.code, scope.on, enterprise_id)
    return next(iter(plain_rows(ranked)), None)
