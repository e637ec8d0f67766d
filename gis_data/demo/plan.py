"""What the loader asks once the grid stands: who answers for its cells, what is spoilt in it."""

import geopandas as gpd
import pandas as pd

from gis_data.demo.county import build_county
from gis_data.demo.duties import DUTY_COLUMNS
from gis_data.demo.facts import SEED
from gis_data.demo.terrain import METRIC_EPSG
from service.domain.errors import InvalidInputError

_REACH_M = 350.0  # how far the overlapping cell reaches into its neighbour


def responsibilities(cells: gpd.GeoDataFrame, *, seed: int = SEED) -> pd.DataFrame:
    """Return who answers for each cell, with the planted gaps in it.

    Args:
        cells: The built grid: code, village_code.
        seed: The county's seed.

    Returns:
        cell_code, duty, matter, staff_no, from, to (None: still), rule, approved_by. The parts of
        a split village have the same holders.
    """
    duties = build_county(seed).duties
    pairs = pd.DataFrame(cells[["code", "village_code"]]).rename(columns={"code": "cell_code"})
    joined = pairs.merge(duties, on="village_code", how="inner")
    return joined[["cell_code", *DUTY_COLUMNS]].reset_index(drop=True)


def cells_to_drop(cells: gpd.GeoDataFrame, *, seed: int = SEED) -> list[str]:
    """Return the codes of the cells that the plan leaves out (G1)."""
    hole = build_county(seed).villages.hole
    return sorted(cells.loc[cells["village_code"] == hole, "code"])


def distort_cells(cells: gpd.GeoDataFrame, *, seed: int = SEED) -> gpd.GeoDataFrame:
    """Return the cells with one that reaches into its neighbour (G2).

    Args:
        cells: The built grid in EPSG:4326: code, village_code, township_code, geometry.
        seed: The county's seed.

    Raises:
        InvalidInputError: The grid has no cell for the village, or that cell has no neighbour.
    """
    village = build_county(seed).villages.overlap
    metric = cells.to_crs(METRIC_EPSG)
    mine = metric.index[metric["village_code"] == village]
    if mine.empty:
        raise InvalidInputError(f"the demo plan needs a cell of village {village}; build the grid")
    row = mine[0]
    same_township = metric["township_code"] == metric.loc[row, "township_code"]
    others = metric[same_township & (metric.index != row)]
    borders = others.intersection(metric.loc[row, "geometry"].boundary).length
    if borders.max() == 0:
        raise InvalidInputError(f"the cell of village {village} has no neighbour in its township")
    neighbour = others.loc[borders.idxmax(), "geometry"]
    reached = neighbour.intersection(metric.loc[row, "geometry"].buffer(_REACH_M))
    spoilt = cells.copy()
    grown = metric.loc[[row]].set_geometry([metric.loc[row, "geometry"].union(reached)])
    spoilt.loc[[row], "geometry"] = grown.to_crs(cells.crs).geometry
    return spoilt
