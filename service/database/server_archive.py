"""Back a database up into one file and bring it back, by PostgreSQL's own programs."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from service.database.server_binaries import find
from service.domain.errors import InvalidInputError, UnavailableError

_MAGIC: Final = b"PGDMP"  # how a custom-format archive begins


def backup(url: str, target: Path, *, preferred: Path | None = None) -> None:
    """Write a database into an archive; the file appears only once it is complete.

    Args:
        url: Address of the database.
        target: The archive to write; an existing file is refused, not replaced.
        preferred: The folder of the programs, when the settings name one.

    Raises:
        InvalidInputError: The target exists already, or its folder does not.
        UnavailableError: pg_dump is missing or failed.
    """
    if target.exists():
        raise InvalidInputError(f"{target} exists already; choose another name")
    if not target.parent.is_dir():
        raise InvalidInputError(f"the folder {target.parent} does not exist")
    part = target.with_name(f".{target.name}.part")
    try:
        with part.open("xb") as archive:
            _run("pg_dump", ["--format=custom", "--no-owner"], url, archive.fileno(), preferred)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


def restore(url: str, source: Path, *, preferred: Path | None = None) -> None:
    """Replace what a database holds by what an archive holds; all of it or nothing.

    Raises:
        InvalidInputError: The file is missing or no archive of `backup`.
        UnavailableError: pg_restore is missing or failed; the database is as it was.
    """
    if not source.is_file():
        raise InvalidInputError(f"{source} does not exist")
    with source.open("rb", buffering=0) as archive:
        if archive.read(len(_MAGIC)) != _MAGIC:
            raise InvalidInputError(f"{source} is no archive made by `wangge db backup`")
        archive.seek(0)
        # Read from our own descriptor: the cluster's user may not enter the archive's folder.
        options = ["--clean", "--if-exists", "--no-owner", "--single-transaction"]
        _run("pg_restore", options, url, archive.fileno(), preferred)


def _run(name: str, options: list[str], url: str, stream: int, preferred: Path | None) -> None:
    address = make_url(url)
    # The password goes through the environment: arguments can be read by everyone.
    environment = {**os.environ, "PGPASSWORD": address.password or ""}
    shown = address.set(drivername="postgresql", password=None).render_as_string()
    writes = name == "pg_dump"
    done = subprocess.run(
        [_program(name, preferred), *options, f"--dbname={shown}"],
        check=False,
        stdin=subprocess.DEVNULL if writes else stream,
        stdout=stream if writes else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise UnavailableError(f"{name} failed: {said}")


def _program(name: str, preferred: Path | None) -> str:
    """Return the path of a client program: beside our server, or wherever the system has it."""
    try:
        return find(preferred=preferred).program(name)
    except UnavailableError:
        found = shutil.which(name)
    if found is None:
        raise UnavailableError(
            f"{name} is not installed; install the client programs of PostgreSQL, for example "
            f"with `apt-get install postgresql-client`"
        )
    return found
