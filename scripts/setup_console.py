"""Set-up that can be watched: each step says what it does and how long it took."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, TextIO

from service.domain.errors import UnavailableError

_QUIET_S: Final = 15.0  # without a terminal: a sign of life this often
_WIDTH: Final = 100
_LAST_LINES: Final = 20


class Step:
    """One step of the set-up, and the line that shows it."""

    def __init__(self, title: str, stream: TextIO) -> None:
        """Announce the step."""
        self._title = title
        self._stream = stream
        self._started = self._noted = time.monotonic()
        self._live = stream.isatty()
        self._outcome = ""
        self._show(f"• {title} …", end="" if self._live else "\n")

    def note(self, text: str) -> None:
        """Show what is going on inside the step."""
        now = time.monotonic()
        if self._live:
            line = f"• {self._title} … {text.strip()}"
            self._show(f"\r\x1b[2K{line[:_WIDTH]}", end="")
        elif now - self._noted > _QUIET_S:
            self._noted = now
            self._show(f"  … {text.strip()[:_WIDTH]} ({now - self._started:.0f} s)")

    def tell(self, outcome: str) -> None:
        """Keep what came out of the step, to be said when it is over."""
        self._outcome = f": {outcome}"

    def done(self) -> None:
        """Say that the step is over, and how long it took."""
        self._finish("✓", self._outcome)

    def failed(self) -> None:
        """Say that the step did not succeed; the reason follows as an error."""
        self._finish("✗", " (failed)")

    def _finish(self, sign: str, remark: str) -> None:
        seconds = time.monotonic() - self._started
        start = "\r\x1b[2K" if self._live else ""
        self._show(f"{start}{sign} {self._title}{remark}  {seconds:.1f} s")

    def _show(self, text: str, *, end: str = "\n") -> None:
        self._stream.write(text + end)
        self._stream.flush()


@contextmanager
def step(title: str) -> Iterator[Step]:
    """Announce a step of the set-up, and say how long it took."""
    current = Step(title, sys.stdout)
    try:
        yield current
    except BaseException:
        current.failed()
        raise
    current.done()


def run(command: Sequence[str], *, current: Step, env: Mapping[str, str] | None = None) -> None:
    """Run a program, showing the line it is at.

    Raises:
        UnavailableError: It failed; the message has the last lines it wrote.
    """
    lines: list[str] = []
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # A Python program writing to a pipe keeps its lines to itself for a long time.
        env={**(os.environ if env is None else env), "PYTHONUNBUFFERED": "1"},
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            lines.append(line.rstrip())
            current.note(line)
    if process.returncode != 0:
        said = "\n".join(f"    {line}" for line in lines[-_LAST_LINES:])
        shown = " ".join(command[:6])
        raise UnavailableError(f"`{shown} …` failed (exit code {process.returncode}):\n{said}")


def succeeds(command: Sequence[str]) -> bool:
    """Tell whether a program runs and is content."""
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False
