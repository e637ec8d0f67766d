import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from gis_data.demo import cells_to_drop, distort_cells, plants, responsibilities
from gis_data.demo.county import County
from gis_data.demo.facts import AS_OF
from gis_data.demo.terrain import METRIC_EPSG
from service.domain.errors import InvalidInputError


@pytest.fixture(scope="module")
def cells(county: County) -> gpd.GeoDataFrame:
    """Voronoi cells of the villages within their townships: as the grid builder makes them."""
    parts = []
    shapes: list[BaseGeometry] = []
    for code, mine in county.settlements.villages.groupby("township_code"):
        ground = county.terrain.townships[str(code)]
        points = shapely.MultiPoint(mine[["x", "y"]].to_numpy())
        tiles = shapely.voronoi_polygons(points, extend_to=ground, ordered=True)
        frame = pd.DataFrame({"village_code": mine["code"], "township_code": code})
        shapes.extend(tile.intersection(ground) for tile in tiles.geoms)
        parts.append(frame)
    table = pd.concat(parts, ignore_index=True)
    table["code"] = table["village_code"] + "001"
    return gpd.GeoDataFrame(table, geometry=shapes, crs=METRIC_EPSG).to_crs(4326)


def _planted(kind: str, what: str) -> set[str]:
    return {code for p in plants() if (p.kind, p.what) == (kind, what) for code in p.codes}


def _holders(duties: pd.DataFrame, county: County, duty: str) -> set[str]:
    """Return villages in which somebody still in service holds a duty on the as-of day."""
    active_to = county.officers.table.set_index("staff_no")["active_to"].to_dict()
    kept = [
        row["cell_code"][:12]
        for row in duties.to_dict("records")
        if row["duty"] == duty
        and (row["to"] is None or row["to"] > AS_OF)
        and (active_to[row["staff_no"]] is None or active_to[row["staff_no"]] > AS_OF)
    ]
    return set(kept)


def test_leads_are_missing_where_planted_and_nowhere_else(
    county: County, cells: gpd.GeoDataFrame
) -> None:
    duties = responsibilities(cells)

    unled = set(cells["village_code"]) - _holders(duties, county, "lead")
    what = ("never_led", "lapsed", "coordinator_only")
    assert unled == set().union(*(_planted("G3", name) for name in what))
    alone = set(cells["village_code"]) - _holders(duties, county, "second")
    assert alone == _planted("G4", "no_second") | _planted("G3", "coordinator_only")


def test_nobody_holds_a_duty_beside_another(cells: gpd.GeoDataFrame) -> None:
    duties = responsibilities(cells)

    for _, held in duties.groupby(["cell_code", "duty", "matter"]):
        ordered = held.sort_values("from")
        ends = ordered["to"].tolist()[:-1]
        assert all(end is not None for end in ends)
        assert ends == ordered["from"].tolist()[1:]
    both = duties[duties["to"].isna()].pivot_table(
        index="cell_code", columns="duty", values="staff_no", aggfunc="first"
    )
    assert not (both["lead"] == both["second"]).any()


def test_one_cell_is_dropped_and_one_overlaps(county: County, cells: gpd.GeoDataFrame) -> None:
    assert cells_to_drop(cells) == [f"{county.villages.hole}001"]

    spoilt = distort_cells(cells)
    changed = spoilt.loc[~spoilt.geometry.geom_equals(cells.geometry)]
    assert changed["village_code"].tolist() == [county.villages.overlap]
    assert spoilt.geometry.is_valid.all()
    metric = spoilt.to_crs(METRIC_EPSG)
    mine = metric.loc[changed.index[0], "geometry"]
    shared = metric.drop(index=changed.index).intersection(mine).area
    assert (shared > 10_000).sum() == 1


def test_a_grid_of_another_county_is_refused(cells: gpd.GeoDataFrame) -> None:
    with pytest.raises(InvalidInputError, match="build the grid"):
        distort_cells(cells.iloc[:3])


def test_the_far_officer_is_far_and_the_overloaded_one_leads_all(
    county: County, cells: gpd.GeoDataFrame
) -> None:
    duties = responsibilities(cells)
    bases = county.officers.table.set_index("staff_no")[["lon", "lat"]]
    (far,) = _planted("G12", "far_base")
    base = gpd.GeoSeries([shapely.Point(bases.loc[far])], crs=4326).to_crs(METRIC_EPSG).iloc[0]

    led = duties.loc[(duties["staff_no"] == far) & (duties["duty"] == "lead"), "cell_code"]
    mine = cells[cells["code"].isin(led)].to_crs(METRIC_EPSG)
    assert mine.distance(base).min() > 15_000

    (busy,) = _planted("G5", "overloaded")
    everywhere = duties.loc[(duties["staff_no"] == busy) & (duties["duty"] == "lead"), "cell_code"]
    leads = duties[(duties["duty"] == "lead") & duties["to"].isna()]
    village = leads["cell_code"].str[:12]
    counts = county.enterprises["village_code"].value_counts()
    load = village.map(counts).fillna(0).groupby(leads["staff_no"]).sum()
    assert everywhere.str.startswith("139921201").all()
    assert load[busy] > 2.5 * load.median()


def test_every_kind_is_planted_and_nothing_is_empty() -> None:
    listed = plants()

    assert {f"G{n}" for n in (*range(1, 11), 12, 13, 14, 15, 16)} <= {p.kind for p in listed}
    assert all(p.codes and p.what_zh and p.what_en for p in listed)


def test_the_same_seed_gives_the_same_county(county: County) -> None:
    from gis_data.demo.county import build_county  # noqa: PLC0415, a fresh build below

    build_county.cache_clear()
    again = build_county()
    pd.testing.assert_frame_equal(again.enterprises, county.enterprises)
    pd.testing.assert_frame_equal(again.records.table, county.records.table)
