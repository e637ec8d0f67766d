"""The county's gazetteer: lines, points from wherever, editions, former names, doubled codes."""

import csv
import io
import json
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from shapely import box
from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_data.national_list import as_gazetteer, read_edition
from gis_data.refusals import FileRefusedError
from gis_data.rows import Reading
from service.database.loading import gazetteers
from service.database.tables import FormerPlaceRow, LocationRow, PlaceRow
from service.domain.errors import InvalidInputError
from service.workflows.import_places import import_gazetteer
from service.workflows.locate_enterprises import geocoder_of, locate_enterprises
from tests.factories import (
    COUNTY,
    EAST,
    WEST,
    make_county,
    make_enterprise,
    make_township,
    shape,
)

PLACES = [
    (f"{WEST}000", "龙泉镇", "township", "114.10", "38.10"),
    (f"{EAST}000", "石桥乡", "township", "114.30", "38.10"),
    (f"{WEST}201", "北沟村委会", "village", "114.11", "38.11"),
    (f"{WEST}202", "东湾村委会", "village", "114.12", "38.11"),
    (f"{EAST}201", "西坡村委会", "village", "114.31", "38.11"),
]


@pytest.fixture
def county(session: Session) -> Session:
    make_county(session)
    make_township(session, WEST, name="龙泉镇", geometry=shape(box(114.0, 38.0, 114.2, 38.2)))
    make_township(session, EAST, name="石桥乡", geometry=shape(box(114.2, 38.0, 114.4, 38.2)))
    return session


def write(path: Path, rows: Sequence[tuple[str, ...]]) -> Path:
    header = ("code", "name", "level", "lon", "lat", "township_code")[: len(rows[0])]
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


def load(session: Session, path: Path) -> list[str]:
    return list(import_gazetteer(session, path, Reading(), county=COUNTY).notes)


def place(session: Session, code: str) -> PlaceRow:
    session.expire_all()
    return session.scalars(select(PlaceRow).where(PlaceRow.code == code)).one()


def placement(session: Session, address: str) -> LocationRow:
    key = make_enterprise(session, address, address=address, township_code=None, name="某厂")
    locate_enterprises(session, COUNTY, geocoder_of(session, COUNTY), only=[key])
    session.expire_all()
    return session.scalars(select(LocationRow).where(LocationRow.enterprise_id == key)).one()


def test_road_lines_give_the_road_inside_the_named_town(county: Session, tmp_path: Path) -> None:
    load(county, write(tmp_path / "places.csv", PLACES))
    line = {"type": "LineString", "coordinates": [[114.199, 38.1], [114.205, 38.1]]}
    feature = {"type": "Feature", "properties": {"name": "建设路"}, "geometry": line}
    roads = tmp_path / "roads.geojson"
    roads.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))

    load(county, roads)

    west = placement(county, "青石县龙泉镇建设路5号")
    assert (west.level, west.rule, west.township_code) == ("road", "road_in_town", WEST)
    assert west.radius_m is not None
    assert west.radius_m <= 100  # the hundred metres that lie in this town
    assert placement(county, "青石县建设路5号").reason == "road_in_several_towns"


def test_named_points_and_plates_give_the_rooftop(county: Session, tmp_path: Path) -> None:
    load(county, write(tmp_path / "places.csv", PLACES))
    points = [
        ("", "建设路12号", "门牌", "114.11", "38.10"),
        ("", "鸿源商场", "poi", "114.12", "38.1"),
    ]
    load(county, write(tmp_path / "points.csv", points))

    assert placement(county, "青石县龙泉镇建设路12号").level == "rooftop"
    assert placement(county, "青石县龙泉镇鸿源商场二层").level == "rooftop"
    assert placement(county, "青石县石桥乡鸿源商场二层").level == "township"


def test_a_list_of_codes_takes_no_points_away(county: Session, tmp_path: Path) -> None:
    load(county, write(tmp_path / "places.csv", PLACES))

    notes = load(county, write(tmp_path / "codes.csv", [row[:3] for row in PLACES]))

    assert place(county, f"{WEST}201").location is not None
    assert "0 places have no point" in notes


def test_every_edition_is_kept_and_placements_name_theirs(county: Session, tmp_path: Path) -> None:
    load(county, write(tmp_path / "first.csv", PLACES))
    first = placement(county, "青石县龙泉镇北沟村").gazetteer_version
    more = [*PLACES, (f"{WEST}203", "南岭村委会", "village", "114.13", "38.11")]
    load(county, write(tmp_path / "second.csv", more))
    second = placement(county, "青石县龙泉镇东湾村").gazetteer_version

    kept = gazetteers.versions(county, COUNTY).set_index("version")
    assert set(kept.index) == {first, second}
    assert list(kept.loc[[first, second], "source"]) == ["first.csv", "second.csv"]
    assert list(kept.loc[[first, second], "places"]) == [5, 6]
    assert kept["sha256"].str.len().eq(64).all()


