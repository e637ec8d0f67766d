"""Run a command with a limit of time and of memory, and say which of them it met.

Memory is what the command and everything that it starts hold for themselves (`RssAnon`), looked at
four times a second: a limit of address space would stop Chromium at once, which reserves far more
than it takes.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_LOOK_EVERY_S: Final = 0.25
_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a command may take: seconds by the clock, and bytes."""

    seconds: float
    memory_bytes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command told in its last line (JSON), or how it met its end.

    Attributes:
        told: Empty unless it ended by itself and well.
        end: '', 'time', 'memory', or the last thing that a failed command said.
        cpu_s: CPU-seconds of it and what it started, as last seen.
        peak_bytes: The most memory that was seen.
    """

    told: dict[str, Any]
    end: str
    cpu_s: float
    peak_bytes: float


def run(command: Sequence[str], limits: Limits, *, cwd: Path) -> Outcome:
    """Run a command to its end, or to its limit."""
    started = time.monotonic()
    process = subprocess.Popen(
        list(command),
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    end, cpu_s, peak = "", 0.0, 0.0
    while process.poll() is None:
        family = _family(process.pid)
        cpu_s = max(cpu_s, sum(map(_cpu_s, family)))
        peak = max(peak, held := sum(map(_held_bytes, family)))
        if held > limits.memory_bytes:
            end = "memory"
        elif time.monotonic() - started > limits.seconds:
            end = "time"
        if end:
            _kill(family)
            break
        time.sleep(_LOOK_EVERY_S)
    said = (process.communicate()[0].strip().splitlines() or [""])[-1]
    if not end and process.returncode != 0:
        end = said or f"ended with {process.returncode}"
    return Outcome(told={} if end else json.loads(said), end=end, cpu_s=cpu_s, peak_bytes=peak)


def _family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        if fields := _stat(int(folder.name)):
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat after the name; nothing if the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return []


def _cpu_s(pid: int) -> float:
    """Return CPU-seconds of a process and of its children that have ended."""
    fields = _stat(pid)
    return sum(int(fields[at]) for at in (11, 12, 13, 14)) / _TICKS if fields else 0.0


def _held_bytes(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return sum(1024.0 * int(line.split()[1]) for line in lines if line.startswith("RssAnon:"))


def _kill(family: Sequence[int]) -> None:
    for pid in family:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
