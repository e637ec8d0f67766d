"""The statements behind `service.database.ledger`."""

# ruff: noqa: S608 - the statements are put together from constants of this module alone
import json
from itertools import product as every
from typing import Final

from sqlalchemy import TextClause, text

from service.domain.batches import batch_of_disposition, ending_dispositions, open_batch

# What the view leaves of the register. `fact` is counted or listed.
_VIEW: Final = """
    fact.county_code = :county_code AND fact.snapshot_id = CAST(:snapshot_id AS bigint)
    AND (CAST(:product AS text) IS NULL OR fact.product = :product)
    AND (CAST(:township AS text) IS NULL OR fact.home_code = :township)
    AND (CAST(:risk_class AS int) IS NULL OR fact.risk_class = :risk_class)
    AND (CAST(:cell AS text) IS NULL OR fact.cell_code = :cell)
    AND (CAST(:cells AS text[]) IS NULL OR fact.cell_code = ANY(:cells))
"""
VISITS: Final = text(
    f"""
    SELECT cell_code, home_code AS township_code, product, sum(visits)::bigint AS visits,
           sum(problems)::bigint AS problems, sum(samples)::bigint AS samples,
           sum(failed)::bigint AS failed
    FROM tile_week AS fact
    WHERE {_VIEW} AND week BETWEEN :first_week AND :last_week
    GROUP BY cell_code, home_code, product
    """
)
REGISTER: Final = text(
    f"""
    SELECT cell_code, home_code AS township_code, kind, is_active, is_short,
           sum(enterprises)::bigint AS enterprises
    FROM register_count AS fact
    WHERE {_VIEW}
    GROUP BY cell_code, home_code, kind, is_active, is_short
    """
)

# One row for each enterprise of which something was found or ended; the newest ending counts.
_OUTCOME: Final = """
    SELECT enterprise_id,
           bool_or(is_problem AND kind = ANY(:findings)) AS has_problem,
           (array_agg(disposition ORDER BY occurred_on DESC, id DESC)
            FILTER (WHERE disposition = ANY(:endings)))[1] AS disposition
    FROM quality_event
    WHERE county_code = :county_code AND occurred_on BETWEEN :since AND :until
      AND (is_problem OR disposition IS NOT NULL) AND enterprise_id IS NOT NULL
    GROUP BY enterprise_id
"""
OUTCOMES: Final = text(
    f"""
    WITH outcome AS MATERIALIZED ({_OUTCOME})
    SELECT fact.home_code AS township_code, fact.kind, fact.is_active, fact.is_short,
           outcome.has_problem, outcome.disposition, count(*) AS enterprises
    FROM outcome
    JOIN enterprise_fact AS fact ON {_VIEW} AND fact.enterprise_id = outcome.enterprise_id
    WHERE outcome.has_problem OR outcome.disposition IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5, 6
    """
)

_INSPECTION = "event.kind = ANY(:inspections)"
_SAMPLE = "event.kind = 'sample_test'"
EVENTS: Final = {
    "visits": _INSPECTION,
    "problems": f"{_INSPECTION} AND event.is_problem",
    "unplaced": f"{_INSPECTION} AND fact.cell_code IS NULL",
    "samples": _SAMPLE,
    "failed": f"{_SAMPLE} AND event.is_problem",
}


def _listed(condition: str) -> str:
    return f"""
        SELECT event.id AS event_id, event.enterprise_id, event.kind, event.occurred_on,
               event.is_problem, event.result, event.level, event.due_on, event.closed_on,
               event.disposition, enterprise.name, fact.product, fact.cell_code,
               fact.home_code AS township_code, fact.risk_class
        FROM quality_event AS event
        JOIN enterprise_fact AS fact ON {_VIEW} AND fact.enterprise_id = event.enterprise_id
        JOIN enterprise ON enterprise.county_code = event.county_code
                       AND enterprise.id = event.enterprise_id
        WHERE event.county_code = :county_code
          AND event.occurred_on BETWEEN :since AND :until AND {condition}
    """


