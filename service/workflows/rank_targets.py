"""Scores of the day → ranked targets with their reasons, saved as an analysis."""

import logging
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pandas import DataFrame
from sqlalchemy.orm import Session

from service.database import analyses, officers, plans, targets, tile_rollup
from service.domain.holders import Holders
from service.domain.risk import CLASS_FLOORS
from service.domain.scoring import RECORD_DAYS
from service.domain.targets import rank
from service.workflows.score_enterprises import CLUSTER_MAX_P, Scored, score_enterprises

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetReport:
    """What was ranked: the analysis, its rows, and how many are of each class."""

    analysis_id: UUID
    frame: DataFrame
    by_class: dict[int, int]


def rank_targets(session: Session, county_code: str, *, on: date) -> TargetReport:
    """Rank every enterprise of the county for a day, in the county and in its cell.

    Running it again for the same day replaces the analysis of that day.
    """
    plan_id = plans.in_force(session, county_code, on)
    scored = score_enterprises(session, county_code, plan_id, on=on)
    holders = Holders(officers.responsible_on(session, county_code, plan_id, on))
    frame = rank(scored.register, scored.scores, holders)
    visits = scored.register[["enterprise_id", "last_visit_on"]]
    frame = frame.merge(visits, on="enterprise_id", how="left")
    by_class = {
        risk_class: int((frame["risk_class"] == risk_class).sum()) for risk_class in range(1, 5)
    }
    new = analyses.NewAnalysis(
        kind="targets",
        as_of=on,
        plan_id=plan_id,
        inputs={"enterprises": len(frame), "clusters_analysis": scored.clusters_analysis},
        parameters=_parameters(scored),
        summary={"by_class": {str(key): count for key, count in by_class.items()}},
    )
    analysis_id = analyses.replace(session, county_code, new)
    targets.save(session, county_code, analysis_id, frame)
    # The last step of the main job: the first to open a map need not wait for the counts.
    tile_rollup.refresh(session, county_code, on)
    logger.info("ranked %d targets of %s on %s", len(frame), county_code, on)
    return TargetReport(analysis_id=analysis_id, frame=frame, by_class=by_class)


def _parameters(scored: Scored) -> dict[str, Any]:
    weights = scored.weights.set_index("key")[["points", "max_points"]]
    return {
        "weights": weights.astype(float).to_dict("index"),
        "class_floors": list(CLASS_FLOORS),
        "record_days": RECORD_DAYS,
        "cluster_max_p": CLUSTER_MAX_P,
    }
