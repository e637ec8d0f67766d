"""`wangge clusters`: find them, and the commands about those that people own."""

from typing import cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from scripts.cluster_commands import clusters

_FIND = "find"
_OBJECTS = ("list", "lead", "history", "townships")


class _FindByDefault(TyperGroup):
    """`wangge clusters --product …` is `wangge clusters find --product …`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Put the default command before options."""
        if not args or args[0] not in {_FIND, *_OBJECTS}:
            args = [_FIND, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: object) -> list[str]:
        """Return the names, the default first."""
        del ctx
        return [_FIND, *_OBJECTS]

    def get_command(self, ctx: typer.Context, cmd_name: str) -> TyperCommand | TyperGroup | None:  # type: ignore[override]
        """Import the commands that need the database when one of them is asked for."""
        if cmd_name not in _OBJECTS:
            return cast("TyperCommand | None", super().get_command(ctx, cmd_name))
        from scripts.cluster_objects import objects_app  # noqa: PLC0415

        return cast("TyperCommand", get_group(objects_app).commands[cmd_name])


clusters_app = typer.Typer(
    cls=_FindByDefault, add_completion=False, pretty_exceptions_show_locals=False
)


@clusters_app.callback()
def about() -> None:
    """Find clusters that chance does not explain, and say who answers for them."""


clusters_app.command(
    _FIND,
    epilog="Also: wangge clusters list | lead | history | townships (each has --help).",
)(clusters)
