"""The main job as a plain GeoPandas, scikit-learn and Folium script: the peer of the benchmark.

    .venv/bin/python tests/benchmarks/peer_main_job.py FOLDER OUT.html [--clusters scan|dbscan]

It reads the demo county's files and does, in the ordinary way, what an analyst would: cells by
village, addresses by name, rates, clusters with 999 permutations, gaps by joins, scores, a map. It
keeps no database, validates no file and remembers no day. Nothing of wangge is imported.
"""

import argparse
from pathlib import Path
from typing import Any, Final

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from folium.plugins import MarkerCluster
from geopandas import GeoDataFrame
from numpy.typing import NDArray
from pandas import DataFrame
from sklearn.cluster import DBSCAN
from sklearn.neighbors import BallTree

ON: Final = pd.Timestamp("2012-05-06")
SINCE: Final = pd.Timestamp("2012-03-01")
EPSG: Final = 32650
PERMUTATIONS: Final = 999
MAX_SHARE: Final = 0.25
_DAYS_ALLOWED: Final = {1: 730, 2: 365, 3: 180, 4: 90}
_LICENCES: Final = ["营业执照", "食品生产许可证", "工业产品生产许可证"]


def cells_by_village(folder: Path) -> GeoDataFrame:
    """Cut each township into Voronoi cells of its villages."""
    towns = gpd.read_file(folder / "townships.geojson").to_crs(EPSG)  # noqa: TID251 - plain peer
    villages = gpd.read_file(folder / "villages.geojson").to_crs(EPSG)  # noqa: TID251 - plain peer
    parts = []
    for code, outline in zip(towns["code"], towns.geometry, strict=True):
        own = villages[villages["township_code"] == code]
        pieces = own.geometry.voronoi_polygons(extend_to=outline.envelope).intersection(outline)
        cut = GeoDataFrame(geometry=pieces, crs=EPSG).sjoin(own[["code", "name", "geometry"]])
        parts.append(cut.drop(columns="index_right").assign(township_code=code))
    return GeoDataFrame(pd.concat(parts, ignore_index=True), crs=EPSG)


def locate(folder: Path, register: DataFrame) -> GeoDataFrame:
    """Take given coordinates, else the point of the village that the address names."""
    gazetteer = pd.read_csv(folder / "gazetteer.csv", dtype={"code": str, "township_code": str})
    villages = gazetteer[gazetteer["level"] == "village"]
    by_town = {
        str(town): sorted(
            zip(rows["name"], rows["longitude"], rows["latitude"], strict=True),
            key=lambda row: -len(row[0]),
        )
        for town, rows in villages.groupby("township")
    }
    found = []
    for address in register["地址"].fillna(""):
        town = next((name for name in by_town if name in address), None)
        rows = by_town[town] if town else []
        stem = address.split(town)[-1] if town else ""
        found.append(
            next(
                ((lon, lat) for name, lon, lat in rows if stem.startswith(name.rstrip("村"))),
                (np.nan, np.nan),
            )
        )
    text = np.array(found)
    lon = register["经度"].fillna(pd.Series(text[:, 0], index=register.index))
    lat = register["纬度"].fillna(pd.Series(text[:, 1], index=register.index))
    points = gpd.points_from_xy(lon, lat, crs=4326)
    located = GeoDataFrame(register, geometry=points).to_crs(EPSG)
    located.loc[lon.isna(), "geometry"] = None
    return located


def checked(events: DataFrame) -> DataFrame:
    """Count the campaign's checks and problems by enterprise."""
    current = events[events["类型"].isin(["检查", "抽检"]) & events["日期"].between(SINCE, ON)]
    grouped = current.assign(problem=current["是否问题"].eq("是")).groupby("企业")["problem"]
    return grouped.agg(checks="size", problems="sum").reset_index()


