"""Key areas, border zones and urban fringes, as people send them."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from geopandas import GeoDataFrame
from pyproj import Geod
from shapely import box
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_data.refusals import FileRefusedError
from gis_data.rows import Reading
from service.database import areas
from service.database.tables import AreaRow, ImportBatchRow
from service.domain.errors import InvalidInputError
from service.workflows.import_areas import AreaOptions, import_areas
from service.workflows.importing import ImportReport
from tests.factories import (
    COUNTY,
    COUNTY_SHAPE,
    TODAY,
    make_cell,
    make_county,
    make_plan,
    make_township,
)
from tests.unit.gis_data.files import collection, csv_bytes, feature, polygon, square, write

PLAIN = Reading()
WEST, SOUTH, EAST, NORTH = COUNTY_SHAPE.bounds
WESTERN_BORDER = {"type": "LineString", "coordinates": [[WEST, 37.0], [WEST, 39.0]]}
CELLS = [f"1301991002000{number:02d}" for number in range(16)]


@pytest.fixture
def plan(session: Session) -> int:
    """Make a county of sixteen cells from west to east, each 2.2 km wide."""
    make_county(session)
    make_township(session)
    number = make_plan(session)
    for place, code in enumerate(CELLS):
        west = WEST + place * 0.025
        make_cell(session, number, code, box(west, SOUTH, west + 0.025, NORTH))
    return number


def areas_file(folder: Path, *features: dict[str, Any], name: str = "areas.geojson") -> Path:
    return write(folder / name, collection(*features))


def held(session: Session) -> GeoDataFrame:
    return areas.of_county(session, COUNTY, TODAY).set_index("code", drop=False)


def cells_of(session: Session, plan: int) -> dict[str, list[str]]:
    found = areas.cells_of(session, COUNTY, plan, areas.of_county(session, COUNTY, TODAY))
    return {code: sorted(cells) for code, cells in found.items()}


def refusal(report: ImportReport, line: int) -> tuple[str, str]:
    (row,) = report.refused[report.refused["line"] == line].itertuples()
    assert row.reason_zh
    assert row.fix_zh
    assert row.fix_en
    return str(row.field), str(row.reason_en)


def test_lines_become_zones_and_polygons_stay_as_they_are(
    session: Session, plan: int, tmp_path: Path
) -> None:
    key = polygon(square(114.2, 38.0))
    path = areas_file(
        tmp_path,
        feature("B", WESTERN_BORDER, kind="省界"),
        feature("F", {"type": "LineString", "coordinates": [[114.3, 37.9], [114.3, 38.3]]},
                kind="城乡结合部", 缓冲公里="2.5"),
        feature("K", key, kind="重点区域"),
    )  # fmt: skip

    report = import_areas(session, path, PLAIN)

    assert (report.rows_read, report.rows_kept, report.rows_refused) == (3, 3, 0)
    found = held(session)
    assert found["kind"].to_dict() == {"B": "border", "F": "fringe", "K": "key"}
    assert found["buffer_m"].fillna(0).to_dict() == {"B": 3000, "F": 2500, "K": 0}
    assert shapely.equals(found.geometry["K"], shapely.geometry.shape(key))
    west, south, east, north = found.geometry["B"].bounds
    assert (west, south, north) == pytest.approx((WEST, SOUTH, NORTH))
    assert Geod(ellps="WGS84").inv(WEST, 38.1, east, 38.1)[2] == pytest.approx(3000, rel=0.005)
    # The second cell ends 4.4 km from the border: less than half of it lies within 3 km.
    assert cells_of(session, plan) == {"B": CELLS[:1], "F": CELLS[11:13], "K": CELLS[8:12]}
    assert any("border B" in note and "1 of 16 cells" in note for note in report.notes)


def test_the_width_can_be_told_for_the_whole_file(
    session: Session, plan: int, tmp_path: Path
) -> None:
    path = areas_file(tmp_path, feature("B", WESTERN_BORDER, kind="border"))

    import_areas(session, path, PLAIN, options=AreaOptions(buffer_km=10))

    assert cells_of(session, plan)["B"] == CELLS[:5]


@pytest.mark.parametrize("km", [0.0, -3.0, 100.1, float("nan"), float("inf")])
def test_a_width_that_makes_no_zone_is_refused(
    session: Session, plan: int, tmp_path: Path, km: float
) -> None:
    assert plan
    path = areas_file(tmp_path, feature("B", WESTERN_BORDER, kind="border"))

    with pytest.raises(InvalidInputError, match="above 0 and at most 100 km"):
        import_areas(session, path, PLAIN, options=AreaOptions(buffer_km=km))


def test_cells_listed_in_a_table_are_the_area(session: Session, plan: int, tmp_path: Path) -> None:
    rows = [
        ["K1", "酒业园区", "重点区域", f"{CELLS[3]}、{CELLS[5]}"],
        ["K1", "酒业园区", "重点区域", CELLS[9]],
        ["K2", "二区", "重点区域", CELLS[9]],
    ]
    path = write(
        tmp_path / "areas.csv", csv_bytes(rows, ["区域编码", "区域名称", "类型", "网格编码"])
    )

    report = import_areas(session, path, PLAIN)

    assert (report.rows_kept, report.rows_refused) == (2, 0)
    assert cells_of(session, plan) == {"K1": [CELLS[3], CELLS[5], CELLS[9]], "K2": [CELLS[9]]}


def test_bad_lines_come_back_and_good_ones_are_kept(
    session: Session, plan: int, tmp_path: Path
) -> None:
    bow_tie = polygon([[114.1, 38.0], [114.2, 38.1], [114.2, 38.0], [114.1, 38.1], [114.1, 38.0]])
    far = {"type": "LineString", "coordinates": [[113.9, 38.0], [113.9, 38.2]]}
    path = areas_file(
        tmp_path,
        feature("good", WESTERN_BORDER, kind="border"),
        feature("far", far, kind="border"),
        feature("small", polygon(square(114.2, 38.0, 0.001)), kind="key"),
        feature("bow", bow_tie, kind="key"),
        feature("odd", polygon(square(114.2, 38.0)), kind="军事区"),
        feature("nokind", polygon(square(114.2, 38.0))),
        feature("wide", WESTERN_BORDER, kind="border", buffer_km="0"),
        feature("wider", WESTERN_BORDER, kind="border", buffer_km="-1"),
        feature("widest", WESTERN_BORDER, kind="border", buffer_km="101"),
        feature("good", polygon(square(114.2, 38.0)), kind="key"),
        feature("point", {"type": "Point", "coordinates": [114.2, 38.1]}, kind="key"),
        feature("back", polygon(square(114.2, 38.0)), kind="key", to="1999-01-01"),
        feature("shapeless", None, kind="key"),
        feature("", polygon(square(114.2, 38.0)), kind="key"),
    )

    report = import_areas(session, path, PLAIN)

    assert list(held(session).index) == ["good"]
    assert cells_of(session, plan) == {"good": CELLS[:1]}
    assert report.rows_refused == 13
    told = {line: refusal(report, line) for line in range(2, 15)}
    assert told[2] == ("geometry", "it lies outside county 130199, 8.8 km away (zone of 3 km)")
    assert told[3] == ("geometry", "it holds no cell: no cell has half of its ground inside")
    assert told[4][1].startswith("the shape is not valid (Self-intersection")
    assert told[5] == ("kind", "this value is not known")
    assert told[6] == ("kind", "the value is missing")
    for line in (7, 8, 9):
        assert told[line] == ("buffer_km", "the width of a zone is above 0 and at most 100 km")
    assert told[10] == ("code", "line 1 has the same key with other content")
    assert told[11] == ("geometry", "a polygon or a line is needed")
    assert told[12] == ("to", "it ends before it begins")
    assert told[13][0] == "geometry"
    assert told[14] == ("code", "the value is missing")


def test_a_crossed_polygon_is_mended_when_asked(
    session: Session, plan: int, tmp_path: Path
) -> None:
    bow_tie = polygon([[114.1, 38.0], [114.3, 38.2], [114.3, 38.0], [114.1, 38.2], [114.1, 38.0]])
    path = areas_file(tmp_path, feature("bow", bow_tie, kind="key"))

    report = import_areas(session, path, PLAIN, repair=True)

    assert report.rows_kept == 1
    assert len(report.changes) == 1
    assert cells_of(session, plan)["bow"] == [*CELLS[4:6], *CELLS[10:12]]


def test_cells_that_do_not_exist_are_named(session: Session, plan: int, tmp_path: Path) -> None:
    rows = [["K1", "key", CELLS[0]], ["K2", "key", f"{CELLS[1]} 999;998"], ["K3", "key", ""]]
    path = write(tmp_path / "areas.csv", csv_bytes(rows, ["code", "kind", "cells"]))

    report = import_areas(session, path, PLAIN)

    assert cells_of(session, plan) == {"K1": [CELLS[0]]}
    (unknown,) = report.refused[report.refused["line"] == 3].itertuples()
    assert (unknown.field, unknown.value) == ("cells", "998, 999")
    assert refusal(report, 4) == ("cells", "the value is missing")


def test_a_file_without_one_good_line_changes_nothing(
    session: Session, plan: int, tmp_path: Path
) -> None:
    assert plan
    path = areas_file(tmp_path, feature("x", polygon(square(0.0, 0.0)), kind="key"))

    with pytest.raises(FileRefusedError, match="line 1, geometry: it lies outside county 130199"):
        import_areas(session, path, PLAIN)

    assert session.scalar(select(func.count()).select_from(AreaRow)) == 0


def test_parts_of_one_area_are_one(session: Session, plan: int, tmp_path: Path) -> None:
    path = areas_file(
        tmp_path,
        feature("K", polygon(square(114.0, 38.0)), kind="key"),
        feature("K", polygon(square(114.0, 38.1)), kind="key"),
    )

    report = import_areas(session, path, PLAIN)

    assert (report.rows_read, report.rows_kept) == (2, 1)
    assert cells_of(session, plan)["K"] == CELLS[:4]
    assert any("1 lines are further parts" in note for note in report.notes)


def test_the_same_file_again_changes_nothing_and_a_newer_one_brings_up_to_date(
    session: Session, plan: int, tmp_path: Path
) -> None:
    assert plan
    path = areas_file(tmp_path, feature("B", WESTERN_BORDER, kind="border"))
    import_areas(session, path, PLAIN)

    again = import_areas(session, path, PLAIN)
    wider = import_areas(session, path, PLAIN, options=AreaOptions(buffer_km=5))
    shorter = areas_file(
        tmp_path, feature("B", WESTERN_BORDER, kind="border", to="2012-05-06"), name="b.geojson"
    )
    import_areas(session, shorter, PLAIN)

    assert again.already is not None
    assert "0 new, 1 brought up to date, 0 as they were" in wider.notes
    assert session.scalar(select(func.count()).select_from(AreaRow)) == 1
    assert session.scalar(select(func.count()).select_from(ImportBatchRow)) == 3
    # It ends with the fifth of May.
    assert held(session).empty


def test_before_there_are_cells_shapes_come_in_and_lists_of_cells_do_not(
    session: Session, tmp_path: Path
) -> None:
    make_county(session)
    path = areas_file(tmp_path, feature("B", WESTERN_BORDER, kind="border"))
    table = write(tmp_path / "a.csv", csv_bytes([["K", "key", "1"]], ["code", "kind", "cells"]))

    report = import_areas(session, path, PLAIN)

    assert report.rows_kept == 1
    assert any("no plan is in force" in note for note in report.notes)
    with pytest.raises(InvalidInputError, match="import or build the cells first"):
        import_areas(session, table, PLAIN)


def test_what_is_of_no_kind_of_file_says_so(session: Session, plan: int, tmp_path: Path) -> None:
    assert plan
    no_kind = write(tmp_path / "a.csv", csv_bytes([["K", "1"]], ["code", "cells"]))
    no_shapes = write(tmp_path / "b.geojson", json.dumps({"type": "Nothing"}))

    with pytest.raises(InvalidInputError, match="no column for 'kind'"):
        import_areas(session, no_kind, PLAIN)
    with pytest.raises(InvalidInputError, match="no GeoJSON"):
        import_areas(session, no_shapes, PLAIN)
