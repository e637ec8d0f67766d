"""`wangge grid build`, `wangge assign propose|publish`, `wangge plans`."""

from datetime import datetime
from typing import Annotated

import typer

from scripts.running import CountyOption, DayOption, DryRunOption, running
from service.database import plans as plan_reads
from service.domain.grid import GridMethod, GridRequest
from service.workflows import assign_officers, build_grid

grid_app = typer.Typer(help="Cut townships into cells.", no_args_is_help=True)
assign_app = typer.Typer(help="Who answers for which cell.", no_args_is_help=True)

PlanOption = Annotated[str, typer.Option("--plan", help="Code of the draft plan.")]
_REQUIRED_DAY = Annotated[
    datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day it is in force.")
]


@grid_app.callback()
def grid() -> None:
    """Cut townships into cells."""
    # With one command and no callback, typer would make `grid` itself the command.


@grid_app.command("build")
def build(  # noqa: PLR0913
    *,
    method: Annotated[GridMethod, typer.Option(help="How townships are cut.")],
    side_m: Annotated[float, typer.Option(help="Edge of a square or hexagon, metres.")] = 1000,
    max_load: Annotated[
        float | None, typer.Option(help="Most enterprises in a cell (balanced).")
    ] = None,
    max_area_km2: Annotated[
        float | None, typer.Option(help="Villages larger than this are cut.")
    ] = None,
    township: Annotated[
        str | None, typer.Option(help="Cut this township only; the others stay.")
    ] = None,
    plan: PlanOption = "draft",
    county: CountyOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Cut townships into the cells of a draft plan."""
    with running(county, None, commit=not dry_run) as run:
        request = GridRequest(
            method=method, side_m=side_m, max_load=max_load, max_area_km2=max_area_km2
        )
        report = build_grid.build_grid(
            run.session, run.county.code, request, plan_code=plan, township_code=township
        )
        typer.echo(
            f"draft {report.plan_code}: {report.cells} cells, {report.kept_codes} codes kept"
        )
        for note in report.notes:
            typer.echo(f"note: {note}")
    _say_dry(dry_run=dry_run)


@assign_app.command("propose")
def propose(
    *,
    begins: _REQUIRED_DAY,
    plan: PlanOption = "draft",
    county: CountyOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Carry responsibilities over into a draft and propose a lead where there is none."""
    with running(county, None, commit=not dry_run) as run:
        report = assign_officers.propose(run.session, run.county.code, plan, begins=begins.date())
        typer.echo(f"carried over {report.carried}, proposed {len(report.proposed)}")
        if report.left:
            typer.echo(f"nobody serves the township of {len(report.left)}: {report.left[:5]}")
    _say_dry(dry_run=dry_run)


@assign_app.command("publish")
def publish(
    *,
    begins: _REQUIRED_DAY,
    approved_by: Annotated[str, typer.Option(help="Who approved it, by name.")],
    plan: PlanOption = "draft",
    county: CountyOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Put a draft in force from a day on."""
    with running(county, None, commit=not dry_run) as run:
        assign_officers.publish(
            run.session,
            run.county.code,
            plan,
            begins=begins.date(),
            approved_by=approved_by,
        )
        typer.echo(f"plan {plan} is in force from {begins.date()}")
    _say_dry(dry_run=dry_run)


def plans(*, county: CountyOption = None, on: DayOption = None) -> None:
    """List the county's plans, newest first."""
    with running(county, on, commit=False) as run:
        table = plan_reads.of_county(run.session, run.county.code)
        columns = ["code", "status", "method", "valid_from", "valid_to", "cells"]
        typer.echo(table[columns].to_string(index=False, na_rep="—"))


def _say_dry(*, dry_run: bool) -> None:
    if dry_run:
        typer.echo("dry run: nothing was saved")
