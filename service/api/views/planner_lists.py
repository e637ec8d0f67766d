"""The rows behind the planner's and the inspector's numbers: cells, targets, required visits."""

from dataclasses import dataclass
from typing import Final

from pandas import DataFrame

from maps.coverage_gaps import NOBODY, NONE, worst_of_cells
from maps.palette import SEVERITY
from service.api.dependencies import Scope
from service.api.views.figures import AREAS, Figures
from service.api.views.inspector import is_past
from service.database import gaps, officers, policies, targets
from service.domain.errors import NotFoundError

TARGETS: Final = "targets"
# Name → how it is listed, and what it is called.
PLANNER_SETS: Final = {
    "targets": (TARGETS, "检查对象", "Targets"),
    "overdue": (TARGETS, "已逾期的检查对象", "Overdue targets"),
    "officer_cells": (AREAS, "负责的网格", "Cells led"),
    "officer_load": (TARGETS, "每月应检次数的由来", "Visits required a month"),
    f"worst_{NOBODY}": (AREAS, "无人负责的网格（G3）", "Cells that nobody leads (G3)"),
    f"worst_{NONE}": (AREAS, "未发现盲区的网格", "Cells without a gap"),
    **{
        f"worst_{key}": (AREAS, f"最重盲区为“{zh}”的网格", f"Cells whose worst gap is {key}")
        for key, zh in zip(SEVERITY, ("危急", "高", "中", "低"), strict=True)
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Which cell's or officer's rows are meant; the whole county's where neither is named."""

    cell: str | None = None
    officer: int | None = None


def target_rows(scope: Scope, name: str, whose: Whose) -> DataFrame:
    """Return targets of the day with the visits a month that each requires (`per_month`).

    Raises:
        NotFoundError: Targets have not been ranked for the day.
    """
    if whose.cell is not None:
        listed = targets.of_cell(scope.session, scope.code, scope.on, whose.cell)
    elif whose.officer is not None and name == "officer_load":
        # The load of an officer counts what lies in a cell; so does the planner's page.
        listed = targets.of_county(scope.session, scope.code, scope.on)
        listed = listed[(listed["officer_id"] == whose.officer) & listed["cell_code"].notna()]
    elif whose.officer is not None:
        listed = targets.of_officer(scope.session, scope.code, scope.on, whose.officer)
    else:
        listed = targets.of_county(scope.session, scope.code, scope.on)
    if listed.empty:
        return DataFrame({"per_month": []})
    if name == "overdue":
        listed = listed[[is_past(due, scope.on) for due in listed["due_on"]]]
    policy = policies.inspection_policies(scope.session, scope.code)
    visits = [
        policy.visits_per_month(str(product), int(risk_class))
        for product, risk_class in zip(listed["product"], listed["risk_class"], strict=True)
    ]
    return DataFrame(listed.drop(columns="geometry")).assign(per_month=visits)


def cell_rows(scope: Scope, figures: Figures, name: str, whose: Whose) -> DataFrame:
    """Return the cells of a planner's number, with enterprises, visits and problems.

    Raises:
        NotFoundError: The officer leads no cell on the day, or gaps have not been looked for.
    """
    cells = figures.plan_cells
    if name == "officer_cells":
        held = officers.responsible_on(scope.session, scope.code, scope.plan_id, scope.on)
        mine = held[(held["duty"] == "lead") & (held["officer_id"] == whose.officer)]
        if mine.empty:
            raise NotFoundError(f"officer {whose.officer} leads no cell on {scope.on}")
        return cells[cells["code"].isin(mine["cell_code"])]
    worst = worst_of_cells(gaps.latest(scope.session, scope.code, scope.on))
    wanted = name.removeprefix("worst_")
    return cells[[worst.get(str(code), NONE) == wanted for code in cells["code"]]]
