"""Who holds a duty for a cell and a matter on a day: the matter's own holder before 'all'."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from pandas import DataFrame

ALL_MATTERS: Final = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An officer who holds a duty."""

    officer_id: int
    is_enforcement: bool
    since: date


class Holders:
    """The holders of one day, by cell, duty and matter."""

    def __init__(self, responsible: DataFrame) -> None:
        """Take the rows of a day: cell_code, duty, matter, officer_id, is_enforcement, since."""
        self._by_duty: dict[tuple[str, str], dict[str, Holder]] = {}
        columns = ["cell_code", "duty", "matter", "officer_id", "is_enforcement", "since"]
        for cell, duty, matter, officer_id, enforces, since in responsible[columns].itertuples(
            index=False, name=None
        ):
            holder = Holder(officer_id=int(officer_id), is_enforcement=bool(enforces), since=since)
            self._by_duty.setdefault((cell, duty), {})[matter] = holder

    def of(self, cell_code: str | None, duty: str, matter: str) -> Holder | None:
        """Return who holds a duty in a cell for a matter; its own holder comes before 'all'."""
        if cell_code is None:
            return None
        held = self.by_matter(cell_code, duty)
        return held.get(matter) or held.get(ALL_MATTERS)

    def by_matter(self, cell_code: str, duty: str) -> Mapping[str, Holder]:
        """Return the holders of a duty in a cell by the matter they hold it for."""
        return self._by_duty.get((cell_code, duty), {})
