"""Where the private cluster lies, and as whom it runs.

PostgreSQL refuses to run as root, and a Unix socket's path may have 107 bytes at most. So a
cluster belongs to a user who is not root, lies where that user can go, and has its socket in a
folder with a short enough name.
"""

import hashlib
import os
import pwd
import re
import secrets
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from service.domain.errors import UnavailableError

SYSTEM_FOLDER: Final = Path("/var/lib/wangge")
LONGEST_SOCKET_PATH: Final = 103  # bytes; macOS allows 103, Linux 107
SOCKET_NAME: Final = ".s.PGSQL.5432"

_NOTE: Final = "cluster"
_NOTE_TEXT: Final = "# The private PostgreSQL cluster of this checkout lies in:\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The folders of one private cluster, and the user it runs as (by number)."""

    home: Path
    folder: Path
    uid: int
    gid: int

    @property
    def data(self) -> Path:
        """The data directory of PostgreSQL."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server prints."""
        return self.folder / "postgres.log"

    @property
    def sockets(self) -> Path:
        """The folder of the socket: the cluster's own when its name is short enough."""
        if len(os.fsencode(self.folder / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            return self.folder
        digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        # Not tempfile.gettempdir(): TMPDIR may differ between two commands, and be long itself.
        return Path("/tmp") / f"wangge-{digest}"  # noqa: S108 - its owner is checked

    @property
    def as_owner(self) -> dict[str, Any]:
        """What `subprocess.run` needs to run a program as the cluster's user."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def existing(home: Path) -> Layout | None:
    """Return the layout of the cluster that was prepared for a home, or None."""
    folder = _noted_folder(home) or home / "postgres"
    try:
        owner = folder.stat()
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise _not_ours(home) from error
    return Layout(home=home, folder=folder, uid=owner.st_uid, gid=owner.st_gid)


def prepare(home: Path) -> Layout:
    """Return the layout of a home's cluster, with its folders made and owned as they must be.

    Raises:
        UnavailableError: The home belongs to someone else.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        layout = existing(home) or _new(home)
        if layout.uid not in (os.geteuid(), 0) and os.geteuid() != 0:
            raise _not_ours(home)
        _own_folder(layout.sockets, layout)
    except PermissionError as error:
        raise _not_ours(home) from error
    return layout


def remove(layout: Layout) -> None:
    """Delete a cluster with all it holds."""
    shutil.rmtree(layout.folder, ignore_errors=True)
    (layout.home / _NOTE).unlink(missing_ok=True)


def _new(home: Path) -> Layout:
    uid, gid = _owner()
    folder = home / "postgres"
    if not _can_enter(home, uid, gid):
        folder = _folder_elsewhere(home)
        (home / _NOTE).write_text(f"{_NOTE_TEXT}{folder}\n")
    layout = Layout(home=home, folder=folder, uid=uid, gid=gid)
    _own_folder(folder, layout)
    return layout


def _noted_folder(home: Path) -> Path | None:
    try:
        lines = (home / _NOTE).read_text().splitlines()
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise _not_ours(home) from error
    return Path(lines[-1])


def _folder_elsewhere(home: Path) -> Path:
    """Return a folder that any user can reach, named after the home it serves.

    The last part differs every time: a checkout made anew in the same place must not find the
    database of the one that was deleted.
    """
    SYSTEM_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
    name = re.sub(r"\W+", "-", str(home)).strip("-")[-30:].strip("-")
    return SYSTEM_FOLDER / f"{name}-{secrets.token_hex(3)}"


def _own_folder(folder: Path, layout: Layout) -> None:
    """Make a folder that only the cluster's user may enter; refuse one prepared by another."""
    try:
        folder.mkdir(mode=0o700)
        if os.geteuid() != layout.uid:
            os.chown(folder, layout.uid, layout.gid)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != layout.uid:
            raise UnavailableError(
                f"{folder} is in the way and belongs to another user; remove it, or set "
                f"WANGGE_HOME to a folder with a shorter name"
            ) from None


def _owner() -> tuple[int, int]:
    """Return the user and group to run as: ourselves, or a system user when we are root."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    for name in ("postgres", "wangge"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return user.pw_uid, user.pw_gid
    user = _new_system_user("wangge")
    return user.pw_uid, user.pw_gid


def _new_system_user(name: str) -> pwd.struct_passwd:
    for command in (
        ["useradd", "--system", "--user-group", "--no-create-home", name],
        ["adduser", "-S", "-D", "-H", name],
    ):
        program = shutil.which(command[0])
        if program and subprocess.run([program, *command[1:]], check=False).returncode == 0:
            return pwd.getpwnam(name)
    return pwd.getpwnam("nobody")


def _can_enter(folder: Path, uid: int, gid: int) -> bool:
    """Tell whether a user may go to a folder; asked of the system, which alone knows all rules."""
    if os.geteuid() == uid:
        return True
    done = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1" 2>/dev/null', "sh", str(folder)],
        check=False,
        cwd="/",
        user=uid,
        group=gid,
        extra_groups=[],
    )
    return done.returncode == 0


def _not_ours(home: Path) -> UnavailableError:
    return UnavailableError(
        f"{home} belongs to another user; run as that user, or set WANGGE_HOME to a folder of "
        f"your own"
    )
