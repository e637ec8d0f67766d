"""Options that commands share, and refusals in one line: nothing here needs a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console

from service.domain.errors import SupervisionError

CountyOption = Annotated[
    str | None,
    typer.Option("--county", help="County code; the only one loaded, or WANGGE_COUNTY, if left."),
]
DayOption = Annotated[
    datetime | None,
    typer.Option(
        "--on", formats=["%Y-%m-%d"], help="The day it speaks of; the county's own if left out."
    ),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Do everything but keep nothing.")]


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what a person can act on into one line and exit code 1."""
    try:
        yield
    except SupervisionError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(
            f"wangge: {error}", markup=False
        )
        raise typer.Exit(1) from error
