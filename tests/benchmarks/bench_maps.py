"""Maps of many enterprises beside what plain Folium offers: written, weighed and opened.

scripts/bench maps [5000 50000 …] [--except folium.Marker]
                   [--write-minutes 15] [--open-minutes 5] [--gigabytes 12]

Every map holds the same places and names. What plain Folium loads from other hosts is put on the
disk, so that its maps open without a network too. Each map is written in a process of its own, and
opened in another with its own browser; one that meets a limit of time or memory is stopped, and the
table says which. A row is printed as soon as it is known.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from scripts.setup_browser import ensure_browser_packages
from service.settings import PROJECT_ROOT
from tests.benchmarks.limited import Limits, Outcome, run
from tests.benchmarks.map_writers import OURS, PEER_ASSETS, WRITERS

_SIZES: Final = (5_000, 50_000, 200_000, 1_000_000)
_HEAD: Final = (
    "| n | way | CPU s to write | MB | s to interactive | CPU s in the browser | heap MB |\n"
    "|--:|---|--:|--:|--:|--:|--:|\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What writing and opening a map took, or the limit that it met; `None` was not opened."""

    written: Outcome
    shown: Outcome | None


def main(arguments: Sequence[str]) -> None:
    """Print one line per way and size, and after each size how many times better ours is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=list(_SIZES))
    parser.add_argument("--except", dest="left_out", action="append", default=[])
    parser.add_argument("--write-minutes", type=float, default=15)
    parser.add_argument("--open-minutes", type=float, default=5)
    parser.add_argument("--gigabytes", type=float, default=12)
    given = parser.parse_args(arguments)
    ensure_browser_packages(PEER_ASSETS, home=PROJECT_ROOT)
    writing = Limits(seconds=60 * given.write_minutes, memory_bytes=1e9 * given.gigabytes)
    opening = Limits(seconds=60 * given.open_minutes, memory_bytes=1e9 * given.gigabytes)
    _say(_HEAD)
    every: dict[tuple[int, str], Row] = {}
    with TemporaryDirectory() as folder:
        for size in given.sizes:
            for way, _ in WRITERS:
                if way not in given.left_out:
                    path = Path(folder) / "map.html"
                    every[size, way] = measured(way, size, path, writing, opening)
                    _say(line(size, way, every[size, way], writing, opening))
                    path.unlink(missing_ok=True)
    _say("\nTimes as much as `wangge: points` (same places and names):\n")
    _say("".join(compared(every)))


def measured(way: str, size: int, path: Path, writing: Limits, opening: Limits) -> Row:
    """Write a map and, if it was written, open it."""
    program = [sys.executable, "-m", "tests.benchmarks.one_map"]
    written = run([*program, "write", way, str(size), str(path)], writing, cwd=PROJECT_ROOT)
    if written.end:
        return Row(written=written, shown=None)
    return Row(written=written, shown=run([*program, "open", str(path)], opening, cwd=PROJECT_ROOT))


def line(size: int, way: str, row: Row, writing: Limits, opening: Limits) -> str:
    """Return the line of the table; a limit stands where the figure would have stood."""
    cells = [f"{size:,}", way]
    written, shown = row.written, row.shown
    if written.end:
        cells += [met(written, writing, "written"), "–", "–", "–", "–"]
        return "| " + " | ".join(cells) + " |\n"
    cells += [f"{written.told['cpu_s']:.2f}", f"{written.told['bytes'] / 1e6:.2f}"]
    if shown is None or shown.end:
        cells += [met(shown, opening, "open") if shown else "–", "–", "–"]
    else:
        told = shown.told
        cells += [
            f"{told['interactive_s']:.2f}",
            f"{told['cpu_s']:.2f}",
            f"{told['heap_mb']:.0f}",
        ]
    return "| " + " | ".join(cells) + " |\n"


def met(outcome: Outcome, limits: Limits, done: str) -> str:
    """Return which limit a command met, and what it had taken by then."""
    if outcome.end == "memory":
        return f"over {limits.memory_bytes / 1e9:g} GB after {outcome.cpu_s:.0f} CPU-s"
    if outcome.end == "time":
        return f"not {done} after {limits.seconds:.0f} s ({outcome.peak_bytes / 1e9:.1f} GB)"
    return f"failed: {outcome.end[:80]}".replace("|", "/")


def compared(every: Mapping[tuple[int, str], Row]) -> list[str]:
    """Return how many times as much as ours each peer takes, of what both have."""
    lines = []
    for (size, way), row in every.items():
        ours = every.get((size, "wangge: points"))
        if way in OURS or ours is None or row.written.end or ours.shown is None:
            continue
        more = {
            name: row.written.told[name] / ours.written.told[name] for name in ("cpu_s", "bytes")
        }
        text = f"- {size:,} {way}: {more['cpu_s']:.0f} × CPU to write, {more['bytes']:.1f} × bytes"
        if row.shown is not None and not (row.shown.end or ours.shown.end):
            theirs, own = row.shown.told, ours.shown.told
            text += (
                f", {theirs['interactive_s'] / own['interactive_s']:.1f} × time to interactive"
                f", {theirs['cpu_s'] / own['cpu_s']:.1f} × CPU in the browser"
                f", {theirs['heap_mb'] / own['heap_mb']:.0f} × heap"
            )
        lines.append(text + "\n")
    return lines


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
