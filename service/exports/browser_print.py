"""Print a map as a browser shows it, where Chromium is installed; nothing else needs it."""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from service.domain.errors import UnavailableError

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PATIENCE_S: Final = 120
_ARGUMENTS: Final = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A one-file map asks nobody; the browser itself shall not either.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
    # Time for the map to draw itself; it runs as fast as the machine can.
    "--virtual-time-budget=8000",
)


def find_browser() -> str:
    """Return the path of Chromium.

    Raises:
        UnavailableError: It is not installed; says what prints without it.
    """
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise UnavailableError(
            "printing as seen needs Chromium, which is not installed (package chromium); without "
            "--as-seen a map is printed without a browser"
        )
    return found


def print_as_seen(html: str, *, browser: str | None = None) -> bytes:
    """Return the PDF that the browser's print button would give.

    Args:
        html: A one-file map; its own style sheet says how large the paper is.
        browser: Path of Chromium; looked for where left out.

    Raises:
        UnavailableError: Chromium is not installed, or made no file.
    """
    program = browser or find_browser()
    with TemporaryDirectory(prefix="wangge-print-") as folder:
        page, sheet = Path(folder) / "map.html", Path(folder) / "map.pdf"
        page.write_text(html, encoding="utf-8")
        # Chromium refuses its sandbox to root; the page is ours and runs nothing of anybody's.
        alone = ["--no-sandbox"] if os.geteuid() == 0 else []
        command = [program, *_ARGUMENTS, *alone, f"--user-data-dir={folder}/profile"]
        told = subprocess.run(  # noqa: S603 - our own page
            [*command, f"--print-to-pdf={sheet}", page.as_uri()],
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
        if not sheet.is_file():
            last = (told.stderr.strip().splitlines() or ["no word"])[-1]
            raise UnavailableError(f"Chromium printed nothing: {last}")
        return sheet.read_bytes()
