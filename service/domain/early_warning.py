"""Which clusters warn before they are an accident (R3): alive, new or growing, and not put right.

A rule on what is known of a cluster that people own, not a statistic of its own: the tests are
those that found it. `red` asks for the county, `orange` for whoever leads it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pandas import DataFrame

# As many producers whose newest result is a problem are no longer one bad firm.
LEAST_UNRESOLVED = 3
MANY_UNRESOLVED = 10

Level = Literal["red", "orange", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """The level of a cluster's warning, '' for none, and why, in Chinese and English."""

    level: Level
    why: tuple[tuple[str, str], ...] = ()


def early_warning(
    *, state: str, trend: str, unresolved: int, crosses_township: bool, has_lead: bool
) -> Warned:
    """Return the warning of a cluster as last seen.

    Open, new or growing, with three unresolved producers or more: `orange`. With one of these
    besides, `red`: it grows and nobody leads it, it crosses a township line, or ten producers or
    more are unresolved.
    """
    if state != "open" or trend not in {"new", "growing"} or unresolved < LEAST_UNRESOLVED:
        return Warned(level="")
    first = ("新出现", "new") if trend == "new" else ("在增长", "growing")
    left = (f"{unresolved} 户未复查合格", f"{unresolved} producers unresolved")
    graver: Sequence[tuple[bool, tuple[str, str]]] = (
        (trend == "growing" and not has_lead, ("无牵头人", "nobody leads it")),
        (crosses_township, ("跨乡镇", "crosses a township line")),
        (unresolved >= MANY_UNRESOLVED, (f"不少于 {MANY_UNRESOLVED} 户", f"{MANY_UNRESOLVED}+")),
    )
    more = tuple(words for holds, words in graver if holds)
    return Warned(level="red" if more else "orange", why=(first, left, *more))


def with_warnings(known: DataFrame) -> DataFrame:
    """Return the clusters that warn, red first, with warning, warning_zh and warning_en.

    Args:
        known: Clusters that people own: state, trend, unresolved_ids, crosses_township, lead.
    """
    told = [
        early_warning(
            state=str(row["state"]),
            trend=str(row["trend"]),
            unresolved=len(row["unresolved_ids"]),
            crosses_township=bool(row["crosses_township"]),
            has_lead=bool(row["lead"]),
        )
        for row in known.to_dict("records")
    ]
    found = known.assign(
        warning=[one.level for one in told],
        warning_zh=["；".join(zh for zh, _ in one.why) for one in told],
        warning_en=["; ".join(en for _, en in one.why) for one in told],
    )
    found = found[found["warning"] != ""]
    return found.sort_values("warning", key=lambda levels: levels != "red", kind="stable")
