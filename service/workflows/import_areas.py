"""Area files → key areas, border zones and urban fringes, clipped to the county."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

import geopandas
import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from gis_data import refusals
from gis_data.refusals import Reason
from gis_data.rows import Reading
from gis_data.special_areas import ReadAreas, buffer_fault, is_buffer, read_special_areas
from service.database import areas as area_rows
from service.database import cells as cell_rows
from service.database import counties
from service.database.counties import County
from service.database.loading.cells import plan_on
from service.domain import special_areas
from service.domain.area_checks import square_km
from service.domain.coverage_checks import polygonal
from service.domain.errors import InvalidInputError
from service.workflows.importing import ImportReport, begin, finish

DEFAULT_FROM: Final = date(2000, 1, 1)
_COLUMNS: Final = ("name", "kind")
# So many unknown codes of cells are spelt out.
_SPELT_OUT: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaOptions:
    """How lines become zones.

    Attributes:
        buffer_km: Width to either side of a line whose row gives none.
        begins: First day of areas whose row gives none.
    """

    buffer_km: float = special_areas.DEFAULT_BUFFER_KM
    begins: date = DEFAULT_FROM


class _Drawn(NamedTuple):
    """One area as it will be saved, or why not: the line, the field and the value at fault."""

    line: int
    row: dict[str, Any]
    fault: tuple[str, str, Reason] | None = None


def import_areas(
    session: Session,
    path: Path,
    reading: Reading,
    *,
    county: str | None = None,
    options: AreaOptions | None = None,
    repair: bool = False,
) -> ImportReport:
    """Load areas; one with the same code is brought up to date.

    Raises:
        FileRefusedError: No row can be used.
        InvalidInputError: The file cannot be read, or cells are listed and no plan is in force.
    """
    options = options or AreaOptions()
    if not is_buffer(options.buffer_km):
        fault = buffer_fault()
        raise InvalidInputError(f"--buffer-km {options.buffer_km:g}: {fault.reason_en}")
    at = counties.chosen(session, county)
    cells = _cells(session, at)
    asked = {"repair": repair, "buffer_km": options.buffer_km, "begins": options.begins}
    intake, already = begin(
        session, "areas", at.code, path, reading, **asked, plan=None if cells is None else cells[0]
    )
    if already is not None:
        return already
    read = read_special_areas(path, reading, repair=repair)
    drawn = _drawn(read, at, options, None if cells is None else cells[1])
    refused = refusals.Collector()
    rows = []
    for one in drawn:
        if one.fault is None:
            rows.append({"county_code": at.code, **one.row, "batch_id": str(intake.id)})
        else:
            refused.add(one.line, *one.fault)
    counts = area_rows.save(session, rows)
    return finish(
        session,
        intake,
        read.rows,
        kept=len(rows),
        refused=refusals.together(read.refused, refused.frame()),
        notes=[*read.rows.notes, *_notes(read, rows, cells), counts.in_words()],
        changes=read.changes,
    )


def _cells(session: Session, at: County) -> tuple[int, GeoDataFrame] | None:
    """Return the plan in force and its cells; None where there is none yet."""
    on = at.reference_date or date.today()  # noqa: DTZ011 - the county's own calendar day
    plan_id = plan_on(session, at.code, on)
    if plan_id is None:
        return None
    return plan_id, cell_rows.of_plan(session, at.code, plan_id)


def _drawn(
    read: ReadAreas, at: County, options: AreaOptions, cells: GeoDataFrame | None
) -> list[_Drawn]:
    return [
        _area(str(code), parts, at, options, cells)
        for code, parts in read.frame.groupby("code", sort=False)
    ]


def _area(
    code: str, parts: GeoDataFrame, at: County, options: AreaOptions, cells: GeoDataFrame | None
) -> _Drawn:
    line = int(parts.index[0])
    first = parts.iloc[0]
    begins = first["from"] or options.begins
    km = options.buffer_km if pd.isna(first["buffer_km"]) else float(first["buffer_km"])
    row = {
        "code": code,
        **{name: str(first[name]) for name in _COLUMNS},
        "valid_from": begins,
        "valid_to": first["to"],
        "buffer_m": None,
    }
    if first["to"] is not None and first["to"] <= begins:
        return _Drawn(line, row, ("to", str(first["to"]), _backwards()))
    if any(parts["cells"].map(len)) and parts.geometry.isna().all():
        return _of_cells(line, row, parts, cells)
    whole = shapely.union_all(np.asarray(parts.geometry.array))
    polygons, lines = _split(whole)
    shape = special_areas.within(polygons, at.geometry)
    if not lines.is_empty:
        row["buffer_m"] = km * 1000
        zone = special_areas.zone_around(
            lines, km * 1000, county=at.geometry, metric_epsg=at.metric_epsg
        )
        shape = special_areas.within(shapely.union(shape, zone), at.geometry)
    if shape.is_empty:
        return _Drawn(line, row, ("geometry", code, _outside(whole, at, row["buffer_m"])))
    row["geometry"] = shape
    if cells is not None and not _members(code, shape, cells):
        return _Drawn(line, row, ("geometry", code, _no_cell()))
    return _Drawn(line, row)


def _of_cells(
    line: int, row: dict[str, Any], parts: GeoDataFrame, cells: GeoDataFrame | None
) -> _Drawn:
    if cells is None:
        raise InvalidInputError(
            "the file lists cells and no plan is in force; import or build the cells first"
        )
    wanted = {cell for listed in parts["cells"] for cell in listed}
    unknown = sorted(wanted - set(cells["code"]))
    if unknown:
        more = f" (+{len(unknown) - _SPELT_OUT})" if len(unknown) > _SPELT_OUT else ""
        said = ", ".join(unknown[:_SPELT_OUT]) + more
        at_fault = next(
            int(str(at)) for at, listed in parts["cells"].items() if set(listed) & set(unknown)
        )
        return _Drawn(at_fault, row, ("cells", said, _unknown_cells()))
    shapes = cells.geometry[cells["code"].isin(wanted)]
    row["geometry"] = polygonal(shapely.union_all(np.asarray(shapes.array)))
    return _Drawn(line, row)


def _split(shape: BaseGeometry) -> tuple[BaseGeometry, BaseGeometry]:
    """Return the polygons and the lines of a shape."""
    pieces = [part for piece in shapely.get_parts(shape) for part in shapely.get_parts(piece)]
    polygons = [part for part in pieces if part.geom_type == "Polygon"]
    lines = [part for part in pieces if part.geom_type in {"LineString", "LinearRing"}]
    return shapely.MultiPolygon(polygons), shapely.union_all(lines)


def _members(code: str, shape: BaseGeometry, cells: GeoDataFrame) -> frozenset[str]:
    area = geopandas.GeoDataFrame({"code": [code]}, geometry=[shape], crs=4326)
    return special_areas.members(cells, area)[code]


def _notes(
    read: ReadAreas, rows: list[dict[str, Any]], cells: tuple[int, GeoDataFrame] | None
) -> list[str]:
    notes = []
    for row in rows:
        zone = f", {row['buffer_m'] / 1000:g} km around its line" if row["buffer_m"] else ""
        size = "" if cells is None else _size(row, cells[1])
        notes.append(f"{row['kind']} {row['code']} ({row['name']}){zone}{size}")
    if cells is None:
        notes.append("no plan is in force: which cells belong is told once there is one")
    parts = len(read.frame) - read.frame["code"].nunique()
    if parts:
        notes.append(f"{parts} lines are further parts of an area with the same code and name")
    return notes


def _size(row: dict[str, Any], cells: GeoDataFrame) -> str:
    inside = _members(row["code"], row["geometry"], cells)
    area_m2 = float(cells.loc[cells["code"].isin(inside), "area_m2"].sum())
    return f": {len(inside)} of {len(cells)} cells, {square_km(area_m2)}"


def _outside(shape: BaseGeometry, at: County, buffer_m: float | None) -> Reason:
    km = special_areas.distance_km(shape, at.geometry, at.metric_epsg)
    far_zh = "" if km is None else f"，相距 {km:.1f} 公里"
    far_en = "" if km is None else f", {km:.1f} km away"
    wider = "" if buffer_m is None else f" (zone of {buffer_m / 1000:g} km)"
    return Reason(
        f"在本县之外{far_zh}",
        f"it lies outside county {at.code}{far_en}{wider}",
        "核对坐标系、所属县和缓冲宽度",
        "check the datum, the county, and the width of the zone",
    )


def _no_cell() -> Reason:
    return Reason(
        "区域内没有网格：没有一个网格有一半在其中",
        "it holds no cell: no cell has half of its ground inside",
        "把区域画大，或在表格中列出网格编码",
        "draw it larger, or list its cells in a table",
    )


def _unknown_cells() -> Reason:
    return Reason(
        "现行网格方案中没有这些网格",
        "the plan in force has no such cells",
        "改正网格编码；`wangge map coverage` 可查",
        "correct the codes; the coverage map shows them",
    )


def _backwards() -> Reason:
    return Reason(
        "结束日期不晚于开始日期",
        "it ends before it begins",
        "改正日期；结束日期当天不计在内",
        "correct the dates; the last day is not included",
    )
