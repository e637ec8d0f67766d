"""`wangge review …`: decisions about places and names, one by one or a workbook at a time."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from pandas import DataFrame
from rich.console import Console
from rich.table import Table

from scripts.running import CountyOption, DryRunOption, running
from service.database import decisions, reviews
from service.database.frames import missing_as_none
from service.database.reviews import Filter
from service.domain.aliases import AliasKind
from service.domain.errors import InvalidInputError
from service.domain.places import Datum, Level
from service.domain.review_choices import Outcome
from service.exports.refusals import write_refusals
from service.exports.spreadsheet import as_xlsx
from service.workflows.follow_aliases import judge_and_follow, undo_and_follow
from service.workflows.learn_aliases import suggestions
from service.workflows.review_locations import Wish, decide
from service.workflows.review_sheet import SHEET_HEADERS, apply_sheet, sheet_of

review_app = typer.Typer(no_args_is_help=True, help="Addresses that wait for a person.")
ByOption = Annotated[str, typer.Option("--by", help="Who decides.")]
NoteOption = Annotated[str, typer.Option("--note", help="Why, in a few words.")]
GroupOption = Annotated[str, typer.Option("--group", help="Only this group.")]
_SHOWN = 40


@review_app.command("list")
def list_groups(
    *,
    state: Annotated[Literal["open", "decided"], typer.Option(help="Waiting, or done.")] = "open",
    township: Annotated[str, typer.Option(help="Code as registered; - for none.")] = "",
    reason: Annotated[str, typer.Option(help="Reason key.")] = "",
    text: Annotated[str, typer.Option(help="Part of token, address or name.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=5000, help="Groups at most.")] = _SHOWN,
    county: CountyOption = None,
) -> None:
    """List groups of addresses, the largest first; one decision can serve each."""
    wanted = Filter(state=state, township=township, reason=reason, text=text)
    with running(county, None, commit=False) as run:
        found, total, rows = reviews.groups(
            run.session, run.county.code, wanted, limit=limit, offset=0
        )
    print_rows(
        found, {"rows": "rows", "group_key": "group", "reason_zh": "reason", "sample": "such as"}
    )
    typer.echo(f"{rows} rows in {total} groups")


@review_app.command("accept")
def accept(  # noqa: PLR0913 - one option each
    group: Annotated[str, typer.Argument(help="Group, as `wangge review list` names it.")],
    *,
    by: ByOption,
    place: Annotated[str, typer.Option(help="Code of a village or township.")] = "",
    lon: Annotated[float | None, typer.Option(help="Of a point.")] = None,
    lat: Annotated[float | None, typer.Option(help="Of a point.")] = None,
    datum: Annotated[Datum, typer.Option(help="Of the point.")] = Datum.WGS84,
    level: Annotated[Level, typer.Option(help="rooftop, road or village.")] = Level.ROOFTOP,
    why: Annotated[
        Literal["out_of_county", "needs_visit", "no_such_place"] | None,
        typer.Option(help="Not to be placed, and why."),
    ] = None,
    refine: Annotated[bool, typer.Option(help="Go to the village that an address names.")] = True,
    note: NoteOption = "",
    county: CountyOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Decide where all addresses of a group are, or why they cannot be placed."""
    outcome = _outcome(place=place, point=lon is not None or lat is not None, why=why)
    with running(county, None, commit=not dry_run) as run:
        rows, _ = reviews.items(run.session, run.county.code, Filter(group=group))
        if rows.empty:
            raise InvalidInputError(f"nothing waits in the group {group!r}")
        wish = Wish(
            by=by,
            versions=dict(zip(rows["enterprise_id"].astype(int), rows["version"], strict=True)),
            outcome=outcome,
            place_code=place,
            lon=lon,
            lat=lat,
            datum=datum,
            level=level,
            why=f"decided_{why}" if why else "",
            refine=refine,
            note=note,
        )
        done = decide(run.session, run.county.code, wish)
    tell(f"decision {done.decision_id}: {len(done.enterprise_ids)} rows", dry_run=dry_run)