def test_a_former_name_is_a_candidate_and_never_an_answer(county: Session, tmp_path: Path) -> None:
    load(county, write(tmp_path / "old.csv", PLACES))
    renamed = [(f"{WEST}201", "柳林村委会", "village", "114.11", "38.11")]
    load(county, write(tmp_path / "new.csv", [*PLACES[:2], *renamed, *PLACES[3:]]))

    found = placement(county, "青石县北沟村")

    assert (found.status, found.reason) == ("review", "historic_alias")
    assert found.candidates[0]["name"] == "柳林村委会"
    in_town = placement(county, "青石县龙泉镇北沟村")
    assert (in_town.status, in_town.village_code) == ("placed", None)


def test_a_name_that_moved_to_another_code_is_that_place(county: Session, tmp_path: Path) -> None:
    """Codes of villages are used again: 北沟 is now 202, and 201 is another village."""
    load(county, write(tmp_path / "old.csv", PLACES))
    shifted = [
        (f"{WEST}201", "东湾村委会", "village", "114.12", "38.11"),
        (f"{WEST}202", "北沟村委会", "village", "114.11", "38.11"),
    ]
    load(county, write(tmp_path / "new.csv", [*PLACES[:2], *shifted, *PLACES[4:]]))

    found = placement(county, "青石县北沟村")

    assert (found.status, found.village_code) == ("placed", f"{WEST}202")


def test_a_doubled_code_is_refused_with_both_its_lines(county: Session, tmp_path: Path) -> None:
    doubled = [*PLACES, (f"{WEST}202", "南岭村委会", "village", "114.13", "38.11")]

    report = import_gazetteer(county, write(tmp_path / "g.csv", doubled), Reading(), county=COUNTY)

    assert list(report.refused["line"]) == [5, 7]
    assert set(report.refused["field"]) == {"code"}
    assert report.refused["reason_en"].str.contains("东湾村委会、南岭村委会").all()
    assert placement(county, "青石县龙泉镇东湾村").village_code is None


def test_a_file_of_doubled_codes_alone_is_refused_whole(county: Session, tmp_path: Path) -> None:
    rows = [(f"{WEST}201", name, "village", "114.1", "38.1") for name in ("甲村", "乙村")]

    with pytest.raises(FileRefusedError, match="several places"):
        load(county, write(tmp_path / "g.csv", rows))


def archive(path: Path, towns: dict[str, str], villages: dict[str, str]) -> Path:
    """Write a package as the registry gives it."""
    with tarfile.open(path, "w:gz") as package:
        for name, rows in (("streets.csv", towns), ("villages.csv", villages)):
            text = "code,name\n" + "".join(f'{code},"{said}"\n' for code, said in rows.items())
            member = tarfile.TarInfo(f"package/dist/{name}")
            member.size = len(text.encode())
            package.addfile(member, io.BytesIO(text.encode()))
    return path


def test_the_national_list_gives_codes_and_former_names(county: Session, tmp_path: Path) -> None:
    today = archive(
        tmp_path / "new.tgz",
        {WEST: "龙泉镇", EAST: "石桥乡"},
        {f"{WEST}201": "北沟村委会", f"{WEST}202": "东湾村委会", f"{EAST}201": "西坡村委会"},
    )
    before = archive(
        tmp_path / "old.tgz",
        {WEST: "龙泉镇", EAST: "石桥乡", f"{COUNTY}102": "大庙乡"},
        {f"{WEST}202": "老湾村委会", f"{COUNTY}102201": "西坡村委会", f"{WEST}201": "北沟村委会"},
    )
    frame = as_gazetteer(read_edition(today, COUNTY), [read_edition(before, COUNTY)])
    path = tmp_path / "national.csv"
    frame.to_csv(path, index=False)

    load(county, path)

    former = county.scalars(select(FormerPlaceRow).order_by(FormerPlaceRow.level)).all()
    assert [(row.level, row.name, row.township_code) for row in former] == [
        ("former_township", "大庙乡", f"{EAST}000"),
        ("former_village", "老湾村委会", f"{WEST}000"),
    ]
    old_town = placement(county, "青石县大庙乡西坡村")
    assert (old_town.status, old_town.reason) == ("review", "historic_alias")
    assert "石桥乡" in {candidate["name"] for candidate in old_town.candidates}
    assert placement(county, "青石县老湾村").candidates[0]["name"] == "东湾村委会"


def test_a_county_the_national_list_does_not_have_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "new.tgz", {WEST: "龙泉镇"}, {})

    with pytest.raises(InvalidInputError, match="999999"):
        read_edition(path, "999999")
    with pytest.raises(InvalidInputError, match="no code list"):
        read_edition(write(tmp_path / "x.tgz", PLACES), COUNTY)
