"""The record of each enterprise: what was found there, when last, and what is still open."""

from datetime import date
from typing import Final

from pandas import DataFrame
from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on
from sqlalchemy.orm import Session

from service.database.events import INSPECTIONS
from service.database.frames import read_table
from service.database.tables import QualityEventRow

# Dispositions after which an enterprise must be looked at once more (回头看).
BANS: Final = ("banned", "closed", "revoked")


def record(session: Session, county_code: str, since: date, on: date) -> DataFrame:
    """Return how often each enterprise came to notice from `since` to `on`, both counted.

    Returns:
        enterprise_id, sign (violation, complaint, media, tip_off; control_system, failed_sample
        and problem_visit where a problem was found), times, last_on, detail (result of the last).
    """
    newest_first = QualityEventRow.occurred_on.desc(), QualityEventRow.id.desc()
    sign = _sign().label("sign")
    statement = (
        select(
            QualityEventRow.enterprise_id,
            sign,
            func.count().label("times"),
            func.max(QualityEventRow.occurred_on).label("last_on"),
            func.array_agg(aggregate_order_by(QualityEventRow.result, *newest_first))[1].label(
                "detail"
            ),
        )
        .where(
            QualityEventRow.county_code == county_code,
            QualityEventRow.enterprise_id.is_not(None),
            QualityEventRow.occurred_on.between(since, on),
            _sign().is_not(None),
        )
        .group_by(QualityEventRow.enterprise_id, sign)
        .order_by(QualityEventRow.enterprise_id, sign)
    )
    return read_table(session, statement)


def last_inspections(session: Session, county_code: str, on: date) -> DataFrame:
    """Return enterprise_id and last_visit_on, the last visit or sample test up to a day."""
    statement = (
        select(
            QualityEventRow.enterprise_id,
            func.max(QualityEventRow.occurred_on).label("last_visit_on"),
        )
        .where(
            QualityEventRow.county_code == county_code,
            QualityEventRow.enterprise_id.is_not(None),
            QualityEventRow.kind.in_(INSPECTIONS),
            QualityEventRow.occurred_on <= on,
        )
        .group_by(QualityEventRow.enterprise_id)
        .order_by(QualityEventRow.enterprise_id)
    )
    return read_table(session, statement)


def unfinished(session: Session, county_code: str, on: date) -> DataFrame:
    """Return the rectifications (整改) ordered by a day and not finished on it.

    Columns: event_id, enterprise_id, kind, occurred_on, due_on, result, in order of due day.
    """
    statement = (
        select(
            QualityEventRow.id.label("event_id"),
            QualityEventRow.enterprise_id,
            QualityEventRow.kind,
            QualityEventRow.occurred_on,
            QualityEventRow.due_on,
            QualityEventRow.result,
        )
        .where(
            QualityEventRow.county_code == county_code,
            QualityEventRow.occurred_on <= on,
            QualityEventRow.due_on.is_not(None),
            or_(QualityEventRow.closed_on.is_(None), QualityEventRow.closed_on > on),
        )
        .order_by(QualityEventRow.due_on, QualityEventRow.id)
    )
    return read_table(session, statement)


def bans_without_look_back(session: Session, county_code: str, on: date) -> DataFrame:
    """Return enterprises banned or closed by a day that nobody has visited again since.

    Columns: enterprise_id, disposition, occurred_on (of the last disposition).
    """
    last = (
        select(
            QualityEventRow.enterprise_id,
            QualityEventRow.disposition,
            func.coalesce(QualityEventRow.closed_on, QualityEventRow.occurred_on).label("done_on"),
        )
        .ext(distinct_on(QualityEventRow.enterprise_id))
        .where(
            QualityEventRow.county_code == county_code,
            QualityEventRow.enterprise_id.is_not(None),
            QualityEventRow.occurred_on <= on,
            QualityEventRow.disposition.in_(BANS),
        )
        .order_by(QualityEventRow.enterprise_id, QualityEventRow.occurred_on.desc())
        .cte("last_ban")
    )
    looked_back = (
        select(QualityEventRow.id)
        .where(
            QualityEventRow.county_code == county_code,
            QualityEventRow.enterprise_id == last.c.enterprise_id,
            QualityEventRow.kind.in_(INSPECTIONS),
            QualityEventRow.occurred_on > last.c.done_on,
            QualityEventRow.occurred_on <= on,
        )
        .exists()
    )
    statement = (
        select(last.c.enterprise_id, last.c.disposition, last.c.done_on.label("occurred_on"))
        .where(~looked_back)
        .order_by(last.c.enterprise_id)
    )
    return read_table(session, statement)


def _sign() -> ColumnElement[str | None]:
    """Return what an event adds to the record of its enterprise; null for nothing."""
    kind = QualityEventRow.kind
    found = QualityEventRow.is_problem
    return case(
        (kind.in_(("violation", "complaint", "media", "tip_off")), kind),
        (and_(kind == "control_system", found), "control_system"),
        (and_(kind == "sample_test", found), "failed_sample"),
        (and_(kind == "visit", found), "problem_visit"),
        else_=None,
    )
