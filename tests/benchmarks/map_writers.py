"""The same invented enterprises as plain Folium draws them, and as ours; every map holds names."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

import folium
import folium.plugins
import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from maps.county_map import CountyMap
from maps.hotspot import build_hotspot_map
from maps.layers import CanvasPoints, PointLook
from maps.layers.points import PointTexts
from maps.model import HotspotInput, WeekCounts
from maps.publish import to_html
from maps.words import Words
from service.domain.weeks import weeks_between
from tests.unit.maps.factories import make_hotspot_input

_WEST, _SOUTH, _EAST, _NORTH = 114.0, 37.5, 114.5, 38.0
_TOWNS: Final = 17
_VILLAGES: Final = 320
_GIVEN: Final = (
    "永兴隆德顺和泰昌盛华丰源茂瑞祥福安金玉满堂春秋鼎力宏达广信诚义仁厚清泉石桥柳林东山西河南岭北原"
)
_TRADES: Final = ("酒坊", "酒业有限公司", "烧锅酒坊", "农资专业合作社", "化肥经销部", "水泥制品厂")
PEER_ASSETS: Final = Path(__file__).parent / "peer_assets"

# What plain Folium links to, by the end of its address; the copies are opened from the disk.
_PEER_FILES: Final = {
    "leaflet.js": "leaflet/dist/leaflet.js",
    "leaflet.css": "leaflet/dist/leaflet.css",
    "jquery-3.7.1.min.js": "jquery/dist/jquery.min.js",
    "bootstrap.bundle.min.js": "bootstrap/dist/js/bootstrap.bundle.min.js",
    "bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "leaflet.awesome-markers.js": "leaflet.awesome-markers/dist/leaflet.awesome-markers.js",
    "leaflet.awesome-markers.css": "leaflet.awesome-markers/dist/leaflet.awesome-markers.css",
    "all.min.css": "@fortawesome/fontawesome-free/css/all.min.css",
    "leaflet.markercluster.js": "leaflet.markercluster/dist/leaflet.markercluster.js",
    "MarkerCluster.css": "leaflet.markercluster/dist/MarkerCluster.css",
    "MarkerCluster.Default.css": "leaflet.markercluster/dist/MarkerCluster.Default.css",
    # Two style sheets that no package holds; none of these maps shows what they style.
    "bootstrap-glyphicons.css": "",
    "leaflet.awesome.rotate.min.css": "",
}
_LINK: Final = re.compile(r'(?:src|href)="(https?:)?//[^"]*/([^"/]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Enterprises round towns, with names that hardly repeat and the address of their village."""

    points: NDArray[np.float64]
    names: list[str]
    addresses: list[str]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.points)


