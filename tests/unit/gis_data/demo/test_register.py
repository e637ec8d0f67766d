import numpy as np
import pandas as pd
import shapely

from gis_data.demo import DemoFiles
from gis_data.demo.coordinates import GCJ02_TOWNSHIP
from gis_data.demo.county import County
from gis_data.demo.facts import AS_OF
from gis_data.demo.terrain import to_metres
from gis_data.events import read_events
from gis_data.officers import read_officers
from gis_data.register import read_register
from gis_data.rows import Reading
from service.domain.codes import credit_code_fault, food_licence_fault, industrial_licence_fault
from service.domain.datum import distance_m, to_wgs84
from service.domain.places import Datum


def _register(files: DemoFiles) -> pd.DataFrame:
    return pd.read_csv(files.register, dtype=str, keep_default_na=False)


def test_every_code_and_licence_stands_its_check(files: DemoFiles) -> None:
    register = _register(files)

    coded = register[register["类别"] != "黑窝点"]
    assert coded["统一社会信用代码"].map(credit_code_fault).isna().all()
    assert coded["统一社会信用代码"].is_unique
    food, industrial = register["食品生产许可证"], register["工业产品生产许可证"]
    assert food[food != ""].map(food_licence_fault).isna().all()
    assert industrial[industrial != ""].map(industrial_licence_fault).isna().all()
    assert (food != "").sum() > 100
    assert (industrial != "").sum() > 100


def test_the_import_takes_every_line(files: DemoFiles) -> None:
    register = read_register(files.register, Reading())
    events = read_events(files.events, Reading(), as_of=AS_OF)
    officers = read_officers(files.officers, Reading(), default_from=AS_OF)

    assert (len(register.refused), len(register.warned)) == (0, 0)
    assert (len(events.refused), len(events.warned)) == (0, 0)
    assert (len(officers.refused), len(officers.warned)) == (0, 0)
    assert len(register.enterprises) == len(_register(files))


def test_dens_have_neither_code_nor_licence(files: DemoFiles) -> None:
    register = _register(files)

    dens = register[register["类别"] == "黑窝点"]
    assert len(dens) == 15
    empty = ["统一社会信用代码", "营业执照", "食品生产许可证", "工业产品生产许可证", "信用等级"]
    assert (dens[empty] == "").all(axis=None)
    assert dens["企业名称"].is_unique


def test_a_tenth_of_the_addresses_is_hard(county: County) -> None:
    hard = county.enterprises["hard_kind"]

    assert 0.08 < hard.ne("").mean() < 0.12
    assert hard[hard != ""].nunique() == 7
    assert county.enterprises.loc[hard != "", "given_lon"].isna().all()


def test_enterprises_stand_in_their_village(county: County) -> None:
    enterprises = county.enterprises
    villages = county.settlements.villages["code"].to_numpy()

    nearest = villages[county.settlements.nearest(enterprises[["x", "y"]].to_numpy())]
    assert (nearest == enterprises["village_code"]).all()
    for code, mine in enterprises.groupby("township_code"):
        polygon = county.terrain.townships[str(code)]
        assert shapely.contains_xy(polygon, mine["x"], mine["y"]).all()


def test_one_batch_is_in_gcj02(county: County) -> None:
    given = county.enterprises[county.enterprises["given_datum"] == "gcj02"]

    assert set(given["township"]) == {GCJ02_TOWNSHIP}
    assert len(given) > 60
    lon, lat = given["given_lon"].to_numpy(), given["given_lat"].to_numpy()
    shifted = distance_m(lon, lat, given["lon"].to_numpy(), given["lat"].to_numpy())
    assert shifted.min() > 100
    back = to_wgs84(lon, lat, Datum.GCJ02)
    assert distance_m(*back, given["lon"].to_numpy(), given["lat"].to_numpy()).max() < 60


def test_wrong_coordinates_are_wrong_as_planted(county: County) -> None:
    enterprises = county.enterprises

    def points(rows: tuple[int, ...]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        lonlat = enterprises.loc[list(rows), ["given_lon", "given_lat"]]
        return to_metres(lonlat.to_numpy(dtype=np.float64))

    outside = points(county.coordinates.outside)
    assert not shapely.contains_xy(county.terrain.county, outside).any()
    moved = county.coordinates.moved
    for row, spot in zip(moved, points(moved), strict=True):
        own = county.terrain.townships[str(enterprises.loc[row, "township_code"])]
        assert county.terrain.county.contains(shapely.Point(spot))
        assert own.distance(shapely.Point(spot)) > 100
