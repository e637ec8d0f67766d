"""The ledger of a period: the register and its records, one row each, behind every figure.

A figure of leadership's page is a count of rows of these frames, and the list that it opens is
those rows: both are taken from here, so that they cannot disagree.
"""

import json
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pandas import DataFrame
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from service.database import analyses, enterprises
from service.database.events import INSPECTIONS
from service.database.frames import read_table
from service.database.tables import CellStatisticRow, EnterpriseRow
from service.domain.batches import batch_of_disposition, open_batch
from service.domain.risk import INACTIVE_STATUSES
from service.domain.scoring_licences import Licence, examine, names_en, names_zh
from service.domain.weeks import Week, week_key

# Kinds of record that find a problem in an enterprise; a complaint only claims one.
FINDINGS: Final = ("visit", "sample_test", "violation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What the county knows of its enterprises, and what happened from `since` to `until`.

    Attributes:
        register: enterprise_id, name, kind, product, is_active, cell_code, township_code (that of
            the cell, else of the place, else as registered), risk_class (0 not ranked), is_short,
            short_zh, short_en (producers: what is missing or expired), has_problem, batch, is_done.
        events: event_id, enterprise_id, kind, occurred_on, is_problem, result, level, due_on,
            closed_on, disposition, and name, product, cell_code, township_code, risk_class of the
            enterprise; the newest first. Records that name no enterprise are not in it.
    """

    register: DataFrame
    events: DataFrame
    since: date
    until: date


def of_period(
    session: Session, county_code: str, plan_id: int, *, on: date, since: date, until: date
) -> Ledger:
    """Return the ledger of a period; licences and risk classes are those of the day `on`."""
    register = read_table(
        session,
        _REGISTER,
        county_code=county_code,
        plan_id=plan_id,
        inactive=list(INACTIVE_STATUSES),
        targets=analyses.latest_or_none(session, county_code, "targets", on),
    )
    events = read_table(session, _EVENTS, county_code=county_code, since=since, until=until)
    register = _with_batches(_with_licences(session, county_code, register, on), events)
    facts = ["enterprise_id", "name", "product", "cell_code", "township_code", "risk_class"]
    return Ledger(
        register=register.drop(columns="attributes"),
        events=events.merge(register[facts], on="enterprise_id", how="inner"),
        since=since,
        until=until,
    )


def size(session: Session, county_code: str) -> int:
    """Return how many enterprises the register has: reading the ledger takes as long."""
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


def weekly_counts(ledger: Ledger, weeks: Sequence[Week]) -> tuple[DataFrame, DataFrame]:
    """Return visits by week, and the register, both by cell, product and risk class.

    Returns:
        cell_code, product, week (index into `weeks`), risk_class, visits, problems; and
        cell_code, product, risk_class, enterprises. What lies in no cell is left out.
    """
    seen = ledger.events[ledger.events["kind"].isin(INSPECTIONS)].dropna(subset=["cell_code"])
    number = {week.key: index for index, week in enumerate(weeks)}
    visits = (
        seen.assign(week=seen["occurred_on"].map(week_key).map(number))
        .groupby(["cell_code", "product", "week", "risk_class"], as_index=False)
        .agg(visits=("is_problem", "size"), problems=("is_problem", "sum"))
    )
    firms = ledger.register.groupby(["cell_code", "product", "risk_class"], as_index=False).agg(
        enterprises=("enterprise_id", "size")
    )
    return visits, firms


def _with_licences(session: Session, county_code: str, register: DataFrame, on: date) -> DataFrame:
    """Add what each working producer lacks; the rule is that of gap G16."""
    held = enterprises.licences_held(session, county_code, on)
    zh: dict[int, str] = {}
    en: dict[int, str] = {}
    producers = register[(register["kind"] == "producer") & register["is_active"]]
    columns = ["enterprise_id", "product", "attributes"]
    # Most of a large register has the same few attributes and licences: each case is judged once.
    judged: dict[Hashable, tuple[str, str] | None] = {}
    for key, product, facts in zip(*(producers[name] for name in columns), strict=True):
        case = (product, facts, held.get(key, ()))
        if case not in judged:
            judged[case] = _short(product, facts, case[2], on)
        names = judged[case]
        if names is not None:
            zh[key], en[key] = names
    keys = register["enterprise_id"]
    return register.assign(
        is_short=keys.isin(zh.keys()),
        short_zh=keys.map(zh).astype(object).fillna(""),
        short_en=keys.map(en).astype(object).fillna(""),
    )


def _short(product: str, facts: str, held: Sequence[Licence], on: date) -> tuple[str, str] | None:
    """Return what a producer lacks, in both languages; None for nothing. `facts` is JSON."""
    found = examine("producer", product, json.loads(facts), held, on=on)
    if not found.is_blind_spot:
        return None
    kinds = [*found.missing, *(kind for kind, _ in found.expired)]
    return names_zh(kinds), names_en(kinds)


def _with_batches(register: DataFrame, events: DataFrame) -> DataFrame:
    """Add has_problem, batch ('' none) and is_done (a disposition of the period ended it)."""
    found = events[events["is_problem"] & events["kind"].isin(FINDINGS)]
    with_problem = register["enterprise_id"].isin(found["enterprise_id"])
    # The newest come first, and the newest disposition counts.
    ended = events[events["disposition"].map(batch_of_disposition).notna()]
    last = ended.drop_duplicates("enterprise_id").set_index("enterprise_id")["disposition"]
    done = register["enterprise_id"].map(last.map(batch_of_disposition))
    batches = [
        end
        if isinstance(end, str)
        else (open_batch(kind=kind, is_short=short, has_problem=problem) if active else None)
        for end, kind, short, problem, active in zip(
            done, register["kind"], register["is_short"], with_problem, register["is_active"],
            strict=True,
        )
    ]  # fmt: skip
    return register.assign(
        has_problem=with_problem,
        batch=[str(batch) if batch else "" for batch in batches],
        is_done=done.notna(),
    )


# A cell covers a few thousand points: an index search a cell, not one a point.
_REGISTER: Final = text(
    """
    WITH lies_in AS MATERIALIZED (
        SELECT l.enterprise_id, min(c.code) AS code
        FROM cell c
        JOIN location l ON l.county_code = c.county_code AND l.status = 'placed'
                       AND l.level IN ('rooftop', 'road', 'village')
                       AND ST_Covers(c.geometry, l.geometry)
        WHERE c.county_code = :county_code AND c.plan_id = :plan_id
        GROUP BY l.enterprise_id
    )
    SELECT e.id AS enterprise_id, e.name, e.kind, e.product, e.attributes::text AS attributes,
           e.status <> ALL (:inactive) AS is_active, cell.code AS cell_code,
           coalesce(cell.township_code, l.township_code, e.township_code) AS township_code,
           coalesce(t.risk_class, 0) AS risk_class
    FROM enterprise e
    LEFT JOIN location l ON l.county_code = e.county_code AND l.enterprise_id = e.id
    LEFT JOIN lies_in ON lies_in.enterprise_id = e.id
    LEFT JOIN cell ON cell.county_code = :county_code AND cell.plan_id = :plan_id
                  AND cell.code = lies_in.code
    LEFT JOIN target t ON t.county_code = e.county_code AND t.analysis_id = :targets
        AND t.enterprise_id = e.id
    WHERE e.county_code = :county_code
    ORDER BY e.id
    """
)
_EVENTS: Final = text(
    """
    SELECT id AS event_id, enterprise_id, kind, occurred_on, is_problem, result, level, due_on,
           closed_on, disposition
    FROM quality_event
    WHERE county_code = :county_code AND enterprise_id IS NOT NULL
      AND occurred_on BETWEEN :since AND :until
    ORDER BY occurred_on DESC, id DESC
    """
)
