"""`wangge duplicates …`: register rows that may be one enterprise, merged or kept apart."""

from typing import Annotated

import typer
from pandas import DataFrame

from scripts.review_commands import ByOption, NoteOption, print_rows, tell
from scripts.running import CountyOption, DryRunOption, running
from service.workflows.find_duplicates import call_distinct, find_duplicates
from service.workflows.merge_enterprises import FIELDS, MergeWish, merge

duplicates_app = typer.Typer(no_args_is_help=True, help="Rows that may be one enterprise.")
_SHOWN = 40


@duplicates_app.command("list")
def list_pairs(
    *,
    limit: Annotated[int, typer.Option(min=1, max=5000)] = _SHOWN,
    county: CountyOption = None,
) -> None:
    """List pairs of rows that may be one enterprise, the likeliest first."""
    with running(county, None, commit=False) as run:
        pairs = find_duplicates(run.session, run.county.code)
    rows = [
        {
            "likelihood": f"{pair.likelihood:.2f}",
            "one": f"{pair.one.number} {pair.one.name}",
            "other": f"{pair.other.number} {pair.other.name}",
            "reasons": "；".join(reason.zh for reason in pair.reasons),
        }
        for pair in pairs[:limit]
    ]
    columns = ["likelihood", "one", "other", "reasons"]
    print_rows(DataFrame(rows, columns=columns), {name: name for name in columns})
    typer.echo(f"{len(pairs)} pairs")


@duplicates_app.command("merge")
def merge_pair(  # noqa: PLR0913 - one option each
    survivor: Annotated[int, typer.Argument(help="Number of the row that stays.")],
    absorbed: Annotated[int, typer.Argument(help="Number of the row that goes.")],
    *,
    by: ByOption,
    take: Annotated[
        list[str] | None,
        typer.Option("--take", help=f"Field taken from the one that goes: {', '.join(FIELDS)}."),
    ] = None,
    note: NoteOption = "",
    county: CountyOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Make one enterprise of two; `wangge review undo` gives back every byte."""
    wish = MergeWish(
        by=by,
        survivor=survivor,
        absorbed=absorbed,
        absorbed_fields=frozenset(take or ()),
        note=note,
    )
    with running(county, None, commit=not dry_run) as run:
        done = merge(run.session, run.county.code, wish)
    tell(f"decision {done}: {absorbed} merged into {survivor}", dry_run=dry_run)


@duplicates_app.command("distinct")
def separate(
    one: Annotated[int, typer.Argument(help="Number of a row.")],
    other: Annotated[int, typer.Argument(help="Number of the other.")],
    *,
    by: ByOption,
    note: NoteOption = "",
    county: CountyOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Keep that two rows are two enterprises, so that nobody is asked again."""
    with running(county, None, commit=not dry_run) as run:
        done = call_distinct(run.session, run.county.code, (one, other), by=by, note=note)
    tell(f"decision {done}: {one} and {other} are two", dry_run=dry_run)
