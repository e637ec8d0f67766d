"""Clusters and cell statistics: what goes into the analysis, and what came out."""

from datetime import date
from typing import Any
from uuid import UUID

from geoalchemy2.shape import from_shape
from geopandas import GeoDataFrame
from pandas import DataFrame
from sqlalchemy import and_, func, insert, select
from sqlalchemy.orm import Session, aliased

from service.database import analyses
from service.database.frames import missing_as_none, read_shapes, read_table
from service.database.tables import (
    CellStatisticRow,
    ClusterRow,
    OfficerRow,
    QualityEventRow,
)

_RESULTS = ("visit", "sample_test")
ALL = "all"


def results_by_enterprise(
    session: Session, county_code: str, *, since: date, until: date
) -> DataFrame:
    """Return visits and sample tests with their problems between two days, both included.

    Columns: enterprise_id, results, problems; only enterprises with a result.
    """
    problems = func.count().filter(QualityEventRow.is_problem)
    statement = (
        select(
            QualityEventRow.enterprise_id,
            func.count().label("results"),
            problems.label("problems"),
        )
        .where(
            QualityEventRow.county_code == county_code,
            QualityEventRow.kind.in_(_RESULTS),
            QualityEventRow.enterprise_id.is_not(None),
            QualityEventRow.occurred_on.between(since, until),
        )
        .group_by(QualityEventRow.enterprise_id)
        .order_by(QualityEventRow.enterprise_id)
    )
    return read_table(session, statement)


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
    ]
    fixed = {"county_code": county_code, "analysis_id": analysis_id, "product": product}
    values = missing_as_none(cells[columns]).to_numpy()
    rows = [{**fixed, **dict(zip(columns, row, strict=True))} for row in values]
    if rows:
        session.execute(insert(CellStatisticRow), rows)


def latest(session: Session, county_code: str, on: date) -> GeoDataFrame:
    """Return the clusters of the newest analysis of a day, the most surprising first.

    Columns: cluster_id, product, rank, llr, p, p_gumbel, q, cases, expected, population,
    relative_risk, radius_m, crosses_township, township_codes, cell_codes, enterprise_ids,
    officer_shares, lead, proposed_lead (names, '' nobody), robustness, lon, lat, geometry.

    Raises:
        NotFoundError: No such analysis has been run.
    """
    analysis_id = analyses.latest(session, county_code, "clusters", on)
    lead, proposed = aliased(OfficerRow), aliased(OfficerRow)
    statement = (
        select(
            ClusterRow.id.label("cluster_id"),
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
            ClusterRow.officer_shares,
            func.coalesce(lead.name, "").label("lead"),
            func.coalesce(proposed.name, "").label("proposed_lead"),
            ClusterRow.robustness,
            func.ST_X(ClusterRow.centre).label("lon"),
            func.ST_Y(ClusterRow.centre).label("lat"),
            func.ST_AsBinary(ClusterRow.geometry).label("geometry"),
        )
        .outerjoin(
            lead,
            and_(lead.county_code == ClusterRow.county_code, lead.id == ClusterRow.lead_officer_id),
        )
        .outerjoin(
            proposed,
            and_(
                proposed.county_code == ClusterRow.county_code,
                proposed.id == ClusterRow.proposed_lead_officer_id,
            ),
        )
        .where(ClusterRow.county_code == county_code, ClusterRow.analysis_id == analysis_id)
        .order_by(ClusterRow.p, ClusterRow.llr.desc(), ClusterRow.id)
    )
    return read_shapes(session, statement)


def cell_statistics(session: Session, county_code: str, on: date) -> DataFrame:
    """Return every product's cell statistics of the newest analysis of a day.

    Columns: product, cell_code, enterprises, visits, problems, expected, gi_star, p, q, gi_class.

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
        )
        .where(
            CellStatisticRow.county_code == county_code,
            CellStatisticRow.analysis_id == analysis_id,
        )
        .order_by(CellStatisticRow.product, CellStatisticRow.cell_code)
    )
    return read_table(session, statement)
