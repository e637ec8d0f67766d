import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_data.refusals import FileRefusedError
from gis_data.rows import Reading
from service.database.tables import (
    CellRow,
    CountyRow,
    EnterpriseRow,
    ImportBatchRow,
    InspectionPolicyRow,
    LicenceRow,
    OfficerRow,
    PlaceRow,
    PlanRow,
    QualityEventRow,
    ResponsibilityRow,
    ScoreWeightRow,
    TownshipRow,
)
from service.domain.errors import InvalidInputError, NotFoundError
from service.workflows.import_cells import PlanOptions, import_cells
from service.workflows.import_enterprises import import_enterprises
from service.workflows.import_events import import_events
from service.workflows.import_officers import import_officers
from service.workflows.import_places import import_gazetteer, import_villages
from service.workflows.import_responsibilities import import_responsibilities
from service.workflows.import_townships import CountyOptions, import_townships
from tests.unit.gis_data.files import (
    HEADER,
    collection,
    credit_code,
    csv_bytes,
    feature,
    polygon,
    register_rows,
    square,
    write,
)

DAY = date(2012, 5, 6)
PLAIN = Reading()
WEST, EAST = "139999101", "139999102"


def _count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def _townships(folder: Path, *extra: dict[str, object]) -> Path:
    return write(
        folder / "t.geojson",
        collection(
            feature(WEST, polygon(square(114.0, 38.0))),
            feature(EAST, polygon(square(114.1, 38.0))),
            *extra,
        ),
    )


@pytest.fixture
def county(session: Session, tmp_path: Path) -> str:
    options = CountyOptions(name="青石县", reference_date=DAY)
    return import_townships(session, _townships(tmp_path), PLAIN, county=options).county_code


def test_townships_make_their_county_with_policies_and_weights(
    session: Session, county: str
) -> None:
    row = session.get_one(CountyRow, county)

    assert (county, row.code_system, row.metric_epsg) == ("139999", "gbt2260", 4547)
    assert set(session.scalars(select(TownshipRow.code))) == {WEST, EAST}
    assert _count(session, ScoreWeightRow) > 0


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        (polygon(square(114.05, 38.0)), "overlap by 48"),
        (polygon([[114, 39], [114.1, 39.1], [114.1, 39], [114, 39.1], [114, 39]]), "not valid"),
        (polygon([[x * 1000, y * 1e5] for x, y in square(500, 42, 1)]), "look like metres"),
        (polygon([[y, x] for x, y in square(114.2, 38.0)]), "swapped"),
        ({"type": "Polygon", "coordinates": []}, "empty"),
        (None, "no shape"),
        ({"type": "Point", "coordinates": [114, 38]}, "polygon is needed"),
    ],
)
def test_a_bad_shape_refuses_the_whole_file_by_name(
    session: Session, tmp_path: Path, geometry: dict[str, object] | None, said: str
) -> None:
    path = _townships(tmp_path, feature("139999103", geometry))

    with pytest.raises(FileRefusedError, match=said) as caught:
        import_townships(session, path, PLAIN)

    assert "T139999103" in str(caught.value)
    assert 3 in set(caught.value.refused["line"])
    assert _count(session, TownshipRow) == 0


def test_a_number_that_is_none_refuses_the_file(session: Session, tmp_path: Path) -> None:
    path = _townships(tmp_path)
    write(path, path.read_text().replace(json.dumps(114.1), "NaN", 1))

    with pytest.raises(FileRefusedError, match="NaN or infinite"):
        import_townships(session, path, PLAIN)


@pytest.mark.usefixtures("county")
def test_the_same_file_again_changes_nothing(session: Session, tmp_path: Path) -> None:
    again = import_townships(session, _townships(tmp_path), PLAIN)

    assert again.already is not None
    assert _count(session, ImportBatchRow) == 1


def test_codes_that_tell_no_county_ask_for_one(session: Session, tmp_path: Path) -> None:
    path = write(tmp_path / "d.geojson", collection(feature("17", polygon(square(-87.7, 41.8)))))

    with pytest.raises(InvalidInputError, match="--county CODE"):
        import_townships(session, path, PLAIN)
    made = import_townships(session, path, PLAIN, county=CountyOptions(code="chicago"))
    assert session.get_one(CountyRow, made.county_code).metric_epsg == 32616


def test_an_outline_in_another_datum_is_noticed(session: Session, tmp_path: Path) -> None:
    from_amap = [[x + 0.0061, y + 0.0011] for x, y in square(114.0, 38.0)]
    from_amap[1][0] = from_amap[2][0] = 114.2061
    outline = write(tmp_path / "c.geojson", collection(feature("139999", polygon(from_amap))))

    with pytest.raises(InvalidInputError, match="seems to be in gcj02"):
        import_townships(
            session, _townships(tmp_path), PLAIN, county=CountyOptions(outline=outline)
        )


