"""Leadership's figures the plain way: read the register and its records whole, count in pandas.

What the service did before PostgreSQL counted. It is slow and large, and it is easily read: each
rule is the domain's own function, applied to one enterprise after another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd
from pandas import DataFrame
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.database import analyses, enterprises
from service.database.events import INSPECTIONS
from service.database.frames import read_table
from service.database.ledger import FINDINGS, Period
from service.domain.batches import batch_of_disposition, open_batch
from service.domain.risk import INACTIVE_STATUSES
from service.domain.scoring_licences import examine

ENTERPRISE_SETS: Final = (
    "register", "producers", "unlicensed", "standardised", "standardised_done", "licensed",
    "licensed_done", "banned", "banned_done",
)  # fmt: skip
EVENT_SETS: Final = ("visits", "problems", "unplaced", "samples", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainLedger:
    """The enterprises of a view, and their records in its period, the newest first."""

    register: DataFrame
    events: DataFrame

    def rows(self, name: str) -> DataFrame:
        """Return the rows of a set, in the order in which they are listed."""
        return self._of_events(name) if name in EVENT_SETS else self._of_register(name)

    def _of_events(self, name: str) -> DataFrame:
        seen = self.events[self.events["kind"].isin(INSPECTIONS)]
        if name in ("samples", "failed"):
            seen = seen[seen["kind"] == "sample_test"]
        if name in ("problems", "failed"):
            seen = seen[seen["is_problem"]]
        return seen[seen["cell_code"].isna()] if name == "unplaced" else seen

    def _of_register(self, name: str) -> DataFrame:
        firms = self.register
        if name == "register":
            return firms
        if name in ("producers", "unlicensed"):
            working = firms[(firms["kind"] == "producer") & firms["is_active"]]
            return working[working["is_short"]] if name == "unlicensed" else working
        batch = firms[firms["batch"] == name.removesuffix("_done")]
        return batch[batch["is_done"]] if name.endswith("_done") else batch


def plain_ledger(session: Session, period: Period, plan_id: int) -> PlainLedger:
    """Read and judge everything, then keep what the view asks for."""
    on = period.snapshot.as_of
    register = read_table(
        session,
        _REGISTER,
        county_code=period.county_code,
        plan_id=plan_id,
        inactive=list(INACTIVE_STATUSES),
        targets=analyses.latest_or_none(session, period.county_code, "targets", on),
    )
    events = read_table(
        session,
        _EVENTS,
        county_code=period.county_code,
        since=period.since,
        until=period.until,
    )
    held = enterprises.licences_held(session, period.county_code, on)
    register = register.assign(
        is_short=[
            kind == "producer"
            and active
            and examine(kind, product, facts, held.get(key, ()), on=on).is_blind_spot
            for key, kind, product, active, facts in zip(
                *(
                    register[name]
                    for name in ("enterprise_id", "kind", "product", "is_active", "attributes")
                ),
                strict=True,
            )
        ]
    )
    register = _narrowed(_with_batches(register, events), period)
    facts = ["enterprise_id", "product", "cell_code", "township_code"]
    return PlainLedger(
        register=register, events=events.merge(register[facts], on="enterprise_id", how="inner")
    )


def _narrowed(frame: DataFrame, period: Period) -> DataFrame:
    kept = pd.Series(data=True, index=frame.index)
    for column, wanted in (
        ("product", period.product),
        ("township_code", period.township),
        ("risk_class", period.risk_class),
    ):
        if wanted is not None:
            kept &= frame[column] == wanted
    return frame[kept]


def _with_batches(register: DataFrame, events: DataFrame) -> DataFrame:
    found = events[events["is_problem"] & events["kind"].isin(FINDINGS)]
    problems = set(found["enterprise_id"])
    # The newest come first, and the newest disposition counts.
    last: dict[int, str] = {}
    for key, disposition in zip(events["enterprise_id"], events["disposition"], strict=True):
        if batch_of_disposition(disposition):
            last.setdefault(key, disposition)
    batches, done = [], []
    names: Sequence[str] = ("enterprise_id", "kind", "is_short", "is_active")
    for key, kind, is_short, active in zip(*(register[name] for name in names), strict=True):
        end = batch_of_disposition(last.get(key))
        left = open_batch(kind=kind, is_short=is_short, has_problem=key in problems)
        batches.append(str(end or (left if active else None) or ""))
        done.append(end is not None)
    return register.assign(batch=batches, is_done=done)


_REGISTER: Final = text(
    """
    SELECT e.id AS enterprise_id, e.kind, e.product, e.attributes,
           e.status <> ALL (:inactive) AS is_active, cell.code AS cell_code,
           coalesce(cell.township_code, l.township_code, e.township_code) AS township_code,
           coalesce(t.risk_class, 0) AS risk_class
    FROM enterprise e
    LEFT JOIN location l ON l.county_code = e.county_code AND l.enterprise_id = e.id
    LEFT JOIN LATERAL (
        SELECT code, township_code FROM cell
        WHERE county_code = :county_code AND plan_id = :plan_id AND l.status = 'placed'
          AND l.level IN ('rooftop', 'road', 'village') AND ST_Covers(cell.geometry, l.geometry)
        ORDER BY code LIMIT 1
    ) AS cell ON true
    LEFT JOIN target t ON t.county_code = e.county_code AND t.analysis_id = :targets
        AND t.enterprise_id = e.id
    WHERE e.county_code = :county_code
    ORDER BY e.id
    """
)
_EVENTS: Final = text(
    """
    SELECT id AS event_id, enterprise_id, kind, occurred_on, is_problem, disposition
    FROM quality_event
    WHERE county_code = :county_code AND enterprise_id IS NOT NULL
      AND occurred_on BETWEEN :since AND :until
    ORDER BY occurred_on DESC, id DESC
    """
)
