"""What a cluster's expected number is made of: each producer's chance, and the same by stratum.

Recomputed from today's records by the rule of the run (docs/decisions, effort within cells); the
page says so when records that came later make the sum another one.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pandas import DataFrame

from service.api.dependencies import Scope
from service.database import cluster_frames
from service.workflows.cluster_inputs import producers, read_inputs

CHANCES: Final = "chances"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """The producers of a cluster with their chances.

    Attributes:
        rows: enterprise_id, name, township_code, kind, scale, inspectors, visits, problems,
            is_problem, expected; the largest chance first.
        strata: kind, scale, inspectors, enterprises, visits, cases, expected; the largest first.
        saved: What the run saved, and its number of cases.
    """

    rows: DataFrame
    strata: list[dict[str, Any]]
    as_of: date
    since: date
    saved: float
    cases: int

    @property
    def total(self) -> float:
        """The sum of the chances."""
        return float(self.rows["expected"].sum())


def expectation_of(scope: Scope, cluster_id: int) -> Expectation:
    """Return what the expected number of a run's cluster is made of.

    Raises:
        NotFoundError: No run until the day has such a cluster.
    """
    run = cluster_frames.run_of(scope.session, scope.code, scope.on, cluster_id)
    inputs = read_inputs(scope.session, scope.code, on=run.as_of, since=run.since).of(run.product)
    seen = producers(inputs, run.adjust_for)
    inside = seen[seen["enterprise_id"].isin(run.enterprise_ids)].fillna({"expected": 0.0})
    visited_by = inputs.results.groupby("enterprise_id")["inspector"].agg(_names)
    columns = ["enterprise_id", "name", "kind", "scale", "visits", "problems", "is_problem",
               "expected"]  # fmt: skip
    rows = DataFrame(inside[columns]).assign(
        township_code=inside["cell_township_code"],
        inspectors=inside["enterprise_id"].map(visited_by).fillna(""),
        scale=inside["scale"].astype(object).where(inside["scale"].notna(), ""),
    )
    return Expectation(
        rows=rows.sort_values(["expected", "enterprise_id"], ascending=[False, True]),
        strata=_strata(rows),
        as_of=run.as_of,
        since=inputs.since,
        saved=run.expected,
        cases=run.cases,
    )


def inspected_outside(scope: Scope, cluster_id: int) -> list[int]:
    """Return the inspected producers of a cluster's product that are not in it.

    Raises:
        NotFoundError: No run until the day has such a cluster.
    """
    run = cluster_frames.run_of(scope.session, scope.code, scope.on, cluster_id)
    inputs = read_inputs(scope.session, scope.code, on=run.as_of, since=run.since).of(run.product)
    inside = set(run.enterprise_ids)
    seen = set(inputs.results["enterprise_id"].astype(int))
    return sorted(seen - inside)


def _names(values: Any) -> str:  # noqa: ANN401 - a column of names
    return "、".join(sorted({str(one) for one in values if isinstance(one, str) and one}))


def _strata(rows: DataFrame) -> list[dict[str, Any]]:
    by = ["kind", "scale", "inspectors"]
    table = rows.groupby(by, as_index=False).agg(
        enterprises=("enterprise_id", "size"),
        visits=("visits", "sum"),
        cases=("is_problem", "sum"),
        expected=("expected", "sum"),
    )
    ordered = table.sort_values(["expected", *by], ascending=[False, True, True, True])
    return [{str(key): value for key, value in row.items()} for row in ordered.to_dict("records")]
