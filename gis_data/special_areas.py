"""Key areas, border zones and urban fringes as people send them, refused rows apart.

Shapes come as polygons (taken as they are) or lines (a border, an edge of town: a zone is drawn
around them); a table lists the cells of each area, one or several a line.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd
from geopandas import GeoDataFrame

from gis_data import headers, refusals, values
from gis_data.boundaries import read_areas
from gis_data.rows import FieldRows, Reading, read_rows, text
from gis_data.shapes import is_shape_file
from gis_data.words import translated
from service.domain.coverage_checks import made_valid, swapped
from service.domain.crs import STORAGE_EPSG
from service.domain.geometry_checks import ShapeFault, shape_faults
from service.domain.special_areas import MOST_BUFFER_KM

KINDS: Final = {
    "key": "key",
    "重点区域": "key",
    "重点": "key",
    "border": "border",
    "边界带": "border",
    "省界": "border",
    "边界": "border",
    "fringe": "fringe",
    "城乡结合部": "fringe",
    "城乡结合区": "fringe",
    "城市边缘": "fringe",
}
# It stands in the address of every page that is filtered by it.
LONGEST_CODE: Final = 60
_SHAPES: Final = {"Polygon", "MultiPolygon", "LineString", "MultiLineString"}
_SEPARATORS: Final = re.compile(r"[\s;；,，、|]+")
_SAME: Final = ["name", "kind", "buffer_km", "from", "to"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAreas:
    """Areas of a file, a row a line; lines of one code with one name and kind are its parts.

    Attributes:
        frame: code, name, kind, buffer_km (NaN not given), from, to (None not given), cells (tuple
            of codes, empty with a shape) and geometry (WGS 84, None with cells); by line.
        refused: Lines left out.
        rows: The file.
        changes: What a repair changed.
    """

    frame: GeoDataFrame
    refused: pd.DataFrame
    rows: FieldRows
    changes: list[str]


def read_special_areas(path: Path, reading: Reading, *, repair: bool) -> ReadAreas:
    """Read areas from shapes, or from a table that lists their cells.

    Raises:
        InvalidInputError: The file cannot be read, or has no column for the code, kind or cells.
    """
    refused = refusals.Collector()
    changes: list[str] = []
    if is_shape_file(path):
        file, shapes = _shapes(path, reading)
        shapes = _sound(shapes, refused, changes, repair=repair)
    else:
        file = read_rows(path, reading, headers.AREAS, needed=["code", "kind", "cells"])
        shapes = GeoDataFrame(geometry=[None] * len(file.rows), index=file.rows.index)
    frame = _fields(file.rows, refused)
    frame["cells"] = [tuple(filter(None, _SEPARATORS.split(said))) for said in frame["cells"]]
    if not is_shape_file(path):
        _refuse(frame.index[frame["cells"].map(len) == 0], "cells", refused)
    frame = GeoDataFrame(frame, geometry=shapes.geometry, crs=STORAGE_EPSG)
    good = frame.drop(index=list(refused.lines))
    _refuse_other_area(good, refused)
    return ReadAreas(
        frame=frame.drop(index=list(refused.lines)),
        refused=refusals.together(file.refused, refused.frame()),
        rows=file,
        changes=changes,
    )


def buffer_fault() -> refusals.Reason:
    """Return the reason for a width that makes no zone."""
    return refusals.Reason(
        f"缓冲宽度须大于 0 且不超过 {MOST_BUFFER_KM:g} 公里",
        f"the width of a zone is above 0 and at most {MOST_BUFFER_KM:g} km",
        "填公里数，如 3",
        "give kilometres, for example 3",
    )


def is_buffer(km: float) -> bool:
    """Whether a number of kilometres makes a zone around a line."""
    return 0 < km <= MOST_BUFFER_KM


def _shapes(path: Path, reading: Reading) -> tuple[FieldRows, GeoDataFrame]:
    read = read_areas(path, reading, headers.AREAS)
    source = pd.DataFrame(read.features.drop(columns="geometry"))
    rows = FieldRows(
        rows=source,
        source=source,
        columns=read.columns,
        unused=read.unused,
        refused=refusals.none(),
        rows_read=len(source),
        notes=read.notes,
    )
    return rows, read.features


def _sound(
    shapes: GeoDataFrame, refused: refusals.Collector, changes: list[str], *, repair: bool
) -> GeoDataFrame:
    """Return the shapes, mended where asked; those that cannot be used are refused."""
    mended = shapes.geometry.copy()
    # Swapped axes hide an invalid ring behind them, so look twice.
    for _ in range(2 if repair else 0):
        for fault in shape_faults(GeoDataFrame(geometry=mended), polygons=False):
            if fault.can_repair:
                mend = swapped if fault.kind == "swapped" else made_valid
                mended.iloc[fault.place] = mend(mended.iloc[fault.place])
                changes.append(f"feature {shapes.index[fault.place]}: repaired ({fault.reason_en})")
    sound = GeoDataFrame(geometry=mended, crs=STORAGE_EPSG)
    faults = {fault.place: fault for fault in shape_faults(sound, polygons=False)}
    for place, (line, shape) in enumerate(mended.items()):
        if place in faults:
            refused.add(int(str(line)), "geometry", "", _of_fault(faults[place]))
        elif shape.geom_type not in _SHAPES:
            refused.add(int(str(line)), "geometry", shape.geom_type, _no_area())
    return sound


def _fields(rows: pd.DataFrame, refused: refusals.Collector) -> pd.DataFrame:
    frame = pd.DataFrame({"code": values.codes(text(rows, "code"))}, index=rows.index)
    name = text(rows, "name")
    frame["name"] = name.where(name != "", frame["code"])
    frame["kind"] = translated(text(rows, "kind"), KINDS, field="kind", refused=refused)
    for field in ("code", "kind"):
        _refuse(rows.index[text(rows, field) == ""], field, refused)
    long = frame["code"].str.len() > LONGEST_CODE
    refused.add_all(frame.index[long], "code", frame["code"][long], _long_code())
    frame["buffer_km"] = _buffers(rows, refused)
    for field in ("from", "to"):
        frame[field] = _days(rows, field, refused)
    frame["cells"] = text(rows, "cells")
    return frame


def _buffers(rows: pd.DataFrame, refused: refusals.Collector) -> pd.Series:
    said = text(rows, "buffer_km")
    km = values.numbers(said)
    bad = said.ne("") & ~km.map(is_buffer)
    refused.add_all(rows.index[bad], "buffer_km", said[bad], buffer_fault())
    return km


def _days(rows: pd.DataFrame, field: str, refused: refusals.Collector) -> pd.Series:
    said = text(rows, field)
    days = values.dates(said)
    bad = said.ne("") & days.isna()
    refused.add_all(rows.index[bad], field, said[bad], refusals.no_date())
    return days


def _refuse(lines: Iterable[int], field: str, refused: refusals.Collector) -> None:
    for line in lines:
        refused.add(line, field, "", refusals.missing(field))


def _refuse_other_area(frame: GeoDataFrame, refused: refusals.Collector) -> None:
    """Refuse a line that has an earlier one's code and is not a part of the same area."""
    columns = (frame[name] for name in _SAME)
    # As text: a number that is not given equals another that is not.
    told = dict(zip(frame.index, (str(row) for row in zip(*columns, strict=True)), strict=True))
    first: dict[str, int] = {}
    for line, code in frame["code"].items():
        known = first.setdefault(str(code), int(str(line)))
        if told[known] != told[line]:
            refused.add(int(str(line)), "code", code, refusals.twice(known))


def _of_fault(fault: ShapeFault) -> refusals.Reason:
    return refusals.Reason(fault.reason_zh, fault.reason_en, fault.fix_zh, fault.fix_en)


def _no_area() -> refusals.Reason:
    return refusals.Reason(
        "需要面或线",
        "a polygon or a line is needed",
        "画出区域的面，或边界的线；也可用表格列出网格编码",
        "draw the area, or the line of the border; or list its cells in a table",
    )


def _long_code() -> refusals.Reason:
    return refusals.Reason(
        f"编码超过 {LONGEST_CODE} 个字",
        f"the code has more than {LONGEST_CODE} characters",
        "用较短的编码",
        "use a shorter code",
    )
