"""What the inspector sees: the list of a cell or an officer, and the choice of both."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from geopandas import GeoDataFrame
from pandas import DataFrame

from service.api.dependencies import Scope
from service.api.views.rows import plain_rows
from service.database import cells, officers, targets
from service.domain.errors import NotFoundError

LISTED = 50
_TONES = ((60, "s3"), (40, "s2"), (20, "s1"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One entry of a list to choose from."""

    value: str
    label: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectorDay:
    """The list of the day: of one cell, or of an officer's cells.

    Attributes:
        lead_id: The one lead of what is listed; None for nobody or several.
        cells_led: How many cells are listed.
    """

    cell: str | None
    officer_id: int | None
    lead_id: int | None
    cells_led: int
    title: str
    officer_name: str
    rows: list[dict[str, Any]]
    total: int
    overdue: int
    cells: list[Choice]
    officers: list[Choice]


def day_of(scope: Scope, cell: str | None, officer_id: int | None) -> InspectorDay:
    """Return the list asked for, or that of the cell with the county's first target.

    Raises:
        NotFoundError: The cell is not in the plan, or the officer leads no cell.
    """
    every_cell = cells.of_plan(scope.session, scope.code, scope.plan_id)
    held = officers.responsible_on(scope.session, scope.code, scope.plan_id, scope.on)
    leads = held[held["duty"] == "lead"]
    if cell is None and officer_id is None:
        cell = _first_cell(scope, every_cell)
    if officer_id is not None and cell is None:
        listed = targets.of_officer(scope.session, scope.code, scope.on, officer_id)
        mine = leads[leads["officer_id"] == officer_id]
        if mine.empty:
            raise NotFoundError(f"officer {officer_id} leads no cell on {scope.on}")
        title = str(mine["name"].iloc[0])
    else:
        named = every_cell[every_cell["code"] == cell]
        if named.empty:
            raise NotFoundError(f"the plan in force on {scope.on} has no cell {cell}")
        listed = targets.of_cell(scope.session, scope.code, scope.on, str(cell))
        mine = leads[leads["cell_code"] == cell]
        title = f"{named['township_name'].iloc[0]} {named['name'].iloc[0]}"
    return InspectorDay(
        cell=cell,
        officer_id=officer_id if cell is None else None,
        lead_id=_only(mine["officer_id"].unique().tolist()),
        cells_led=int(mine["cell_code"].nunique()),
        title=title,
        officer_name="、".join(dict.fromkeys(mine["name"].astype(str))),
        rows=_rows(listed.head(LISTED), scope.on),
        total=len(listed),
        overdue=sum(is_past(due, scope.on) for due in listed["due_on"]),
        cells=_cells(every_cell),
        officers=_officers(leads),
    )


def _only(ids: list[int]) -> int | None:
    return int(ids[0]) if len(ids) == 1 else None


def _first_cell(scope: Scope, every_cell: DataFrame) -> str:
    first = targets.first_cell(scope.session, scope.code, scope.on)
    return first or str(every_cell["code"].iloc[0])


def _cells(every_cell: DataFrame) -> list[Choice]:
    columns = ["code", "name", "township_name"]
    ordered = every_cell.sort_values(["township_code", "code"])[columns]
    return [
        Choice(value=str(code), label=str(name), group=str(township))
        for code, name, township in ordered.itertuples(index=False, name=None)
    ]


def _officers(leads: DataFrame) -> list[Choice]:
    counts = leads.groupby("officer_id")["cell_code"].nunique()
    people = leads.drop_duplicates("officer_id").sort_values("name")
    return [
        Choice(value=str(officer_id), label=str(name), group=str(counts[officer_id]))
        for officer_id, name in people[["officer_id", "name"]].itertuples(index=False, name=None)
    ]


def _rows(shown: GeoDataFrame, on: date) -> list[dict[str, Any]]:
    return [
        {
            **row,
            "number": number,
            "tone": next((tone for least, tone in _TONES if row["score"] >= least), ""),
            "is_overdue": is_past(row["due_on"], on),
        }
        for number, row in enumerate(plain_rows(shown), start=1)
    ]


def is_past(due: object, on: date) -> bool:
    """Tell whether a day is known and over."""
    return isinstance(due, date) and due < on
