"""Points on a map, plain Folium beside ours: CPU-seconds to write, bytes, time to interactive, heap

    scripts/bench maps 5000 50000

Folium's pages need the internet to open: only their writing is measured, ours are opened too.
"""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import folium
import folium.plugins
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, sync_playwright

from maps.county_map import CountyMap
from maps.layers import CanvasPoints, PointLook
from maps.layers.points import PointTexts
from maps.publish import to_html
from maps.words import Words

Places = NDArray[np.float64]

_CENTRE = (37.75, 114.25)
# One marker costs Folium a millisecond: beyond this it is minutes.
_MARKER_LIMIT = 5_000
_PEER_LIMIT = 200_000


def places(n: int) -> Places:
    """Return n invented places in clumps: longitude, latitude."""
    random = np.random.default_rng(1)
    towns = random.uniform((114.0, 37.5), (114.5, 38.0), (17, 2))
    scattered: Places = towns[random.integers(0, 17, n)] + random.normal(0, 0.02, (n, 2))
    return scattered


def ours(where: Places) -> str:
    """Write the points with a name and an address each."""
    n = len(where)
    county_map = CountyMap(bounds=(114.0, 37.5, 114.5, 38.0))
    CanvasPoints(
        lon=where[:, 0],
        lat=where[:, 1],
        looks=[PointLook(label=Words("企业", "Enterprise"), color="#1f5fbf")],
        texts=PointTexts(
            labels=[Words("名称", "Name"), Words("地址", "Address")],
            columns=[
                [f"第{i}号虚构厂" for i in range(n)],
                [f"某镇某村{i % 320}号" for i in range(n)],
            ],
        ),
        ids=np.arange(n) if n <= _PEER_LIMIT else None,
    ).add_to(county_map)
    return to_html(county_map)


def markers(where: Places) -> str:
    """Write one folium.Marker per point."""
    plain = folium.Map(_CENTRE, tiles=None)
    for number, (lon, lat) in enumerate(where):
        folium.Marker((lat, lon), popup=f"第{number}号虚构厂").add_to(plain)
    return str(plain.get_root().render())


def geojson(where: Places) -> str:
    """Write one folium.GeoJson."""
    plain = folium.Map(_CENTRE, tiles=None, prefer_canvas=True)
    features = [
        {
            "type": "Feature",
            "properties": {"name": f"第{number}号虚构厂"},
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
        }
        for number, (lon, lat) in enumerate(where.tolist())
    ]
    folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        marker=folium.CircleMarker(radius=3),
        popup=folium.GeoJsonPopup(["name"]),
    ).add_to(plain)
    return str(plain.get_root().render())


def fast_clusters(where: Places) -> str:
    """Write one FastMarkerCluster."""
    plain = folium.Map(_CENTRE, tiles=None)
    rows = [[lat, lon, f"第{i}号虚构厂"] for i, (lon, lat) in enumerate(where.tolist())]
    layer = folium.plugins.FastMarkerCluster(rows)  # type: ignore[no-untyped-call]
    layer.add_to(plain)
    return str(plain.get_root().render())


def opened(browser: Browser, html: str, folder: Path) -> tuple[float, float]:
    """Return seconds until the map is interactive, and megabytes of heap."""
    path = folder / "map.html"
    path.write_text(html, encoding="utf-8")
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    started = time.perf_counter()
    page.goto(path.as_uri(), wait_until="load")
    page.wait_for_selector("canvas.leaflet-tile")
    # Two frames after the last tile: the main thread answers again.
    page.evaluate("() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
    seconds = time.perf_counter() - started
    heap = float(page.evaluate("performance.memory.usedJSHeapSize")) / 1e6
    page.close()
    return seconds, heap


def main(arguments: Sequence[str]) -> None:
    """Print one line per way of writing and size."""
    sizes = [int(size) for size in arguments] or [5_000]
    peers: list[tuple[str, int, Callable[[Places], str]]] = [
        ("folium.Marker", _MARKER_LIMIT, markers),
        ("folium.GeoJson", _PEER_LIMIT, geojson),
        ("FastMarkerCluster", _PEER_LIMIT, fast_clusters),
        ("CanvasPoints", sys.maxsize, ours),
    ]
    sys.stdout.write(
        "| way | n | CPU s | MB | interactive s | heap MB |\n|---|---|---|---|---|---|\n"
    )
    with sync_playwright() as playwright, TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for n in sizes:
            where = places(n)
            for name, limit, write in peers:
                if n > limit:
                    continue
                started = time.process_time()
                html = write(where)
                cpu = time.process_time() - started
                shown = opened(browser, html, Path(folder)) if write is ours else None
                tail = f"{shown[0]:.2f} | {shown[1]:.0f}" if shown else "– | –"
                size = len(html.encode()) / 1e6
                sys.stdout.write(f"| {name} | {n:,} | {cpu:.2f} | {size:.2f} | {tail} |\n")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
