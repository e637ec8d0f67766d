"""`wangge gaps` and `wangge targets`: what is missing, and whom to visit next."""

from pathlib import Path
from typing import Annotated, Literal

import shapely
import typer
from geopandas import GeoDataFrame
from rich.console import Console
from rich.table import Table

from scripts.running import CountyOption, DayOption, DryRunOption, Running, running
from service.database import analyses, cells, enterprises, officers, plans
from service.database import targets as target_reads
from service.domain.errors import InvalidInputError, NotFoundError
from service.domain.gaps import NAMES, GapKind
from service.exports.geojson import as_geojson
from service.exports.gpx import as_gpx
from service.exports.sheet_html import Sheet, people_of, target_sheet
from service.exports.spreadsheet import GAP_HEADERS, TARGET_HEADERS, as_csv, as_xlsx, reasons_zh
from service.workflows.find_gaps import find_gaps
from service.workflows.rank_targets import rank_targets

OutOption = Annotated[
    Path | None, typer.Option("--out", help="Write there instead of to the screen.")
]
_SHOWN = 40


def gaps(
    *,
    on: DayOption = None,
    output: Annotated[
        Literal["table", "json", "csv", "xlsx"], typer.Option("--format", help="How to print.")
    ] = "table",
    out: OutOption = None,
    county: CountyOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Find the gaps in supervision on a day: what, where, since when, the smallest fix."""
    with running(county, on, commit=not dry_run) as run:
        report = find_gaps(run.session, run.county.code, on=run.on)
        if output == "table":
            _print_gaps(report.frame, report.counts)
        elif output == "xlsx":
            _write(as_xlsx(report.frame, GAP_HEADERS, title="监管盲区"), out, "gaps.xlsx")
        elif output == "csv":
            _write(as_csv(report.frame, GAP_HEADERS), out, None)
        else:
            _write(as_geojson(report.frame), out, None)


def targets(  # noqa: PLR0913
    *,
    cell: Annotated[str | None, typer.Option(help="Code of a cell.")] = None,
    officer: Annotated[str | None, typer.Option(help="Staff number or id.")] = None,
    on: DayOption = None,
    output: Annotated[
        Literal["table", "json", "csv", "xlsx", "gpx", "html"],
        typer.Option("--format", help="How to print."),
    ] = "table",
    out: OutOption = None,
    county: CountyOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """List whom to visit next, and why: of a cell, an officer, or (neither) the whole county.

    Targets are ranked anew when the whole county is asked for, or when that day has none yet.
    """
    with running(county, on, commit=not dry_run) as run:
        listed, code = _listed(run, cell, officer)
        title = f"{run.county.name}检查对象清单 {code}"
        if output == "table":
            _print_targets(listed)
        elif output == "xlsx":
            content = as_xlsx(listed, TARGET_HEADERS, title="检查对象")
            _write(content, out, f"targets-{code}.xlsx")
        elif output == "csv":
            _write(as_csv(listed, TARGET_HEADERS), out, None)
        elif output == "gpx":
            _write(as_gpx(listed, name=title), out, None)
        elif output == "html":
            _write(_page(run, listed, title, cell), out, None)
        else:
            _write(as_geojson(listed), out, None)


def _listed(run: Running, cell: str | None, officer: str | None) -> tuple[GeoDataFrame, str]:
    """Return the list asked for and what to call it."""
    if cell is not None and officer is not None:
        raise InvalidInputError("give --cell or --officer, not both")
    session, code, on = run.session, run.county.code, run.on
    is_ranked = analyses.latest_or_none(session, code, "targets", on) is not None
    if not is_ranked or (cell is None and officer is None):
        rank_targets(session, code, on=on)
    if cell is not None:
        known = cells.of_plan(session, code, plans.in_force(session, code, on))
        if cell not in set(known["code"]):
            raise NotFoundError(f"the plan in force on {on} has no cell {cell}")
        return target_reads.of_cell(session, code, on, cell), cell
    if officer is not None:
        officer_id = officers.id_of(session, code, officer)
        return target_reads.of_officer(session, code, on, officer_id), officer
    return target_reads.of_county(session, code, on), code


def _page(run: Running, listed: GeoDataFrame, title: str, cell: str | None) -> str:
    session, code, on = run.session, run.county.code, run.on
    plan_id = plans.in_force(session, code, on)
    of_plan = cells.of_plan(session, code, plan_id)
    codes = {cell} if cell is not None else set(listed["cell_code"].dropna())
    mine = of_plan[of_plan["code"].isin(codes)]
    responsible = officers.responsible_on(session, code, plan_id, on)
    sheet = Sheet(
        title=title,
        on=on,
        is_fictional=run.county.is_fictional,
        cells=list(zip(mine["code"], mine["name"], strict=True)),
        people=people_of(responsible[responsible["cell_code"].isin(codes)]),
        outline=shapely.union_all(mine.geometry.to_numpy()) if len(mine) else None,
        licences=enterprises.licences_held(session, code, on),
    )
    return target_sheet(sheet, listed)


def _print_gaps(frame: GeoDataFrame, counts: dict[str, int]) -> None:
    table = Table("gap", "severity", "since", "what", "fix")
    for kind, severity, since, what, fix in frame[
        ["kind", "severity", "since", "what_zh", "fix_zh"]
    ].itertuples(index=False, name=None):
        table.add_row(f"{kind} {NAMES[GapKind(kind)][0]}", severity, str(since), what, fix)
    console = Console(highlight=False)
    console.print(table, markup=False)
    console.print(", ".join(f"{kind} {count}" for kind, count in counts.items()), markup=False)


def _print_targets(listed: GeoDataFrame) -> None:
    table = Table("rank", "enterprise", "class", "score", "due", "reasons")
    columns = ["rank_in_county", "name", "risk_class", "score", "due_on", "reasons"]
    for rank, name, risk_class, score, due_on, reasons in (
        listed[columns].head(_SHOWN).itertuples(index=False, name=None)
    ):
        cells_of_row = (str(rank), name, str(risk_class), f"{score:g}", str(due_on or ""))
        table.add_row(*cells_of_row, reasons_zh(reasons))
    console = Console(highlight=False)
    console.print(table, markup=False)
    if len(listed) > _SHOWN:
        console.print(f"the first {_SHOWN} of {len(listed)}; --format csv gives all", markup=False)


def _write(content: str | bytes, out: Path | None, default_name: str | None) -> None:
    """Write to a file, or text to the screen; a workbook is never poured into a terminal."""
    path = out or (Path(default_name) if default_name else None)
    if path is None:
        typer.echo(content, nl=False)
        return
    try:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    except OSError as error:
        raise InvalidInputError(f"cannot write {path}: {error.strerror}") from error
    typer.echo(f"wrote {path}", err=True)
