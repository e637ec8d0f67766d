"""Analyses: one row a run with what went in, so that any result can be repeated and replaced."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from pandas import DataFrame
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from service.database.frames import read_table
from service.database.tables import AnalysisRow, ClusterRow
from service.domain.errors import NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAnalysis:
    """What is to be written down about a run.

    Attributes:
        kind: gaps, clusters or targets.
        as_of: The day it speaks of.
        plan_id: The plan in force on it.
        inputs: Counts and ids of what went in.
        parameters: Every limit and setting.
        summary: The result in a few numbers.
        seed: Of the simulations, if there were any.
    """

    kind: str
    as_of: date
    plan_id: int | None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    summary: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None


def replace(session: Session, county_code: str, new: NewAnalysis) -> UUID:
    """Write an analysis down in place of those of the same county, kind and day; return its id.

    The results of the older ones are deleted with them: running again never doubles.
    """
    # Two runs at once would each delete nothing and both stay: the second waits for the first.
    lock = func.pg_advisory_xact_lock(
        func.hashtext(f"analysis:{county_code}:{new.kind}:{new.as_of}")
    )
    session.execute(select(lock))
    session.execute(
        delete(AnalysisRow).where(
            AnalysisRow.county_code == county_code,
            AnalysisRow.kind == new.kind,
            AnalysisRow.as_of == new.as_of,
        )
    )
    row = AnalysisRow(
        county_code=county_code,
        id=uuid4(),
        kind=new.kind,
        as_of=new.as_of,
        plan_id=new.plan_id,
        inputs=dict(new.inputs),
        parameters=dict(new.parameters),
        seed=new.seed,
        summary=dict(new.summary),
    )
    session.add(row)
    session.flush()
    return row.id


def latest(session: Session, county_code: str, kind: str, on: date) -> UUID:
    """Return the id of the newest analysis of a kind that speaks of a day.

    Raises:
        NotFoundError: There is none of that day.
    """
    found = latest_or_none(session, county_code, kind, on)
    if found is None:
        raise NotFoundError(
            f"there is no analysis of {kind} for {on} in county {county_code}; "
            f"run `wangge {kind} --on {on}`"
        )
    return found


def latest_or_none(session: Session, county_code: str, kind: str, on: date) -> UUID | None:
    """Return the id of the newest analysis of a kind that speaks of a day, or None."""
    statement = (
        select(AnalysisRow.id)
        .where(
            AnalysisRow.county_code == county_code,
            AnalysisRow.kind == kind,
            AnalysisRow.as_of == on,
        )
        .order_by(AnalysisRow.created_at.desc())
        .limit(1)
    )
    return session.scalar(statement)


def days_of(
    session: Session, county_code: str, kind: str, *, since: date, until: date
) -> list[date]:
    """Return the days that analyses of a kind speak of, in order."""
    statement = (
        select(AnalysisRow.as_of)
        .where(
            AnalysisRow.county_code == county_code,
            AnalysisRow.kind == kind,
            AnalysisRow.as_of.between(since, until),
        )
        .distinct()
        .order_by(AnalysisRow.as_of)
    )
    return list(session.scalars(statement))


def cluster_members(
    session: Session, county_code: str, analysis_id: UUID, *, max_p: float
) -> DataFrame:
    """Return the enterprises inside the clusters of an analysis that chance does not explain.

    Returns:
        enterprise_id, product, rank, p; an enterprise once, under its strongest cluster.
    """
    members_of = func.jsonb_array_elements_text(ClusterRow.enterprise_ids)
    member = members_of.table_valued("value", joins_implicitly=True).c.value
    statement = (
        select(
            member.label("enterprise_id"),
            ClusterRow.product,
            ClusterRow.rank,
            ClusterRow.p,
        )
        .where(
            ClusterRow.county_code == county_code,
            ClusterRow.analysis_id == analysis_id,
            ClusterRow.p <= max_p,
        )
        .order_by(ClusterRow.p, ClusterRow.rank)
    )
    members = read_table(session, statement)
    members["enterprise_id"] = members["enterprise_id"].astype("int64")
    return members.drop_duplicates("enterprise_id", ignore_index=True)
