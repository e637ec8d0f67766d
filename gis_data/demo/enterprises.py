"""The enterprises as they truly are: what, where, good or bad; files show only a part of it."""

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis_data.demo.clusters import PlantedCluster
from gis_data.demo.codes import credit_code
from gis_data.demo.enterprise_names import Namer
from gis_data.demo.facts import BY_NAME, SHARED_SUPPLIER, TOWNSHIPS, stream
from gis_data.demo.settlements import Settlements
from gis_data.demo.terrain import Terrain, to_degrees

_PRODUCTS = ("baijiu", "fertiliser", "cement")
_PRODUCT_SHARE = (0.42, 0.38, 0.20)
_CEMENT_COUNTRY = {"石门镇", "白泉镇", "苍山镇"}
_CEMENT_SHARE = (0.34, 0.30, 0.36)
_PRODUCER_SHARE = {"baijiu": 0.22, "fertiliser": 0.16, "cement": 0.24}
_SEAT_WEIGHT = 4.0
_SPREAD_M = 320.0  # how far enterprises stand from the village's point (standard deviation)
_DENS = 15
_DENS_IN_CLUSTER = 3
_SUPPLIERS = {
    "baijiu": ("青石县德润酒水商行", "红石县永昌酒业供销处", "红石县甘泉酒精经营部"),
    "fertiliser": ("青石县金谷农资总汇", "红石县联丰农资", "白石县沃土化工"),
    "cement": ("西关建材市场", "白石县磐基熟料厂", "红石县宏基建材"),
}
_AGENTS = ("企航代办服务部", "诚达代理记账", "顺捷证照代办", "", "", "")
_WATERS = ("自备井", "自来水", "自来水", "河水", "")
_SCALES = ("微型", "小型", "小型", "中型")
_SHARED_SUPPLIER_MEMBERS = 12
_SUSPENDED_SHARE, _HOUSEHOLD_SHARE = 0.02, 0.95
# 企业, 个体工商户, 农民专业合作社
_COMPANY, _HOUSEHOLD, _COOPERATIVE = "91", "92", "93"


def build_enterprises(
    seed: int,
    terrain: Terrain,
    settlements: Settlements,
    clusters: Sequence[PlantedCluster],
    hideout: str,
) -> pd.DataFrame:
    """Return one row per enterprise; one of the dens hides in the village `hideout`.

    Columns: name, code ('' for a den), kind, product, village_code, township_code, township,
    village, x, y (metres), lon, lat (degrees WGS 84), cluster (-1 outside), principal, scale,
    status, supplier, agent, water.
    """
    rng = stream(seed, "enterprises")
    namer = Namer(stream(seed, "enterprise names"), frozenset())
    drawn = [
        *_named(settlements),
        *_ordinary(rng, settlements),
        *_cluster_producers(rng, settlements, clusters),
        *_dens(rng, settlements, clusters, hideout),
    ]
    table = pd.DataFrame(drawn).merge(
        settlements.villages[["code", "name", "township_code", "township", "x", "y"]].rename(
            columns={"code": "village_code", "name": "village"}
        ),
        on="village_code",
        how="left",
    )
    table[["x", "y"]] = _spots(rng, table, terrain, settlements)
    lonlat = to_degrees(table[["x", "y"]].to_numpy(dtype=np.float64))
    table["lon"], table["lat"] = lonlat[:, 0], lonlat[:, 1]
    table["cluster"] = _membership(table, clusters)
    return _described(rng, namer, table)


def _named(settlements: Settlements) -> Iterator[dict[str, Any]]:
    """Yield the three enterprises that stand in every tour of the product."""
    villages = settlements.villages
    for name, product, township, village in (
        ("清泉酒坊", "baijiu", "龙泉乡", "北沟村"),
        ("龙泉复合肥厂", "fertiliser", "龙泉乡", "东湾村"),
        ("恒通水泥制品厂", "cement", "龙泉乡", "龙泉村"),
    ):
        where = (villages["township"] == township) & (villages["name"] == village)
        code = villages.loc[where, "code"].iloc[0]
        yield {"given": name, "kind": "producer", "product": product, "village_code": code}


def _ordinary(rng: np.random.Generator, settlements: Settlements) -> Iterator[dict[str, Any]]:
    for fact in TOWNSHIPS:
        mine = settlements.villages[settlements.villages["township_code"] == fact.code]
        weight = np.where(mine["is_seat"], _SEAT_WEIGHT, rng.gamma(1.6, 0.6, len(mine)))
        codes = mine["code"].to_numpy()
        shares = _CEMENT_SHARE if fact.name in _CEMENT_COUNTRY else _PRODUCT_SHARE
        for village in rng.choice(codes, fact.enterprises, p=weight / weight.sum()):
            product = str(rng.choice(_PRODUCTS, p=shares))
            makes = rng.random() < _PRODUCER_SHARE[product]
            yield {
                "given": "",
                "kind": "producer" if makes else "seller",
                "product": product,
                "village_code": str(village),
            }


