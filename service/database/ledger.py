"""The ledger of a period: counts behind every figure, and the rows that each figure counts.

Counts come from the day's snapshot (`service.database.tile_rollup`), which PostgreSQL keeps;
rows are asked for by the page. So a county of a million enterprises passes through nobody's
memory. Rules of the domain are not written here: they are handed in as values, or applied to
counts (decision 0020).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pandas import DataFrame
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.database import analyses, ledger_sql
from service.database.events import INSPECTIONS
from service.database.frames import read_table
from service.database.tables import CellStatisticRow, EnterpriseRow
from service.database.tile_rollup import Snapshot
from service.domain.batches import ending_dispositions

# Kinds of record that find a problem in an enterprise; a complaint only claims one.
FINDINGS: Final = ("visit", "sample_test", "violation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What is counted: a county's snapshot, the days, and what the view leaves of the register.

    Attributes:
        snapshot: Licences, cells and risk classes are those of its day.
        since, until: First and last day; each the edge of a week of the snapshot's period.
        first_week, last_week: The same as indices of these weeks.
        product, township, risk_class, cell: Of the enterprises counted; None for all.
        cells: Codes of the cells whose enterprises are counted; None for all, those in none too.
    """

    county_code: str
    snapshot: Snapshot
    since: date
    until: date
    first_week: int
    last_week: int
    product: str | None = None
    township: str | None = None
    risk_class: int | None = None
    cell: str | None = None
    cells: Sequence[str] | None = None

    def values(self) -> dict[str, Any]:
        """Return what every statement is told."""
        return {
            "county_code": self.county_code,
            "snapshot_id": self.snapshot.id,
            "since": self.since,
            "until": self.until,
            "first_week": self.first_week,
            "last_week": self.last_week,
            "product": self.product,
            "township": self.township,
            "risk_class": self.risk_class,
            "cell": self.cell,
            "cells": None if self.cells is None else list(self.cells),
            "inspections": list(INSPECTIONS),
            "findings": list(FINDINGS),
            "endings": sorted(ending_dispositions()),
        }


def size(session: Session, county_code: str) -> int:
    """Return how many enterprises the register has."""
    counted = select(func.count()).where(EnterpriseRow.county_code == county_code)
    return int(session.scalar(counted) or 0)


def products(session: Session, county_code: str, on: date) -> list[str]:
    """Return the products that a day's statistics speak of, or else those of the register."""
    analysis_id = analyses.latest_or_none(session, county_code, "clusters", on)
    if analysis_id is None:
        of_register = select(EnterpriseRow.product).where(EnterpriseRow.county_code == county_code)
        return sorted(session.scalars(of_register.distinct()))
    of_analysis = select(CellStatisticRow.product).where(
        CellStatisticRow.county_code == county_code, CellStatisticRow.analysis_id == analysis_id
    )
    return sorted(session.scalars(of_analysis.distinct()))


def visits(session: Session, period: Period) -> DataFrame:
    """Return cell_code, township_code, product, visits, problems, samples, failed.

    The township is that of the cell, else of the place, else as registered; None is unknown.
    """
    return read_table(session, ledger_sql.VISITS, **period.values())


def register(session: Session, period: Period) -> DataFrame:
    """Return cell_code, township_code, kind, is_active, is_short, enterprises."""
    return read_table(session, ledger_sql.REGISTER, **period.values())


def outcomes(session: Session, period: Period) -> DataFrame:
    """Return enterprises of which the period found or ended something, counted.

    Returns:
        township_code, kind, is_active, is_short, has_problem (a visit, sample test or violation
        found one), disposition (the last that ends a batch, None without), enterprises.
    """
    return read_table(session, ledger_sql.OUTCOMES, **period.values())


def count_events(session: Session, period: Period, which: str) -> int:
    """Return how many records of a kind of `ledger_sql.EVENTS` the period has."""
    statement = ledger_sql.count_of(ledger_sql.events(which))
    return int(session.scalar(statement, period.values()) or 0)


def list_events(
    session: Session, period: Period, which: str, *, limit: int, offset: int
) -> DataFrame:
    """Return records of a kind of `ledger_sql.EVENTS`, the newest first.

    Returns:
        event_id, enterprise_id, kind, occurred_on, is_problem, result, level, due_on, closed_on,
        disposition, and name, product, cell_code, township_code, risk_class of the enterprise.
    """
    told = {**period.values(), "limit": limit, "offset": offset}
    return read_table(session, ledger_sql.page_of(ledger_sql.events(which)), **told)


def decided_cases(session: Session, period: Period) -> DataFrame:
    """Return for each enterprise its last violation or failed test that is decided and closed.

    Columns as of `list_events`.
    """
    return read_table(session, ledger_sql.DECIDED, **period.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which enterprises are listed; None leaves a condition out.

    Attributes:
        kind: producer, seller or den.
        is_active, is_short: Still working; short of a required licence.
        ids: These only.
        batch: The one that a disposition of the period ended in, or else that is open to them.
        is_done: A disposition of the period ended it.
    """

    kind: str | None = None
    is_active: bool | None = None
    is_short: bool | None = None
    ids: Sequence[int] | None = None
    batch: str | None = None
    is_done: bool | None = None

    def values(self) -> dict[str, Any]:
        """Return what a statement is told."""
        return {
            "kind": self.kind,
            "is_active": self.is_active,
            "is_short": self.is_short,
            "ids": None if self.ids is None else list(self.ids),
            "batch": self.batch,
            "is_done": self.is_done,
            "open_batches": ledger_sql.OPEN_BATCHES,
            "ended_batches": ledger_sql.ENDED_BATCHES,
        }


def count_enterprises(session: Session, period: Period, wanted: Wanted) -> int:
    """Return how many enterprises there are of those wanted."""
    told = {**period.values(), **wanted.values()}
    return int(session.scalar(ledger_sql.count_of(ledger_sql.enterprises()), told) or 0)


def list_enterprises(
    session: Session, period: Period, wanted: Wanted, *, limit: int, offset: int
) -> DataFrame:
    """Return enterprises by number.

    Returns:
        enterprise_id, name, kind, product, is_active, cell_code, township_code, risk_class (0 not
        ranked), is_short, has_problem, batch ('' none), is_done.
    """
    told = {**period.values(), **wanted.values(), "limit": limit, "offset": offset}
    return read_table(session, ledger_sql.page_of(ledger_sql.enterprises()), **told)