def events(which: str) -> tuple[str, str]:
    """Return the query of a kind of `EVENTS`, and its order."""
    return _listed(EVENTS[which]), "occurred_on DESC, event_id DESC"


_DECIDED = """
    event.is_problem AND event.kind IN ('violation', 'sample_test')
    AND event.disposition IS NOT NULL AND event.closed_on <= :until
"""
DECIDED: Final = text(
    f"""
    SELECT * FROM (
        SELECT DISTINCT ON (enterprise_id) * FROM ({_listed(_DECIDED)}) AS listed
        ORDER BY enterprise_id, occurred_on DESC, event_id DESC
    ) AS newest
    ORDER BY occurred_on DESC, event_id DESC
    """
)

# The rules of batches as tables: what is not in them belongs to no batch.
OPEN_BATCHES: Final = json.dumps(
    [
        {"kind": kind, "is_short": is_short, "has_problem": has_problem, "batch": str(batch)}
        for kind, is_short, has_problem in every(
            ("producer", "seller", "den"), (False, True), (False, True)
        )
        if (batch := open_batch(kind=kind, is_short=is_short, has_problem=has_problem))
    ]
)
ENDED_BATCHES: Final = json.dumps(
    [
        {"disposition": one, "batch": str(batch_of_disposition(one))}
        for one in sorted(ending_dispositions())
    ]
)
_ENTERPRISES: Final = f"""
    SELECT * FROM (
        SELECT fact.enterprise_id, enterprise.name, fact.kind, fact.product, fact.is_active,
               fact.cell_code, fact.home_code AS township_code, fact.risk_class, fact.is_short,
               coalesce(outcome.has_problem, false) AS has_problem,
               coalesce(ended.batch, CASE WHEN fact.is_active THEN left_open.batch END, '')
                   AS batch,
               ended.batch IS NOT NULL AS is_done
        FROM enterprise_fact AS fact
        JOIN enterprise ON enterprise.county_code = fact.county_code
                       AND enterprise.id = fact.enterprise_id
        LEFT JOIN ({_OUTCOME}) AS outcome ON outcome.enterprise_id = fact.enterprise_id
        LEFT JOIN jsonb_to_recordset(CAST(:ended_batches AS jsonb))
                  AS ended (disposition text, batch text)
               ON ended.disposition = outcome.disposition
        LEFT JOIN jsonb_to_recordset(CAST(:open_batches AS jsonb))
                  AS left_open (kind text, is_short boolean, has_problem boolean, batch text)
               ON left_open.kind = fact.kind AND left_open.is_short = fact.is_short
              AND left_open.has_problem = coalesce(outcome.has_problem, false)
        WHERE {_VIEW}
          AND (CAST(:ids AS bigint[]) IS NULL OR fact.enterprise_id = ANY(:ids))
    ) AS listed
    WHERE (CAST(:kind AS text) IS NULL OR kind = :kind)
      AND (CAST(:is_active AS boolean) IS NULL OR is_active = :is_active)
      AND (CAST(:is_short AS boolean) IS NULL OR is_short = :is_short)
      AND (CAST(:batch AS text) IS NULL OR batch = :batch)
      AND (CAST(:is_done AS boolean) IS NULL OR is_done = :is_done)
"""


def enterprises() -> tuple[str, str]:
    """Return the query of enterprises, and its order."""
    return _ENTERPRISES, "enterprise_id"


def count_of(query: tuple[str, str]) -> TextClause:
    """Return the statement that counts the rows of a query."""
    return text(f"SELECT count(*) FROM ({query[0]}) AS counted")


def page_of(query: tuple[str, str]) -> TextClause:
    """Return the statement of one page of a query."""
    return text(
        f"SELECT * FROM ({query[0]}) AS page ORDER BY {query[1]} LIMIT :limit OFFSET :offset"
    )
