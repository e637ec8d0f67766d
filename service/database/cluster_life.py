"""What weekly runs saw of each cluster object, and its life until a day."""

from datetime import date
from typing import Any

from pandas import DataFrame
from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from service.database.frames import read_table
from service.database.tables import (
    AnalysisRow,
    ClusterObjectRow,
    ClusterRow,
)
from service.domain.cluster_life import SIGNIFICANT_P, Sighting, trend

# A window's p is that of the most likely cluster of its product; a township is one of many tested.
_DECIDING_P = case((ClusterRow.kind == "township", ClusterRow.q), else_=ClusterRow.p)


def sightings(session: Session, county_code: str, *, until: date) -> DataFrame:
    """Return what each run until a day saw of each object, in order of objects and days.

    Columns: object_id, as_of, analysis_id, cluster_id, p, q, deciding_p (p of a window, q of a
    township: what is held against `SIGNIFICANT_P`), cases, expected, unresolved, enterprises.
    """
    statement = (
        select(
            ClusterRow.object_id,
            AnalysisRow.as_of,
            ClusterRow.analysis_id,
            ClusterRow.id.label("cluster_id"),
            ClusterRow.p,
            ClusterRow.q,
            _DECIDING_P.label("deciding_p"),
            ClusterRow.cases,
            ClusterRow.expected,
            func.jsonb_array_length(ClusterRow.unresolved_ids).label("unresolved"),
            func.jsonb_array_length(ClusterRow.enterprise_ids).label("enterprises"),
        )
        .join(AnalysisRow, _same_analysis())
        .where(
            ClusterRow.county_code == county_code,
            ClusterRow.object_id.is_not(None),
            AnalysisRow.as_of <= until,
        )
        .order_by(ClusterRow.object_id, AnalysisRow.as_of)
    )
    return read_table(session, statement)


def _same_analysis() -> Any:  # noqa: ANN401 - a condition of SQLAlchemy
    return and_(
        AnalysisRow.county_code == ClusterRow.county_code, AnalysisRow.id == ClusterRow.analysis_id
    )


def memberships(session: Session, county_code: str, *, near: date) -> DataFrame:
    """Return each object as the run nearest before a day saw it, or, failing one, after it.

    Columns: object_id, kind, product, township_code, enterprise_ids, cell_codes.
    """
    is_later = AnalysisRow.as_of > near
    distance = func.abs(AnalysisRow.as_of - near)
    statement = (
        _sighted(
            ClusterObjectRow.kind,
            ClusterObjectRow.product,
            ClusterObjectRow.township_code,
            ClusterRow.enterprise_ids,
            ClusterRow.cell_codes,
        )
        .where(ClusterRow.county_code == county_code)
        .order_by(ClusterRow.object_id, is_later, distance, ClusterRow.p)
    )
    return read_table(session, statement)


def last_significant(session: Session, county_code: str, *, until: date) -> DataFrame:
    """Return each object as the last run that found it significant saw it.

    Columns: object_id, as_of, enterprise_ids, problem_ids.
    """
    statement = (
        _sighted(AnalysisRow.as_of, ClusterRow.enterprise_ids, ClusterRow.problem_ids)
        .where(
            ClusterRow.county_code == county_code,
            AnalysisRow.as_of <= until,
            _DECIDING_P <= SIGNIFICANT_P,
        )
        .order_by(ClusterRow.object_id, AnalysisRow.as_of.desc())
    )
    return read_table(session, statement)


def _sighted(*columns: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - columns of SQLAlchemy
    """Return the first row of each object among its sightings, in the order asked for."""
    return (
        select(ClusterRow.object_id, *columns)
        .ext(distinct_on(ClusterRow.object_id))
        .join(AnalysisRow, _same_analysis())
        .join(
            ClusterObjectRow,
            and_(
                ClusterObjectRow.county_code == ClusterRow.county_code,
                ClusterObjectRow.id == ClusterRow.object_id,
            ),
        )
    )


def lives(session: Session, county_code: str, on: date) -> DataFrame:
    """Return each object's life until a day, one row an object.

    Columns: object_id (index), first_seen, last_seen, weeks_seen (significant sightings),
    trend (new, growing, steady, shrinking, gone).
    """
    seen = sightings(session, county_code, until=on)
    rows = [_life(object_id, of_one, on) for object_id, of_one in seen.groupby("object_id")]
    columns = ["object_id", "first_seen", "last_seen", "weeks_seen", "trend"]
    return DataFrame(rows, columns=columns).set_index("object_id")


def _life(object_id: object, seen: DataFrame, on: date) -> dict[str, object]:
    known = [
        Sighting(on=day, deciding_p=p, excess=cases - expected, unresolved=unresolved)
        for day, p, cases, expected, unresolved in seen[
            ["as_of", "deciding_p", "cases", "expected", "unresolved"]
        ].itertuples(index=False)
    ]
    significant = [one.on for one in known if one.is_significant]
    return {
        "object_id": object_id,
        "first_seen": min(significant, default=known[0].on),
        "last_seen": known[-1].on,
        "weeks_seen": len(significant),
        "trend": trend(known, on),
    }
