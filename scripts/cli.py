"""`wangge …`: one command per workflow, listed in the order of the data flow."""

from typing import Annotated

import typer
from rich.console import Console

from scripts import demo_job
from scripts.analysis_commands import gaps, targets
from scripts.cluster_commands import clusters
from scripts.database_commands import db_app
from scripts.grid_commands import assign_app, grid_app, plans
from scripts.import_commands import import_app
from scripts.locate_commands import locate
from scripts.map_commands import map_command
from scripts.running import refusals
from service.database import server
from service.database.migrate import upgrade
from service.database.session import engine_at
from service.logs import configure_logging
from service.settings import Settings

app = typer.Typer(
    help="wangge (网格): who answers for which cell, where supervision has gaps, where problems "
    "cluster, and whom to visit next.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)


@app.callback()
def prepare() -> None:
    """Set logging up once for every command."""
    configure_logging(Settings())


@app.command()
def demo(
    *, force: Annotated[bool, typer.Option(help="Compute it again although it is done.")] = False
) -> None:
    """Load the fictional county, compute everything and write its maps."""
    settings = Settings()
    with refusals(), server.running(settings) as url:
        engine = engine_at(url)
        try:
            upgrade(engine)
        finally:
            engine.dispose()
        demo_job.run_all(settings, Console(), force=force)


@app.command()
def serve(
    *, port: Annotated[int | None, typer.Option(help="Instead of the settings' own.")] = None
) -> None:
    """Serve the pages and the API on this machine until Ctrl-C."""
    # The web stack takes a second to import, and no other command needs it.
    from scripts.serving import claimed_port  # noqa: PLC0415
    from scripts.serving import serve as serve_pages  # noqa: PLC0415

    settings = Settings()
    if port is not None:
        settings = settings.model_copy(update={"port": port})
    with refusals(), server.running(settings), claimed_port(settings) as claimed:
        serve_pages(settings, claimed, Console())


app.add_typer(import_app, name="import")
app.add_typer(grid_app, name="grid")
app.command("locate")(locate)
app.add_typer(assign_app, name="assign")
app.command("plans")(plans)
app.command("gaps")(gaps)
app.command("clusters")(clusters)
app.command("targets")(targets)
app.command("map")(map_command)
app.add_typer(db_app, name="db")


if __name__ == "__main__":
    app()