@review_app.command("undo")
def undo(
    decision: Annotated[int, typer.Argument(help="Number of the decision.")],
    *,
    by: ByOption,
    county: CountyOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Take any decision back: a place, an alias, a merge, 'not duplicates'."""
    with running(county, None, commit=not dry_run) as run:
        done = undo_and_follow(run.session, run.county.code, decision, by=by)
    tell(
        f"decision {decision} undone by {done.decision_id}; {len(done.enterprise_ids)} rows",
        dry_run=dry_run,
    )


@review_app.command("history")
def history(
    *,
    limit: Annotated[int, typer.Option(min=1, max=5000)] = _SHOWN,
    county: CountyOption = None,
) -> None:
    """List decisions, the newest first."""
    with running(county, None, commit=False) as run:
        told, total = decisions.history(run.session, run.county.code, limit=limit)
    columns = ["decision_id", "kind", "decided_by", "decided_at", "undone_by", "note"]
    print_rows(told, {name: name for name in columns})
    typer.echo(f"{total} decisions")


@review_app.command("export")
def export(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="XLSX to write.")],
    *,
    group: GroupOption = "",
    county: CountyOption = None,
) -> None:
    """Write the queue as a workbook that the office fills in."""
    with running(county, None, commit=False) as run:
        rows = sheet_of(run.session, run.county.code, Filter(group=group))
        try:
            path.write_bytes(as_xlsx(rows, SHEET_HEADERS, title="待核实"))
        except OSError as error:
            raise InvalidInputError(f"cannot write {path}: {error.strerror}") from error
    typer.echo(f"{len(rows)} rows: {path}")


@review_app.command("import")
def import_sheet(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The filled workbook.")],
    *,
    by: ByOption,
    refused: Annotated[
        Path | None, typer.Option(help="Where lines that cannot be used go.")
    ] = None,
    county: CountyOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Decide what a filled workbook says; lines that cannot be used come back with the reason."""
    with running(county, None, commit=not dry_run) as run:
        done = apply_sheet(run.session, run.county.code, path, by=by)
    tell(
        f"{done.rows} lines decided in {len(done.decisions)} decisions, {done.empty} left empty",
        dry_run=dry_run,
    )
    for row in done.refused.head(5).itertuples():
        typer.echo(f"refused: line {row.line}, {row.field}: {row.reason_en}")
    if len(done.refused):
        out = refused or Path(f"{path.stem}_refused.xlsx")
        write_refusals(out, refused=done.refused, warned=done.refused[:0], source=done.source)
        typer.echo(f"refused lines, with what to do: {out}")


@review_app.command("aliases")
def list_aliases(*, county: CountyOption = None) -> None:
    """List names learnt from decisions: suggestions until somebody accepts them."""
    with running(county, None, commit=False) as run:
        found = suggestions(run.session, run.county.code)
    rows = [
        {
            "kind": one.suggestion.kind.value,
            "name": one.suggestion.name,
            "place": one.suggestion.target,
            "called": one.places[one.suggestion.target],
            "decisions": ", ".join(map(str, one.suggestion.decisions)),
            "state": one.verdict or one.suggestion.hindrance[1] or "suggested",
        }
        for one in found
    ]
    columns = ["kind", "name", "place", "called", "decisions", "state"]
    print_rows(DataFrame(rows, columns=columns), {name: name for name in columns})


@review_app.command("alias")
def judge(  # noqa: PLR0913 - one option each
    kind: Annotated[AliasKind, typer.Argument(help="town, village or road.")],
    name: Annotated[str, typer.Argument(help="As it is written.")],
    place: Annotated[str, typer.Argument(help="Code of the place it stands for.")],
    *,
    by: ByOption,
    refuse: Annotated[bool, typer.Option("--refuse", help="It does not stand for it.")] = False,
    county: CountyOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Accept a suggested alias, or refuse it; rows that it places are located at once."""
    verdict = "refused" if refuse else "accepted"
    with running(county, None, commit=not dry_run) as run:
        done = judge_and_follow(run.session, run.county.code, (kind, name, place), verdict, by=by)
    tell(
        f"decision {done.decision_id}: {name} {verdict}; {len(done.enterprise_ids)} rows placed",
        dry_run=dry_run,
    )


def _outcome(*, place: str, point: bool, why: str | None) -> Outcome:
    chosen = [
        outcome
        for outcome, is_said in (
            (Outcome.PLACE, bool(place)),
            (Outcome.POINT, point),
            (Outcome.UNPLACEABLE, why is not None),
        )
        if is_said
    ]
    if len(chosen) != 1:
        raise typer.BadParameter("give one of --place, --lon with --lat, and --why")
    return chosen[0]


def print_rows(frame: DataFrame, columns: dict[str, str]) -> None:
    """Print columns of a frame under their titles."""
    table = Table()
    for title in columns.values():
        table.add_column(title, overflow="fold")
    for row in missing_as_none(frame[list(columns)]).itertuples(index=False, name=None):
        table.add_row(*("" if value is None else str(value) for value in row))
    Console(highlight=False).print(table, markup=False)


def tell(text: str, *, dry_run: bool) -> None:
    """Say what was done, or would have been."""
    typer.echo(f"{text}{' (dry run: nothing was saved)' if dry_run else ''}")
