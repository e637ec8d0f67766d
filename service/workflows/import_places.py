"""Villages and gazetteers → named places with a point or a shape."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from gis_data import headers, refusals, values
from gis_data.boundaries import read_areas
from gis_data.given_points import read_points
from gis_data.rows import FieldRows, Reading, read_rows, text
from gis_data.shapes import is_shape_file
from service.database import counties
from service.database.loading import townships
from service.domain import codes
from service.domain.area_checks import checked
from service.domain.coverage_checks import polygonal
from service.domain.datum import to_wgs84
from service.domain.places import RADIUS_M, Datum, Level
from service.workflows.gazetteer_rows import (
    FORMER_LEVELS,
    keep_version,
    lines_of,
    refuse_doubled,
    remember,
    save_former,
    unstated_datum,
    with_codes,
)
from service.workflows.import_townships import attributes, code_findings, notes_of
from service.workflows.importing import (
    ImportReport,
    Intake,
    begin,
    finish,
    record,
    refuse_file,
)

_LEVELS: Final = {
    "township": "township",
    "town": "township",
    "乡镇": "township",
    "village": "village",
    "村": "village",
    "社区": "village",
    "road": "road",
    "道路": "road",
    "poi": "poi",
    "地物": "poi",
    "门牌": "poi",
    "former_township": "former_township",
    "former_village": "former_village",
    "旧乡镇": "former_township",
    "旧村": "former_village",
}
# Larger areas stand in national gazetteers; a county's own has no use for them as places.
_ABOVE: Final = frozenset({"province", "city", "county", "省", "市", "县"})


def import_villages(
    session: Session,
    path: Path,
    reading: Reading,
    *,
    county: str | None = None,
    repair: bool = False,
) -> ImportReport:
    """Load villages, as polygons (GeoJSON …) or as points (CSV, XLSX).

    Raises:
        FileRefusedError: A shape is wrong, villages overlap, or no row can be used.
        InvalidInputError: The file cannot be read.
    """
    at = counties.chosen(session, county)
    intake, already = begin(session, "villages", at.code, path, reading, repair=repair)
    if already is not None:
        return already
    if is_shape_file(path) and _has_polygons(path, reading):
        return _import_polygons(session, intake, reading, repair=repair)
    return _import_rows(session, intake, reading, headers.VILLAGES, level="village")


def import_gazetteer(
    session: Session, path: Path, reading: Reading, *, county: str | None = None
) -> ImportReport:
    """Load the gazetteer by which addresses are located; its other counties are left out.

    Raises:
        FileRefusedError: No row can be used.
        InvalidInputError: The file cannot be read.
    """
    at = counties.chosen(session, county)
    intake, already = begin(session, "gazetteer", at.code, path, reading)
    if already is not None:
        return already
    return _import_rows(session, intake, reading, headers.GAZETTEER, level=None)


def _has_polygons(path: Path, reading: Reading) -> bool:
    kinds = read_areas(path, reading, headers.VILLAGES).features.geometry.geom_type
    return bool(kinds.isin(["Polygon", "MultiPolygon"]).any())


def _import_polygons(
    session: Session, intake: Intake, reading: Reading, *, repair: bool
) -> ImportReport:
    features = read_areas(intake.path, reading, headers.VILLAGES)
    result = checked(features.features, repair=repair)
    refuse_file(intake.path, result.findings, attributes(features))
    areas = result.areas
    system = reading.code_system or codes.guess_area_system(list(areas["code"])) or "local"
    refuse_file(intake.path, code_findings(areas, system), attributes(features))
    homes = _homes(session, intake.county_code, areas)
    rows = [
        _place(intake, system, code, name, "village", home)
        | {"location": polygonal(shape).representative_point(), "geometry": polygonal(shape)}
        for code, name, home, shape in zip(
            areas["code"], areas["name"], homes, areas.geometry, strict=True
        )
    ]
    townships.save_places(session, rows)
    report = ImportReport(
        kind=intake.kind,
        county_code=intake.county_code,
        rows_read=len(features.features),
        rows_kept=len(rows),
        source=attributes(features),
        unused=features.unused,
        notes=[*features.notes, *notes_of(result)],
        changes=[change.text_en for change in result.changes],
        batch_id=intake.id,
    )
    return record(session, intake, report)


def _import_rows(
    session: Session,
    intake: Intake,
    reading: Reading,
    synonyms: headers.Synonyms,
    *,
    level: str | None,
) -> ImportReport:
    needed = ["name"] if level is None else ["code", "name"]
    file = read_rows(intake.path, reading, synonyms, needed=needed)
    refused, warned = refusals.Collector(), refusals.Collector()
    rows, outside = _own(file, intake.county_code)
    frame = _described(rows, level, lines_of(intake, reading, rows), refused)
    points = read_points(rows, datum=reading.datum, refused=refused, warned=warned)
    frame[["lon", "lat", "datum"]] = points
    good = frame.drop(index=list(refused.lines))
    is_former = good["level"].isin(list(FORMER_LEVELS))
    former = save_former(session, intake, good[is_former])
    good = good[~is_former]
    homes = _homes(session, intake.county_code, good)
    guessed = codes.guess_area_system(list(good["code"]))
    system = reading.code_system or guessed or "local"
    saved = remember(session, intake, _saved(intake, system, good, homes))
    townships.save_places(session, saved)
    pointless = sum(row["location"] is None and row["geometry"] is None for row in saved)
    return finish(
        session,
        intake,
        file,
        kept=len(saved) + former,
        refused=refusals.together(file.refused, refused.frame()),
        warned=warned.frame(),
        notes=[
            *file.notes,
            f"{pointless} places have no point",
            f"{outside} rows are of other counties or larger areas and were left out",
            f"{former} former names, which are candidates only",
            *unstated_datum(intake, reading, good),
            f"edition {keep_version(session, intake)}",
        ],
    )


def _saved(
    intake: Intake, system: str, frame: pd.DataFrame, homes: list[str | None]
) -> list[dict[str, Any]]:
    """Return places without a shape as the table takes them."""
    columns = ("code", "name", "level", "radius_m", "lon", "lat", "datum", "shape")
    rows = zip(*(frame[name].tolist() for name in columns), homes, strict=True)
    return [
        _place(intake, system, code, name, level, home)
        | {
            "radius_m": radius_m,
            "datum": datum or str(Datum.WGS84),
            "location": _point(lon, lat, datum) or _inside(shape),
            "geometry": shape,
        }
        for code, name, level, radius_m, lon, lat, datum, shape, home in rows
    ]


def _inside(shape: BaseGeometry | None) -> shapely.Point | None:
    """Return a point in an area; a line's place is the line."""
    is_area = shape is not None and shape.geom_type in {"Polygon", "MultiPolygon"}
    return shape.representative_point() if shape is not None and is_area else None


