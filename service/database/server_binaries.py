"""Which PostgreSQL on this machine can hold the register: version 15 or newer, with PostGIS 3.3."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from service.domain.errors import UnavailableError

OLDEST_POSTGRES: Final = 15
OLDEST_POSTGIS: Final = (3, 3)

WAYS_FORWARD: Final = (
    "wangge needs PostgreSQL 15+ with PostGIS 3.3+, and found none. Three ways forward: "
    "(1) install it, for example `apt-get install postgresql postgresql-postgis`, and start again; "
    "(2) run scripts/run as root or with passwordless sudo, and it installs it itself; "
    "(3) set WANGGE_DATABASE_URL=postgresql://user:password@host/database to a database that "
    "has PostGIS."
)

_PROGRAMS: Final = ("postgres", "initdb", "pg_ctl")
_USUAL_FOLDERS: Final = (
    "/usr/lib/postgresql/*/bin",
    "/usr/lib/postgresql*/bin",
    "/usr/libexec/postgresql*",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
# Where the extensions lie, seen from the programs, for packages that come without pg_config.
_SHARE_FOLDERS: Final = ("../share/postgresql", "../share", "../../share/pgsql", "../share/pgsql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """One installed PostgreSQL with PostGIS."""

    folder: Path
    major: int
    postgis: tuple[int, int]

    def program(self, name: str) -> str:
        """Return the path of one of its programs, such as `initdb`.

        Raises:
            UnavailableError: This installation lacks it.
        """
        path = self.folder / name
        if not path.exists():
            raise UnavailableError(
                f"{name} is not in {self.folder}; install the client programs of "
                f"PostgreSQL {self.major}"
            )
        return str(path)


def find(*, preferred: Path | None = None, major: int | None = None) -> Binaries:
    """Return the newest usable installation.

    Args:
        preferred: The only folder to look in, when the settings name one.
        major: The version a cluster was made with; no other can open it.

    Raises:
        UnavailableError: There is none; the message names the ways forward.
    """
    folders = [preferred] if preferred else list(_candidates())
    usable = [found for folder in folders if (found := inspect(folder)) is not None]
    fitting = [found for found in usable if major in (None, found.major)]
    if fitting:
        return max(fitting, key=lambda found: (found.major, found.postgis))
    if preferred:
        raise UnavailableError(f"WANGGE_POSTGRES_BIN={preferred} is not usable. {WAYS_FORWARD}")
    if usable:
        raise UnavailableError(
            f"the cluster was made by PostgreSQL {major}, which is no longer installed with "
            f"PostGIS; install it again, or restore a backup into a new WANGGE_HOME"
        )
    raise UnavailableError(WAYS_FORWARD)


def inspect(folder: Path) -> Binaries | None:
    """Return what a folder of programs offers, or None when it is not enough."""
    if not all(os.access(folder / program, os.X_OK) for program in _PROGRAMS):
        return None
    major = _version(_output(folder / "postgres", "--version"))[0]
    postgis = _postgis_version(folder, major)
    if major < OLDEST_POSTGRES or postgis < OLDEST_POSTGIS:
        return None
    return Binaries(folder=folder, major=major, postgis=postgis)


def _candidates() -> Iterator[Path]:
    """Return each folder that may hold PostgreSQL, once, links followed."""
    seen: set[Path] = set()
    for folder in _mentioned():
        resolved = folder.resolve()
        if resolved not in seen:
            seen.add(resolved)
            yield resolved


def _mentioned() -> Iterator[Path]:
    pg_config = shutil.which("pg_config")
    if pg_config:
        yield Path(_output(Path(pg_config), "--bindir").strip())
    postgres = shutil.which("postgres")
    if postgres:
        # A lone link in a folder of the PATH leads to the folder with all the programs.
        yield Path(postgres).resolve().parent
    for pattern in _USUAL_FOLDERS:
        yield from Path("/").glob(pattern.lstrip("/"))


def _postgis_version(folder: Path, major: int) -> tuple[int, int]:
    """Return the version of PostGIS that this PostgreSQL can load; (0, 0) for none."""
    for share in _share_folders(folder, major):
        control = share / "extension" / "postgis.control"
        if control.is_file():
            default = re.search(r"default_version\s*=\s*'([^']+)'", control.read_text())
            return _version(default[1]) if default else (0, 0)
    return (0, 0)


def _share_folders(folder: Path, major: int) -> Iterator[Path]:
    if os.access(folder / "pg_config", os.X_OK):
        yield Path(_output(folder / "pg_config", "--sharedir").strip())
        return
    yield Path(f"/usr/share/postgresql/{major}")
    yield Path(f"/usr/share/postgresql{major}")
    yield from (folder / relative for relative in _SHARE_FOLDERS)


def _version(text: str) -> tuple[int, int]:
    """Return the first version number in a text: 'postgres (PostgreSQL) 15.18' is (15, 18)."""
    found = re.search(r"(\d+)(?:\.(\d+))?", text)
    return (int(found[1]), int(found[2] or 0)) if found else (0, 0)


def _output(program: Path, argument: str) -> str:
    """Return what a program prints; nothing when it fails, which counts as not usable."""
    try:
        done = subprocess.run(
            [str(program), argument], capture_output=True, text=True, check=False, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
