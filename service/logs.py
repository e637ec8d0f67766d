"""Logging, set up once by entry points: one line per event, on standard error."""

import logging
import sys
from typing import Final, TextIO

import structlog

from service.settings import Settings

# Libraries that tell at INFO what only their own developers want to know.
_TALKATIVE: Final = ("alembic", "fontTools", "httpx", "numba", "uvicorn.error")


def configure_logging(settings: Settings, *, quiet: bool = False) -> None:
    """Send structlog and standard logging to standard error in one format.

    Readable lines for a terminal, JSON for everything else, times in UTC. Callers keep names of
    people and texts of tip-offs out of what they log.

    Args:
        settings: Say how much is logged.
        quiet: Leave out what is no warning, for a command that says itself what it did; DEBUG
            is kept.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = _CurrentStderr()
    handler.setFormatter(_formatter(shared))
    least = "WARNING" if quiet and settings.log_level == "INFO" else settings.log_level
    logging.basicConfig(handlers=[handler], level=least, force=True)
    if settings.log_level != "DEBUG":
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)


class _CurrentStderr(logging.StreamHandler[TextIO]):
    """Write to whatever standard error is now, not to what it was at set-up."""

    def __init__(self) -> None:
        """Take no stream."""
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """Return the present standard error."""
        return sys.stderr


def _formatter(shared: list[structlog.typing.Processor]) -> logging.Formatter:
    last: list[structlog.typing.Processor]
    if sys.stderr.isatty():
        last = [structlog.dev.ConsoleRenderer()]
    else:
        last = [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.PositionalArgumentsFormatter()],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
