"""`wangge …`: one command per workflow, listed in the order of the data flow."""

import os
from importlib import import_module
from pathlib import Path
from typing import Final, NamedTuple, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from service.logs import Level, configure_logging

_ROOT: Final = Path(__file__).resolve().parents[1]


class Place(NamedTuple):
    """Where a command is, and the line that `wangge --help` says of it."""

    module: str
    name: str
    help: str


# Each command is imported when it is asked for: maps, solvers and the web take seconds to import,
# and no command needs them all. The lines of help are those of the commands themselves.
COMMANDS: Final = {
    "demo": Place(
        "scripts.main_commands",
        "demo",
        "Load the fictional county, compute everything and write its maps.",
    ),
    "import": Place(
        "scripts.import_commands",
        "import_app",
        "Read boundaries, registers and records; refused rows come back as a spreadsheet.",
    ),
    "grid": Place("scripts.grid_commands", "grid_app", "Cut townships into cells."),
    "locate": Place(
        "scripts.locate_commands",
        "locate",
        "Find a place for every address, and say why where there is none.",
    ),
    "review": Place("scripts.review_commands", "review_app", "Addresses that wait for a person."),
    "duplicates": Place(
        "scripts.duplicate_commands", "duplicates_app", "Rows that may be one enterprise."
    ),
    "assign": Place("scripts.grid_commands", "assign_app", "Who answers for which cell."),
    "plans": Place("scripts.grid_commands", "plans", "List the county's plans, newest first."),
    "gaps": Place(
        "scripts.analysis_commands",
        "gaps",
        "Find the gaps in supervision on a day: what, where, since when, the smallest fix.",
    ),
    "clusters": Place(
        "scripts.cluster_app",
        "clusters_app",
        "Find clusters that chance does not explain, and say who answers for them.",
    ),
    "targets": Place(
        "scripts.analysis_commands",
        "targets",
        "List whom to visit next, and why: of a cell, an officer, or (neither) the whole county.",
    ),
    "map": Place(
        "scripts.map_commands",
        "map_command",
        "Write a map as one file: every script and style inside, no request when it is opened.",
    ),
    "serve": Place(
        "scripts.main_commands",
        "serve",
        "Serve the pages and the API on this machine until Ctrl-C.",
    ),
    "worker": Place(
        "scripts.main_commands",
        "worker",
        "Compute what the pages were asked for, beside them; any number of workers may run.",
    ),
    "db": Place(
        "scripts.database_commands", "db_app", "The database: start, stop, migrate, check, back up."
    ),
}


def load(name: str) -> TyperCommand | TyperGroup:
    """Import a command by its name."""
    place = COMMANDS[name]
    found = getattr(import_module(place.module), place.name)
    if not isinstance(found, typer.Typer):
        single = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)
        single.command(name)(found)
        found = single
    command = cast("TyperCommand | TyperGroup", get_command(found))
    command.name = name
    return command


class _Commands(TyperGroup):
    """The commands above: described from the table, imported when one is to run."""

    def list_commands(self, ctx: object) -> list[str]:
        """Return the names in the order of the data flow."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: object, cmd_name: str) -> TyperCommand | TyperGroup | None:
        """Return what is said of a command."""
        del ctx
        place = COMMANDS.get(cmd_name)
        return None if place is None else TyperCommand(cmd_name, help=place.help)

    def resolve_command(  # type: ignore[override]
        self, ctx: typer.Context, args: list[str]
    ) -> tuple[str | None, TyperCommand | TyperGroup | None, list[str]]:
        """Import the command that is to run."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, load(name) if name is not None and command is not None else None, rest


app = typer.Typer(
    cls=_Commands,
    help="wangge (网格): who answers for which cell, where supervision has gaps, where problems "
    "cluster, and whom to visit next.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)


@app.callback()
def prepare() -> None:
    """Set logging up once for every command."""
    configure_logging(_level(), quiet=True)


def _level() -> Level:
    # Where nothing is set there is nothing to read, and reading takes a tenth of a second.
    is_set = any(name.upper().startswith("WANGGE_") for name in os.environ)
    if not is_set and not (_ROOT / ".env").exists():
        return "INFO"
    from service.settings import Settings  # noqa: PLC0415

    return Settings().log_level


if __name__ == "__main__":
    app()
