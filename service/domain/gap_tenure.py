"""Since when a duty has been vacant, and why."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd

from service.domain.gap_model import CountyDay
from service.domain.holders import ALL_MATTERS

_COLUMNS: Final = [
    "cell_code",
    "duty",
    "matter",
    "name",
    "is_enforcement",
    "until",
    "active_to",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vacancy:
    """A duty that nobody holds: since when, and what became of the last holder."""

    since: date
    why_zh: str
    why_en: str


@dataclass(frozen=True, slots=True)
class _Term:
    matter: str
    name: str
    is_enforcement: bool
    until: date | None
    active_to: date | None

    @property
    def ended_on(self) -> date | None:
        """The first day on which the duty was no longer held; None if it still is."""
        ends = [end for end in (self.until, self.active_to) if end is not None]
        return min(ends, default=None)

    @property
    def left(self) -> bool:
        """Whether the officer went before the term did."""
        return self.active_to is not None and (self.until is None or self.active_to <= self.until)


class Tenures:
    """All terms of a plan, by cell and duty."""

    def __init__(self, day: CountyDay) -> None:
        """Take the history of responsibilities."""
        self._day = day
        self._terms: dict[tuple[str, str], list[_Term]] = {}
        plain = pd.DataFrame(day.history[_COLUMNS]).astype(object)
        known = plain.where(plain.notna(), None)
        for cell, duty, *term in known.itertuples(index=False, name=None):
            self._terms.setdefault((cell, duty), []).append(_Term(*term))

    def vacancy(self, cell_code: str, duty: str, matters: frozenset[str]) -> Vacancy:
        """Return since when no enforcement officer has held a duty for one of some matters."""
        vacancies = [self._vacancy(cell_code, duty, matter) for matter in sorted(matters)]
        return min(vacancies, key=lambda each: each.since)

    def _vacancy(self, cell_code: str, duty: str, matter: str) -> Vacancy:
        ended = [
            (term.ended_on, term)
            for term in self._terms.get((cell_code, duty), [])
            if term.is_enforcement
            and term.matter in {matter, ALL_MATTERS}
            and term.ended_on is not None
            and term.ended_on <= self._day.on
        ]
        if not ended:
            return Vacancy(since=self._day.plan_from, why_zh="从未任命", why_en="never named")
        ended_on, last = max(ended, key=lambda each: each[0])
        why_zh, why_en = ("已离任", "left") if last.left else ("任期届满", "term ended")
        return Vacancy(
            since=max(ended_on, self._day.plan_from),
            why_zh=f"{last.name}{why_zh}",
            why_en=f"{last.name}: {why_en}",
        )
