"""An invented county for the maps: jittered cells that share corners; nothing in it is real."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.random import Generator
from pandas import DataFrame

# ruff: noqa: ANN401 - the factories change any field
from maps.model import CellInput, CoverageInput, Geography, HotspotInput, MapMeta

_WEST, _SOUTH = 114.0, 37.5
_STEP = 0.022  # degrees between corners: cells of about two kilometres
_TOWNSHIPS = [
    "云台镇",
    "桃沟镇",
    "苍山镇",
    "古井镇",
    "北原乡",
    "秀水镇",
    "柳河镇",
    "青岩镇",
    "南岭镇",
    "龙泉乡",
    "东岭乡",
    "西柳乡",
    "石门镇",
    "白泉镇",
    "双河乡",
    "松林乡",
    "杏花乡",
]
_OFFICERS = ["周敏", "赵立", "刘建国", "王芳", "陈晨", "孙丽", "何勇", "郭强"]
_CRS = "EPSG:4326"


def make_meta(**changes: Any) -> MapMeta:
    facts: dict[str, Any] = {
        "county_name_zh": "青石县",
        "county_name_en": "Qingshi County",
        "as_of": date(2012, 5, 6),
        "period_from": date(2012, 3, 1),
        "plan_code": "2012-02",
        "is_fictional": True,
        "inputs_zh": "检查 2,104 次，企业 1,502 户",
        "inputs_en": "2,104 visits, 1,502 enterprises",
        "seed": 20120506,
        "simulations": 999,
    }
    return MapMeta(**{**facts, **changes})


@dataclass(frozen=True)
class County:
    geography: Geography
    statistics: DataFrame
    clusters: GeoDataFrame
    enterprises: GeoDataFrame
    township_rates: DataFrame


def make_tested_statistics() -> DataFrame:
    """Return the county's statistics with the first six cells of each class, in order."""
    statistics = make_county().statistics.copy()
    names = ["HH", "HL", "LH", "LL", "none", "blind"]
    size = statistics.groupby("product").cumcount()
    kinds = [names[at] if at < len(names) else "none" for at in size]
    judged = np.array([kind != "blind" for kind in kinds])
    figures = {"gi_star": 1.5, "local_moran": 0.5, "p": 0.00123456, "q": 0.01}
    return statistics.assign(
        expected=2.0,
        **{name: np.where(judged, value, np.nan) for name, value in figures.items()},
        draws=np.where(judged, 1_000_000, 0),
        local_class=kinds,
    )


def make_hotspot_input(
    *, n_cells: int = 24, n_enterprises: int = 1500, **changes: Any
) -> HotspotInput:
    county = make_county(cells=n_cells, enterprises=n_enterprises)
    facts: dict[str, Any] = {
        "meta": make_meta(),
        "geography": county.geography,
        "statistics": county.statistics,
        "clusters": county.clusters,
        "enterprises": county.enterprises,
        "township_rates": county.township_rates,
    }
    return HotspotInput(**{**facts, **changes})


@lru_cache(maxsize=4)
def make_county(*, cells: int = 24, enterprises: int = 1500) -> County:
    """Return a county of about 0.75 × cells² cells."""
    random = np.random.default_rng(20120506)
    geography = _geography(random, cells)
    return County(
        geography=geography,
        statistics=_statistics(random, geography),
        clusters=_clusters(geography),
        enterprises=_enterprises(random, geography, enterprises),
        township_rates=_township_rates(random, geography),
    )