def test_cells_become_a_plan_with_their_own_codes(
    session: Session, county: str, tmp_path: Path
) -> None:
    path = write(
        tmp_path / "c.geojson",
        collection(
            feature("B-1", polygon(square(114.0, 38.0)), township_code=WEST),
            feature("B-2", polygon(square(114.1, 38.0))),  # by ground
        ),
    )
    reading = Reading(code_system="beat")

    report = import_cells(session, path, reading, county=county)

    rows = session.scalars(select(CellRow).order_by(CellRow.code)).all()
    assert [(row.code, row.code_system, row.township_code) for row in rows] == [
        ("B-1", "beat", WEST),
        ("B-2", "beat", EAST),
    ]
    assert rows[0].area_m2 == pytest.approx(97_300_000, rel=0.01)
    plan = session.scalars(select(PlanRow)).one()
    assert (plan.code, plan.status, plan.valid_from) == ("imported-2012-05-06", "published", DAY)
    assert report.rows_kept == 2


def test_a_second_plan_ends_the_first_and_an_earlier_one_is_refused(
    session: Session, county: str, tmp_path: Path
) -> None:
    for name, begins in (("a", date(2012, 1, 1)), ("b", date(2012, 6, 1))):
        text = collection(feature(name, polygon(square(114.0, 38.0))))
        path = write(tmp_path / f"{name}.geojson", text)
        import_cells(session, path, PLAIN, plan=PlanOptions(begins=begins), county=county)
    path = write(path, collection(feature("c", polygon(square(114.0, 38.0)))))

    first = session.scalars(select(PlanRow).where(PlanRow.code == "imported-2012-01-01")).one()
    session.refresh(first)
    assert (first.status, first.valid_to) == ("superseded", date(2012, 6, 1))
    with pytest.raises(InvalidInputError, match="begin later"):
        import_cells(session, path, PLAIN, plan=PlanOptions(begins=date(2012, 3, 1)))


def test_cells_of_another_county_are_refused(session: Session, county: str, tmp_path: Path) -> None:
    path = write(tmp_path / "c.geojson", collection(feature("x", polygon(square(120.0, 30.0)))))

    with pytest.raises(FileRefusedError, match="in no township"):
        import_cells(session, path, PLAIN, county=county)


def _register(folder: Path, rows: list[list[str]]) -> Path:
    header = [*HEADER, "食品生产许可证", "食品生产许可证有效期至"]
    filled = [[*row, "SC11513019900010", "2014-01-01"] for row in rows]
    return write(folder / "r.csv", csv_bytes(filled, header))


@pytest.mark.usefixtures("county")
def test_good_rows_are_kept_and_a_corrected_file_doubles_nothing(
    session: Session, tmp_path: Path
) -> None:
    rows = register_rows(20)
    rows[4][1] = rows[4][1][:-1] + "!"
    for row in rows:
        row[5] = f"T{WEST}"
    first = import_enterprises(session, _register(tmp_path, rows), PLAIN)
    rows[4][1] = credit_code(5)
    rows[0][4] = "迁往镇外"
    second = import_enterprises(session, _register(tmp_path, rows), PLAIN)

    assert (first.rows_kept, first.rows_refused) == (19, 1)
    assert "1 new, 1 brought up to date, 18 as they were" in second.notes
    assert _count(session, EnterpriseRow) == 20
    assert _count(session, LicenceRow) == 20
    townships = set(session.scalars(select(EnterpriseRow.township_code)))
    assert townships == {WEST}
    assert set(session.scalars(select(InspectionPolicyRow.product))) >= {"baijiu"}
    assert len(second.warned) == 20  # the licence's check digit, kept and told


@pytest.mark.usefixtures("county")
def test_coordinates_are_kept_as_given_with_their_datum(session: Session, tmp_path: Path) -> None:
    header = [*HEADER, "坐标系"]
    rows = [[*row, "GCJ-02"] for row in register_rows(1)]

    import_enterprises(session, write(tmp_path / "r.csv", csv_bytes(rows, header)), PLAIN)

    row = session.scalars(select(EnterpriseRow)).one()
    assert (row.given_lon, row.given_lat, row.given_datum) == (114.001, 38.1, "gcj02")


def test_events_find_their_enterprise_by_code_or_by_name(
    session: Session, county: str, tmp_path: Path
) -> None:
    import_enterprises(
        session, write(tmp_path / "r.csv", csv_bytes(register_rows(3))), PLAIN, county=county
    )
    header = ["编号", "企业", "日期", "是否问题", "经度", "纬度"]
    events = [
        ["1", credit_code(1), "2012-05-01", "是", "", ""],
        ["2", "第2酒厂", "2012-05-02", "否", "", ""],
        ["3", "无名酒厂", "2012-05-02", "否", "", ""],
        ["4", "", "2012-05-02", "是", "114.05", "38.05"],
        ["5", credit_code(1), "2012-05-07", "否", "", ""],
    ]
    path = write(tmp_path / "e.csv", csv_bytes(events, header))

    report = import_events(session, path, PLAIN, as_of=DAY)

    assert (report.rows_kept, list(report.refused["line"])) == (3, [4, 6])
    rows = session.scalars(select(QualityEventRow).order_by(QualityEventRow.event_key)).all()
    assert [row.product for row in rows] == ["baijiu", "baijiu", "other"]
    assert [row.enterprise_id is None for row in rows] == [False, False, True]


