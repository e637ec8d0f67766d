"""Cells, holders, the register and its record → gaps in supervision, saved as an analysis."""

import logging
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from uuid import UUID

from geopandas import GeoDataFrame
from sqlalchemy.orm import Session

from service.database import (
    analyses,
    areas,
    cells,
    counties,
    events,
    officers,
    plans,
    records,
)
from service.database import (
    gaps as gap_rows,
)
from service.domain import gaps
from service.domain.holders import Holders
from service.domain.scoring import RECORD_DAYS
from service.domain.special_areas import ZONES, AreaKind
from service.workflows.score_enterprises import Scored, score_enterprises

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class GapReport:
    """What was found: the analysis, and its rows as the data dictionary has them."""

    analysis_id: UUID
    frame: GeoDataFrame

    @property
    def counts(self) -> dict[str, int]:
        """How many gaps of each kind there are."""
        return gaps.counts(self.frame)


def find_gaps(
    session: Session, county_code: str, *, on: date, limits: gaps.Limits | None = None
) -> GapReport:
    """Find every gap of a county on a day and save them.

    Running it again for the same day replaces the analysis of that day.
    """
    limits = limits or gaps.Limits()
    plan_id = plans.in_force(session, county_code, on)
    scored = score_enterprises(session, county_code, plan_id, on=on)
    day = _county_day(session, county_code, plan_id, on, scored, limits)
    frame = gaps.frame(gaps.find(day))
    new = analyses.NewAnalysis(
        kind="gaps",
        as_of=on,
        plan_id=plan_id,
        inputs={
            "cells": len(day.cells),
            "enterprises": len(day.register),
            "officers": len(day.officers),
            "zones": len(day.zones),
            "clusters_analysis": scored.clusters_analysis,
        },
        parameters={**asdict(limits), "period_from": str(day.period_from)},
        summary=gaps.counts(frame),
    )
    analysis_id = analyses.replace(session, county_code, new)
    gap_rows.save(session, county_code, analysis_id, frame)
    logger.info("found %d gaps of %s on %s", len(frame), county_code, on)
    return GapReport(analysis_id=analysis_id, frame=frame)


def _county_day(
    session: Session,
    county_code: str,
    plan_id: int,
    on: date,
    scored: Scored,
    limits: gaps.Limits,
) -> gaps.CountyDay:
    campaign = counties.campaign_on(session, county_code, on)
    period_from = counties.period_from(session, county_code, on)
    record_from = on - timedelta(days=RECORD_DAYS)
    return gaps.CountyDay(
        on=on,
        plan_from=_first_day(session, county_code, plan_id),
        period_from=period_from,
        campaign_ends_on=campaign.ends_on if campaign else None,
        cells=cells.of_plan(session, county_code, plan_id),
        holes=cells.holes(session, county_code, plan_id, min_area_m2=limits.sliver_m2),
        overlaps=cells.overlaps(session, county_code, plan_id, min_area_m2=limits.overlap_m2),
        officers=officers.active_on(session, county_code, on),
        holders=Holders(officers.responsible_on(session, county_code, plan_id, on)),
        history=officers.history(session, county_code, plan_id),
        register=scored.register,
        scores=scored.scores,
        policies=scored.policies,
        visits_by_cell=events.visits_by_cell(session, county_code, plan_id, period_from, on),
        zones=_zones(session, county_code, plan_id, on),
        reports=events.unanswered_reports(session, county_code, plan_id, record_from, on),
        unfinished=records.unfinished(session, county_code, on),
        bans=records.bans_without_look_back(session, county_code, on),
        limits=limits,
    )


def _zones(session: Session, county_code: str, plan_id: int, on: date) -> tuple[gaps.Zone, ...]:
    """Return the border zones and urban fringes of a day; a key area alone makes no gap."""
    held = areas.of_county(session, county_code, on)
    held = held[held["kind"].isin(ZONES)]
    members = areas.cells_of(session, county_code, plan_id, held)
    columns = ("code", "name", "kind", "valid_from")
    return tuple(
        gaps.Zone(code=code, name=name, kind=AreaKind(kind), since=since, cells=members[code])
        for code, name, kind, since in zip(*(held[column] for column in columns), strict=True)
    )


def _first_day(session: Session, county_code: str, plan_id: int) -> date:
    known = plans.of_county(session, county_code).set_index("plan_id")["valid_from"]
    first: date = known.loc[plan_id]
    return first
