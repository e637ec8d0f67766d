"""Cells without a lead → a proposal: near, in the same township, and evenly loaded."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

# Roads in hills are longer than the straight line; said wherever a distance is shown.
DETOUR = 1.4
_METRES_A_LOAD = 3_000  # an officer one visit above the fair share weighs like 3 km more of road
_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCell:
    """A cell that nobody leads: a point inside it in metres, its township, its work."""

    code: str
    x: float
    y: float
    township_code: str
    load: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An officer who may lead: base in metres, township (None serves any), load and capacity."""

    officer_id: int
    x: float
    y: float
    township_code: str | None
    load: float
    capacity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A cell, the officer proposed to lead it, and the road there (straight line x 1.4, metres)."""

    cell_code: str
    officer_id: int
    distance_m: float


def propose_leads(
    cells: Sequence[OpenCell], officers: Sequence[Candidate], *, seed: int
) -> tuple[list[Proposal], list[str]]:
    """Propose a lead for each open cell.

    Within each township the sum of distances plus the price of load above capacity is minimised
    exactly (CP-SAT, one thread, fixed seed: the same input gives the same answer).

    Returns:
        The proposals in order of cell code, and the codes of cells for which no officer serves
        the township.
    """
    proposals: list[Proposal] = []
    left: list[str] = []
    for township in sorted({cell.township_code for cell in cells}):
        open_cells = sorted(
            (cell for cell in cells if cell.township_code == township), key=lambda one: one.code
        )
        able = [one for one in officers if one.township_code in (township, None)]
        if able:
            proposals += _solve(open_cells, able, seed)
        else:
            left += [cell.code for cell in open_cells]
    return sorted(proposals, key=lambda one: one.cell_code), sorted(left)


def _solve(cells: Sequence[OpenCell], officers: Sequence[Candidate], seed: int) -> list[Proposal]:
    distance = _distances(cells, officers)
    model = cp_model.CpModel()
    takes = [
        [model.new_bool_var(f"{cell.code}-{officer.officer_id}") for officer in officers]
        for cell in cells
    ]
    for choice in takes:
        model.add_exactly_one(choice)
    cost = [
        int(distance[at, by]) * takes[at][by]
        for at in range(len(cells))
        for by in range(len(officers))
    ]
    for by, officer in enumerate(officers):
        load = sum(round(cell.load) * takes[at][by] for at, cell in enumerate(cells))
        spare = round(officer.capacity - officer.load)
        over = model.new_int_var(0, 10_000_000, f"over-{officer.officer_id}")
        model.add(over >= load - spare)
        cost.append(_METRES_A_LOAD * over)
    model.minimize(sum(cost))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = _SECONDS
    solver.solve(model)
    return [
        Proposal(
            cell_code=cell.code,
            officer_id=officers[by].officer_id,
            distance_m=float(distance[at, by]),
        )
        for at, cell in enumerate(cells)
        for by in range(len(officers))
        if solver.boolean_value(takes[at][by])
    ]


def _distances(cells: Sequence[OpenCell], officers: Sequence[Candidate]) -> NDArray[np.float64]:
    ours = np.array([(cell.x, cell.y) for cell in cells])
    theirs = np.array([(officer.x, officer.y) for officer in officers])
    straight = np.linalg.norm(ours[:, None, :] - theirs[None, :, :], axis=2)
    road: NDArray[np.float64] = straight * DETOUR
    return road
