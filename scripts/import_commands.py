"""`wangge import …`: files in, each one transaction, refused rows back as a spreadsheet."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from scripts.datum_commands import datum_app
from scripts.import_options import Job, import_command, run, words
from scripts.national_list import national as fetch_national
from service.domain.special_areas import DEFAULT_BUFFER_KM
from service.workflows.import_areas import DEFAULT_FROM, AreaOptions
from service.workflows.import_areas import import_areas as load_areas
from service.workflows.import_cells import PlanOptions
from service.workflows.import_cells import import_cells as load_cells
from service.workflows.import_enterprises import import_enterprises as load_enterprises
from service.workflows.import_events import import_events as load_events
from service.workflows.import_officers import import_officers as load_officers
from service.workflows.import_places import import_gazetteer as load_gazetteer
from service.workflows.import_places import import_villages as load_villages
from service.workflows.import_responsibilities import (
    import_responsibilities as load_responsibilities,
)
from service.workflows.import_townships import CountyOptions
from service.workflows.import_townships import import_townships as load_townships

import_app = typer.Typer(
    help="Read boundaries, registers and records; refused rows come back as a spreadsheet.",
    no_args_is_help=True,
)

import_app.add_typer(datum_app, name="datum")

_DAY = ["%Y-%m-%d"]
Repair = Annotated[
    bool,
    typer.Option(
        "--repair", help="Mend swapped axes, invalid rings, slivers and narrow holes; say which."
    ),
]


@import_app.command("townships")
@import_command
def townships(  # noqa: PLR0913 - every one is an option of its own
    job: Job,
    *,
    county_name: Annotated[str, typer.Option(help="Of a county that is made now.")] = "",
    county_name_en: Annotated[str, typer.Option(help="The same in English.")] = "",
    county_system: Annotated[
        str | None, typer.Option(help="System of a county code that is not six digits.")
    ] = None,
    county_file: Annotated[
        Path | None,
        typer.Option(help="The county's own outline; left out, its townships together."),
    ] = None,
    reference_date: Annotated[
        datetime | None,
        typer.Option(formats=_DAY, help="'Today' of a county of the past; the real day if left."),
    ] = None,
    repair: Repair = False,
) -> None:
    """Townships, and the county they make up when it is not there yet."""
    county = CountyOptions(
        code=job.county,
        name=county_name,
        name_en=county_name_en,
        code_system=county_system,
        outline=county_file,
        reference_date=_day(reference_date),
    )
    run(
        job,
        lambda session: load_townships(
            session, job.path, job.reading, county=county, repair=repair
        ),
    )


@import_app.command("villages")
@import_command
def villages(job: Job, *, repair: Repair = False) -> None:
    """Villages, as polygons or as points."""
    run(
        job,
        lambda session: load_villages(
            session, job.path, job.reading, county=job.county, repair=repair
        ),
    )


@import_app.command("cells")
@import_command
def cells(
    job: Job,
    *,
    plan: Annotated[
        str | None, typer.Option(help="Code of the plan; 'imported-DATE' if left out.")
    ] = None,
    begins: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=_DAY,
            help="First day in force; the county's reference date, else 2000-01-01.",
        ),
    ] = None,
    repair: Repair = False,
) -> None:
    """Cells as they are, with their own codes, as a plan in force from a day on."""
    options = PlanOptions(code=plan, begins=_day(begins))
    run(
        job,
        lambda session: load_cells(
            session, job.path, job.reading, county=job.county, plan=options, repair=repair
        ),
    )


@import_app.command("areas")
@import_command
def areas(
    job: Job,
    *,
    buffer_km: Annotated[
        float, typer.Option(help="Width of a zone to either side of a line, to 100 km.")
    ] = DEFAULT_BUFFER_KM,
    begins: Annotated[
        datetime | None,
        typer.Option("--from", formats=_DAY, help="First day; 2000-01-01 if left out."),
    ] = None,
    repair: Repair = False,
) -> None:
    """Key areas, border zones, urban fringes: polygons, lines to buffer, or lists of cells."""
    options = AreaOptions(buffer_km=buffer_km, begins=_day(begins) or DEFAULT_FROM)
    run(
        job,
        lambda session: load_areas(
            session, job.path, job.reading, county=job.county, options=options, repair=repair
        ),
    )


@import_app.command("officers")
@import_command
def officers(job: Job) -> None:
    """Officers, by staff number."""
    run(
        job,
        lambda session: load_officers(session, job.path, job.reading, county=job.county),
    )


@import_app.command("responsibilities")
@import_command
def responsibilities(
    job: Job,
    *,
    plan_on: Annotated[
        datetime | None,
        typer.Option(formats=_DAY, help="Day of the plan meant; that of each duty if left out."),
    ] = None,
) -> None:
    """Who answers for which cell, from when to when."""
    run(
        job,
        lambda session: load_responsibilities(
            session, job.path, job.reading, county=job.county, plan_on=_day(plan_on)
        ),
    )


@import_app.command("enterprises")
@import_command
def enterprises(job: Job) -> None:
    """Enterprises with their licences, by code; with a date column the latest line is kept."""
    run(
        job,
        lambda session: load_enterprises(session, job.path, job.reading, county=job.county),
    )


@import_app.command("events")
@import_command
def events(
    job: Job,
    *,
    problem_values: Annotated[
        str | None,
        typer.Option(metavar="WORD,…", help="Words of is_problem (else result) for a problem."),
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=_DAY, help="Later dates are refused; the real day if left out."),
    ] = None,
) -> None:
    """Visits, tests, violations, complaints, tip-offs, media and control-system findings."""
    run(
        job,
        lambda session: load_events(
            session,
            job.path,
            job.reading,
            county=job.county,
            as_of=_day(as_of),
            problems=words(problem_values),
        ),
    )


@import_app.command("gazetteer")
@import_command
def gazetteer(job: Job) -> None:
    """Named places by which addresses are located."""
    run(
        job,
        lambda session: load_gazetteer(session, job.path, job.reading, county=job.county),
    )


import_app.command("national")(fetch_national)


def _day(given: datetime | None) -> date | None:
    return None if given is None else given.date()
