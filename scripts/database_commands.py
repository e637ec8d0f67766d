"""`wangge db …`: start, stop, look after, back up and bring back the database.

Any command starts the private cluster by itself and the last to leave stops it. `start` lets it
stay until `stop`.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from service.database import migrate as migrations
from service.database import server, server_archive
from service.database.health import examine
from service.database.session import engine_at
from service.domain.errors import SupervisionError
from service.settings import Settings

db_app = typer.Typer(
    help="The database: start, stop, migrate, check, back up.", no_args_is_help=True
)

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]


@db_app.command()
def start() -> None:
    """Start the private database and let it run until `wangge db stop`."""
    with _refusals():
        settings = Settings()
        server.start(settings)
        typer.echo(f"the database runs: {server.status(settings).address}")


@db_app.command()
def stop() -> None:
    """Stop the private database, even while it is used."""
    with _refusals():
        stopped = server.stop(Settings())
        typer.echo("the database is stopped" if stopped else "the database was not running")


@db_app.command()
def status() -> None:
    """Say where the database is and whether it runs."""
    with _refusals():
        found = server.status(Settings())
        typer.echo(f"address   {found.address or 'none yet: run `wangge db start`'}")
        typer.echo(f"private   {_yes(condition=found.private)}")
        if found.private:
            typer.echo(f"running   {_yes(condition=found.running)}")
            typer.echo(f"stays     {_yes(condition=found.stays)}")
            typer.echo(f"folder    {found.folder or 'none yet'}")


@db_app.command()
def migrate(*, dry_run: DryRun = False) -> None:
    """Bring the database to the newest schema."""
    with _refusals(), database() as engine:
        waiting = migrations.pending(engine)
        if not dry_run:
            migrations.upgrade(engine)
        verb = "would be applied" if dry_run else "applied"
        typer.echo(f"{len(waiting)} migrations {verb}: {', '.join(waiting) or 'it is up to date'}")


@db_app.command()
def check() -> None:
    """Look for what can be wrong with a database; each finding says what to do."""
    with _refusals(), database() as engine:
        findings = list(examine(engine))
    for finding in findings:
        typer.echo(f"{'ok ' if finding.met else 'BAD'} {finding.title}")
        if not finding.met:
            typer.echo(f"      → {finding.hint}")
    if not all(finding.met for finding in findings):
        raise typer.Exit(1)


@db_app.command()
def backup(file: Annotated[Path, typer.Argument(help="The archive to write.")]) -> None:
    """Write the whole database into one file."""
    with _refusals():
        settings = Settings()
        with server.running(settings) as url:
            server.require_free_space(file.absolute(), floor_mb=settings.free_space_floor_mb)
            server_archive.backup(url, file, preferred=settings.postgres_bin)
        typer.echo(f"wrote {file} ({file.stat().st_size / 1e6:.1f} MB)")


@db_app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="An archive made by `backup`.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Replace what the database holds by what an archive holds: all of it or nothing."""
    with _refusals():
        settings = Settings()
        if not yes:
            typer.confirm("everything in the database is replaced. Go on?", abort=True)
        with server.running(settings) as url:
            server_archive.restore(url, file, preferred=settings.postgres_bin)
        typer.echo(f"restored from {file}")


@contextmanager
def database() -> Iterator[Engine]:
    """Yield an engine on the database of the settings, running as long as it is used."""
    with server.running(Settings()) as url:
        engine = engine_at(url)
        try:
            yield engine
        finally:
            engine.dispose()


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what a person can act on into one line and exit code 1."""
    try:
        yield
    except SupervisionError as error:
        sys.stderr.write(f"wangge: {error}\n")
        raise typer.Exit(1) from None


def _yes(*, condition: bool) -> str:
    return "yes" if condition else "no"
