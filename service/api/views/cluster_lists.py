"""The rows behind the numbers of a cluster: who is inside, whose problem, and what they share."""

from collections.abc import Sequence
from typing import Any, Final

from service.api.dependencies import Scope
from service.api.views.chances import CHANCES, inspected_outside
from service.api.views.figures import AREAS, ENTERPRISES
from service.database import enterprises
from service.domain.errors import NotFoundError

# Name → how it is listed, and what it is called.
CLUSTER_SETS: Final = {
    "cluster_members": (ENTERPRISES, "聚集区内查过的企业", "Enterprises visited in the cluster"),
    "cluster_cases": (ENTERPRISES, "聚集区内有问题的企业", "Problem enterprises in the cluster"),
    "cluster_unresolved": (
        ENTERPRISES,
        "聚集区内尚未复查合格的企业",
        "Enterprises of the cluster whose newest result is a problem",
    ),
    "cluster_hint": (
        ENTERPRISES,
        "聚集区内有共同点的问题企业",
        "Problem enterprises of the cluster that share the value",
    ),
    "cluster_hint_known": (
        ENTERPRISES,
        "聚集区内该项有登记的问题企业",
        "Problem enterprises of the cluster with that column filled",
    ),
    "cluster_hint_outside": (
        ENTERPRISES,
        "聚集区外查过、有同一共同点的企业",
        "Inspected enterprises outside the cluster that share the value",
    ),
    "cluster_hint_outside_known": (
        ENTERPRISES,
        "聚集区外查过、该项有登记的企业",
        "Inspected enterprises outside the cluster with that column filled",
    ),
    "cluster_resolved": (
        ENTERPRISES,
        "聚集区内有过问题、已复查合格的企业",
        "Enterprises of the cluster whose problem was put right",
    ),
    "cluster_clean": (
        ENTERPRISES,
        "聚集区内查过、无问题的企业",
        "Enterprises of the cluster without a problem",
    ),
    "cluster_placed": (
        ENTERPRISES,
        "聚集区内画在图上的企业",
        "Enterprises of the cluster that the map draws",
    ),
    "cluster_cells": (AREAS, "聚集区的网格", "Cells of the cluster"),
    "cluster_expected": (
        CHANCES,
        "期望数的由来：每家的概率之和",
        "What the expected number is made of: each producer's chance",
    ),
}


_MEMBERS: Final = {
    "cluster_members": "enterprise_ids",
    "cluster_cases": "problem_ids",
    "cluster_unresolved": "unresolved_ids",
}


def members_of(
    scope: Scope, name: str, own: dict[str, Any], *, cluster: int, hint: int | None
) -> Sequence[int]:
    """Return the numbers of the enterprises of a set.

    Args:
        scope: County and day.
        name: One of `CLUSTER_SETS` that lists enterprises.
        own: The cluster, as of `cluster_frames.row`.
        cluster: Its key.
        hint: For the sets of a hint: its position in the cluster's list, from 1.

    Raises:
        NotFoundError: The cluster has no such hint.
    """
    if name.startswith("cluster_hint"):
        return _of_hint(scope, name, own, cluster, hint or 0)
    if name == "cluster_resolved":
        return sorted({*own["problem_ids"]} - {*own["unresolved_ids"]})
    if name == "cluster_clean":
        return sorted({*own["enterprise_ids"]} - {*own["problem_ids"]})
    if name == "cluster_placed":
        register = enterprises.located(scope.session, scope.code, scope.plan_id)
        placed = register.loc[register.geometry.notna(), "enterprise_id"]
        return sorted({*own["enterprise_ids"]} & {*placed})
    return list(own[_MEMBERS[name]])


def _of_hint(
    scope: Scope, name: str, own: dict[str, Any], cluster: int, position: int
) -> list[int]:
    """Return whom a hint counts, inside or outside: with its value, or with any."""
    if not 1 <= position <= len(own["hints"]):
        raise NotFoundError(f"the cluster has no hint {position}; it has {len(own['hints'])}")
    found = own["hints"][position - 1]
    ids = inspected_outside(scope, cluster) if "outside" in name else own["problem_ids"]
    values = enterprises.attribute_values(scope.session, scope.code, ids, found["attribute"])
    if name.endswith("_known"):
        return list(values)
    return [one for one, value in values.items() if value == found["value"]]