def scan(points: GeoDataFrame, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Kulldorff's circular Bernoulli scan, in NumPy over neighbours of a BallTree."""
    xy = np.column_stack([points.geometry.x, points.geometry.y])
    is_case = (points["problems"] > 0).to_numpy(dtype=float)
    largest = max(2, int(len(xy) * MAX_SHARE))
    distance, near = BallTree(xy).query(xy, k=largest)
    n, total = np.arange(1, largest + 1), is_case.sum()
    observed = _likelihoods(is_case[near].cumsum(axis=1), n, total, len(xy))
    simulated = np.array(
        [
            _likelihoods(rng.permutation(is_case)[near].cumsum(axis=1), n, total, len(xy)).max()
            for _ in range(PERMUTATIONS)
        ]
    )
    clusters: list[dict[str, Any]] = []
    taken: set[int] = set()
    for flat in np.argsort(-observed, axis=None)[:20_000]:
        centre, last = np.unravel_index(flat, observed.shape)
        members = set(near[centre, : last + 1].tolist())
        p = (1 + (simulated >= observed[centre, last]).sum()) / (PERMUTATIONS + 1)
        if p > 0.05:
            break
        if not members & taken:
            taken |= members
            clusters.append(
                {"p": p, "members": sorted(members), "radius": distance[centre, last], "at": centre}
            )
    return clusters


def _likelihoods(
    cases: NDArray[np.float64], n: NDArray[np.int64], total: float, size: int
) -> NDArray[np.float64]:
    """Return the log likelihood ratio of every window with more problems inside than outside."""
    inside, outside = cases / n, (total - cases) / (size - n)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (
            cases * np.log(inside)
            + np.nan_to_num((n - cases) * np.log1p(-inside))
            + np.nan_to_num((total - cases) * np.log(outside))
            + (size - n - total + cases) * np.log1p(-outside)
        )
    base = total * np.log(total / size) + (size - total) * np.log1p(-total / size)
    return np.where(inside > outside, np.nan_to_num(ratio) - base, 0.0)


def dbscan(points: GeoDataFrame, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Dense groups of problems; p of each group's count when the labels are shuffled."""
    xy = np.column_stack([points.geometry.x, points.geometry.y])
    is_case = (points["problems"] > 0).to_numpy()
    labels = DBSCAN(eps=2_000, min_samples=5).fit_predict(xy[is_case])
    shuffled = np.array([rng.permutation(is_case) for _ in range(PERMUTATIONS)])
    clusters = []
    for label in range(labels.max() + 1):
        own = xy[is_case][labels == label]
        centre = own.mean(axis=0)
        radius = float(np.hypot(*(own - centre).T).max())
        inside = np.hypot(*(xy - centre).T) <= radius
        p = (1 + (shuffled[:, inside].sum(axis=1) >= is_case[inside].sum()).sum()) / (
            PERMUTATIONS + 1
        )
        at = int(np.hypot(*(xy - centre).T).argmin())
        members = np.flatnonzero(inside).tolist()
        if p <= 0.05:
            clusters.append({"p": p, "members": members, "radius": radius, "at": at})
    return clusters


def find_gaps(
    folder: Path, cells: GeoDataFrame, located: GeoDataFrame, events: DataFrame
) -> DataFrame:
    """List the gaps that joins can show: cells without people, enterprises without visits."""
    duties = pd.read_csv(folder / "responsibilities.csv", dtype=str)
    officers = pd.read_csv(folder / "officers.csv", dtype=str)
    left = officers.loc[pd.to_datetime(officers["active_to"]) <= ON, "staff_no"]
    ends = pd.to_datetime(duties["to"])
    held = duties[(ends.isna() | (ends > ON)) & ~duties["staff_no"].isin(left)]
    rows = [
        (
            "G3",
            cells[~cells["code"].isin(held.loc[held["duty"] == "lead", "village_code"])]["code"],
        ),
        (
            "G4",
            cells[~cells["code"].isin(held.loc[held["duty"] == "second", "village_code"])]["code"],
        ),
        ("G6", located.loc[located["cell"].isna(), "key"]),
        ("G7", _elsewhere(located)),
        ("G8", located.loc[located["days"] > located["allowed"], "key"]),
        ("G9", _unchecked(located)),
        ("G13", _unanswered(events)),
        ("G14", _overdue(events)),
        ("G16", _unlicensed(located)),
    ]
    whole = cells.union_all().area
    overlap = cells.area.sum() - whole
    sizes = [("G2", pd.Series(["county"]))] if overlap > 1_000 else []
    return pd.concat(
        [DataFrame({"kind": kind, "what": list(what)}) for kind, what in [*rows, *sizes]]
    )


def _elsewhere(located: GeoDataFrame) -> "pd.Series[Any]":
    known = located[located["cell_town"].notna() & located["乡镇"].notna()]
    return pd.Series(known.loc[known["cell_town"] != known["乡镇"], "key"])


def _unchecked(located: GeoDataFrame) -> "pd.Series[Any]":
    checks = located.groupby("cell")["checks"].sum()
    return pd.Series(checks.index[checks == 0])


def _unanswered(events: DataFrame) -> "pd.Series[Any]":
    reports = events[events["类型"].isin(["投诉", "举报"])]
    visits = events[events["类型"].isin(["检查", "抽检"])][["企业", "日期"]]
    after = reports.merge(visits, on="企业", suffixes=("", "_visit"))
    answered = after.loc[after["日期_visit"] >= after["日期"], "编号"]
    return reports.loc[
        ~reports["编号"].isin(answered) & (reports["日期"] < ON - pd.Timedelta(days=21)), "编号"
    ]


def _overdue(events: DataFrame) -> "pd.Series[Any]":
    due, closed = (pd.to_datetime(events[name]) for name in ("整改期限", "办结日期"))
    return events.loc[(due < ON) & (closed.isna() | (closed > ON)), "编号"]


def _unlicensed(located: GeoDataFrame) -> "pd.Series[Any]":
    makers = located[located["类别"] == "生产"]
    needed = np.where(makers["产品"] == "白酒", "食品生产许可证", "工业产品生产许可证")
    number = [row[kind] for kind, (_, row) in zip(needed, makers.iterrows(), strict=True)]
    end = [
        pd.to_datetime(row[f"{kind}有效期至"])
        for kind, (_, row) in zip(needed, makers.iterrows(), strict=True)
    ]
    is_lacking = pd.isna(number) | (pd.Series(end, index=makers.index) < ON)
    return pd.Series(makers.loc[is_lacking, "key"])


def score(located: GeoDataFrame, gaps: DataFrame, in_cluster: set[str]) -> GeoDataFrame:
    """Add up points and rank within each cell."""
    lacking = set(gaps.loc[gaps["kind"] == "G16", "what"])
    parts = DataFrame(
        {
            "problems": 15 * located["problems"].clip(upper=3),
            "overdue": 10 * (located["days"] > located["allowed"]),
            "licence": 20 * located["key"].isin(lacking),
            "cluster": 15 * located["key"].isin(in_cluster),
            "class": 5 * (located["信用等级"].fillna(1) - 1),
        }
    )
    located["score"] = parts.sum(axis=1)
    located["reasons"] = [
        ";".join(f"{name} {points:g}" for name, points in row.items() if points)
        for row in parts.to_dict("records")
    ]
    located["rank"] = located.groupby("cell")["score"].rank(ascending=False, method="first")
    return GeoDataFrame(located.sort_values("score", ascending=False))


def draw(
    cells: GeoDataFrame, located: GeoDataFrame, clusters: dict[str, GeoDataFrame], out: Path
) -> None:
    """Write a Folium map: cells by problem rate, clusters, enterprises in a MarkerCluster."""
    shown = cells.to_crs(4326)
    middle = shown.union_all().centroid
    drawn = folium.Map([middle.y, middle.x], zoom_start=10)
    folium.GeoJson(
        shown[["code", "name", "checks", "problems", "rate", "geometry"]],
        name="网格问题率",
        style_function=lambda feature: {
            "fillColor": _colour(feature["properties"]["rate"]),
            "color": "#555",
            "weight": 0.7,
            "fillOpacity": 0.6,
        },
        tooltip=folium.GeoJsonTooltip(["code", "name", "checks", "problems", "rate"]),
    ).add_to(drawn)
    for product, circles in clusters.items():
        if len(circles):
            folium.GeoJson(circles.to_crs(4326), name=f"聚集:{product}").add_to(drawn)
    group = MarkerCluster(name="企业").add_to(drawn)  # type: ignore[no-untyped-call]
    placed = located[located.geometry.notna()].to_crs(4326)
    for row in placed.itertuples():
        text = f"{row.企业名称}<br>{row.地址}<br>{row.score:g} 分<br>{row.reasons}"
        folium.Marker([row.geometry.y, row.geometry.x], popup=text).add_to(group)
    folium.LayerControl().add_to(drawn)
    drawn.save(str(out))


def _colour(rate: float | None) -> str:
    if rate is None or np.isnan(rate):
        return "#cccccc"
    return "#d7301f" if rate > 0.3 else "#fc8d59" if rate > 0.15 else "#fdd49e"


def join(folder: Path, cells: GeoDataFrame, events: DataFrame) -> GeoDataFrame:
    """Return the register with place, cell, checks of the campaign and days since the last one."""
    register = pd.read_csv(folder / "register.csv", dtype={"统一社会信用代码": str})
    register["key"] = register["统一社会信用代码"].fillna(register["企业名称"])
    towns = gpd.read_file(folder / "townships.geojson").set_index("code")["name"]  # noqa: TID251 - plain peer
    located = locate(folder, register)
    inside = located[["key", "geometry"]].sjoin(cells[["code", "township_code", "geometry"]])
    inside = inside.drop_duplicates("key").rename(columns={"code": "cell"})
    located = located.merge(inside[["key", "cell", "township_code"]], on="key", how="left")
    located["cell_town"] = located["township_code"].map(towns)
    located = located.merge(checked(events), left_on="key", right_on="企业", how="left")
    located[["checks", "problems"]] = located[["checks", "problems"]].fillna(0)
    visits = events[events["类型"].isin(["检查", "抽检"]) & (events["日期"] <= ON)]
    last = located["key"].map(visits.groupby("企业")["日期"].max())
    located["days"] = (ON - last).dt.days.fillna(9_999)
    located["allowed"] = located["信用等级"].fillna(1).map(_DAYS_ALLOWED)
    return located


def main(folder: Path, out: Path, method: str) -> dict[str, int]:
    """Do the whole job; return how many clusters each product has."""
    events = pd.read_csv(folder / "events.csv", parse_dates=["日期"])
    cells = cells_by_village(folder)
    located = join(folder, cells, events)
    sums = located.groupby("cell")[["checks", "problems"]].sum()
    cells = cells.merge(sums, left_on="code", right_index=True, how="left")
    cells["rate"] = (cells["problems"] / cells["checks"]).where(cells["checks"] >= 3)
    rng, find = np.random.default_rng(1), scan if method == "scan" else dbscan
    circles, members, found = {}, set(), {}
    for product in ["白酒", "化肥", "水泥", "全部"]:
        chosen = located[(located["产品"] == product) | (product == "全部")]
        seen = chosen[(chosen["checks"] > 0) & chosen["cell"].notna()].reset_index(drop=True)
        clusters = find(seen, rng)
        found[product] = len(clusters)
        discs = [
            shapely.buffer(seen.geometry.iloc[each["at"]], max(each["radius"], 500))
            for each in clusters
        ]
        circles[product] = GeoDataFrame(
            {"p": [each["p"] for each in clusters]}, geometry=discs, crs=EPSG
        )
        members |= {key for each in clusters for key in seen["key"].iloc[each["members"]]}
    gaps = find_gaps(folder, cells, located, events)
    ranked = score(located, gaps, members)
    gaps.to_csv(out.with_suffix(".gaps.csv"), index=False)
    ranked.drop(columns="geometry").to_csv(out.with_suffix(".targets.csv"), index=False)
    draw(cells, ranked, circles, out)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--clusters", choices=["scan", "dbscan"], default="scan")
    given = parser.parse_args()
    print(main(given.folder, given.out, given.clusters))  # noqa: T201 - a plain script