@pytest.mark.usefixtures("county")
def test_a_file_without_one_good_row_is_refused(session: Session, tmp_path: Path) -> None:
    path = write(tmp_path / "e.csv", csv_bytes([["无名", "2012-05-01"]], ["企业", "日期"]))

    with pytest.raises(FileRefusedError, match="none of its 1 rows"):
        import_events(session, path, PLAIN)
    assert _count(session, ImportBatchRow) == 1  # the townships'


@pytest.mark.usefixtures("county")
def test_officers_and_their_duties(session: Session, tmp_path: Path) -> None:
    cells = write(tmp_path / "c.geojson", collection(feature("c1", polygon(square(114.0, 38.0)))))
    begins = date(2012, 1, 1)
    import_cells(session, cells, PLAIN, plan=PlanOptions(begins=begins))
    people = csv_bytes(
        [["A1", "甲", f"T{WEST}", "114.05", "38.05"], ["A2", "乙", "无此镇", "", ""]],
        ["工号", "姓名", "乡镇", "经度", "纬度"],
    )
    staff = import_officers(session, write(tmp_path / "o.csv", people), PLAIN)
    duties = csv_bytes(
        [
            ["c1", "网格长", "A1", "2012-01-01", "2012-06-01"],
            ["c1", "网格长", "A2", "2012-05-01", ""],  # while A1 holds it
            ["c1", "网格长", "A2", "2012-06-01", ""],
            ["c9", "网格长", "A2", "2012-06-01", ""],
            ["c1", "协管员", "A9", "2012-06-01", ""],
        ],
        ["网格编码", "职责", "工号", "起", "止"],
    )

    report = import_responsibilities(session, write(tmp_path / "d.csv", duties), PLAIN)

    assert list(staff.warned["value"]) == ["无此镇"]
    assert session.scalars(select(OfficerRow.active_from)).first() == DAY
    assert list(report.refused["line"]) == [3, 5, 6]
    assert _count(session, ResponsibilityRow) == 2


@pytest.mark.usefixtures("county")
def test_duties_need_a_plan(session: Session, tmp_path: Path) -> None:
    duties = csv_bytes([["c1", "网格长", "A1", "2012-01-01"]], ["网格编码", "职责", "工号", "起"])

    with pytest.raises(NotFoundError, match="no plan is in force on 2012-01-01"):
        import_responsibilities(session, write(tmp_path / "d.csv", duties), PLAIN)


@pytest.mark.usefixtures("county")
def test_a_gazetteer_keeps_the_county_and_converts_its_datum(
    session: Session, tmp_path: Path
) -> None:
    rows = [
        ["139999000000", "青石县", "county", "114.1", "38.05"],
        [f"{WEST}000", "某镇", "town", "114.05", "38.05"],
        [f"{WEST}201", "某村", "village", "", ""],
        ["130121100000", "别处", "town", "114.1", "38.0"],
    ]
    header = ["code", "name", "level", "longitude", "latitude"]
    path = write(tmp_path / "g.csv", csv_bytes(rows, header))

    report = import_gazetteer(session, path, Reading(datum="gcj02"))  # type: ignore[arg-type]

    places = session.scalars(select(PlaceRow).order_by(PlaceRow.code)).all()
    assert [(place.name, place.level) for place in places] == [
        ("某镇", "township"),
        ("某村", "village"),
    ]
    assert {place.township_code for place in places} == {WEST}
    east = session.scalar(select(func.ST_X(PlaceRow.location)).where(PlaceRow.name == "某镇"))
    assert east == pytest.approx(114.044, abs=0.003)
    assert report.rows_kept == 2


@pytest.mark.usefixtures("county")
def test_villages_come_as_polygons_too(session: Session, tmp_path: Path) -> None:
    text = collection(feature(f"{WEST}201", polygon(square(114.0, 38.0))))

    report = import_villages(session, write(tmp_path / "v.geojson", text), PLAIN)

    row = session.scalars(select(PlaceRow)).one()
    assert (row.level, row.township_code, report.rows_kept) == ("village", WEST, 1)
    kind = session.scalar(select(func.GeometryType(PlaceRow.geometry)))
    assert kind == "MULTIPOLYGON"


@pytest.mark.usefixtures("county")
def test_what_is_stored_of_slivers_is_what_a_repair_made(session: Session, tmp_path: Path) -> None:
    shapes = [
        feature("c1", polygon(square(114.0, 38.0))),
        feature("c2", polygon([[x - 0.00005 * (x < 114.15), y] for x, y in square(114.1, 38.0)])),
    ]
    path = write(tmp_path / "c.geojson", collection(*shapes))

    report = import_cells(session, path, PLAIN, repair=True)

    stored = [bytes(each) for each in session.scalars(select(func.ST_AsBinary(CellRow.geometry)))]
    assert report.changes
    assert shapely.coverage_is_valid(np.array(shapely.from_wkb(stored)))
