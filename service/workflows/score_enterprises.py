"""Everything known about each enterprise on a day → its score, with the reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import pandas as pd
from geopandas import GeoDataFrame
from pandas import DataFrame
from sqlalchemy.orm import Session

from service.database import analyses, enterprises, policies, records
from service.domain.risk import INACTIVE_STATUSES, PolicyTable
from service.domain.scoring import RECORD_DAYS, Score, score
from service.domain.scoring_facts import ClusterMark, EnterpriseFacts, Tally

# A cluster that chance explains more often than this says nothing about those inside.
CLUSTER_MAX_P: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """The register of a day with a score for each enterprise.

    Attributes:
        register: Located enterprises, with is_active and last_visit_on added.
        scores: By enterprise_id.
        policies: The inspection policies that were used.
        weights: The score table that was used, as printed.
        clusters_analysis: The analysis of clusters that was read, if there was one.
    """

    register: GeoDataFrame
    scores: Mapping[int, Score]
    policies: PolicyTable
    weights: DataFrame
    clusters_analysis: str | None


def score_enterprises(session: Session, county_code: str, plan_id: int, *, on: date) -> Scored:
    """Score every enterprise of the register on a day.

    Lines that the county's score and policy tables lack are added with their defaults first, so
    that the tables always show what was used.
    """
    policies.complete(session, county_code)
    weights = policies.score_weights(session, county_code)
    rules = policies.inspection_policies(session, county_code)
    register = _register(session, county_code, plan_id, on)
    marks, clusters_analysis = _cluster_marks(session, county_code, on)
    facts = _facts(session, county_code, register, marks, on=on)
    return Scored(
        register=register,
        scores={each.enterprise_id: score(each, weights, rules, on=on) for each in facts},
        policies=rules,
        weights=policies.weights_frame(session, county_code),
        clusters_analysis=clusters_analysis,
    )


def _register(session: Session, county_code: str, plan_id: int, on: date) -> GeoDataFrame:
    register = enterprises.located(session, county_code, plan_id)
    visits = records.last_inspections(session, county_code, on)
    register = register.merge(visits, on="enterprise_id", how="left")
    register["is_active"] = ~register["enterprise_status"].isin(INACTIVE_STATUSES)
    return register


def _facts(
    session: Session,
    county_code: str,
    register: GeoDataFrame,
    marks: Mapping[int, ClusterMark],
    *,
    on: date,
) -> list[EnterpriseFacts]:
    signs = _signs(records.record(session, county_code, on - timedelta(days=RECORD_DAYS), on))
    late = _late(records.unfinished(session, county_code, on), on)
    licences = enterprises.licences_held(session, county_code, on)
    columns = [
        "enterprise_id",
        "register_key",
        "kind",
        "product",
        "is_active",
        "attributes",
        "last_visit_on",
    ]
    is_precise = register["point_township_code"].notna() | register["cell_code"].notna()
    return [
        EnterpriseFacts(
            enterprise_id=enterprise_id,
            register_key=key,
            kind=kind,
            product=product,
            is_active=bool(is_active),
            is_precise=bool(precise),
            attributes=attributes,
            licences=licences.get(enterprise_id, ()),
            record=signs.get(enterprise_id, {}),
            rectifications=late.get(enterprise_id),
            last_visit_on=None if pd.isna(visited) else visited,
            cluster=marks.get(enterprise_id),
        )
        for (enterprise_id, key, kind, product, is_active, attributes, visited), precise in zip(
            register[columns].itertuples(index=False, name=None), is_precise, strict=True
        )
    ]


def _signs(record: DataFrame) -> dict[int, dict[str, Tally]]:
    signs: dict[int, dict[str, Tally]] = {}
    columns = ["enterprise_id", "sign", "times", "last_on", "detail"]
    for enterprise_id, sign, times, last_on, detail in record[columns].itertuples(
        index=False, name=None
    ):
        tally = Tally(times=int(times), last_on=last_on, detail=detail)
        signs.setdefault(int(enterprise_id), {})[sign] = tally
    return signs


def _late(unfinished: DataFrame, on: date) -> dict[int, Tally]:
    late = unfinished[(unfinished["due_on"] < on) & unfinished["enterprise_id"].notna()]
    grouped = late.groupby("enterprise_id")["due_on"].agg(["size", "min"])
    return {
        int(enterprise_id): Tally(times=int(size), last_on=oldest)
        for enterprise_id, size, oldest in grouped.itertuples(name=None)
    }


def _cluster_marks(
    session: Session, county_code: str, on: date
) -> tuple[dict[int, ClusterMark], str | None]:
    analysis_id = analyses.latest_or_none(session, county_code, "clusters", on)
    if analysis_id is None:
        return {}, None
    members = analyses.cluster_members(session, county_code, analysis_id, max_p=CLUSTER_MAX_P)
    marks = {
        int(member): ClusterMark(product=product, rank=int(rank), p=float(p))
        for member, product, rank, p in members.itertuples(index=False, name=None)
    }
    return marks, str(analysis_id)
