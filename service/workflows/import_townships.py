"""Boundary files → townships, and the county that they make up."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from sqlalchemy.orm import Session

from gis_data import headers
from gis_data.boundaries import Areas, read_areas, read_outline
from gis_data.refusals import none
from gis_data.rows import Reading
from service.database.loading import counties, townships
from service.database.loading.counties import NewCounty
from service.domain import codes
from service.domain.area_checks import CheckedAreas, Finding, checked
from service.domain.coverage_checks import polygonal
from service.domain.errors import InvalidInputError
from service.domain.outlines import compare_outlines
from service.workflows.importing import ImportReport, begin, record, refuse_file

_OTHER_SYSTEM = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyOptions:
    """The county that a township file belongs to.

    Attributes:
        code: None takes the first six digits of the townships' codes.
        name: Of a county that is made now.
        name_en: In English.
        code_system: Of a county code that is not six digits of GB/T 2260.
        outline: File with the county's own outline; None takes the union of the townships.
        reference_date: The county's 'today' where a command gives none.
        is_fictional: Whether every page must say that it is invented.
    """

    code: str | None = None
    name: str = ""
    name_en: str = ""
    code_system: str | None = None
    outline: Path | None = None
    reference_date: date | None = None
    is_fictional: bool = False


_NO_OPTIONS = CountyOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """Townships fit to be saved, with the system of their codes."""

    areas: GeoDataFrame
    system: str
    notes: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)


def import_townships(
    session: Session,
    path: Path,
    reading: Reading,
    *,
    county: CountyOptions = _NO_OPTIONS,
    repair: bool = False,
) -> ImportReport:
    """Load townships; the county is made when it is not there yet.

    Args:
        session: Its transaction is the import's.
        path: GeoJSON, GeoPackage, Shapefile or KML.
        reading: How to read it.
        county: Where it belongs.
        repair: Whether to mend what can be mended without a decision.

    Raises:
        FileRefusedError: A shape or code is wrong, or townships overlap.
        InvalidInputError: The file cannot be read, or the county is not named.
    """
    features = read_areas(path, reading, headers.TOWNSHIPS)
    good = _check(path, features, reading, repair=repair)
    county_code = county.code or _county_of(good)
    intake, already = begin(
        session, "townships", county_code, path, reading, repair=repair, outline=str(county.outline)
    )
    if already is not None:
        return already
    notes = _place(session, county_code, county, good, path)
    townships.save_townships(session, county_code, good.areas, code_system=good.system)
    if county.outline is None:
        counties.set_outline(session, county_code, counties.united_townships(session, county_code))
    report = ImportReport(
        kind="townships",
        county_code=county_code,
        rows_read=len(features.features),
        rows_kept=len(good.areas),
        refused=none(),
        source=attributes(features),
        unused=features.unused,
        notes=[*features.notes, *good.notes, *notes],
        changes=good.changes,
        batch_id=intake.id,
    )
    return record(session, intake, report)


def code_findings(areas: GeoDataFrame, system: str) -> list[Finding]:
    """Return the faults of the codes of checked areas."""
    findings = []
    for line, code, name in zip(areas.index, areas["code"], areas["name"], strict=True):
        fault = _missing_code() if code == "" else codes.area_code_fault(code, system)
        if fault is not None:
            findings.append(
                Finding(
                    line=int(line),
                    label=name or code,
                    reason_zh=fault.reason_zh,
                    reason_en=fault.reason_en,
                    fix_zh=fault.fix_zh,
                    fix_en=fault.fix_en,
                )
            )
    return findings


def attributes(features: Areas) -> pd.DataFrame:
    """Return the attributes of a boundary file without its shapes."""
    return pd.DataFrame(features.features.drop(columns="geometry"))


def notes_of(result: CheckedAreas) -> list[str]:
    """Return the notes of a check, in English as commands speak."""
    return [english for _, english in result.notes]


def _check(path: Path, features: Areas, reading: Reading, *, repair: bool) -> _Checked:
    result = checked(_nine_digits(features.features), repair=repair)
    refuse_file(path, result.findings, attributes(features))
    areas = result.areas
    guessed = codes.guess_area_system([code for code in areas["code"] if code])
    system = reading.code_system or guessed or _OTHER_SYSTEM
    refuse_file(path, code_findings(areas, system), attributes(features))
    return _Checked(
        areas=areas,
        system=system,
        notes=notes_of(result),
        changes=[change.text_en for change in result.changes],
    )


def _nine_digits(features: GeoDataFrame) -> GeoDataFrame:
    """Return townships with nine-digit codes where statistics add three zeros for the village."""
    long = features["code"].str.fullmatch(r"\d{9}000")
    return features.assign(code=features["code"].where(~long, features["code"].str[:9]))


def _missing_code() -> codes.CodeFault:
    return codes.CodeFault(
        reason_zh="缺少编码",
        reason_en="it has no code",
        fix_zh="补填编码，或从文件中删去该图形",
        fix_en="give it a code, or leave it out of the file",
    )


def _county_of(good: _Checked) -> str:
    found = {codes.county_of(code, good.system) for code in good.areas["code"]}
    only = found.pop() if len(found) == 1 else None
    if only is None:
        raise InvalidInputError(
            "the codes do not tell which county this is; name it with --county CODE "
            "--county-name NAME"
        )
    return only


def _place(
    session: Session, county_code: str, options: CountyOptions, good: _Checked, path: Path
) -> list[str]:
    """Make the county where there is none, else see that the townships lie in it."""
    shapes = np.asarray(good.areas.geometry.array)
    union = polygonal(shapely.union_all(shapes))
    outline = _given_outline(options, union)
    if counties.exists(session, county_code):
        _require_inside(session, county_code, union, path)
        if outline is not None:
            counties.set_outline(session, county_code, outline)
        return []
    new = NewCounty(
        code=county_code,
        name=options.name,
        name_en=options.name_en,
        code_system=options.code_system or _county_system(county_code, good.system),
        reference_date=options.reference_date,
        is_fictional=options.is_fictional,
    )
    counties.create(session, new, union if outline is None else outline)
    return [f"county {county_code} was made"]


def _county_system(county_code: str, township_system: str) -> str:
    """Return the system of a county code; one that is not official goes with the townships."""
    is_official = codes.area_code_fault(county_code, codes.COUNTY) is None
    return codes.COUNTY if is_official else f"{township_system}_county"


def _given_outline(
    options: CountyOptions, union: shapely.MultiPolygon
) -> shapely.MultiPolygon | None:
    """Return the county's own outline, once it agrees with its townships."""
    if options.outline is None:
        return None
    frame = read_outline(options.outline, Reading())
    result = checked(frame.assign(code="county", name=options.name), repair=False)
    refuse_file(options.outline, result.findings, pd.DataFrame())
    outline = polygonal(result.areas.geometry.iloc[0])
    fault = compare_outlines(outline, union)
    if fault is not None:
        raise InvalidInputError(f"{options.outline.name}: {fault}")
    return outline


def _require_inside(
    session: Session, county_code: str, union: shapely.MultiPolygon, path: Path
) -> None:
    outline = counties.outline_of(session, county_code)
    if not outline.intersects(union):
        west, south, east, north = union.bounds
        raise InvalidInputError(
            f"{path.name} lies outside county {county_code} ({west:.3f} to {east:.3f} east, "
            f"{south:.3f} to {north:.3f} north); check the file, its datum and --county"
        )
