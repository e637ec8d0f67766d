"""Rows of clusters with the life of the object they belong to, and the objects themselves."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from geopandas import GeoDataFrame
from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from service.database import cluster_changes, cluster_life
from service.database.cluster_changes import OPEN
from service.database.cluster_visits import next_visits
from service.database.frames import read_shapes
from service.database.tables import AnalysisRow, ClusterRow, OfficerRow
from service.domain.errors import NotFoundError

ITS_ANALYSIS = and_(
    AnalysisRow.county_code == ClusterRow.county_code, AnalysisRow.id == ClusterRow.analysis_id
)


def objects(
    session: Session, county_code: str, on: date, *, object_id: int | None = None
) -> GeoDataFrame:
    """Return every object known on a day as last seen, gone and closed ones too, newest first.

    Args:
        session: An open session.
        county_code: The county.
        on: The day; what was found or decided later is left out.
        object_id: Only this one.

    Returns:
        The columns of `clusters.latest` and last_seen, state_since, state_why_zh, state_why_en,
        lead_officer_id, second_officer_id; the figures are those of the last run that saw it. Both
        kinds: windows, and townships × products (`township` is the name, '' of a window; without
        llr, p_gumbel, radius_m, robustness).

    Raises:
        NotFoundError: There is no such object on that day.
    """
    newest = (
        select(ClusterRow.id)
        .ext(distinct_on(ClusterRow.object_id))
        .join(AnalysisRow, ITS_ANALYSIS)
        .where(
            ClusterRow.county_code == county_code,
            ClusterRow.object_id.is_not(None),
            AnalysisRow.as_of <= on,
        )
        .order_by(ClusterRow.object_id, AnalysisRow.as_of.desc(), ClusterRow.p)
    )
    if object_id is not None:
        newest = newest.where(ClusterRow.object_id == object_id)
    statement = cluster_statement().where(
        ClusterRow.county_code == county_code, ClusterRow.id.in_(newest)
    )
    found = read_shapes(session, statement.order_by(ClusterRow.object_id.desc()))
    if object_id is not None and found.empty:
        raise NotFoundError(f"county {county_code} knows no cluster {object_id} on {on}")
    return with_life(session, county_code, on, found)


def row(session: Session, county_code: str, on: date, cluster_id: int) -> dict[str, Any]:
    """Return what one run saw of a cluster: who and where, as lists.

    Returns:
        object_id, kind, cell_codes, enterprise_ids, problem_ids, unresolved_ids, hints.

    Raises:
        NotFoundError: No run until that day has such a row.
    """
    statement = (
        select(
            ClusterRow.object_id,
            ClusterRow.kind,
            ClusterRow.cell_codes,
            ClusterRow.enterprise_ids,
            ClusterRow.problem_ids,
            ClusterRow.unresolved_ids,
            ClusterRow.hints,
        )
        .join(AnalysisRow, ITS_ANALYSIS)
        .where(
            ClusterRow.county_code == county_code,
            ClusterRow.id == cluster_id,
            AnalysisRow.as_of <= on,
        )
    )
    found = session.execute(statement).mappings().one_or_none()
    if found is None:
        raise NotFoundError(f"no analysis until {on} has a cluster {cluster_id}")
    return {str(key): value for key, value in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterRun:
    """What a run asked and found of one cluster: enough to take its expected number apart."""

    as_of: date
    since: date | None
    adjust_for: tuple[str, ...]
    product: str
    enterprise_ids: list[int]
    expected: float
    cases: int


def run_of(session: Session, county_code: str, on: date, cluster_id: int) -> ClusterRun:
    """Return the run behind a row.

    Raises:
        NotFoundError: No run until that day has such a row.
    """
    found = session.execute(
        select(ClusterRow, AnalysisRow)
        .join(AnalysisRow, ITS_ANALYSIS)
        .where(
            ClusterRow.county_code == county_code,
            ClusterRow.id == cluster_id,
            AnalysisRow.as_of <= on,
        )
    ).one_or_none()
    if found is None:
        raise NotFoundError(f"no analysis until {on} has a cluster {cluster_id}")
    cluster, analysis = found
    since = analysis.inputs.get("since")
    return ClusterRun(
        as_of=analysis.as_of,
        since=date.fromisoformat(str(since)) if since else None,
        adjust_for=tuple(analysis.parameters.get("adjust_for", ())),
        product=cluster.product,
        enterprise_ids=[int(one) for one in cluster.enterprise_ids],
        expected=float(cluster.expected),
        cases=int(cluster.cases),
    )


def without_lead(session: Session, county_code: str, on: date) -> GeoDataFrame:
    """Return the open objects of a day for which nobody has been agreed to lead.

    Columns: those of `objects`.
    """
    known = objects(session, county_code, on)
    return known[(known["state"] == OPEN) & (known["lead"] == "")].reset_index(drop=True)


def with_life(session: Session, county_code: str, on: date, found: GeoDataFrame) -> GeoDataFrame:
    """Add to rows of clusters their excess, their object as it stood, and the next visits."""
    standing = cluster_changes.standing(session, county_code, on)
    lives = cluster_life.lives(session, county_code, on)
    both = standing[list(_STANDING)].join(lives[list(_LIFE)])
    told = found.merge(both, left_on="object_id", right_index=True, how="left")
    told.insert(9, "excess", told["cases"] - told["expected"])
    for column in _TEXTS:
        told[column] = told[column].astype(object).fillna("")
    for column in _DAYS:
        told[column] = told[column].astype(object).where(told[column].notna(), None)
    told["weeks_seen"] = told["weeks_seen"].fillna(0).astype(int)
    members = dict(zip(told["cluster_id"], told["enterprise_ids"], strict=True))
    visits = next_visits(session, county_code, on, members)
    told["next_visits"] = [visits[one] for one in told["cluster_id"]]
    return told


_STANDING = (
    "township",
    "state",
    "state_since",
    "state_why_zh",
    "state_why_en",
    "lead",
    "lead_officer_id",
    "lead_agreed_on",
    "lead_agreed_by",
    "second",
    "second_officer_id",
)
_LIFE = ("first_seen", "last_seen", "weeks_seen", "trend")
_TEXTS = (
    "township",
    "state",
    "state_why_zh",
    "state_why_en",
    "lead",
    "lead_agreed_by",
    "second",
    "trend",
)
_DAYS = ("first_seen", "last_seen", "state_since", "lead_agreed_on")


def cluster_statement() -> Select[*tuple[Any, ...]]:
    """Return the statement of rows of clusters, to be narrowed to those wanted."""
    lead, second = aliased(OfficerRow), aliased(OfficerRow)
    return (
        select(
            ClusterRow.id.label("cluster_id"),
            ClusterRow.kind,
            ClusterRow.product,
            ClusterRow.rank,
            ClusterRow.llr,
            ClusterRow.p,
            ClusterRow.p_gumbel,
            ClusterRow.q,
            ClusterRow.cases,
            ClusterRow.expected,
            ClusterRow.population,
            ClusterRow.relative_risk,
            ClusterRow.radius_m,
            ClusterRow.crosses_township,
            ClusterRow.township_codes,
            ClusterRow.cell_codes,
            ClusterRow.enterprise_ids,
            ClusterRow.problem_ids,
            ClusterRow.unresolved_ids,
            ClusterRow.officer_shares,
            func.coalesce(lead.name, "").label("proposed_lead"),
            func.coalesce(second.name, "").label("proposed_second"),
            ClusterRow.proposed_lead_officer_id,
            ClusterRow.proposed_second_officer_id,
            ClusterRow.hints,
            ClusterRow.robustness,
            ClusterRow.object_id,
            func.ST_X(ClusterRow.centre).label("lon"),
            func.ST_Y(ClusterRow.centre).label("lat"),
            func.ST_AsBinary(ClusterRow.geometry).label("geometry"),
        )
        .outerjoin(lead, _is_officer(lead, ClusterRow.proposed_lead_officer_id))
        .outerjoin(second, _is_officer(second, ClusterRow.proposed_second_officer_id))
    )


def _is_officer(
    officer: type[OfficerRow], key: InstrumentedAttribute[int | None]
) -> ColumnElement[bool]:
    return and_(officer.county_code == ClusterRow.county_code, officer.id == key)