def places(n: int) -> Places:
    """Return n invented enterprises; the same for every call."""
    random = np.random.default_rng(1)
    towns = random.uniform((_WEST, _SOUTH), (_EAST, _NORTH), (_TOWNS, 2))
    villages = np.repeat(towns, -(-_VILLAGES // _TOWNS), axis=0)[:_VILLAGES]
    villages = villages + random.normal(0, 0.03, villages.shape)
    home = random.integers(0, _VILLAGES, n)
    points = villages[home] + random.normal(0, 0.004, (n, 2))
    signs = random.integers(0, len(_GIVEN), (n, 4))
    trade = random.integers(0, len(_TRADES), n)
    door = random.integers(1, 400, n)
    names = [
        "青石" + "".join(_GIVEN[one] for one in row) + _TRADES[kind]
        for row, kind in zip(signs.tolist(), trade.tolist(), strict=True)
    ]
    addresses = [
        f"青石县{_GIVEN[v % _TOWNS]}{_GIVEN[v % 37]}镇{_GIVEN[v % 41]}{_GIVEN[v % 29]}村{number}号"
        for v, number in zip(home.tolist(), door.tolist(), strict=True)
    ]
    return Places(points=points, names=names, addresses=addresses)


def canvas_points(given: Places) -> str:
    """Write our layer of points alone, a name each."""
    county_map = CountyMap(bounds=(_WEST, _SOUTH, _EAST, _NORTH))
    CanvasPoints(
        lon=given.points[:, 0],
        lat=given.points[:, 1],
        looks=[PointLook(label=Words("企业", "Enterprise"), color="#1f5fbf")],
        texts=PointTexts(labels=[Words("名称", "Name")], columns=[given.names]),
    ).add_to(county_map)
    return to_html(county_map)


def hotspot(given: Places) -> str:
    """Write our whole hotspot map: about 600 cells, clusters, lists.

    An enterprise has its name, kind, product, address, precision and number.
    """
    county = make_hotspot_input(n_cells=29, n_enterprises=5_000)
    n = len(given)
    number = np.arange(n)
    firms = gpd.GeoDataFrame(
        {
            "enterprise_id": number + 1,
            "name": given.names,
            "kind": np.array(["producer", "seller"], dtype=object)[number % 2],
            "product": np.array(["baijiu", "fertiliser", "cement"], dtype=object)[number % 3],
            "address": given.addresses,
            "township_code": county.geography.townships["code"].iloc[0],
            "level": np.array(["rooftop", "village"], dtype=object)[number % 2],
        },
        geometry=gpd.points_from_xy(given.points[:, 0], given.points[:, 1]),
        crs=4326,
    )
    weeks = _weekly(county, n)
    return to_html(build_hotspot_map(replace(county, enterprises=firms, counts=weeks)))


def _weekly(county: HotspotInput, n: int) -> WeekCounts:
    """Return counts for the slider: a campaign of 18 weeks with two visits to each of n."""
    random = np.random.default_rng(2)
    weeks = weeks_between(date(2012, 3, 1), date(2012, 6, 30))
    of = [county.geography.cells["code"], ["baijiu", "fertiliser", "cement"], range(1, 5)]
    names = ["cell_code", "product", "risk_class"]
    kinds = pd.MultiIndex.from_product(of, names=names).to_frame(index=False)
    keys = kinds.merge(pd.DataFrame({"week": range(len(weeks))}), how="cross")
    seen = random.multinomial(2 * n, np.full(len(keys), 1 / len(keys)))
    visits = keys.assign(visits=seen, problems=random.binomial(seen, 0.1))
    there = random.multinomial(n, np.full(len(kinds), 1 / len(kinds)))
    return WeekCounts(
        weeks=[(week.key, week.first, week.last) for week in weeks],
        visits=visits[visits["visits"] > 0],
        enterprises=kinds.assign(enterprises=there),
    )


def markers(given: Places) -> str:
    """Write one folium.Marker per enterprise, its name in a popup."""
    plain = folium.Map(_middle(), tiles=None, zoom_start=11, max_zoom=18)
    for name, (lon, lat) in zip(given.names, given.points.tolist(), strict=True):
        folium.Marker((lat, lon), popup=name).add_to(plain)
    return _written(plain)


def geojson(given: Places) -> str:
    """Write one folium.GeoJson of circle markers on canvas, the names in popups."""
    plain = folium.Map(_middle(), tiles=None, zoom_start=11, max_zoom=18, prefer_canvas=True)
    features = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": {"type": "Point", "coordinates": place},
        }
        for name, place in zip(given.names, given.points.tolist(), strict=True)
    ]
    folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        marker=folium.CircleMarker(radius=3),
        popup=folium.GeoJsonPopup(["name"]),
    ).add_to(plain)
    return _written(plain)


def fast_clusters(given: Places) -> str:
    """Write one FastMarkerCluster whose markers open the name."""
    plain = folium.Map(_middle(), tiles=None, zoom_start=11, max_zoom=18)
    rows = [
        [lat, lon, name]
        for name, (lon, lat) in zip(given.names, given.points.tolist(), strict=True)
    ]
    callback = "function (row) { return L.marker([row[0], row[1]]).bindPopup(row[2]); }"
    # Without tiles the map has no deepest zoom, and the plug-in stops without one.
    layer = folium.plugins.FastMarkerCluster(rows, callback=callback)  # type: ignore[no-untyped-call]
    plain.options["maxZoom"] = 18
    layer.add_to(plain)
    return _written(plain)


def _middle() -> tuple[float, float]:
    return ((_SOUTH + _NORTH) / 2, (_WEST + _EAST) / 2)


def _written(plain: folium.Map) -> str:
    plain.options["maxZoom"] = 18
    return str(plain.get_root().render())


def opened_from_disk(html: str) -> str:
    """Return a peer's map whose scripts and styles are read from the disk, so that it opens."""

    def local(match: re.Match[str]) -> str:
        kept = _PEER_FILES[match.group(2)]
        path = PEER_ASSETS / "node_modules" / kept if kept else PEER_ASSETS / "empty.css"
        return match.group(0).partition('"')[0] + f'"{path.as_uri()}"'

    return _LINK.sub(local, html)


Writer = Callable[[Places], str]
WRITERS: Final[tuple[tuple[str, Writer], ...]] = (
    ("folium.Marker", markers),
    ("folium.GeoJson", geojson),
    ("FastMarkerCluster", fast_clusters),
    ("wangge: points", canvas_points),
    ("wangge: hotspot map", hotspot),
)
OURS: Final = frozenset({"wangge: points", "wangge: hotspot map"})
