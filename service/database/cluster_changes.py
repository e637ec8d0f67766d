"""Cluster objects and their append-only history: states and leads on any day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from pandas import DataFrame
from sqlalchemy import Select, and_, func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from service.database.frames import read_table
from service.database.tables import ClusterChangeRow, ClusterObjectRow, OfficerRow, TownshipRow
from service.domain.errors import NotFoundError

OPEN, CLOSED = "open", "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of an object: what was, what is now, why, by whom.

    Attributes:
        what: state, lead or second.
        officer_id: The officer meant by `now_is`, for a lead or second.
    """

    object_id: int
    on_day: date
    what: str
    was: str
    now_is: str
    why: tuple[str, str]
    by_whom: str
    officer_id: int | None = None


def create(
    session: Session, county_code: str, *, kind: str, product: str, township_code: str | None = None
) -> int:
    """Make an object; the change that opens it is recorded apart."""
    row = ClusterObjectRow(
        county_code=county_code, kind=kind, product=product, township_code=township_code
    )
    session.add(row)
    session.flush()
    return row.id


def record(session: Session, county_code: str, changes: Sequence[Change]) -> None:
    """Add changes to the history."""
    rows = [
        {
            "county_code": county_code,
            "object_id": one.object_id,
            "on_day": one.on_day,
            "what": one.what,
            "was": one.was,
            "now_is": one.now_is,
            "officer_id": one.officer_id,
            "why_zh": one.why[0],
            "why_en": one.why[1],
            "by_whom": one.by_whom,
        }
        for one in changes
    ]
    if rows:
        session.execute(insert(ClusterChangeRow), rows)


def lock(session: Session, county_code: str, object_id: int) -> None:
    """Keep others from changing an object until the end of the transaction.

    Raises:
        NotFoundError: There is no such object.
    """
    _require(session, county_code, object_id, locked=True)


def newest_day(session: Session, county_code: str, object_id: int) -> date | None:
    """Return the day of the newest change of an object, None before the first."""
    return session.scalar(
        select(func.max(ClusterChangeRow.on_day)).where(
            ClusterChangeRow.county_code == county_code, ClusterChangeRow.object_id == object_id
        )
    )


def latest_changes(session: Session, county_code: str) -> dict[int, date]:
    """Return the day of the newest change of state of each object."""
    statement = (
        select(ClusterChangeRow.object_id, func.max(ClusterChangeRow.on_day).label("on_day"))
        .where(ClusterChangeRow.county_code == county_code, ClusterChangeRow.what == "state")
        .group_by(ClusterChangeRow.object_id)
    )
    return {row.object_id: row.on_day for row in session.execute(statement)}


def lock_townships(session: Session, county_code: str) -> None:
    """Keep runs of other days from opening townships until the end of the transaction."""
    lock = func.pg_advisory_xact_lock(func.hashtext(f"township objects:{county_code}"))
    session.execute(select(lock))


def townships(session: Session, county_code: str) -> DataFrame:
    """Return the objects that are a township × product, with the day that opened each.

    Columns: object_id, product, township_code, opened_on.
    """
    opened = func.min(ClusterChangeRow.on_day).label("opened_on")
    statement = (
        select(
            ClusterObjectRow.id.label("object_id"),
            ClusterObjectRow.product,
            ClusterObjectRow.township_code,
            opened,
        )
        .join(
            ClusterChangeRow,
            and_(
                ClusterChangeRow.county_code == ClusterObjectRow.county_code,
                ClusterChangeRow.object_id == ClusterObjectRow.id,
                ClusterChangeRow.what == "state",
            ),
        )
        .where(ClusterObjectRow.county_code == county_code, ClusterObjectRow.kind == "township")
        .group_by(ClusterObjectRow.id, ClusterObjectRow.product, ClusterObjectRow.township_code)
        .order_by(ClusterObjectRow.id)
    )
    return read_table(session, statement)


