"""Townships (and villages) → cells of a draft plan."""

from dataclasses import dataclass

import pandas as pd
from geopandas import GeoDataFrame
from sqlalchemy.orm import Session

from service.database import cells as cell_reads
from service.database import counties, places, plans, townships
from service.database.loading.cells import save_cells
from service.domain.errors import InvalidInputError, NotFoundError
from service.domain.grid import GridMethod, GridRequest, assign_codes, build_cells
from service.domain.grid.codes import UNIT15


@dataclass(frozen=True, slots=True, kw_only=True)
class GridReport:
    """What was built.

    Attributes:
        plan_id: The draft.
        plan_code: Its code.
        cells: How many cells it has.
        kept_codes: How many of them have the code of an earlier plan.
        notes: What is worth knowing, a line each.
    """

    plan_id: int
    plan_code: str
    cells: int
    kept_codes: int
    notes: tuple[str, ...] = ()


def build_grid(
    session: Session,
    county_code: str,
    request: GridRequest,
    *,
    plan_code: str,
    township_code: str | None = None,
) -> GridReport:
    """Cut the county's townships into the cells of a draft plan.

    Args:
        session: An open session; the caller commits.
        county_code: The county.
        request: Method and limits.
        plan_code: Code of the draft; a draft of that code is replaced.
        township_code: Cut only this township; the others keep the cells of the newest plan.

    Raises:
        NotFoundError: There is no such township.
        InvalidInputError: A limit cannot be kept, or there is nothing to cut by.
    """
    county = counties.get(session, county_code)
    areas = _areas(session, county_code, township_code)
    villages = places.villages(session, county_code)
    built = build_cells(
        areas,
        villages,
        request,
        metric_epsg=county.metric_epsg,
        loads=_loads(session, county_code) if request.method is GridMethod.BALANCED else None,
    )
    before = plans.earlier_cells(session, county_code)
    built["code"] = assign_codes(built, previous=before, used=set(before["code"]))
    built["code_system"] = UNIT15
    built["name"] = _numbered(built)
    others = _other_townships(session, county_code, township_code)
    parameters = _parameters(request, township_code)
    plan_id = plans.add_draft(
        session, county_code, code=plan_code, method=request.method.value, parameters=parameters
    )
    everything = GeoDataFrame(pd.concat([built, others]), crs=built.crs)
    return GridReport(
        plan_id=plan_id,
        plan_code=plan_code,
        cells=save_cells(session, county_code, plan_id, everything),
        kept_codes=int(built["code"].isin(before["code"]).sum()),
        notes=_notes(areas, villages, request),
    )


def _areas(session: Session, county_code: str, township_code: str | None) -> GeoDataFrame:
    areas = townships.of_county(session, county_code)
    if township_code is None:
        return areas
    chosen = areas[areas["code"] == township_code]
    if len(chosen) == 0:
        raise NotFoundError(f"county {county_code} has no township {township_code!r}")
    return chosen


def _loads(session: Session, county_code: str) -> GeoDataFrame:
    located = places.enterprise_points(session, county_code)
    if len(located) == 0:
        raise InvalidInputError(
            "method balanced weighs cells by their enterprises, and none is located; "
            "import the register and run `wangge locate` first"
        )
    return located.assign(load=1.0)


def _other_townships(
    session: Session, county_code: str, township_code: str | None
) -> GeoDataFrame | None:
    if township_code is None:
        return None
    newest = plans.of_county(session, county_code)
    if len(newest) == 0:
        raise InvalidInputError("build the whole county once before rebuilding one township")
    cells = cell_reads.of_plan(session, county_code, int(newest["plan_id"].iloc[0]))
    return cells[cells["township_code"] != township_code]


def _numbered(cells: GeoDataFrame) -> list[str]:
    """Name a village's only cell by the village, several by the village and a number."""
    several = cells.groupby("name")["name"].transform("size") > 1
    return [
        f"{name}{int(code[12:])}" if more else name
        for name, code, more in zip(cells["name"], cells["code"], several, strict=True)
    ]


def _parameters(request: GridRequest, township_code: str | None) -> dict[str, object]:
    return {
        "side_m": request.side_m,
        "max_load": request.max_load,
        "max_area_km2": request.max_area_km2,
        "township": township_code,
    }


def _notes(areas: GeoDataFrame, villages: GeoDataFrame, request: GridRequest) -> tuple[str, ...]:
    by_village = request.method in (GridMethod.VILLAGES, GridMethod.BALANCED)
    bare = areas[~areas["code"].isin(villages["township_code"])]
    if by_village and len(bare):
        names = "、".join(bare["name"])
        return (f"no village point is known in {names}: one cell for the whole township",)
    return ()
