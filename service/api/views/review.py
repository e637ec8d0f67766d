"""What the data manager sees: groups of addresses that wait, one of them in full, the last word."""

from dataclasses import dataclass, replace
from typing import Any

from service.api.dependencies import Scope
from service.api.views.rows import plain_rows
from service.database import datums, decisions, review_places, reviews, townships
from service.database.reviews import Filter
from service.domain.addresses.explain import REASONS
from service.domain.errors import NotFoundError
from service.domain.review_choices import WHY_NOT
from service.domain.review_evidence import Option
from service.workflows.review_group import read_group

PER_PAGE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """The group that is looked at: its rows, and the places that it may mean."""

    key: str
    rows: list[dict[str, Any]]
    total: int
    options: list[Option]

    @property
    def first(self) -> dict[str, Any]:
        """A row that stands for all."""
        return self.rows[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything on the review page.

    Attributes:
        groups: The page of groups, with `rows` each.
        groups_total, rows_total: Of the whole queue as narrowed.
        detail: The group chosen; None when nothing waits.
        before, after: Keys of the groups above and below it on the page, '' at an end.
        last: The newest decision that can be taken back.
        stale: Analyses older than the newest decision.
        ungrouped: Rows that were located before groups were kept.
        datums: Files whose datum waits for a decision.
    """

    groups: list[dict[str, Any]]
    groups_total: int
    rows_total: int
    offset: int
    next_offset: int | None
    detail: Detail | None
    before: str
    after: str
    townships: list[dict[str, Any]]
    reasons: list[dict[str, Any]]
    last: dict[str, Any] | None
    stale: list[str]
    ungrouped: int
    datums: list[dict[str, Any]]


def desk(scope: Scope, wanted: Filter, *, offset: int) -> Desk:
    """Return the review page; `wanted.group` is the group looked at, '' for the first."""
    queue = replace(wanted, group="")
    found, total, rows = reviews.groups(
        scope.session, scope.code, queue, limit=PER_PAGE, offset=offset
    )
    listed = plain_rows(found)
    keys = [str(one["group_key"]) for one in listed]
    chosen = wanted.group or (keys[0] if keys else "")
    at = keys.index(chosen) if chosen in keys else -1
    end = offset + PER_PAGE
    return Desk(
        groups=[{**one, "reason_en": _english(str(one["reason"]))} for one in listed],
        groups_total=total,
        rows_total=rows,
        offset=offset,
        next_offset=end if end < total else None,
        detail=_detail(scope, replace(queue, group=chosen)) if chosen else None,
        before=keys[at - 1] if at > 0 else "",
        after=keys[at + 1] if 0 <= at < len(keys) - 1 else "",
        townships=plain_rows(townships.of_county(scope.session, scope.code)),
        reasons=_reasons(scope, wanted.state),
        last=last_decision(scope),
        stale=review_places.stale_analyses(scope.session, scope.code),
        ungrouped=reviews.ungrouped(scope.session, scope.code),
        datums=_datums(scope),
    )


def _detail(scope: Scope, wanted: Filter) -> Detail | None:
    try:
        found = read_group(scope.session, scope.code, wanted)
    except NotFoundError:
        return None
    rows = plain_rows(found.rows.drop(columns=["engine", "candidates"]))
    for row in rows:
        row["reason_en"] = _english(str(row["reason"]))
    return Detail(key=found.key, rows=rows, total=found.total, options=found.options)


def _english(reason: str) -> str:
    return REASONS.get(reason, WHY_NOT.get(reason, ("", reason)))[1]


def _reasons(scope: Scope, state: str) -> list[dict[str, Any]]:
    found = plain_rows(reviews.reasons(scope.session, scope.code, state))
    return [{**row, "reason_en": _english(str(row["reason"]))} for row in found]


def last_decision(scope: Scope) -> dict[str, Any] | None:
    """Return the newest decision that nobody has taken back, of any kind; None if there is none."""
    told, _ = decisions.history(scope.session, scope.code, limit=200)
    for row in plain_rows(told):
        if row["kind"] != "undo" and row["undone_by"] is None:
            return row
    return None


def _datums(scope: Scope) -> list[dict[str, Any]]:
    """Return the files whose coordinates wait for somebody to say their datum."""
    found = plain_rows(datums.proposals(scope.session, scope.code))
    return [row for row in found if row["status"] == "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A page of decisions."""

    rows: list[dict[str, Any]]
    total: int
    offset: int
    next_offset: int | None


def history(scope: Scope, offset: int) -> History:
    """Return a page of decisions, the newest first."""
    told, total = decisions.history(scope.session, scope.code, limit=PER_PAGE, offset=offset)
    end = offset + PER_PAGE
    return History(
        rows=plain_rows(told),
        total=total,
        offset=offset,
        next_offset=end if end < total else None,
    )
