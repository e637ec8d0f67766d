"""Clusters and cell statistics: what goes into the analysis, and what came out."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from geoalchemy2.shape import from_shape
from geopandas import GeoDataFrame
from pandas import DataFrame
from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from service.database import analyses
from service.database.cluster_frames import ITS_ANALYSIS, cluster_statement, with_life
from service.database.frames import missing_as_none, read_shapes, read_table
from service.database.tables import (
    AnalysisRow,
    CellStatisticRow,
    ClusterRow,
    QualityEventRow,
)

_RESULTS = ("visit", "sample_test")
ALL = "all"


def inspection_results(
    session: Session, county_code: str, *, since: date, until: date
) -> DataFrame:
    """Return visits and sample tests of enterprises between two days, both included.

    Columns: enterprise_id, inspector (missing where not written down), problem (whether it found
    one), occurred_on; in order of days, of one day the problem last.
    """
    statement = (
        select(
            QualityEventRow.enterprise_id,
            func.nullif(QualityEventRow.inspector, "").label("inspector"),
            QualityEventRow.is_problem.label("problem"),
            QualityEventRow.occurred_on,
        )
        .where(
            QualityEventRow.county_code == county_code,
            QualityEventRow.kind.in_(_RESULTS),
            QualityEventRow.enterprise_id.is_not(None),
            QualityEventRow.occurred_on.between(since, until),
        )
        .order_by(QualityEventRow.occurred_on, QualityEventRow.is_problem, QualityEventRow.id)
    )
    return read_table(session, statement)


def newest_results(session: Session, county_code: str, *, until: date) -> DataFrame:
    """Return the newest visit or test of each enterprise until a day, one row an enterprise.

    Columns: enterprise_id (index), is_problem (of the newest; of one day a problem counts),
    problem_on (the last day with a problem, missing if there was none).
    """
    newest_first = QualityEventRow.occurred_on.desc(), QualityEventRow.is_problem.desc()
    problem_day = func.max(QualityEventRow.occurred_on).filter(QualityEventRow.is_problem)
    statement = (
        select(
            QualityEventRow.enterprise_id,
            func.array_agg(aggregate_order_by(QualityEventRow.is_problem, *newest_first))[1].label(
                "is_problem"
            ),
            problem_day.label("problem_on"),
        )
        .where(
            QualityEventRow.county_code == county_code,
            QualityEventRow.kind.in_(_RESULTS),
            QualityEventRow.enterprise_id.is_not(None),
            QualityEventRow.occurred_on <= until,
        )
        .group_by(QualityEventRow.enterprise_id)
    )
    found = read_table(session, statement)
    found["enterprise_id"] = found["enterprise_id"].astype("int64")
    return found.set_index("enterprise_id")


def save_clusters(
    session: Session, county_code: str, analysis_id: UUID, clusters: list[dict[str, Any]]
) -> None:
    """Save clusters; `centre` and `geometry` are Shapely shapes in WGS 84."""
    rows = [
        {
            **cluster,
            "county_code": county_code,
            "analysis_id": analysis_id,
            "centre": from_shape(cluster["centre"], srid=4326),
            "geometry": from_shape(cluster["geometry"], srid=4326),
        }
        for cluster in clusters
    ]
    if rows:
        session.execute(insert(ClusterRow), rows)


def save_cell_statistics(
    session: Session, county_code: str, analysis_id: UUID, product: str, cells: DataFrame
) -> None:
    """Save one product's cell statistics; columns as in the data dictionary."""
    columns = [
        "cell_code",
        "enterprises",
        "visits",
        "problems",
        "expected",
        "gi_star",
        "p",
        "q",
        "gi_class",
        "local_moran",
        "local_class",
        "draws",
    ]
    fixed = {"county_code": county_code, "analysis_id": analysis_id, "product": product}
    values = missing_as_none(cells[columns]).to_numpy()
    rows = [{**fixed, **dict(zip(columns, row, strict=True))} for row in values]
    if rows:
        session.execute(insert(CellStatisticRow), rows)


def latest(session: Session, county_code: str, on: date) -> GeoDataFrame:
    """Return the clusters that the scan of a day found (windows), the most surprising first.

    Columns: cluster_id, kind (window), product, rank, llr, p, p_gumbel, q, cases, expected, excess
    (cases above expectation), population, relative_risk, radius_m, crosses_township,
    township_codes, cell_codes, enterprise_ids, problem_ids, unresolved_ids (those whose newest
    result is still a problem),
    officer_shares, proposed_lead, proposed_second (names, '' nobody), hints, robustness
    (`stands`, `variants`; empty where not computed), lon, lat, geometry; of the object it belongs
    to (missing for one that was never significant): object_id, state (open, closed, '' none),
    first_seen, weeks_seen, trend (new, growing, steady, shrinking, '' none), lead ('' nobody yet),
    lead_agreed_on, lead_agreed_by, second; next_visits (from the targets of the day).

    Raises:
        NotFoundError: No such analysis has been run.
    """
    analysis_id = analyses.latest(session, county_code, "clusters", on)
    statement = cluster_statement().where(
        ClusterRow.county_code == county_code,
        ClusterRow.analysis_id == analysis_id,
        ClusterRow.kind == "window",
    )
    order = statement.order_by(ClusterRow.p, ClusterRow.llr.desc(), ClusterRow.id)
    found = read_shapes(session, order)
    return with_life(session, county_code, on, found)


def of_days(session: Session, county_code: str, days: Sequence[date]) -> GeoDataFrame:
    """Return the clusters that the scans of some days found (windows), as they were saved.

    Columns: as_of and those of `latest` without what is known of the object.
    """
    statement = (
        cluster_statement()
        .add_columns(AnalysisRow.as_of)
        .join(AnalysisRow, ITS_ANALYSIS)
        .where(
            ClusterRow.county_code == county_code,
            ClusterRow.kind == "window",
            AnalysisRow.as_of.in_(days),
        )
    )
    order = statement.order_by(
        AnalysisRow.as_of, ClusterRow.p, ClusterRow.llr.desc(), ClusterRow.id
    )
    return read_shapes(session, order)


def cell_statistics(session: Session, county_code: str, on: date) -> DataFrame:
    """Return every product's cell statistics of the newest analysis of a day.

    Columns: product, cell_code, enterprises, visits, problems, expected, gi_star, p, q, gi_class,
    local_moran, local_class, draws; the last three are missing in an analysis from before them.

    Raises:
        NotFoundError: No such analysis has been run.
    """
    analysis_id = analyses.latest(session, county_code, "clusters", on)
    statement = (
        select(
            CellStatisticRow.product,
            CellStatisticRow.cell_code,
            CellStatisticRow.enterprises,
            CellStatisticRow.visits,
            CellStatisticRow.problems,
            CellStatisticRow.expected,
            CellStatisticRow.gi_star,
            CellStatisticRow.p,
            CellStatisticRow.q,
            CellStatisticRow.gi_class,
            CellStatisticRow.local_moran,
            CellStatisticRow.local_class,
            CellStatisticRow.draws,
        )
        .where(
            CellStatisticRow.county_code == county_code,
            CellStatisticRow.analysis_id == analysis_id,
        )
        .order_by(CellStatisticRow.product, CellStatisticRow.cell_code)
    )
    return read_table(session, statement)
