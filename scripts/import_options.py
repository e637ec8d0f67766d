"""The options that every `wangge import …` shares, and how a report is told."""

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from sqlalchemy.orm import Session

from gis_data.bounded import Limits
from gis_data.refusals import FileRefusedError
from gis_data.rows import Reading
from scripts.running import CountyOption, DryRunOption, refusals
from service.database import server
from service.database.session import open_session
from service.domain.errors import InvalidInputError
from service.domain.places import Datum
from service.exports.refusals import write_refusals
from service.settings import Settings
from service.workflows.importing import ImportReport

_SHOWN = 5
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a command was told that all of them understand."""

    path: Path
    reading: Reading
    county: str | None
    dry_run: bool
    refused: Path | None
    settings: Settings


def import_command(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command, which takes a `Job` first, the options that all imports share."""
    own = list(inspect.signature(function).parameters.values())[1:]
    shared = list(inspect.signature(_shared).parameters.values())
    names = [parameter.name for parameter in shared]

    def command(**given: Any) -> None:  # noqa: ANN401 - whatever the command line holds
        with refusals():
            job = _shared(**{name: given.pop(name) for name in names})
            function(job, **given)

    # What typer reads of a function: a wrapped one would show it the options of the wrapping.
    described: Any = command
    described.__name__, described.__doc__ = function.__name__, function.__doc__
    described.__signature__ = inspect.Signature([*shared, *own])
    described.__annotations__ = {each.name: each.annotation for each in (*shared, *own)}
    return command


def run(job: Job, load: Callable[[Session], ImportReport]) -> None:
    """Run one import in its own transaction, and tell what became of the file."""
    if job.settings.database_url is None:
        server.require_free_space(job.settings.home, floor_mb=job.settings.free_space_floor_mb)
    with (
        _refused_whole(job),
        open_session(job.settings, commit=not job.dry_run) as session,
    ):
        report = load(session)
    _tell(job, report)


def words(text: str | None) -> list[str]:
    """Return the words of a list written with commas of either script."""
    parts = (text or "").replace("，", ",").replace("、", ",").split(",")
    return [word.strip() for word in parts if word.strip()]


def _shared(  # noqa: PLR0913 - every one is an option of its own
    *,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The file to read.")],
    mapping: Annotated[
        list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="Column of a field.")
    ] = None,
    constants: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="One value of a field for every row."),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Of the text, when the one found is wrong.")
    ] = None,
    datum: Annotated[Datum | None, typer.Option(help="What given degrees refer to.")] = None,
    layer: Annotated[
        str | None, typer.Option(help="Layer of a map file, sheet of a spreadsheet.")
    ] = None,
    crs: Annotated[
        int | None, typer.Option(help="EPSG code of shapes that do not state one.")
    ] = None,
    code_system: Annotated[
        str | None, typer.Option(help="Name of the system that the codes belong to.")
    ] = None,
    county: CountyOption = None,
    refused: Annotated[
        Path | None,
        typer.Option(help="Where refused rows go; FILE_refused.xlsx in this folder if left out."),
    ] = None,
    dry_run: DryRunOption = False,
) -> Job:
    settings = Settings()
    return Job(
        path=path,
        reading=Reading(
            fields=dict(_pairs(mapping, "--map")),
            constants=dict(_pairs(constants, "--set")),
            encoding=encoding,
            datum=datum,
            layer=layer,
            crs=crs,
            code_system=code_system,
            limits=Limits(
                max_bytes=settings.max_upload_mb * _MEGABYTE, max_rows=settings.max_upload_rows
            ),
        ),
        county=county or settings.county,
        dry_run=dry_run,
        refused=refused,
        settings=settings,
    )


def _pairs(given: Iterable[str] | None, option: str) -> Iterator[tuple[str, str]]:
    for text in given or ():
        field, equals, value = text.partition("=")
        if not (field and equals and value):
            raise typer.BadParameter(f"{option} takes FIELD=…, not '{text}'")
        yield field.strip(), value.strip()


@contextmanager
def _refused_whole(job: Job) -> Iterator[None]:
    """Write what was found in a file that is refused as a whole before saying so."""
    try:
        yield
    except FileRefusedError as error:
        out = _out(job)
        _write(
            out, ImportReport(kind="", county_code="", refused=error.refused, source=error.source)
        )
        raise InvalidInputError(f"{error}; all findings: {out}") from error


def _out(job: Job) -> Path:
    stem = job.path.name.split(".", maxsplit=1)[0]
    return job.refused or Path(f"{stem}_refused.xlsx")


def _write(out: Path, report: ImportReport) -> None:
    try:
        write_refusals(out, refused=report.refused, warned=report.warned, source=report.source)
    except OSError as error:
        raise InvalidInputError(
            f"the refused rows cannot be written to {out} ({error.strerror}); name another "
            f"file with --refused"
        ) from error


def _tell(job: Job, report: ImportReport) -> None:
    if report.already is not None:
        when = report.already.astimezone().strftime("%Y-%m-%d %H:%M")
        typer.echo(f"already imported on {when}: nothing was changed")
        return
    typer.echo(
        f"{report.kind}: {report.rows_read} read, {report.rows_kept} kept, "
        f"{report.rows_refused} refused (county {report.county_code})"
    )
    for note in report.notes:
        typer.echo(f"note: {note}")
    _tell_some("repaired", list(report.changes))
    if report.unused:
        typer.echo(f"columns not read: {', '.join(report.unused)}")
    _tell_some("doubtful", _lines(report.warned))
    _tell_some("refused", _lines(report.refused))
    if report.rows_refused or (job.refused is not None and len(report.warned)):
        out = _out(job)
        _write(out, report)
        typer.echo(f"refused rows, with what to do: {out}")
    if job.dry_run:
        typer.echo("dry run: nothing was saved")


def _lines(reasons: pd.DataFrame) -> list[str]:
    return [
        f"line {row.line}, {row.field} '{row.value}': {row.reason_en}"
        for row in reasons.head(_SHOWN + 1).itertuples()
    ] + [""] * max(0, len(reasons) - _SHOWN - 1)


def _tell_some(label: str, items: list[str]) -> None:
    """Say the first few of a list, and how many there are."""
    for item in items[:_SHOWN]:
        typer.echo(f"{label}: {item}")
    if len(items) > _SHOWN:
        typer.echo(f"{label}: … and {len(items) - _SHOWN} more")
