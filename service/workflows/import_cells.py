"""Cell files → a published plan with the cells as they are, their own codes kept."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from pyproj import Geod
from sqlalchemy.orm import Session

from gis_data import headers
from gis_data.boundaries import Areas, read_areas
from gis_data.refusals import none
from gis_data.rows import Reading
from service.database import counties
from service.database.loading import cells as loading
from service.database.loading import townships
from service.domain import codes
from service.domain.area_checks import CheckedAreas, Finding, checked
from service.domain.belonging import by_largest_overlap
from service.domain.errors import InvalidInputError
from service.workflows.import_townships import attributes, code_findings, notes_of
from service.workflows.importing import ImportReport, begin, record, refuse_file

DEFAULT_FROM: Final = date(2000, 1, 1)
_TYPES: Final = {"": "basic", "基础网格": "basic", "专属网格": "dedicated", "专属": "dedicated"}
_UNIT = "unit15"
_OTHER_SYSTEM = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """The plan that the cells make.

    Attributes:
        code: None calls it 'imported-' and its first day.
        begins: First day; None is the county's reference date, else 2000-01-01.
    """

    code: str | None = None
    begins: date | None = None


_NO_OPTIONS = PlanOptions()


def import_cells(
    session: Session,
    path: Path,
    reading: Reading,
    *,
    county: str | None = None,
    plan: PlanOptions = _NO_OPTIONS,
    repair: bool = False,
) -> ImportReport:
    """Load cells as a plan that is in force from a day on.

    The township of a cell is the one its file names by code or name; where it names none that is
    known, the one that it shares most ground with.

    Raises:
        FileRefusedError: A shape or code is wrong, cells overlap, or one lies in no township.
        InvalidInputError: The file cannot be read, or the plan is there already.
    """
    at = counties.chosen(session, county)
    begins = plan.begins or at.reference_date or DEFAULT_FROM
    code = plan.code or f"imported-{begins.isoformat()}"
    intake, already = begin(
        session, "cells", at.code, path, reading, repair=repair, plan=code, begins=begins
    )
    if already is not None:
        return already
    features = read_areas(path, reading, headers.CELLS)
    result, areas = _check(session, at.code, path, features, reading, repair=repair)
    plan_id = loading.make_plan(
        session,
        at.code,
        code=code,
        begins=begins,
        parameters={"file": path.name, "sliver_repair": repair},
    )
    kept = loading.save_cells(session, at.code, plan_id, areas)
    report = ImportReport(
        kind="cells",
        county_code=at.code,
        rows_read=len(features.features),
        rows_kept=kept,
        refused=none(),
        source=attributes(features),
        unused=features.unused,
        notes=[
            *features.notes,
            *notes_of(result),
            f"plan {code} is in force from {begins.isoformat()}",
        ],
        changes=[change.text_en for change in result.changes],
        batch_id=intake.id,
    )
    return record(session, intake, report)


def _check(
    session: Session,
    county_code: str,
    path: Path,
    features: Areas,
    reading: Reading,
    *,
    repair: bool,
) -> tuple[CheckedAreas, GeoDataFrame]:
    source = attributes(features)
    result = checked(features.features, repair=repair)
    refuse_file(path, result.findings, source)
    areas = result.areas
    guessed = codes.guess_area_system([code for code in areas["code"] if code])
    system = reading.code_system or (_UNIT if guessed == codes.CELL else _OTHER_SYSTEM)
    refuse_file(path, code_findings(areas, system), source)
    known = townships.all_townships(session, county_code)
    if known.empty:
        raise InvalidInputError("import the townships before their cells")
    homes = _homes(areas, known, townships.township_codes(session, county_code))
    refuse_file(path, _homeless(areas, homes), source)
    return result, areas.assign(
        code_system=system,
        township_code=homes,
        name=areas["name"].where(areas["name"] != "", areas["code"]),
        village_code=areas["village_code"].map(lambda code: code or None).astype("object"),
        cell_type=areas["cell_type"].map(lambda word: _TYPES.get(word, word)),
        area_m2=_areas_m2(areas),
    )


def _homes(areas: GeoDataFrame, known: GeoDataFrame, names: dict[str, str]) -> list[str | None]:
    """Return the township of each cell: as its file says, else by ground; None when neither can."""
    unpadded = {_unpadded(code): code for code in known["code"]}
    by_ground = by_largest_overlap(areas, known)
    homes = []
    for code, name, ground in zip(
        areas["township_code"], areas["township"], by_ground, strict=True
    ):
        said = names.get(code) or unpadded.get(_unpadded(code)) if code else None
        homes.append(said or names.get(name) or ground)
    return homes


def _unpadded(code: str) -> str:
    """Return a number without the zeros that one office writes before it and another does not."""
    return code.lstrip("0") or code


def _homeless(areas: GeoDataFrame, homes: list[str | None]) -> list[Finding]:
    return [
        Finding(
            line=int(line),
            label=str(code),
            reason_zh="不在本县任何乡镇之内",
            reason_en="it lies in no township of the county",
            fix_zh="核对坐标系和所属县",
            fix_en="check the datum, and that the file is of this county",
        )
        for line, code, home in zip(areas.index, areas["code"], homes, strict=True)
        if home is None
    ]


def _areas_m2(areas: GeoDataFrame) -> pd.Series:
    """Return geodesic areas in square metres."""
    globe = Geod(ellps="WGS84")
    oriented = shapely.orient_polygons(np.asarray(areas.geometry.array))
    return pd.Series(
        [abs(globe.geometry_area_perimeter(shape)[0]) for shape in oriented], index=areas.index
    )
