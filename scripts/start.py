"""The second half of `scripts/run`, inside the environment: database, demo county, pages."""

import signal
import sys
from contextlib import ExitStack
from types import FrameType
from typing import NoReturn

from rich.console import Console

from scripts import demo_job
from scripts.serving import claimed_port, serve
from scripts.setup_console import step
from scripts.setup_postgis import ensure_postgis
from scripts.start_arguments import StartArguments, parse
from service.database import server
from service.database.migrate import upgrade
from service.database.session import engine_at
from service.domain.errors import SupervisionError
from service.logs import configure_logging
from service.settings import Settings


def main() -> None:
    """Do what is left to do, then serve until Ctrl-C."""
    arguments = parse(sys.argv[1:])
    # Being told to end, or losing the terminal, must stop the database as Ctrl-C does.
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    console = Console()
    try:
        _start(_settings(arguments), arguments, console)
    except SupervisionError as error:
        sys.exit(f"wangge: {error}")
    except KeyboardInterrupt:
        console.print("\nStopped.")


def _start(settings: Settings, arguments: StartArguments, console: Console) -> None:
    configure_logging(settings, quiet=True)
    with ExitStack() as stack:
        claimed = stack.enter_context(claimed_port(settings)) if arguments.serve else None
        ensure_postgis(settings)
        with step("Database") as current:
            url = stack.enter_context(server.running(settings))
            current.note("migrating")
            _migrate(url)
        demo_job.run_all(settings, console, force=False)
        if claimed is None:
            console.print("Everything is computed; `scripts/run` without --no-serve shows it.")
        else:
            serve(settings, claimed, console)


def _settings(arguments: StartArguments) -> Settings:
    settings = Settings()
    if arguments.port is None:
        return settings
    return settings.model_copy(update={"port": arguments.port})


def _migrate(url: str) -> None:
    engine = engine_at(url)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
