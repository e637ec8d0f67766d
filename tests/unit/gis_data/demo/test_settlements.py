import shapely

from gis_data.demo.county import County
from gis_data.demo.facts import VILLAGES
from gis_data.demo.village_names import SHARED_STEMS


def test_villages_lie_in_their_townships(county: County) -> None:
    villages = county.settlements.villages

    assert len(villages) == VILLAGES
    assert villages["code"].is_unique
    assert villages["code"].str.fullmatch(r"139921[12]\d{2}[0-5]\d{2}").all()
    for code, mine in villages.groupby("township_code"):
        polygon = county.terrain.townships[str(code)]
        assert shapely.contains_xy(polygon, mine["x"], mine["y"]).all()


def test_only_the_shared_stems_are_ambiguous(county: County) -> None:
    villages = county.settlements.villages

    repeated = villages[villages["name"].duplicated(keep=False)]
    assert set(repeated["name"]) == {f"{stem}村" for stem, _ in SHARED_STEMS}
    for stem, townships in SHARED_STEMS:
        assert set(repeated.loc[repeated["name"] == f"{stem}村", "township"]) == set(townships)


def test_near_homonyms_stand_in_one_township(county: County) -> None:
    names = set(county.settlements.villages["name"])

    pairs = [name for name in names if name[0] in "南北东西上下大小前后" and name[1:] in names]
    assert {"南高家庄村", "上赵家岭村"} <= set(pairs)
    assert len(pairs) > 20


def test_each_township_has_one_seat(county: County) -> None:
    seats = county.settlements.villages.groupby("township_code")["is_seat"].sum()

    assert (seats == 1).all()
