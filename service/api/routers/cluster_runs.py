"""Scans in the background: ask for one, see how far it is, stop it, get its result."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field
from sqlalchemy.orm import Session

from service.api.dependencies import PageDep, SessionDep
from service.api.errors import problem
from service.api.run_models import CountyRunIn, PointsRunIn, RunOut
from service.database import cluster_runs, counties, job_queue, plans
from service.database.cluster_runs import UNFINISHED, ClusterRun
from service.settings import Settings

router = APIRouter(prefix="/clusters/runs", tags=["cluster runs"])

RunIn = Annotated[CountyRunIn | PointsRunIn, Field(discriminator="source")]
_NO_WORKER = "no worker is there to compute it; start one with `wangge worker`"


@router.post("", status_code=202, summary="Ask for a scan")
def add_run(
    request: Request, session: SessionDep, asked: Annotated[RunIn, Body()], answer: Response
) -> RunOut:
    """Put a scan of the county, or of the points posted, into the queue; a worker computes it."""
    if isinstance(asked, CountyRunIn):
        settings: Settings = request.app.state.settings
        county = counties.chosen(session, asked.county or settings.county)
        # A local calendar day is meant.
        on = asked.on or county.reference_date or date.today()  # noqa: DTZ011
        plans.in_force(session, county.code, on)  # without a plan there is nothing to scan
        values = {"county": county.code, "on": on.isoformat(), "options": asked.options()}
        run = cluster_runs.add(session, values, county_code=county.code)
    else:
        run = cluster_runs.add(session, asked.request(), county_code=None)
    told = _told(session, run)
    answer.headers["Location"] = told.url
    return told


@router.get("", summary="List runs")
def list_runs(session: SessionDep, page: PageDep) -> dict[str, Any]:
    """Return how every run stands, the newest first."""
    known = cluster_runs.listing(session)
    wanted = known["id"].iloc[page.offset : page.offset + page.limit]
    items = [_told(session, cluster_runs.get(session, one)) for one in wanted]
    return {"total": len(known), "limit": page.limit, "offset": page.offset, "items": items}


@router.get("/{run_id}", summary="See how far a run is")
def read_run(session: SessionDep, run_id: UUID) -> RunOut:
    """Return how a run stands."""
    return _told(session, cluster_runs.get(session, run_id))


@router.get(
    "/{run_id}/result",
    summary="Get the result of a run",
    responses={409: {"description": "It has no result (yet); the problem says why."}},
)
def read_result(session: SessionDep, run_id: UUID) -> Response:
    """Return what `wangge clusters --file --format json` gives: settings, clusters, sites.

    Sites, one per place, belong to the local statistics and to the crowds (`options.method`).
    """
    run = cluster_runs.get(session, run_id)
    result = cluster_runs.result_of(session, run_id)
    if result is None:
        wait = "ask again later" if run.state in UNFINISHED else "ask for another run"
        because = f": {run.error}" if run.error else ""
        return problem(409, f"run {run_id} is {run.state}{because}; {wait}")
    return JSONResponse(result)


@router.delete("/{run_id}", status_code=202, summary="Stop a run")
def delete_run(session: SessionDep, run_id: UUID) -> RunOut:
    """Stop a run: at once while it waits, within a second while it is computed."""
    return _told(session, cluster_runs.stop(session, run_id))


@router.post("/{run_id}/stop", status_code=202, summary="Stop a run")
def stop_run(session: SessionDep, run_id: UUID) -> RunOut:
    """Stop a run, for those whose client has no DELETE."""
    return _told(session, cluster_runs.stop(session, run_id))


def _told(session: Session, run: ClusterRun) -> RunOut:
    url = f"/api/v1/clusters/runs/{run.id}"
    is_left = run.state in UNFINISHED and not job_queue.has_worker(session)
    return RunOut(
        id=run.id,
        source="county" if run.county_code else "points",
        county=run.county_code,
        state=run.state,
        progress=run.progress,
        stop_requested=run.stop_requested,
        attempts=run.attempts,
        error=run.error,
        hint=_NO_WORKER if is_left else "",
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        url=url,
        result_url=f"{url}/result" if run.state == "succeeded" else None,
    )
