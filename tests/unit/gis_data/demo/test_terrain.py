import json
from pathlib import Path

import pytest
import shapely
from geopandas import GeoDataFrame

from gis_data.demo import DemoFiles
from gis_data.demo.county import County
from gis_data.demo.facts import AREA_KM2, CENTRE_LAT, CENTRE_LON, TOWNSHIPS
from gis_data.demo.terrain import build_terrain
from gis_data.shapes import read_shapes


def _read(path: Path) -> GeoDataFrame:
    return read_shapes(path).features


def test_townships_tile_the_county_without_gap_or_overlap(files: DemoFiles) -> None:
    townships = _read(files.townships)
    outline = _read(files.county).geometry.iloc[0]

    assert len(townships) == len(TOWNSHIPS) == 17
    assert townships.geometry.is_valid.all()
    assert shapely.coverage_is_valid(townships.geometry.to_numpy())
    assert outline.geom_type == "Polygon"
    assert not outline.interiors
    assert shapely.symmetric_difference(outline, townships.union_all()).area < 1e-12


def test_county_has_its_size_and_place(files: DemoFiles) -> None:
    outline = _read(files.county)

    assert outline.to_crs(4547).area.sum() / 1e6 == pytest.approx(AREA_KM2, rel=1e-3)
    assert outline.geometry.iloc[0].contains(shapely.Point(CENTRE_LON, CENTRE_LAT))


def test_borders_are_not_straight(county: County) -> None:
    for polygon in county.terrain.townships.values():
        hull = polygon.convex_hull
        assert polygon.length > 1.05 * hull.length
        assert len(polygon.exterior.coords) > 150


@pytest.mark.parametrize("seed", range(1, 9))
def test_any_seed_gives_a_sound_county(seed: int) -> None:
    terrain = build_terrain(seed)

    assert len(terrain.townships) == 17
    assert shapely.coverage_is_valid(list(terrain.townships.values()))
    assert all(terrain.townships[code].contains(seat) for code, seat in terrain.seats.items())


def test_rivers_and_roads_lie_in_the_county(county: County) -> None:
    outline = county.terrain.county.buffer(1)

    assert {*county.terrain.rivers} == {"清水河", "柳河", "松溪"}
    assert all(outline.contains(line) for line in county.terrain.rivers.values())
    assert all(outline.buffer(500).contains(road.line) for road in county.roads)


def test_every_shape_file_says_that_it_is_fictional(files: DemoFiles) -> None:
    for path in (files.county, files.townships, files.villages, files.roads, files.river):
        assert "虚构" in json.loads(path.read_text(encoding="utf-8"))["notice"]