def _cluster_producers(
    rng: np.random.Generator, settlements: Settlements, clusters: Sequence[PlantedCluster]
) -> Iterator[dict[str, Any]]:
    """Yield the producers that make a cluster, spread evenly over its villages."""
    order = settlements.villages["code"].tolist()
    for cluster in clusters:
        codes = rng.permutation(sorted(cluster.village_codes, key=order.index))
        for index in range(cluster.producers):
            village = str(codes[index % len(codes)])
            yield {
                "given": "",
                "kind": "producer",
                "product": cluster.product,
                "village_code": village,
            }


def _dens(
    rng: np.random.Generator,
    settlements: Settlements,
    clusters: Sequence[PlantedCluster],
    hideout: str,
) -> Iterator[dict[str, Any]]:
    """Yield the dens: a few in the first cluster, the others far apart in ordinary villages."""
    busy = frozenset().union(*(cluster.village_codes for cluster in clusters))
    free = settlements.villages[
        ~settlements.villages["code"].isin(busy) & ~settlements.villages["is_seat"]
    ]
    inside = sorted(clusters[0].village_codes)[:_DENS_IN_CLUSTER]
    townships = rng.permutation([fact.code for fact in TOWNSHIPS])[: _DENS - len(inside) - 1]
    outside = [
        str(rng.choice(free.loc[free["township_code"] == code, "code"].to_numpy()))
        for code in townships
    ]
    for index, village in enumerate((*inside, hideout, *outside)):
        product = "baijiu" if index < len(inside) else _PRODUCTS[index % len(_PRODUCTS)]
        yield {"given": "", "kind": "den", "product": product, "village_code": village}


def _spots(
    rng: np.random.Generator, table: pd.DataFrame, terrain: Terrain, settlements: Settlements
) -> NDArray[np.float64]:
    """Return metric points around the villages, each in its township and nearest its village."""
    centres = table[["x", "y"]].to_numpy(dtype=np.float64)
    grounds = table["township_code"].map(terrain.townships).to_numpy()
    shapely.prepare(grounds)
    wanted = table["village_code"].to_numpy()
    codes = settlements.villages["code"].to_numpy()
    spots = centres.copy()
    open_rows = np.arange(len(table))
    for _ in range(12):
        if not len(open_rows):
            break
        draw = centres[open_rows] + rng.normal(0, _SPREAD_M, (len(open_rows), 2))
        fits = codes[settlements.nearest(draw)] == wanted[open_rows]
        fits &= shapely.contains_xy(grounds[open_rows], draw[:, 0], draw[:, 1])
        spots[open_rows[fits]] = draw[fits]
        open_rows = open_rows[~fits]
    return spots


def _membership(table: pd.DataFrame, clusters: Sequence[PlantedCluster]) -> NDArray[np.intp]:
    member = np.full(len(table), -1, dtype=np.intp)
    for index, cluster in enumerate(clusters):
        inside = table["village_code"].isin(cluster.village_codes)
        member[(inside & (table["product"] == cluster.product)).to_numpy()] = index
    return member


def _described(rng: np.random.Generator, namer: Namer, table: pd.DataFrame) -> pd.DataFrame:
    stems = table["village"].str.removesuffix("村").str.removesuffix("社区")
    table["name"] = [
        str(row["given"]) or _name(namer, row, stem)
        for row, stem in zip(table.to_dict("records"), stems, strict=True)
    ]
    numbers = iter(10_000_000 + rng.choice(89_999_999, len(table), replace=False))
    table["code"] = [
        "" if kind == "den" else credit_code(_category(rng, name), int(next(numbers)))
        for kind, name in zip(table["kind"], table["name"], strict=True)
    ]
    table["principal"] = ["" if kind == "den" else namer.person() for kind in table["kind"]]
    table["scale"] = np.where(table["kind"] == "producer", rng.choice(_SCALES, len(table)), "微型")
    table["status"] = np.where(rng.random(len(table)) < _SUSPENDED_SHARE, "停业", "在营")
    choice = rng.integers(0, 3, len(table))
    table["supplier"] = [
        _SUPPLIERS[product][number]
        for product, number in zip(table["product"], choice, strict=True)
    ]
    table["agent"] = rng.choice(_AGENTS, len(table))
    table["water"] = np.where(table["kind"] == "producer", rng.choice(_WATERS, len(table)), "")
    second = table.index[(table["cluster"] == 1) & (table["kind"] == "producer")]
    table.loc[second[:_SHARED_SUPPLIER_MEMBERS], "supplier"] = SHARED_SUPPLIER
    # The same supplier serves a few elsewhere, so that sharing it is a hint and no certainty.
    elsewhere = table.index[(table["cluster"] == -1) & (table["product"] == "baijiu")]
    table.loc[elsewhere[::120], "supplier"] = SHARED_SUPPLIER
    return table.drop(columns="given")


def _name(namer: Namer, row: dict[Hashable, Any], stem: str) -> str:
    kind, product, township = (str(row[field]) for field in ("kind", "product", "township"))
    if kind == "den":
        return namer.den(product, f"{township}{stem}村")
    if kind == "producer":
        return namer.producer(product, BY_NAME[township].stem)
    return namer.seller(product, stem)


def _category(rng: np.random.Generator, name: str) -> str:
    if "有限公司" in name or name.endswith("厂"):
        return _COMPANY
    if "合作社" in name:
        return _COOPERATIVE
    return _HOUSEHOLD if rng.random() < _HOUSEHOLD_SHARE else _COMPANY
