"""Everything known of one enterprise: the records behind its figures."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from pandas import DataFrame

from service.api.dependencies import Scope
from service.database import analyses, enterprises, event_lists, gaps, targets
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
    register = enterprises.located(scope.session, scope.code, scope.plan_id)
    own = register[register["enterprise_id"] == enterprise_id]
    if own.empty:
        raise NotFoundError(f"the register of {scope.code} has no enterprise {enterprise_id}")
    point = own.geometry.iloc[0]
    held = enterprises.licences(scope.session, scope.code, scope.on)
    events, total = event_lists.of_county(
        scope.session,
        scope.code,
        on=scope.on,
        enterprise_id=enterprise_id,
        limit=EVENTS_SHOWN,
    )
    return Record(
        facts={
            **_records(own)[0],
            "lon": None if point is None else round(point.x, 6),
            "lat": None if point is None else round(point.y, 6),
        },
        licences=_records(held[held["enterprise_id"] == enterprise_id]),
        events=_records(events),
        events_total=total,
        gaps=_gaps(scope, enterprise_id),
        target=_target(scope, enterprise_id),
    )


def _gaps(scope: Scope, enterprise_id: int) -> list[dict[str, Any]]:
    if analyses.latest_or_none(scope.session, scope.code, "gaps", scope.on) is None:
        return []
    found = gaps.latest(scope.session, scope.code, scope.on)
    return _records(found[found["enterprise_id"] == enterprise_id])


def _target(scope: Scope, enterprise_id: int) -> dict[str, Any] | None:
    if analyses.latest_or_none(scope.session, scope.code, "targets", scope.on) is None:
        return None
    ranked = targets.of_county(scope.session, scope.code, scope.on)
    return next(iter(_records(ranked[ranked["enterprise_id"] == enterprise_id])), None)


def _records(frame: DataFrame) -> list[dict[str, Any]]:
    table = DataFrame(frame.drop(columns="geometry", errors="ignore"))
    return [
        {str(key): None if _is_missing(value) else value for key, value in row.items()}
        for row in table.to_dict("records")
    ]


def _is_missing(value: object) -> bool:
    return value is None or bool(pd.api.types.is_scalar(value) and pd.isna(value))