def standing(session: Session, county_code: str, on: date) -> DataFrame:
    """Return each object's state and people as they stood on a day, one row an object.

    Columns: object_id (index), kind, product, township_code, township (its name, '' of
    a window), state (open, closed), state_since, state_why_zh, state_why_en, lead,
    lead_officer_id, lead_agreed_on, lead_agreed_by, second, second_officer_id; '' and missing where
    nothing was agreed.
    """
    objects = read_table(
        session,
        select(
            ClusterObjectRow.id.label("object_id"),
            ClusterObjectRow.kind,
            ClusterObjectRow.product,
            ClusterObjectRow.township_code,
            func.coalesce(TownshipRow.name, "").label("township"),
        )
        .outerjoin(
            TownshipRow,
            and_(
                TownshipRow.county_code == ClusterObjectRow.county_code,
                TownshipRow.code == ClusterObjectRow.township_code,
            ),
        )
        .where(ClusterObjectRow.county_code == county_code)
        .order_by(ClusterObjectRow.id),
    ).set_index("object_id")
    newest = read_table(session, _newest_changes(county_code, on))
    by = {what: newest[newest["what"] == what].set_index("object_id") for what in _WHAT}
    state, lead, second = (by[what].reindex(objects.index) for what in _WHAT)
    return objects.assign(
        state=state["now_is"].fillna(OPEN),
        state_since=_dates(state["on_day"]),
        state_why_zh=state["why_zh"].fillna(""),
        state_why_en=state["why_en"].fillna(""),
        lead=lead["name"].fillna(""),
        lead_officer_id=lead["officer_id"],
        lead_agreed_on=_dates(lead["on_day"]).where(lead["officer_id"].notna(), None),
        lead_agreed_by=lead["by_whom"].fillna(""),
        second=second["name"].fillna(""),
        second_officer_id=second["officer_id"],
    )


_WHAT = ("state", "lead", "second")


def _dates(days: "pd.Series[Any]") -> "pd.Series[Any]":
    return days.astype(object).where(days.notna(), None)


def _newest_changes(county_code: str, on: date) -> Select[*tuple[Any, ...]]:
    """Return the last change of each object and kind until a day."""
    return (
        select(
            ClusterChangeRow.object_id,
            ClusterChangeRow.what,
            ClusterChangeRow.now_is,
            ClusterChangeRow.on_day,
            ClusterChangeRow.why_zh,
            ClusterChangeRow.why_en,
            ClusterChangeRow.by_whom,
            ClusterChangeRow.officer_id,
            OfficerRow.name,
        )
        .ext(distinct_on(ClusterChangeRow.object_id, ClusterChangeRow.what))
        .outerjoin(
            OfficerRow,
            and_(
                OfficerRow.county_code == ClusterChangeRow.county_code,
                OfficerRow.id == ClusterChangeRow.officer_id,
            ),
        )
        .where(ClusterChangeRow.county_code == county_code, ClusterChangeRow.on_day <= on)
        .order_by(
            ClusterChangeRow.object_id,
            ClusterChangeRow.what,
            ClusterChangeRow.on_day.desc(),
            ClusterChangeRow.id.desc(),
        )
    )


def history(session: Session, county_code: str, object_id: int) -> DataFrame:
    """Return every change of an object, the oldest first.

    Columns: on_day, what, was, now_is, officer_id, why_zh, why_en, by_whom, recorded_at.

    Raises:
        NotFoundError: There is no such object.
    """
    _require(session, county_code, object_id)
    statement = (
        select(
            ClusterChangeRow.on_day,
            ClusterChangeRow.what,
            ClusterChangeRow.was,
            ClusterChangeRow.now_is,
            ClusterChangeRow.officer_id,
            ClusterChangeRow.why_zh,
            ClusterChangeRow.why_en,
            ClusterChangeRow.by_whom,
            ClusterChangeRow.recorded_at,
        )
        .where(ClusterChangeRow.county_code == county_code, ClusterChangeRow.object_id == object_id)
        .order_by(ClusterChangeRow.on_day, ClusterChangeRow.id)
    )
    return read_table(session, statement)


def _require(session: Session, county_code: str, object_id: int, *, locked: bool = False) -> None:
    known = select(ClusterObjectRow.id).where(
        ClusterObjectRow.county_code == county_code, ClusterObjectRow.id == object_id
    )
    if session.scalar(known.with_for_update() if locked else known) is None:
        raise NotFoundError(f"county {county_code} has no cluster {object_id}")
