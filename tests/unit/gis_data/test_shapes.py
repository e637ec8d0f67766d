import json
import zipfile
from pathlib import Path

import geopandas
import pytest
from shapely import box

from gis_data.boundaries import read_areas
from gis_data.headers import TOWNSHIPS
from gis_data.rows import Reading
from gis_data.shapes import ShapeOptions, read_shapes
from service.domain.errors import CrsError, InvalidInputError
from service.domain.places import Datum
from tests.unit.gis_data.files import collection, feature, polygon, square, write


def _frame(crs: int | None = 4326) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(
        {"code": ["1", "2"], "name": ["微水镇", "上安镇"]},
        geometry=[box(114, 38, 114.1, 38.1), box(114.1, 38, 114.2, 38.1)],
        crs=crs,
    )


def _kml() -> str:
    marks = (
        f"<Placemark><name>{name}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        + " ".join(f"{lon},{lat},0" for lon, lat in shape.exterior.coords)
        + "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        for name, shape in zip(_frame()["name"], _frame().geometry, strict=True)
    )
    head = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>T</name>'
    return f"{head}{''.join(marks)}</Folder></Document></kml>"


def _zipped(folder: Path, stem: str, *, leave: tuple[str, ...] = ()) -> Path:
    path = folder / f"{stem}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in folder.glob(f"{stem}.*"):
            if part.suffix not in {".zip", *leave}:
                archive.write(part, f"dir/{part.name}")
    return path


@pytest.mark.parametrize("name", ["t.geojson", "t.gpkg", "t.shp", "t.kml"])
def test_every_format_reads_to_the_same_names_and_ground(tmp_path: Path, name: str) -> None:
    if name.endswith("kml"):
        write(tmp_path / name, _kml())
    else:
        _frame().to_file(tmp_path / name, engine="pyogrio")

    found = read_shapes(tmp_path / name).features

    column = "Name" if name.endswith("kml") else "name"
    assert list(found[column]) == ["微水镇", "上安镇"]
    assert found.total_bounds == pytest.approx([114, 38, 114.2, 38.1])
    assert list(found.index) == [1, 2]


def test_a_gbk_shapefile_without_cpg_keeps_its_names(tmp_path: Path) -> None:
    _frame().to_file(tmp_path / "t.shp", engine="pyogrio", encoding="GBK")
    path = _zipped(tmp_path, "t", leave=(".cpg",))

    assert list(read_shapes(path).features["name"]) == ["微水镇", "上安镇"]


def test_a_shapefile_without_prj_is_refused_until_its_crs_is_named(tmp_path: Path) -> None:
    _frame().to_crs(4547).to_file(tmp_path / "t.shp", engine="pyogrio")
    path = _zipped(tmp_path, "t", leave=(".prj",))

    with pytest.raises(CrsError, match="--crs"):
        read_shapes(path)
    found = read_shapes(path, ShapeOptions(crs=4547)).features
    assert found.total_bounds == pytest.approx([114, 38, 114.2, 38.1], abs=1e-3)


def test_a_shapefile_without_its_table_says_which_part_is_missing(tmp_path: Path) -> None:
    _frame().to_file(tmp_path / "t.shp", engine="pyogrio")
    (tmp_path / "t.dbf").unlink()

    with pytest.raises(InvalidInputError, match=r"without its \.dbf"):
        read_shapes(tmp_path / "t.shp")


def test_another_datum_is_converted_and_said(tmp_path: Path) -> None:
    path = write(tmp_path / "t.geojson", collection(feature("1", polygon(square(114, 38)))))

    read = read_shapes(path, ShapeOptions(datum=Datum.GCJ02))

    west = float(read.features.total_bounds[0])
    assert 0.003 < 114 - west < 0.008  # some hundred metres
    assert any("gcj02" in note for note in read.notes)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.geojson", '{"type": "FeatureCollection", "features": [', "damaged JSON"),
        ("t.geojson", '{"a": 1}', "no GeoJSON"),
        ("t.geojson", collection(), "no features"),
        ("t.geojson", b"\xd5\xc5{", "not UTF-8"),
        ("t.csv", "a,b\n1,2\n", "is a table"),
        ("t.gpkg", "text", "no file of shapes"),
        ("t.geojson", b"%PDF-1.7", "a PDF"),
        ("t.zip", b"PK\x03\x04broken", "damaged archive"),
    ],
)
def test_what_is_no_map_is_refused_in_words(
    tmp_path: Path, name: str, content: str | bytes, said: str
) -> None:
    with pytest.raises(InvalidInputError, match=said):
        read_shapes(write(tmp_path / name, content))


def test_not_a_number_survives_reading_so_that_it_can_be_named(tmp_path: Path) -> None:
    ring = square(114, 38)
    text = collection(feature("1", polygon(ring))).replace(json.dumps(ring[1][0]), "NaN", 1)

    features = read_areas(write(tmp_path / "t.geojson", text), Reading(), TOWNSHIPS).features

    assert len(features) == 1


def test_a_file_without_a_code_asks_which_column_it_is(tmp_path: Path) -> None:
    text = collection(feature("1", polygon(square(114, 38)))).replace('"code"', '"nr"')

    with pytest.raises(InvalidInputError, match="--map code=COLUMN"):
        read_areas(write(tmp_path / "t.geojson", text), Reading(), TOWNSHIPS)
