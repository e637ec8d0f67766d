"""Township × product: how many producers, and how many fail, ranked."""

from datetime import date
from uuid import UUID

from pandas import DataFrame
from sqlalchemy import and_, func, insert, select
from sqlalchemy.orm import Session

from service.database import analyses
from service.database.frames import missing_as_none, read_table
from service.database.tables import TownshipRow, TownshipStatisticRow

_SAVED = (
    "product",
    "township_code",
    "rank",
    "producers",
    "concentration",
    "inspected",
    "cases",
    "expected",
    "ratio",
    "p",
    "q",
    "verdict",
    "problem_ids",
    "object_id",
)


def save(session: Session, county_code: str, analysis_id: UUID, ranking: DataFrame) -> None:
    """Save a ranking as of `domain.township_ranking`, with problem_ids and object_id."""
    fixed = {"county_code": county_code, "analysis_id": analysis_id}
    rows = [
        {**fixed, **dict(zip(_SAVED, row, strict=True))}
        for row in missing_as_none(ranking[list(_SAVED)]).itertuples(index=False, name=None)
    ]
    if rows:
        session.execute(insert(TownshipStatisticRow), rows)


def latest(session: Session, county_code: str, on: date) -> DataFrame:
    """Return township × product of the newest analysis of a day, those to put right first.

    Columns: rank (missing where not judged), product, township_code, township, producers,
    concentration (share of the county's producers of the product, 0 to 1), inspected, cases,
    expected, ratio, p, q, verdict (key, high, ordinary, few, blind), problem_ids, object_id (the
    cluster that people own; missing while it has never failed beyond chance).

    Raises:
        NotFoundError: No such analysis has been run.
    """
    analysis_id = analyses.latest(session, county_code, "clusters", on)
    statement = (
        select(
            TownshipStatisticRow.rank,
            TownshipStatisticRow.product,
            TownshipStatisticRow.township_code,
            func.coalesce(TownshipRow.name, "").label("township"),
            TownshipStatisticRow.producers,
            TownshipStatisticRow.concentration,
            TownshipStatisticRow.inspected,
            TownshipStatisticRow.cases,
            TownshipStatisticRow.expected,
            TownshipStatisticRow.ratio,
            TownshipStatisticRow.p,
            TownshipStatisticRow.q,
            TownshipStatisticRow.verdict,
            TownshipStatisticRow.problem_ids,
            TownshipStatisticRow.object_id,
        )
        .outerjoin(
            TownshipRow,
            and_(
                TownshipRow.county_code == TownshipStatisticRow.county_code,
                TownshipRow.code == TownshipStatisticRow.township_code,
            ),
        )
        .where(
            TownshipStatisticRow.county_code == county_code,
            TownshipStatisticRow.analysis_id == analysis_id,
        )
        .order_by(
            TownshipStatisticRow.rank.nulls_last(),
            TownshipStatisticRow.product,
            TownshipStatisticRow.township_code,
        )
    )
    return read_table(session, statement)
