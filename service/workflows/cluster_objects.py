"""What a run found → the objects that people own: matched, opened, closed, opened again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pandas as pd
from sqlalchemy.orm import Session

from service.database import cluster_changes, cluster_life, clusters
from service.database.cluster_changes import CLOSED, OPEN, Change
from service.domain.cluster_life import (
    QUIET_DAYS,
    SIGNIFICANT_P,
    Evidence,
    Membership,
    closes,
    matched,
    reopens,
)

WINDOW, TOWNSHIP = "window", "township"
_BY_ANALYSIS: Final = "wangge clusters"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """An object as the last run that found it significant saw it."""

    object_id: int
    as_of: date
    enterprise_ids: list[int]
    problem_ids: list[int]


def link(
    session: Session, county_code: str, on: date, found: dict[str, list[dict[str, Any]]]
) -> None:
    """Give every row the object that it is, making new ones; write `object_id` into the rows.

    A row that is not significant keeps an earlier object but makes no new one. To be called
    while the analysis of the day that is about to be replaced still stands, so that running a day
    again finds its own objects.
    """
    earlier = cluster_life.memberships(session, county_code, near=on)
    for product, rows in found.items():
        of_product = earlier[(earlier["product"] == product) & (earlier["kind"] == WINDOW)]
        known = {
            int(object_id): _membership(enterprises, cells)
            for object_id, enterprises, cells in zip(
                of_product["object_id"],
                of_product["enterprise_ids"],
                of_product["cell_codes"],
                strict=True,
            )
        }
        ids = matched([_membership(r["enterprise_ids"], r["cell_codes"]) for r in rows], known)
        for row, object_id in zip(rows, ids, strict=True):
            row["object_id"] = object_id
            if object_id is None and row["p"] <= SIGNIFICANT_P:
                row["object_id"] = _open(session, county_code, on, row, f"p = {row['p']:.3f}")


def link_townships(
    session: Session, county_code: str, on: date, judged: list[dict[str, Any]]
) -> dict[tuple[str, str], int]:
    """Return the object of each township × product, opening those that fail beyond chance (q).

    An object is found by its product and township and nothing else. From the day that opened it
    every run sees it, significant or not: the township was tested all the same.

    Args:
        session: An open session.
        county_code: The county.
        on: The day of the run.
        judged: Lines of the ranking that were tested: product, township_code, cases, expected, q.

    Returns:
        Object ids by product and township code; a township that never failed has none.
    """
    # Two runs at once would both open the same township: the second waits for the first.
    cluster_changes.lock_townships(session, county_code)
    known = cluster_changes.townships(session, county_code)
    names = zip(known["product"], known["township_code"], strict=True)
    objects = dict(
        zip(names, zip(known["object_id"], known["opened_on"], strict=True), strict=True)
    )
    linked = {}
    for line in judged:
        key = str(line["product"]), str(line["township_code"])
        fails = line["q"] <= SIGNIFICANT_P
        if key in objects:
            object_id, opened_on = objects[key]
            if fails or opened_on <= on:
                linked[key] = int(object_id)
        elif fails:
            word = f"q = {line['q']:.3f}"
            linked[key] = _open(session, county_code, on, line, word, township_code=key[1])
    return linked


def _membership(enterprises: Sequence[int], cells: Sequence[str]) -> Membership:
    return Membership(enterprises=frozenset(enterprises), cells=frozenset(cells))


def _open(
    session: Session,
    county_code: str,
    on: date,
    row: dict[str, Any],
    surprise: str,
    *,
    township_code: str | None = None,
) -> int:
    object_id = cluster_changes.create(
        session,
        county_code,
        kind=TOWNSHIP if township_code else WINDOW,
        product=str(row["product"]),
        township_code=township_code,
    )
    cases, expected = row["cases"], row["expected"]
    why = (
        f"首次发现：问题企业 {cases} 家，期望 {expected:.1f} 家，{surprise}",
        f"first seen: {cases} problem producers, {expected:.1f} expected, {surprise}",
    )
    change = Change(
        object_id=object_id, on_day=on, what="state", was="", now_is=OPEN, why=why,
        by_whom=_BY_ANALYSIS,
    )  # fmt: skip
    cluster_changes.record(session, county_code, [change])
    return object_id


def settle(session: Session, county_code: str, on: date) -> list[Change]:
    """Close what results have closed and open again what came back; return the changes.

    A day before the newest change of an object changes nothing of it: history is added to at its
    end. To be called after the analysis of the day is saved.
    """
    standing = cluster_changes.standing(session, county_code, on)
    last = cluster_life.last_significant(session, county_code, until=on)
    newest = clusters.newest_results(session, county_code, until=on)
    latest_change = cluster_changes.latest_changes(session, county_code)
    changes = []
    for row in last.to_dict("records"):
        seen = _Seen(**{str(key): value for key, value in row.items()})
        if latest_change.get(seen.object_id, on) <= on:
            stands = standing.loc[seen.object_id]
            since: date | None = stands["state_since"]  # type: ignore[assignment]
            closed_on = since if stands["state"] == CLOSED else None
            changes += _judged(seen, newest, on, closed_on)
    cluster_changes.record(session, county_code, changes)
    return changes


def _judged(seen: _Seen, newest: pd.DataFrame, on: date, closed_on: date | None) -> list[Change]:
    problems = newest.reindex(seen.problem_ids)
    days = newest.reindex(seen.enterprise_ids)["problem_on"].dropna()
    evidence = Evidence(
        on=on,
        is_significant=seen.as_of == on,
        unresolved=int(problems["is_problem"].fillna(value=True).sum()),
        newest_problem_on=max(days, default=None),
        closed_on=closed_on,
    )
    if closes(evidence):
        words = _closing_words(len(seen.problem_ids), evidence.newest_problem_on)
        return [_state_change(seen.object_id, on, (OPEN, CLOSED), words)]
    if reopens(evidence):
        words = _reopening_words(evidence.newest_problem_on)
        return [_state_change(seen.object_id, on, (CLOSED, OPEN), words)]
    return []


def _state_change(
    object_id: int, on: date, states: tuple[str, str], why: tuple[str, str]
) -> Change:
    return Change(
        object_id=int(object_id), on_day=on, what="state", was=states[0], now_is=states[1],
        why=why, by_whom=_BY_ANALYSIS,
    )  # fmt: skip


def _closing_words(count: int, day: date | None) -> tuple[str, str]:
    return (
        f"结果销号：{count} 家问题企业均已复查合格，成员自 {day} 起 {QUIET_DAYS} 天以上无新问题",
        (
            f"closed by results: all {count} problem producers inspected again without a problem; "
            f"no member has had one since {day}, {QUIET_DAYS} days or more"
        ),
    )


def _reopening_words(day: date | None) -> tuple[str, str]:
    return (
        f"重新打开：仍显著，且销号后 {day} 又有成员出现问题",
        f"open again: significant, and a member had a problem on {day}, after it was closed",
    )
