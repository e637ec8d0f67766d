"""Two plans of a county as a map takes them: what changed, and who leads what under both."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import pandas as pd
from geopandas import GeoDataFrame
from pandas import DataFrame

from maps.model import Geography, MapMeta
from maps.words import Words
from service.domain.plan_difference import CellChange

NOBODY = Words("无人", "nobody")
# Beside what became of a cell's ground: the ground is the same and the lead is not.
LEAD = "lead"
KINDS = {
    CellChange.ADDED: (3, Words("新网格", "new")),
    CellChange.MOVED: (2, Words("边界改变", "border moved")),
    CellChange.REMOVED: (0, Words("撤销", "removed")),
    LEAD: (1, Words("换网格长", "another lead")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSide:
    """One of the two plans: its code, the day on which its duties are read, its cells."""

    code: str
    day: date
    cells: GeoDataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceInput:
    """Two plans of one county.

    Attributes:
        geography: With the cells of the later plan.
        changes: What became of each cell, by code (`service.domain.plan_difference`).
        responsibilities_before, responsibilities_after: cell_code, duty, matter, staff_no, name.
        enterprises: enterprise_id, name, product, level, geometry; cell_before, cell_after,
            lead_before, lead_after (staff numbers), changes.
    """

    meta: MapMeta
    geography: Geography
    before: PlanSide
    after: PlanSide
    changes: "pd.Series[str]"
    responsibilities_before: DataFrame
    responsibilities_after: DataFrame
    enterprises: GeoDataFrame


class Leads:
    """Who leads each cell under both plans, and which cells of both change hands."""

    def __init__(self, given: DifferenceInput) -> None:
        """Read the duties of both days."""
        self.names: dict[str, str] = {}
        self.before = self._of(given.responsibilities_before)
        self.after = self._of(given.responsibilities_after)
        kept = given.changes[given.changes.isin([CellChange.SAME, CellChange.MOVED])].index
        self.changed = {
            str(code) for code in kept if self.before.get(str(code)) != self.after.get(str(code))
        }

    def _of(self, rows: DataFrame) -> dict[str, tuple[str, ...]]:
        leads = rows[rows["duty"] == "lead"]
        held: dict[str, list[str]] = {}
        for code, staff_no, name in zip(
            leads["cell_code"].astype(str),
            leads["staff_no"].astype(str),
            leads["name"],
            strict=True,
        ):
            self.names[staff_no] = str(name)
            held.setdefault(code, []).append(staff_no)
        return {code: tuple(sorted(set(each))) for code, each in held.items()}

    def text(self, staff: tuple[str, ...] | None) -> Words:
        """Return the names of the leads, or that there is nobody."""
        names = [self.names.get(one, one) for one in staff or ()]
        return Words("、".join(names)) if names else NOBODY

    def name(self, staff_no: object) -> Words:
        """Return one lead's name, or that there is nobody."""
        return Words(self.names.get(staff_no, staff_no)) if isinstance(staff_no, str) else NOBODY


def kind_of(given: DifferenceInput, leads: Leads, code: str) -> str | None:
    """Return what to say about a cell: its ground before its lead; None for no change."""
    change = str(given.changes[code])
    if change != CellChange.SAME:
        return change
    return LEAD if code in leads.changed else None


def moving_by_cell(given: DifferenceInput) -> Counter[str]:
    """Count the enterprises that change officer by the cell they are in, the new one first."""
    moving = given.enterprises[given.enterprises["changes"]]
    cells = moving["cell_after"].fillna(moving["cell_before"]).dropna()
    return Counter(str(code) for code in cells)
