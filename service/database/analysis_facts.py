"""What stands beside a result so that it can be repeated: inputs, parameters, seed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from service.database import analyses
from service.database.tables import AnalysisRow


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisFacts:
    """The record of a run; `replications` is None where nothing was simulated."""

    kind: str
    as_of: date
    inputs: Mapping[str, Any]
    parameters: Mapping[str, Any]
    summary: Mapping[str, Any]
    seed: int | None

    @property
    def replications(self) -> int | None:
        """The number of simulated data sets behind each p-value."""
        count = self.parameters.get("replications")
        return None if count is None else int(count)


def of_day(session: Session, county_code: str, kind: str, on: date) -> AnalysisFacts | None:
    """Return the record of the newest analysis of a kind that speaks of a day, or None."""
    analysis_id = analyses.latest_or_none(session, county_code, kind, on)
    if analysis_id is None:
        return None
    row = session.get_one(AnalysisRow, (county_code, analysis_id))
    return AnalysisFacts(
        kind=row.kind,
        as_of=row.as_of,
        inputs=row.inputs,
        parameters=row.parameters,
        summary=row.summary,
        seed=row.seed,
    )