def _geography(random: Generator, side: int) -> Geography:
    step = _STEP * 24 / side
    corners = np.stack(np.meshgrid(np.arange(side + 1), np.arange(side + 1)), axis=-1) * step
    corners = corners + random.uniform(-0.3, 0.3, corners.shape) * step
    middle = side * step / 2
    shapes = []
    for row in range(side):
        for column in range(side):
            ring = [
                corners[row, column],
                corners[row, column + 1],
                corners[row + 1, column + 1],
                corners[row + 1, column],
            ]
            angle = np.arctan2(row - side / 2, column - side / 2)
            reach = middle * (0.93 + 0.1 * np.sin(3 * angle) + 0.05 * np.sin(7 * angle))
            if np.hypot(*(np.mean(ring, axis=0) - middle)) < reach:
                shapes.append(shapely.Polygon(np.add(ring, (_WEST, _SOUTH))))
    frame = gpd.GeoDataFrame(geometry=shapes, crs=_CRS)
    centres = _WEST + random.uniform(0.12, 0.88, len(_TOWNSHIPS)) * 2 * middle
    heights = _SOUTH + random.uniform(0.12, 0.88, len(_TOWNSHIPS)) * 2 * middle
    points = shapely.get_coordinates(shapely.centroid(frame.geometry.to_numpy()))
    distance = np.hypot(points[:, :1] - centres, points[:, 1:] - heights)
    township = distance.argmin(axis=1)
    frame["township_code"] = [f"1301231{number:02d}" for number in township]
    frame["code"] = [f"130123{number:09d}" for number in range(len(frame))]
    frame["name"] = [f"{_TOWNSHIPS[number]}第{i % 40 + 1}网格" for i, number in enumerate(township)]
    townships = frame.dissolve("township_code").reset_index()[["township_code", "geometry"]]
    townships = townships.rename(columns={"township_code": "code"})
    townships["name"] = [_TOWNSHIPS[int(code[-2:])] for code in townships["code"]]
    across = np.linspace(0.05, 0.95, 40)
    river = shapely.LineString(
        np.column_stack(
            [_WEST + across * 2 * middle, _SOUTH + middle * (0.8 + 0.35 * np.sin(4 * across))]
        )
    )
    road = shapely.LineString(
        [(_WEST + middle * 0.4, _SOUTH + middle * 0.2), (_WEST + middle, _SOUTH + 1.8 * middle)]
    )
    villages = frame.geometry.representative_point()
    return Geography(
        townships=townships,
        cells=frame[["code", "name", "township_code", "geometry"]],
        villages=gpd.GeoDataFrame(
            {"name": [f"村{number}" for number in range(len(frame))]}, geometry=villages, crs=_CRS
        ),
        rivers=gpd.GeoDataFrame({"name": ["清水河"]}, geometry=[river], crs=_CRS),
        roads=gpd.GeoDataFrame({"name": ["青石公路"]}, geometry=[road], crs=_CRS),
    )


