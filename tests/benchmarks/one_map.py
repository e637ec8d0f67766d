"""Write one map, or open one, in a process of its own; what it took is told as JSON.

python -m tests.benchmarks.one_map write WAY COUNT FILE
python -m tests.benchmarks.one_map open FILE
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import sync_playwright

from tests.benchmarks.map_writers import OURS, WRITERS, opened_from_disk, places
from tests.benchmarks.opened_maps import opened

_CHROMIUM: Final = os.environ.get("WANGGE_TEST_CHROMIUM", "/usr/bin/chromium")
_SLOW_S: Final = 20.0  # opened once only: a second look would change nothing


def write(way: str, count: int, path: Path) -> dict[str, float]:
    """Write a map to a file; the places themselves are made before the clock starts."""
    given = places(count)
    started = time.process_time()
    html = dict(WRITERS)[way](given)
    cpu_s = time.process_time() - started
    size = len(html.encode())
    path.write_text(html if way in OURS else opened_from_disk(html), encoding="utf-8")
    return {"cpu_s": cpu_s, "bytes": size}


def look(path: Path) -> dict[str, float]:
    """Open a map, twice where it is quick: the better of the two."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"],
        )
        best = opened(browser, path)
        if best.interactive_s < _SLOW_S:
            best = min(best, opened(browser, path), key=lambda one: one.interactive_s)
        browser.close()
    return {"interactive_s": best.interactive_s, "cpu_s": best.cpu_s, "heap_mb": best.heap_mb}


def main(arguments: list[str]) -> None:
    """Do what the command line says, and tell."""
    told: dict[str, Any]
    if arguments[0] == "write":
        told = write(arguments[1], int(arguments[2]), Path(arguments[3]))
    else:
        told = look(Path(arguments[1]))
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
