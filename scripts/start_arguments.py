"""The arguments of `scripts/run`; standard library only, so that they are read first of all."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StartArguments:
    """What `scripts/run` was asked for; a port of None is the one of the settings."""

    port: int | None
    serve: bool


def parse(arguments: Sequence[str]) -> StartArguments:
    """Read the arguments; wrong ones end the program with exit code 2, as is usual."""
    parser = argparse.ArgumentParser(
        prog="scripts/run",
        description="Set everything up, compute the demo county, and serve its pages.",
        allow_abbrev=False,
    )
    parser.add_argument("--port", type=_port, help="port of the pages (8000, or WANGGE_PORT)")
    parser.add_argument("--no-serve", action="store_true", help="do everything but serve")
    given = parser.parse_args(arguments)
    return StartArguments(port=given.port, serve=not given.no_serve)


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:  # noqa: PLR2004 - what a port is
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return port
