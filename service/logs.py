"""Logging, set up once by entry points: one line per event, on standard error."""

import logging
import sys
from functools import cached_property
from typing import Final, Literal, TextIO

Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]

# Libraries that tell at INFO what only their own developers want to know.
_TALKATIVE: Final = ("alembic", "fontTools", "httpx", "numba", "uvicorn.error")


def configure_logging(level: Level, *, quiet: bool = False) -> None:
    """Send what is logged to standard error in one format.

    Readable lines for a terminal, JSON for everything else, times in UTC. Callers keep names of
    people and texts of tip-offs out of what they log.

    Args:
        level: How much is logged, of the settings.
        quiet: Leave out what is no warning, for a command that says itself what it did; DEBUG
            is kept.
    """
    least = "WARNING" if quiet and level == "INFO" else level
    logging.basicConfig(handlers=[_CurrentStderr()], level=least, force=True)
    if level != "DEBUG":
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

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        return self._lines.format(record)

    @cached_property
    def _lines(self) -> logging.Formatter:
        return _formatter()


def _formatter() -> logging.Formatter:
    # Most commands log nothing, and need not wait a tenth of a second for what would format it.
    import structlog  # noqa: PLC0415

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
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
