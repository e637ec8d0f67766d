"""Townships whose producers of one product fail beyond chance, with who leads: open ones."""

from collections.abc import Sequence
from typing import Any

from service.api.dependencies import Scope
from service.api.views.asked import ALL, Asked
from service.api.views.rows import plain_rows
from service.database import cells, cluster_changes, township_statistics
from service.database.cluster_changes import OPEN


def owned_townships(
    scope: Scope, asked: Asked, within: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Return the open objects of kind township that a view speaks of, the worst first.

    With `within`, codes of cells, only townships that have one of them.

    Of each: object_id, product, township (name), cases, expected, q, lead ('' nobody yet).

    Raises:
        NotFoundError: The clusters of the day have not been computed.
    """
    ranking = township_statistics.latest(scope.session, scope.code, scope.on)
    stands = cluster_changes.standing(scope.session, scope.code, scope.on)[["state", "lead"]]
    opened = cluster_changes.townships(scope.session, scope.code).set_index("object_id")
    if ranking.empty or stands.empty:
        return []
    known = ranking.merge(stands, left_on="object_id", right_index=True)
    known = known.join(opened["opened_on"], on="object_id")
    wanted = (known["state"] == OPEN) & (known["opened_on"] <= asked.until)
    wanted &= (known["product"] == asked.product) | (asked.product == ALL)
    wanted &= (known["township_code"] == asked.township) | (not asked.township)
    if within is not None:
        wanted &= known["township_code"].isin(
            cells.townships_of(scope.session, scope.code, scope.plan_id, within)
        )
    return [{**row, "object_id": int(row["object_id"])} for row in plain_rows(known[wanted])]
