"""Clusters: those of a day, the objects that people own, key townships, and who leads."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from service.api.answers import answer
from service.api.dependencies import PageDep, Product, ScopeDep
from service.api.plain import plain_row
from service.database import (
    cluster_changes,
    cluster_frames,
    cluster_life,
    clusters,
    township_statistics,
)
from service.database.cluster_changes import OPEN
from service.domain.early_warning import with_warnings
from service.workflows.agree_lead import Agreement, agree_lead

router = APIRouter(prefix="/clusters", tags=["clusters"])

ObjectId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the cluster.")]
WithoutLead = Annotated[bool, Query(description="Only open ones for which nobody leads yet.")]
State = Annotated[Literal["open", "closed"] | None, Query(description="Only these.")]
Verdict = Literal["key", "high", "ordinary", "few", "blind"]
_Text = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class LeadIn(BaseModel):
    """Who leads a cluster, as decided."""

    model_config = ConfigDict(extra="forbid")

    lead: _Text = Field(description="Staff number (or id) of an officer active on the day.")
    second: _Text | None = Field(default=None, description="Of the second, if one is named.")
    approved_by: _Text = Field(description="Who decided it; kept in the history.")


@router.get("", summary="List clusters of problem producers")
def list_clusters(
    scope: ScopeDep,
    page: PageDep,
    *,
    product: Product | None = None,
    max_p: Annotated[float, Query(ge=0, le=1, allow_inf_nan=False)] = 1.0,
    state: State = None,
    without_lead: WithoutLead = False,
) -> Response:
    """Return the clusters found for the day, the most surprising first."""
    found = clusters.latest(scope.session, scope.code, scope.on)
    wanted = (found["p"] <= max_p) & ((found["product"] == product) | (product is None))
    wanted &= (found["state"] == state) | (state is None)
    if without_lead:
        wanted &= (found["state"] == OPEN) & (found["lead"] == "")
    return answer(found[wanted], page)


@router.get("/objects", summary="List the clusters that people own")
def list_objects(
    scope: ScopeDep, page: PageDep, *, state: State = None, without_lead: WithoutLead = False
) -> Response:
    """Return every cluster known on the day as last seen, gone and closed ones too."""
    ask = cluster_frames.without_lead if without_lead else cluster_frames.objects
    known = ask(scope.session, scope.code, scope.on)
    return answer(known[(known["state"] == state) | (state is None)], page)


@router.get("/warnings", summary="List the clusters that warn")
def list_warnings(scope: ScopeDep, page: PageDep) -> Response:
    """Return open clusters that are new or growing and not put right, red before orange, and why.

    Each has `warning`, `warning_zh` and `warning_en` beside what `/clusters/objects` tells.
    """
    known = cluster_frames.objects(scope.session, scope.code, scope.on)
    return answer(with_warnings(known), page)


@router.get("/townships", summary="Rank townships by product")
def list_townships(
    scope: ScopeDep,
    page: PageDep,
    *,
    product: Product | None = None,
    verdict: Verdict | None = None,
) -> Response:
    """Return township × product: how many producers, and apart from it how many fail, tested."""
    ranking = township_statistics.latest(scope.session, scope.code, scope.on)
    wanted = (ranking["product"] == product) | (product is None)
    wanted &= (ranking["verdict"] == verdict) | (verdict is None)
    return answer(ranking[wanted], page)


@router.get("/{object_id}", summary="Show a cluster with its history")
def read_cluster(scope: ScopeDep, object_id: ObjectId) -> dict[str, Any]:
    """Return a cluster as last seen on the day, what each run saw of it, and every change."""
    found = cluster_frames.objects(scope.session, scope.code, scope.on, object_id=object_id)
    seen = cluster_life.sightings(scope.session, scope.code, until=scope.on)
    history = cluster_changes.history(scope.session, scope.code, object_id)
    of_day = history[history["on_day"] <= scope.on]
    return {
        "cluster": plain_row(found.to_dict("records")[0]),
        "sightings": _rows(seen[seen["object_id"] == object_id]),
        "changes": _rows(of_day),
    }


@router.post("/{object_id}/lead", summary="Agree who leads a cluster")
def agree(scope: ScopeDep, object_id: ObjectId, agreed: LeadIn) -> dict[str, Any]:
    """Record who leads the work, and who decided it; the same again changes nothing."""
    agreement = Agreement(
        lead=agreed.lead, second=agreed.second, approved_by=agreed.approved_by, on=scope.on
    )
    changes = agree_lead(scope.session, scope.code, object_id, agreement)
    return {
        "changes": [
            {"what": one.what, "was": one.was, "now_is": one.now_is, "by_whom": one.by_whom}
            for one in changes
        ]
    }


def _rows(frame: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a frame
    return [plain_row(row) for row in frame.to_dict("records")]
