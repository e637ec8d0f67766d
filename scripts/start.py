"""The second half of `scripts/run`, inside the environment: database, demo county, pages."""

import signal
import sys
from contextlib import ExitStack
from types import FrameType
from typing import NoReturn

from rich.console import Console

from scripts import demo_state
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
    configure_logging(settings.log_level, quiet=True)
    with ExitStack() as stack:
        claimed = stack.enter_context(claimed_port(settings)) if arguments.serve else None
        ensure_postgis(settings)
        with step("Database") as current:
            url = stack.enter_context(server.running(settings))
            current.note("migrating")
            _migrate(url)
        _compute(settings, console)
        if claimed is None:
            console.print("Everything is computed; `scripts/run` without --no-serve shows it.")
        else:
            serve(settings, claimed, console)


def _compute(settings: Settings, console: Console) -> None:
    """Run the main job, unless it is done: what computes takes seconds only to import."""
    if demo_state.is_done(settings):
        console.print("Demo county 青石县: loaded and computed before; nothing to do.")
        return
    with step("Loading what computes"):
        from scripts import demo_job  # noqa: PLC0415
    demo_job.run_all(settings, console, force=False)


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
