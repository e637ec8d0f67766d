"""`wangge demo`, `wangge serve` and `wangge worker`."""

from typing import Annotated

import typer
from rich.console import Console

from scripts import demo_job
from scripts.running import refusals
from scripts.serving import claimed_port
from scripts.serving import serve as serve_pages
from scripts.worker import run_worker
from service.database import server
from service.database.migrate import upgrade
from service.database.session import engine_at
from service.logs import configure_logging
from service.settings import Settings


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


def serve(
    *, port: Annotated[int | None, typer.Option(help="Instead of the settings' own.")] = None
) -> None:
    """Serve the pages and the API on this machine until Ctrl-C."""
    settings = Settings()
    if port is not None:
        settings = settings.model_copy(update={"port": port})
    configure_logging(settings.log_level)
    with refusals(), server.running(settings), claimed_port(settings) as claimed:
        serve_pages(settings, claimed, Console())


def worker() -> None:
    """Compute what the pages were asked for, beside them; any number of workers may run."""
    settings = Settings()
    configure_logging(settings.log_level)
    with refusals():
        run_worker(settings)
