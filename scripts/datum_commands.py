"""`wangge import datum …`: what a file's coordinates are measured against, decided by a person."""

from typing import Annotated, Any

import typer

from scripts.running import CountyOption, running
from service.database import datums
from service.domain.places import Datum
from service.workflows import decide_datums

datum_app = typer.Typer(
    help="Files whose coordinates are of an unsure datum: list, accept, refuse, reopen.",
    no_args_is_help=True,
)
_Number = Annotated[int, typer.Argument(metavar="NUMBER", help="Of the proposal; see `list`.")]
_By = Annotated[str, typer.Option(help="Who decides, for the record.")]


@datum_app.command("list")
def list_proposals(*, county: CountyOption = None) -> None:
    """Show every file's proposal with its evidence, those to decide first."""
    with running(county, None, commit=False) as run:
        found = datums.proposals(run.session, run.county.code)
    if found.empty:
        typer.echo("no file has coordinates of an unsure datum")
    for row in found.to_dict("records"):
        typer.echo(f"{row['id']:>4}  {row['status']:8}  {row['file_name']}: {_what(row)}")
        typer.echo(f"      {row['text_en']}")


def _what(row: dict[Any, Any]) -> str:
    stated = f"stated {row['stated']}" if row["stated"] else "datum not stated"
    said = f"{row['points']} points, {stated}"
    if row["status"] == "accepted":
        return f"{said}; taken as {row['decided']}" + (
            f" by {row['decided_by']}" * bool(row["decided_by"])
        )
    return f"{said}; proposed: {row['proposed'] or 'none, ' + row['verdict']}"


@datum_app.command("accept")
def accept(
    number: _Number,
    *,
    datum: Annotated[Datum | None, typer.Option(help="Another than the one proposed.")] = None,
    by: _By = "",
    county: CountyOption = None,
) -> None:
    """Take a file's coordinates in a datum, and locate its enterprises again."""
    with running(county, None, commit=True) as run:
        count = decide_datums.accept(run.session, run.county.code, number, datum=datum, by=by)
    typer.echo(f"accepted; {count} enterprises located again")


@datum_app.command("refuse")
def refuse(number: _Number, *, by: _By = "", county: CountyOption = None) -> None:
    """Leave a file's unstated coordinates unused, or believe what the file states."""
    with running(county, None, commit=True) as run:
        count = decide_datums.refuse(run.session, run.county.code, number, by=by)
    typer.echo(f"refused; {count} enterprises located again")


@datum_app.command("reopen")
def reopen(number: _Number, *, county: CountyOption = None) -> None:
    """Take a decision back."""
    with running(county, None, commit=True) as run:
        count = decide_datums.reopen(run.session, run.county.code, number)
    typer.echo(f"reopened; {count} enterprises located again")
