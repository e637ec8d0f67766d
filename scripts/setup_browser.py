"""The scripts and styles that pages and maps use: locked npm packages, never committed."""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Final

from scripts.setup_console import run, step
from scripts.setup_python import install_lock, python_of

_LOCK: Final = "package-lock.json"
_STAMP: Final = ".wangge-stamp"


def ensure_browser_packages(root: Path, *, home: Path | None = None) -> None:
    """Bring node_modules in line with package-lock.json; quick when it already is.

    Args:
        root: The folder of package.json and its lock.
        home: The project, whose environment may hold npm; `root` where left out.
    """
    stamp = root / "node_modules" / _STAMP
    digest = hashlib.sha256((root / _LOCK).read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == digest:
        return
    npm = shutil.which("npm") or _npm_of_the_environment(home or root)
    with step("Browser scripts of package-lock.json") as current:
        # npm is a Node program and looks for `node` on the PATH, beside itself when ours.
        path = os.pathsep.join([str(Path(npm).parent), os.environ.get("PATH", os.defpath)])
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
        run(
            [npm, "ci", "--prefix", str(root), *quiet],
            current=current,
            env={**os.environ, "PATH": path},
        )
    stamp.write_text(digest)


def _npm_of_the_environment(root: Path) -> str:
    """Return the npm of PyPI's Node.js, installed first if need be."""
    venv = root / ".venv"
    npm = python_of(venv).with_name("npm")
    if not npm.exists():
        with step("Node.js, as this machine has no npm") as current:
            install_lock(venv, root / "requirements-node.lock", current)
    return str(npm)
