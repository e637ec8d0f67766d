"""Cells and officers → responsibilities of a draft plan, and the draft's publication."""

from dataclasses import dataclass
from datetime import date

import geopandas
import pandas as pd
from geopandas import GeoSeries
from pandas import DataFrame
from sqlalchemy.orm import Session

from service.database import cells as cell_reads
from service.database import counties, officers, places, plans
from service.database.loading import responsibilities
from service.database.loading.cells import cell_ids
from service.database.loading.responsibilities import NewResponsibility
from service.domain.assignment import Candidate, OpenCell, Proposal, propose_leads
from service.domain.errors import InvalidInputError

_SEED = 20120301


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentReport:
    """What a proposal did to a draft.

    Attributes:
        carried: Responsibilities taken over from the plan in force, for cells of the same code.
        proposed: Cells that got a lead.
        left: Codes of cells for which nobody serves the township.
    """

    carried: int
    proposed: tuple[Proposal, ...]
    left: tuple[str, ...]


def propose(
    session: Session, county_code: str, plan_code: str, *, begins: date
) -> AssignmentReport:
    """Carry responsibilities over into a draft and propose a lead for each cell without one.

    Args:
        session: An open session; the caller commits.
        county_code: The county.
        plan_code: The draft.
        begins: First day of the responsibilities proposed.

    Raises:
        InvalidInputError: The plan is published already.
    """
    plan = plans.by_code(session, county_code, plan_code)
    if plan.status != "draft":
        raise InvalidInputError(
            f"plan {plan_code!r} is {plan.status}; proposals change drafts only"
        )
    carried = _carry_over(session, county_code, plan.id, begins)
    proposals, left = propose_leads(
        _open_cells(session, county_code, plan.id, begins),
        _candidates(session, county_code, plan.id, begins),
        seed=_SEED,
    )
    numbers = cell_ids(session, county_code, plan.id)
    leads = [
        NewResponsibility(
            cell_id=numbers[one.cell_code],
            duty="lead",
            matter="all",
            officer_id=one.officer_id,
            begins=begins,
            until=None,
            rule=f"proposed: {one.distance_m / 1000:.1f} km (straight line x 1.4)",
        )
        for one in proposals
    ]
    responsibilities.add(session, county_code, leads)
    return AssignmentReport(carried=carried, proposed=tuple(proposals), left=tuple(left))


def publish(
    session: Session, county_code: str, plan_code: str, *, begins: date, approved_by: str
) -> None:
    """Put a draft in force from a day on, its proposals approved by name."""
    plan = plans.by_code(session, county_code, plan_code)
    plans.publish(session, county_code, plan.id, begins=begins)
    responsibilities.approve(session, county_code, plan.id, by=approved_by)


def _carry_over(session: Session, county_code: str, plan_id: int, begins: date) -> int:
    before = _plan_before(session, county_code, begins)
    if before is None:
        return 0
    held = officers.responsible_on(session, county_code, before, begins)
    numbers = cell_ids(session, county_code, plan_id)
    there = responsibilities.held(session, county_code, numbers.values())
    columns = [held[name] for name in ("cell_code", "duty", "matter", "officer_id", "until")]
    rows = [
        NewResponsibility(
            cell_id=numbers[code],
            duty=duty,
            matter=matter,
            officer_id=int(officer),
            begins=begins,
            until=None if pd.isna(until) else until,
            rule="carried over",
        )
        for code, duty, matter, officer, until in zip(*columns, strict=True)
        if code in numbers and (numbers[code], duty, matter) not in there
    ]
    responsibilities.add(session, county_code, rows)
    return len(rows)


def _plan_before(session: Session, county_code: str, on: date) -> int | None:
    known = plans.of_county(session, county_code)
    begun = known[(known["status"] != "draft") & known["valid_from"].notna()]
    begun = begun[begun["valid_from"] <= on]
    return None if len(begun) == 0 else int(begun["plan_id"].iloc[0])


def _open_cells(session: Session, county_code: str, plan_id: int, on: date) -> list[OpenCell]:
    grid = cell_reads.of_plan(session, county_code, plan_id)
    held = officers.responsible_on(session, county_code, plan_id, on)
    led = set(held.loc[held["duty"] == "lead", "cell_code"])
    metric = _metric(session, county_code, grid)
    load = _load_by_cell(session, county_code, grid)
    return [
        OpenCell(code=code, x=x, y=y, township_code=township, load=load.get(code, 0) + 1)
        for code, township, x, y in zip(
            grid["code"], grid["township_code"], metric.x, metric.y, strict=True
        )
        if code not in led
    ]


def _candidates(session: Session, county_code: str, plan_id: int, on: date) -> list[Candidate]:
    staff = officers.of_county(session, county_code)
    active = staff[
        staff["is_enforcement"].astype(bool)
        & staff["lon"].notna()
        & (staff["active_from"] <= on)
        & (staff["active_to"].isna() | (staff["active_to"] > on))
    ]
    held = officers.responsible_on(session, county_code, plan_id, on)
    cells_led = held[held["duty"] == "lead"].groupby("officer_id").size()
    metric = _metric(session, county_code, active)
    return [
        Candidate(
            officer_id=int(row.officer_id),
            x=point.x,
            y=point.y,
            township_code=None if pd.isna(row.township_code) else str(row.township_code),
            load=float(cells_led.get(row.officer_id, 0)),
            capacity=float(row.capacity_visits_per_month),
        )
        for row, point in zip(active.itertuples(), metric, strict=True)
    ]


def _metric(session: Session, county_code: str, frame: DataFrame) -> GeoSeries:
    epsg = counties.get(session, county_code).metric_epsg
    points = GeoSeries(geopandas.points_from_xy(frame["lon"], frame["lat"]), crs=4326)
    return points.to_crs(epsg)


def _load_by_cell(session: Session, county_code: str, grid: DataFrame) -> dict[str, int]:
    points = places.enterprise_points(session, county_code)
    joined = points.sjoin(grid[["code", "geometry"]], predicate="intersects")
    counts = joined.drop_duplicates("enterprise_id").groupby("code").size()
    return {str(code): int(count) for code, count in counts.items()}
