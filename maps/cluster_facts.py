"""The numbers of a cluster, read from its row: for lines, popups and pages that open records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from maps.words import Words

_VISITS_SHOWN = 2
_SHARED = {"supplier": ("供货商", "supplier"), "principal": ("负责人", "principal")}

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterFacts:
    """The numbers of a line, for a page that opens their records.

    Attributes:
        cluster_id: Key of the cluster in its analysis; 0 unknown.
        object_id: Key of the cluster's file across analyses; '' where none is kept.
        excess: Relative risk, or cases over expected.
        first_seen: The day of the first analysis that found it; None unknown.
        visits: Whom to visit first: enterprise_id, name, officer; nobody on a public map.
        hint: What its members have in common beyond chance; None nothing found.
    """

    cluster_id: int
    object_id: str
    p: float
    excess: float
    cases: int
    expected: float
    enterprises: int
    cells: int
    township_codes: tuple[str, ...]
    crosses_township: bool
    cell_codes: frozenset[str]
    stands: int | None
    variants: int | None
    first_seen: date | None
    visits: tuple[Mapping[str, Any], ...] = ()
    hint: Words | None = None


def facts_of(row: Row, *, is_public: bool) -> ClusterFacts:
    """Return the numbers of a row of `clusters.latest`; whatever is missing counts as unknown."""
    stands, variants = _tested(row)
    expected, risk = float(row["expected"]), row.get("relative_risk")
    object_id = row.get("object_id")
    if risk is None or pd.isna(risk):
        risk = float(row["cases"]) / expected if expected else 0.0
    return ClusterFacts(
        cluster_id=int(row.get("cluster_id") or 0),
        object_id="" if object_id is None or pd.isna(object_id) else str(object_id),
        p=float(row["p"]),
        excess=float(risk),
        cases=int(row["cases"]),
        expected=expected,
        enterprises=len(listed(row.get("enterprise_ids"))),
        cells=len(listed(row.get("cell_codes"))),
        township_codes=tuple(str(code) for code in listed(row.get("township_codes"))),
        crosses_township=is_true(row.get("crosses_township")),
        cell_codes=frozenset(str(code) for code in listed(row.get("cell_codes"))),
        stands=stands,
        variants=variants,
        first_seen=day_of(row.get("first_seen")),
        visits=() if is_public else tuple(listed(row.get("next_visits"))[:_VISITS_SHOWN]),
        hint=None if is_public else _hint(row),
    )


def _hint(row: Row) -> Words | None:
    """Return the strongest thing that members share, such as one supplier."""
    found = [one for one in listed(row.get("hints")) if isinstance(one, Mapping)]
    if not found:
        return None
    best = min(found, key=lambda one: float(one["q"]))
    zh, en = _SHARED.get(str(best["attribute"]), (str(best["attribute"]), str(best["attribute"])))
    q = p_text(float(best["q"]))
    return Words(
        f"{best['inside']} 户同一{zh} {best['value']}（内 {best['inside']}/{best['inside_of']}，"
        f"外 {best['outside']}/{best['outside_of']}，q {q}）",
        f"{best['inside']} share the {en} {best['value']} (inside {best['inside']}/"
        f"{best['inside_of']}, outside {best['outside']}/{best['outside_of']}, q {q})",
    )


def _tested(row: Row) -> tuple[int | None, int | None]:
    """Return in how many of its repetitions a cluster stands, and how many there were."""
    tested = row.get("robustness")
    if not isinstance(tested, Mapping) or not tested.get("variants"):
        return None, None
    return int(tested["stands"]), int(tested["variants"])


def p_text(p: float) -> str:
    """Return a p-value with three decimals."""
    return "<0.001" if p < 0.001 else f"{p:.3f}"  # noqa: PLR2004 - three decimals are printed


def day_of(value: object) -> date | None:
    """Return a day of a frame, None where missing."""
    return value if isinstance(value, date) and not pd.isna(value) else None


def listed(value: object) -> Sequence[Any]:
    """Return a list cell of a frame; anything else, such as a missing value, counts as empty."""
    return value if isinstance(value, list | tuple) else ()


def is_true(value: object) -> bool:
    """Tell whether a cell of a frame is true."""
    # A missing value of a frame is a NaN, which is true in Python.
    return value is True or (isinstance(value, np.bool_) and bool(value))


def is_text(value: object) -> bool:
    """Tell whether a cell of a frame holds a text."""
    return isinstance(value, str) and value != ""
