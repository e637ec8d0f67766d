"""The county's base map: tiles cut by PostGIS, one PMTiles file, read back and served."""

import gzip
import math
from pathlib import Path

import pytest
from pmtiles.reader import MemorySource, Reader
from shapely import box
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.domain.errors import NotFoundError
from service.workflows.make_base_map import base_map_path, make_base_map, write_base_map
from tests.factories import COUNTY, WEST, make_county, make_township, shape

_VILLAGE = """
    INSERT INTO place (county_code, code, code_system, level, name, datum, location)
    VALUES (:county, 'v1', 'gbt10114', 'village', '清泉村', 'wgs84',
            ST_SetSRID(ST_MakePoint(114.1, 38.1), 4326))
"""
_ROAD = """
    INSERT INTO place (county_code, code, code_system, level, name, datum, geometry)
    VALUES (:county, 'r1', 'own', 'road', '青石公路', 'wgs84',
            ST_GeomFromText('LINESTRING(114.0 38.0, 114.2 38.2)', 4326))
"""


@pytest.fixture
def county(session: Session) -> Session:
    make_county(session, name_en="Qingshi County")
    make_township(session, WEST, name="西乡", geometry=shape(box(114.0, 38.0, 114.2, 38.2)))
    for statement in (_VILLAGE, _ROAD):
        session.execute(text(statement), {"county": COUNTY})
    return session


def _tile(content: bytes, zoom: int) -> bytes:
    """Return the tile in which the village stands, unpacked."""
    column = int((114.1 + 180) / 360 * 2**zoom)
    row = int((1 - math.asinh(math.tan(math.radians(38.1))) / math.pi) / 2 * 2**zoom)
    packed = Reader(MemorySource(content)).get(zoom, column, row)  # type: ignore[no-untyped-call]
    return gzip.decompress(packed)


def test_the_tiles_hold_chinese_names_borders_and_roads(county: Session) -> None:
    content = make_base_map(county, COUNTY)
    near, far = _tile(content, 13), _tile(content, 8)
    assert "清泉村".encode() in near
    assert "青石公路".encode() in near
    assert b"borders" in far
    # Villages would cover each other from afar.
    assert "清泉村".encode() not in far
    assert "西乡".encode() in far


def test_the_header_says_zooms_and_bounds(county: Session) -> None:
    content = make_base_map(county, COUNTY)
    header = Reader(MemorySource(content)).header()  # type: ignore[no-untyped-call]
    assert (header["min_zoom"], header["max_zoom"]) == (5, 13)
    assert header["min_lon_e7"] < 114_100_0000 < header["max_lon_e7"]


def test_the_same_county_gives_the_same_bytes(county: Session) -> None:
    assert make_base_map(county, COUNTY) == make_base_map(county, COUNTY)


def test_an_unknown_county_is_not_found(session: Session) -> None:
    with pytest.raises(NotFoundError):
        make_base_map(session, "000000")


def test_the_file_is_written_whole(county: Session, tmp_path: Path) -> None:
    path = base_map_path(tmp_path, COUNTY)
    size = write_base_map(county, COUNTY, path)
    assert path.stat().st_size == size
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert path.read_bytes().startswith(b"PMTiles")
