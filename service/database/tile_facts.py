"""What the counts of a day know of each enterprise: found for all, or again for those changed."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from service.database import analyses, counties, fact_sql
from service.database.enterprises import PRECISE
from service.database.events import INSPECTIONS
from service.database.loading.cells import plan_on
from service.domain.risk import INACTIVE_STATUSES
from service.domain.scoring_licences import FERTILISER_TYPE, ORGANIC, requirements

_LAST_SPACE: Final = 0x3000
# What Python strips from a text; PostgreSQL's btrim knows the space alone.
_SPACES: Final = "".join(chr(one) for one in range(_LAST_SPACE + 1) if chr(one).isspace())
_NEEDS: Final = json.dumps(
    [
        {"kind": kind, "product": product, "is_organic": is_organic, "kinds": kinds}
        for kind, product, is_organic, kinds in requirements()
    ]
)


def values_of(
    session: Session, county_code: str, snapshot_id: int, on: date, since: date
) -> dict[str, Any]:
    """Return what every statement is told about the snapshot of a day and its period."""
    return {
        "county_code": county_code,
        "snapshot_id": snapshot_id,
        "on": on,
        "since": since,
        "firsts": [week.first for week in counties.weeks_on(session, county_code, on)],
        "targets": analyses.latest_or_none(session, county_code, "targets", on),
        "plan_id": plan_on(session, county_code, on),
        "inspections": list(INSPECTIONS),
        "precise": list(PRECISE),
        "inactive": sorted(INACTIVE_STATUSES),
        "needs": _NEEDS,
        "fertiliser_type": FERTILISER_TYPE,
        "organic": sorted(ORGANIC),
        "spaces": _SPACES,
    }


def find_all(session: Session, values: Mapping[str, Any]) -> None:
    """Find the facts of every enterprise of the county."""
    session.execute(fact_sql.ALL_FACTS, values)
    session.execute(text("ANALYZE enterprise_fact"))


def find_again(session: Session, values: Mapping[str, Any], ids: Sequence[int]) -> None:
    """Find the facts of some anew; `fact_delta` then has the old ones as -1, the new as 1."""
    told = {**values, "ids": list(ids)}
    session.execute(text("DROP TABLE IF EXISTS fact_delta"))
    session.execute(fact_sql.EMPTY_DELTA)
    for statement in (fact_sql.FORGET_SOME, fact_sql.SOME_FACTS, fact_sql.ADD_SOME):
        session.execute(statement, told)
    session.execute(text("ANALYZE fact_delta"))
