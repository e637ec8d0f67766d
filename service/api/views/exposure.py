"""The list proposed for publication (曝光): decided cases and severe areas, fit for the public.

Publishing is a decision of the county with a procedure of its own, which nothing here replaces:
the list is a proposal until it is approved. What is internal never enters it: people, addresses,
risk classes, complaints, tip-offs, cases that are still open, clusters.
"""

from dataclasses import dataclass
from typing import Any

from service.api.dependencies import Scope
from service.api.views.asked import Asked
from service.api.views.county_facts import figures_of
from service.api.views.figures import Figures
from service.api.views.rows import plain_rows
from service.database import ledger
from service.domain.pass_rates import MINIMUM_SAMPLES, wilson_interval

GOAL = 0.85
_SHOWN = ["enterprise_id", "name", "product", "township_code", "kind", "occurred_on", "result",
          "closed_on", "disposition"]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Decided cases, the newest first, and areas whose whole interval lies below the goal."""

    cases: list[dict[str, Any]]
    areas: list[dict[str, Any]]


def exposure_of(scope: Scope, asked: Asked) -> Exposure:
    """Return the proposal for the view's period, product and township."""
    figures = figures_of(scope, asked)
    cases = ledger.decided_cases(scope.session, figures.period)
    return Exposure(cases=plain_rows(cases[_SHOWN]), areas=_areas(figures))


def _areas(figures: Figures) -> list[dict[str, Any]]:
    keys = ["township_code", "product"]
    tested = figures.visits.groupby(keys, as_index=False)[["samples", "failed"]].sum()
    rows = []
    for code, product, samples, failed in tested.itertuples(index=False):
        n, passed = int(samples), int(samples - failed)
        low, high = wilson_interval(passed, n)
        if n >= MINIMUM_SAMPLES and high < GOAL:
            rows.append(
                {"code": code, "product": product, "n": n, "failed": n - passed,
                 "rate": passed / n, "low": low, "high": high}
            )  # fmt: skip
    return sorted(rows, key=lambda row: (row["rate"], row["code"]))
