"""What an environment remembers of its making: a second start only compares check sums."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_STAMP: Final = "wangge-stamp.json"


def read_stamp(venv: Path) -> dict[str, str]:
    """Return what was remembered, by name; nothing of a new environment."""
    try:
        stamp = json.loads((venv / _STAMP).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return {str(name): str(value) for name, value in stamp.items()}


def write_stamp(venv: Path, stamp: dict[str, str]) -> None:
    """Remember this and nothing else."""
    (venv / _STAMP).write_text(json.dumps(stamp, indent=1))


def digest(paths: Iterable[Path]) -> str:
    """Return the SHA-256 of files, one after the other."""
    seen = hashlib.sha256()
    for path in paths:
        seen.update(path.read_bytes())
    return seen.hexdigest()
