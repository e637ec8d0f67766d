"""The benchmark of maps stops what takes too long or too much, and says which it was."""

import sys
from pathlib import Path

from tests.benchmarks.bench_maps import Row, compared, line
from tests.benchmarks.limited import Limits, Outcome, run

_AMPLE = Limits(seconds=60, memory_bytes=4e9)


def _python(code: str, limits: Limits, folder: Path) -> Outcome:
    return run([sys.executable, "-c", code], limits, cwd=folder)


def test_what_keeps_to_its_limits_tells_what_it_took(tmp_path: Path) -> None:
    done = _python("print('a word'); print('{\"cpu_s\": 2}')", _AMPLE, tmp_path)

    assert (done.told, done.end) == ({"cpu_s": 2}, "")


def test_what_takes_too_much_memory_is_stopped_with_what_it_started(tmp_path: Path) -> None:
    hog = "import time; x = b'x' * 300_000_000; time.sleep(600)"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hog!r}])"
    limits = Limits(seconds=60, memory_bytes=2e8)

    done = _python(code, limits, tmp_path)

    assert (done.told, done.end) == ({}, "memory")
    assert done.peak_bytes > 2e8
    assert "over 0.2 GB" in line(5, "hog", Row(written=done, shown=None), limits, limits)


def test_what_takes_too_long_is_stopped(tmp_path: Path) -> None:
    limits = Limits(seconds=0.1, memory_bytes=4e9)

    done = _python("import time; time.sleep(600)", limits, tmp_path)

    assert (done.told, done.end) == ({}, "time")


def test_what_fails_says_why(tmp_path: Path) -> None:
    done = _python("raise RuntimeError('no place is shown')", _AMPLE, tmp_path)

    assert done.end == "RuntimeError: no place is shown"


def test_a_map_that_was_written_and_not_opened_is_compared_by_what_is_known() -> None:
    def told(**figures: float) -> Outcome:
        return Outcome(told=figures, end="", cpu_s=0, peak_bytes=0)

    late = Outcome(told={}, end="time", cpu_s=290, peak_bytes=3e9)
    shown = told(interactive_s=1, cpu_s=1, heap_mb=1)
    every = {
        (9, "folium.Marker"): Row(written=told(cpu_s=30, bytes=8e6), shown=late),
        (9, "wangge: points"): Row(written=told(cpu_s=3, bytes=2e6), shown=shown),
    }

    row = line(9, "folium.Marker", every[9, "folium.Marker"], _AMPLE, _AMPLE)

    assert row == "| 9 | folium.Marker | 30.00 | 8.00 | not open after 60 s (3.0 GB) | – | – |\n"
    assert compared(every) == ["- 9 folium.Marker: 10 × CPU to write, 4.0 × bytes\n"]