def _own(file: FieldRows, county_code: str) -> tuple[pd.DataFrame, int]:
    """Return the rows of one county of a gazetteer, and how many others there are."""
    given = values.codes(text(file.rows, "code"))
    official = given.str.fullmatch(r"\d{9}|\d{12}|\d{15}")
    foreign = official & ~given.str.startswith(county_code) & (len(county_code) == 6)  # noqa: PLR2004
    above = text(file.rows, "level").isin(_ABOVE)
    return file.rows[~foreign & ~above], int((foreign | above).sum())


def _described(
    rows: pd.DataFrame, level: str | None, shapes: pd.Series, refused: refusals.Collector
) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "code": values.codes(text(rows, "code")),
            "name": text(rows, "name"),
            "township": text(rows, "township"),
            "township_code": values.codes(text(rows, "township_code")),
            "shape": shapes,
            "at": text(rows, "lon") + "," + text(rows, "lat"),
        },
        index=rows.index,
    )
    frame["level"] = _levels(rows, frame, level, refused)
    frame["code"] = with_codes(frame)
    for name in ("code", "name"):
        empty = frame[name].eq("")
        refused.add_all(rows.index[empty], name, frame[name][empty], refusals.missing(name))
    refuse_doubled(frame, refused)
    radius = values.numbers(text(rows, "radius_m"))
    default = frame["level"].map({str(known): metres for known, metres in RADIUS_M.items()})
    frame["radius_m"] = radius.fillna(default.fillna(RADIUS_M[Level.ROOFTOP]))
    return frame


def _levels(
    rows: pd.DataFrame, frame: pd.DataFrame, level: str | None, refused: refusals.Collector
) -> pd.Series:
    if level is not None:
        return pd.Series(level, index=rows.index, dtype="str")
    said = text(rows, "level").str.casefold()
    known = values.mapped(said, _LEVELS.get)
    unknown = said.ne("") & known.isna()
    refused.add_all(
        rows.index[unknown], "level", said[unknown], refusals.unknown_word(sorted(_LEVELS))
    )
    by_code = np.where(frame["code"].str.fullmatch(r"\d{9}(?:000)?"), "township", "village")
    is_line = frame["shape"].map(lambda shape: shape is not None and "Line" in shape.geom_type)
    usual = np.where(is_line, "road", by_code)
    return known.where(known.notna(), usual).astype("str")


def _homes(session: Session, county_code: str, frame: pd.DataFrame) -> list[str | None]:
    """Return the township of each place: as named, else by the first nine digits of its code."""
    known = townships.township_codes(session, county_code)
    return [
        known.get(said[:9]) or known.get(said) or known.get(name) or known.get(code[:9])
        for said, name, code in zip(
            frame["township_code"], frame["township"], frame["code"], strict=True
        )
    ]


def _place(
    intake: Intake, system: str, code: str, name: str, level: str, home: str | None
) -> dict[str, Any]:
    return {
        "county_code": intake.county_code,
        "code": code,
        "code_system": system,
        "level": level,
        "name": name,
        "township_code": home,
        "radius_m": RADIUS_M[Level.VILLAGE],
        "datum": str(Datum.WGS84),
    }


def _point(lon: float, lat: float, datum: str | None) -> shapely.Point | None:
    if np.isnan(lon) or datum is None:
        return None
    east, north = to_wgs84(lon, lat, Datum(datum))
    return shapely.Point(float(east), float(north))