def _statistics(random: Generator, geography: Geography) -> DataFrame:
    codes = geography.cells["code"].to_numpy()
    points = shapely.get_coordinates(shapely.centroid(geography.cells.geometry.to_numpy()))
    span = points.max(axis=0) - points.min(axis=0)
    hot = np.exp(-(np.hypot(*((points - points.min(axis=0)) / span - (0.68, 0.6)).T) ** 2) / 0.02)
    tables = []
    for product, share in (("baijiu", 0.85), ("fertiliser", 0.5), ("cement", 0.2)):
        enterprises = random.poisson(2.2, len(codes)) * (random.random(len(codes)) < share)
        visits = enterprises * random.poisson(3.2, len(codes))
        rate = 0.05 + 0.45 * hot * (product == "baijiu")
        tables.append(
            pd.DataFrame(
                {
                    "cell_code": codes,
                    "product": product,
                    "enterprises": enterprises,
                    "visits": visits,
                    "problems": random.binomial(visits, rate),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def _clusters(geography: Geography) -> GeoDataFrame:
    west, south, east, north = geography.cells.total_bounds
    rows = []
    for rank, (x, y, radius, p, stands) in enumerate(
        (
            (0.68, 0.6, 6200, 0.001, 186),
            (0.3, 0.4, 4600, 0.004, 170),
            (0.75, 0.22, 4000, 0.047, 118),
        ),
        start=1,
    ):
        centre = shapely.Point(west + x * (east - west), south + y * (north - south))
        near = geography.cells[geography.cells.intersects(centre.buffer(radius / 100_000))]
        officers = [
            {"officer_id": 1, "name": _OFFICERS[rank], "share": 0.45},
            {"officer_id": 2, "name": _OFFICERS[rank + 1], "share": 0.32},
            {"officer_id": 3, "name": _OFFICERS[rank + 2], "share": 0.15},
            {"officer_id": 4, "name": _OFFICERS[rank + 3], "share": 0.08},
        ]
        rows.append(
            {
                "rank": rank,
                "product": "baijiu",
                "p": p,
                "p_gumbel": p,
                "q": p,
                "cases": 31 // rank,
                "expected": 10.7 / rank,
                "relative_risk": 2.9 / rank**0.3,
                "radius_m": float(radius),
                "crosses_township": rank == 1,
                "township_codes": sorted(set(near["township_code"]))[:2],
                "cell_codes": list(near["code"]),
                "enterprise_ids": list(range(18 // rank)),
                "officer_shares": officers,
                "lead": None if rank == 1 else _OFFICERS[rank],
                "robustness": {"stands": stands, "variants": 200},
                "geometry": centre,
            }
        )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=_CRS)


def _enterprises(random: Generator, geography: Geography, n: int) -> GeoDataFrame:
    cells = geography.cells
    number = random.integers(0, len(cells), n)
    points = shapely.get_coordinates(shapely.centroid(cells.geometry.to_numpy()))[number]
    points = points + random.normal(0, 0.004, points.shape)
    level = random.choice(
        ["rooftop", "road", "village", "township", "county"], n, p=[0.3, 0.2, 0.4, 0.08, 0.02]
    )
    return gpd.GeoDataFrame(
        {
            "enterprise_id": np.arange(1, n + 1),
            "name": [f"青石第{i}号虚构厂" for i in range(n)],
            "kind": random.choice(["producer", "seller"], n),
            "product": random.choice(["baijiu", "fertiliser", "cement"], n, p=[0.5, 0.3, 0.2]),
            "address": [f"青石县某镇某村{i}号" for i in range(n)],
            "township_code": cells["township_code"].to_numpy()[number],
            "cell_code": cells["code"].to_numpy()[number],
            "level": level,
        },
        geometry=shapely.points(points),
        crs=_CRS,
    )


def _township_rates(random: Generator, geography: Geography) -> DataFrame:
    samples = random.integers(2, 80, len(geography.townships))
    passed = random.binomial(samples, 0.85)
    rate = passed / samples
    half = 1.96 * np.sqrt(rate * (1 - rate) / samples)
    return pd.DataFrame(
        {
            "township_code": geography.townships["code"],
            "samples": samples,
            "passed": passed,
            "low": np.clip(rate - half, 0, 1),
            "high": np.clip(rate + half, 0, 1),
        }
    )


def make_coverage_input(**changes: Any) -> CoverageInput:
    county = make_county()
    cells = county.geography.cells
    officers = pd.DataFrame(
        {
            "staff_no": [f"S{number:02d}" for number in range(50)],
            "name": [f"{_OFFICERS[number % 8]}{number // 8 or ''}" for number in range(50)],
            "role": "enforcement",
        }
    )
    township = cells["township_code"].str[-2:].astype(int).to_numpy()
    third = (cells.groupby("township_code").cumcount() % 9 // 3).to_numpy()
    holders = [f"S{number:02d}" for number in (township * 3 + third) % 50]
    duties = pd.DataFrame(
        {"cell_code": cells["code"], "duty": "lead", "matter": "all", "staff_no": holders}
    )
    nobody = cells.iloc[[20, 21, 110, 200, 290]]
    gaps = [
        {
            "kind": kind,
            "severity": severity,
            "since": date(2012, 4, 2),
            "township_code": cell["township_code"],
            "cell_code": cell["code"],
            "what_zh": what,
            "what_en": "No valid lead officer",
            "fix_zh": "指定周敏为网格长",
            "fix_en": "Appoint Zhou Min",
            "geometry": cell["geometry"],
        }
        for (kind, severity, what), (_, cell) in zip(
            [
                ("G3", "critical", "无网格长，内有四级风险企业 2 户"),
                ("G3", "high", "无网格长"),
                ("G3", "high", "无网格长"),
                ("G9", "high", "有企业，专项行动以来未检"),
                ("G4", "medium", "只有一名执法人员"),
            ],
            nobody.iterrows(),
            strict=True,
        )
    ]
    facts: dict[str, Any] = {
        "meta": make_meta(),
        "geography": county.geography,
        "responsibilities": duties[~duties["cell_code"].isin(nobody["code"][:3])],
        "officers": officers,
        "gaps": gpd.GeoDataFrame(gaps, geometry="geometry", crs=_CRS),
    }
    return CoverageInput(**{**facts, **changes})


def make_cell_input(**changes: Any) -> CellInput:
    county = make_county()
    cell = county.geography.cells.iloc[200]
    random = np.random.default_rng(7)
    middle = cell["geometry"].centroid
    rows = []
    for rank in range(1, 13):
        reasons: list[dict[str, Any]] = [
            {
                "key": "failed",
                "points": 30 - 2 * rank,
                "text_zh": "3 月抽检不合格（酒精度）",
                "text_en": "Failed sample in March (alcohol)",
            },
            {
                "key": "overdue",
                "points": 22,
                "text_zh": "14 个月未检查",
                "text_en": "Not seen for 14 months",
            },
            {"key": "place", "points": -5, "text_zh": "位置不确定", "text_en": "Place uncertain"},
        ]
        rows.append(
            {
                "enterprise_id": rank,
                "name": f"青石第{rank}号虚构酒坊",
                "product": "baijiu",
                "cell_code": cell["code"],
                "address": f"龙泉乡某村{rank}号",
                "level": "village" if rank % 3 == 0 else "township" if rank == 7 else "rooftop",
                "radius_m": 800.0,
                "rank_in_cell": rank,
                "score": sum(reason["points"] for reason in reasons),
                "risk_class": 4 if rank < 3 else 2,
                "due_on": date(2012, 5, 21),
                "last_visit_on": date(2011, 3, 5) if rank % 2 else None,
                "check_zh": "许可证、原酒来源台账、酒精度",
                "check_en": "Licence, spirit source ledger, alcohol",
                "reasons": reasons,
                "geometry": shapely.Point(
                    middle.x + random.normal(0, 0.004), middle.y + random.normal(0, 0.004)
                ),
            }
        )
    facts: dict[str, Any] = {
        "meta": make_meta(),
        "geography": county.geography,
        "cell_codes": (cell["code"],),
        "targets": gpd.GeoDataFrame(rows, geometry="geometry", crs=_CRS),
        "officer_name": "周敏",
    }
    return CellInput(**{**facts, **changes})
