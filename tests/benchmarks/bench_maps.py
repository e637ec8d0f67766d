"""Maps of many enterprises beside what plain Folium offers: written, weighed and opened.

scripts/bench maps [5000 50000 …] [--except folium.Marker]

Every map holds the same places and names. What plain Folium loads from other hosts is put on the
disk, so that its maps open without a network too; writing counts CPU-seconds of this process.
"""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from scripts.setup_browser import ensure_browser_packages
from service.settings import PROJECT_ROOT
from tests.benchmarks.map_writers import (
    OURS,
    PEER_ASSETS,
    WRITERS,
    Places,
    Writer,
    opened_from_disk,
    places,
)
from tests.benchmarks.opened_maps import Opened, opened

_SIZES = (5_000, 50_000, 200_000, 1_000_000)
_CHROMIUM = os.environ.get("WANGGE_TEST_CHROMIUM", "/usr/bin/chromium")
_SLOW_S = 20.0  # opened once only: a second look would change nothing
_HEAD = (
    "| n | way | CPU s to write | MB | s to interactive | CPU s in the browser | heap MB |\n"
    "|--:|---|--:|--:|--:|--:|--:|\n"
)
Row = tuple[float, float, Opened]


def main(arguments: Sequence[str]) -> None:
    """Print one line per way and size, then how many times better ours is."""
    left_out = {name for name in (one[0] for one in WRITERS) if f"--except={name}" in arguments}
    sizes = [int(one) for one in arguments if one.isdigit()] or list(_SIZES)
    ensure_browser_packages(PEER_ASSETS, home=PROJECT_ROOT)
    rows: dict[tuple[int, str], Row] = {}
    sys.stdout.write(_HEAD)
    with sync_playwright() as playwright, TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=_CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"],
        )
        for n in sizes:
            given = places(n)
            for name, write, most in WRITERS:
                if n <= most and name not in left_out:
                    rows[n, name] = _measure(browser, Path(folder), given, name, write)
                    _tell(n, name, rows[n, name])
        browser.close()
    _compare(rows)


def _measure(browser: Browser, folder: Path, given: Places, name: str, write: Writer) -> Row:
    started = time.process_time()
    html = write(given)
    cpu = time.process_time() - started
    path = folder / "map.html"
    path.write_text(html if name in OURS else opened_from_disk(html), encoding="utf-8")
    best = opened(browser, path)
    if best.interactive_s < _SLOW_S:
        best = min(best, opened(browser, path), key=lambda one: one.interactive_s)
    return cpu, len(html.encode()) / 1e6, best


def _tell(n: int, name: str, row: Row) -> None:
    cpu, size, shown = row
    sys.stdout.write(
        f"| {n:,} | {name} | {cpu:.2f} | {size:.2f} | {shown.interactive_s:.2f} "
        f"| {shown.cpu_s:.2f} | {shown.heap_mb:.0f} |\n"
    )
    sys.stdout.flush()


def _compare(rows: dict[tuple[int, str], Row]) -> None:
    sys.stdout.write("\nTimes as much as `wangge: points` (same places and names):\n")
    for (n, name), (cpu, size, shown) in rows.items():
        ours = rows.get((n, "wangge: points"))
        if name in OURS or ours is None:
            continue
        sys.stdout.write(
            f"- {n:,} {name}: {cpu / ours[0]:.0f} × CPU to write, {size / ours[1]:.1f} × bytes, "
            f"{shown.interactive_s / ours[2].interactive_s:.1f} × time to interactive, "
            f"{shown.cpu_s / ours[2].cpu_s:.1f} × CPU in the browser\n"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
