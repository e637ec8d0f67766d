"""`wangge …`: one command per workflow, listed in the order of the data flow."""

from importlib import import_module
from typing import cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from service.logs import configure_logging
from service.settings import Settings

# Each command is imported when it is asked for: maps, solvers and the web take seconds to import,
# and no command needs them all.
COMMANDS = {
    "demo": "scripts.main_commands:demo",
    "import": "scripts.import_commands:import_app",
    "grid": "scripts.grid_commands:grid_app",
    "locate": "scripts.locate_commands:locate",
    "review": "scripts.review_commands:review_app",
    "duplicates": "scripts.duplicate_commands:duplicates_app",
    "assign": "scripts.grid_commands:assign_app",
    "plans": "scripts.grid_commands:plans",
    "gaps": "scripts.analysis_commands:gaps",
    "clusters": "scripts.cluster_app:clusters_app",
    "targets": "scripts.analysis_commands:targets",
    "map": "scripts.map_commands:map_command",
    "serve": "scripts.main_commands:serve",
    "worker": "scripts.main_commands:worker",
    "db": "scripts.database_commands:db_app",
}


class _Commands(TyperGroup):
    """The commands above, each imported by name."""

    def list_commands(self, ctx: object) -> list[str]:
        """Return the names in the order of the data flow."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: object, cmd_name: str) -> TyperCommand | TyperGroup | None:
        """Import a command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        found = getattr(import_module(module), name)
        if not isinstance(found, typer.Typer):
            single = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)
            single.command(cmd_name)(found)
            found = single
        command = cast("TyperCommand | TyperGroup", get_command(found))
        command.name = cmd_name
        return command


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
    configure_logging(Settings(), quiet=True)


if __name__ == "__main__":
    app()
