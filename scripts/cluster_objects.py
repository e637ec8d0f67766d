"""`wangge clusters list | lead | history | townships`: about clusters that people own."""

from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from scripts.clusters_of_county import as_json, print_clusters, small
from scripts.running import CountyOption, DayOption, DryRunOption, running
from service.database import cluster_changes, cluster_frames, township_statistics
from service.domain.early_warning import with_warnings
from service.domain.errors import InvalidInputError
from service.workflows.agree_lead import Agreement, agree_lead

_RANKING = (
    "rank",
    "no.",
    "product",
    "township",
    "firms",
    "share",
    "seen",
    "bad",
    "exp.",
    "p",
    "q",
    "verdict",
)
_Format = Annotated[Literal["json", "table"], typer.Option("--format")]


objects_app = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)


@objects_app.command("list")
def list_objects(
    *,
    county: CountyOption = None,
    on: DayOption = None,
    without_lead: Annotated[
        bool, typer.Option("--without-lead", help="Open ones for which nobody leads yet.")
    ] = False,
    state: Annotated[Literal["open", "closed"] | None, typer.Option(help="Only these.")] = None,
    warnings: Annotated[
        bool,
        typer.Option("--warnings", help="Open, new or growing, and not put right; red first."),
    ] = False,
    format_: _Format = "table",
) -> None:
    """List the clusters known on a day, with their state and lead; nothing is computed."""
    with running(county, on, commit=False) as run:
        ask = cluster_frames.without_lead if without_lead else cluster_frames.objects
        known = ask(run.session, run.county.code, run.on)
    if state is not None:
        known = known[known["state"] == state]
    if warnings:
        known = with_warnings(known)
    if format_ == "json":
        typer.echo(as_json(known))
    else:
        print_clusters(known, nothing="no such cluster")
        if warnings:
            for row in known.to_dict("records"):
                typer.echo(f"{row['object_id']} {row['warning']}: {row['warning_zh']}")


@objects_app.command("lead")
def lead(  # noqa: PLR0913 - one parameter per option
    *,
    cluster: Annotated[int, typer.Argument(help="Number of the cluster, as listed.")],
    officer: Annotated[str, typer.Option(help="Staff number of who leads.")],
    approved_by: Annotated[str, typer.Option(help="Who decided it.")],
    second: Annotated[str | None, typer.Option(help="Staff number of the second.")] = None,
    county: CountyOption = None,
    on: DayOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Agree who leads the work on a cluster; the history keeps who decided it."""
    with running(county, on, commit=not dry_run) as run:
        agreed = Agreement(lead=officer, second=second, approved_by=approved_by, on=run.on)
        changes = agree_lead(run.session, run.county.code, cluster, agreed)
    for change in changes:
        typer.echo(f"{change.on_day} {change.why[0]} {change.why[1]}: {change.now_is}")
    if not changes:
        typer.echo("agreed already; nothing was changed")


@objects_app.command("history")
def history(
    *,
    cluster: Annotated[int, typer.Argument(help="Number of the cluster, as listed.")],
    county: CountyOption = None,
    format_: _Format = "table",
) -> None:
    """Show every change of a cluster: when, from, to, why, by whom."""
    with running(county, None, commit=False) as run:
        told = cluster_changes.history(run.session, run.county.code, cluster)
    if format_ == "json":
        typer.echo(as_json(told, key="changes"))
        return
    table = Table("day", "what", "from", "to", "why", "by")
    for row in told.to_dict("records"):
        table.add_row(
            str(row["on_day"]), row["what"], row["was"], row["now_is"], row["why_zh"],
            row["by_whom"],
        )  # fmt: skip
    Console().print(table)


@objects_app.command("townships")
def townships(
    *,
    county: CountyOption = None,
    on: DayOption = None,
    product: Annotated[str | None, typer.Option(help="Only this product.")] = None,
    format_: _Format = "table",
) -> None:
    """Rank townships by product: how many producers, and apart from it, how many fail."""
    with running(county, on, commit=False) as run:
        ranking = township_statistics.latest(run.session, run.county.code, run.on)
    if product is not None:
        known = sorted(ranking["product"].unique())
        if product not in known:
            raise_unknown(product, known)
        ranking = ranking[ranking["product"] == product]
    if format_ == "json":
        typer.echo(as_json(ranking, key="townships"))
        return
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for name in _RANKING:
        table.add_column(name, no_wrap=True)
    for row in ranking.to_dict("records"):
        table.add_row(
            _number(row["rank"], ".0f"), _number(row["object_id"], ".0f"), row["product"],
            row["township"], str(row["producers"]),
            f"{row['concentration']:.0%}", str(row["inspected"]), str(row["cases"]),
            f"{row['expected']:.1f}", _chance(row["p"]), _chance(row["q"]),
            row["verdict"],
        )  # fmt: skip
    Console().print(table)


def raise_unknown(product: str, known: list[str]) -> None:
    """Refuse a product that has no producers."""
    raise InvalidInputError(f"no producers of {product}; there are {', '.join(known)}")


def _chance(p: float | None) -> str:
    """Return a p as the lists print it; missing where the township was not judged."""
    return "–" if p is None or p != p else small(p)  # noqa: PLR0124 - NaN


def _number(value: float | None, form: str) -> str:
    missing = value is None or value != value  # noqa: PLR0124 - NaN
    return "–" if missing else format(value, form)
