"""`wangge locate`: the register in the database, or any file without one."""

from pathlib import Path
from typing import Annotated

import typer

from scripts.command_options import CountyOption, DryRunOption, refusals
from scripts.locate_file import locate_file
from service.domain.errors import InvalidInputError
from service.domain.places import Datum


def locate(  # noqa: PLR0913
    *,
    county: CountyOption = None,
    dry_run: DryRunOption = False,
    file: Annotated[
        Path | None, typer.Option(help="A CSV or XLSX with addresses: no database is used.")
    ] = None,
    gazetteer: Annotated[
        Path | None, typer.Option(help="CSV (also .gz) or GeoJSON with code, name, level, points.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where the located file goes.")] = None,
    address_column: Annotated[str, typer.Option(help="If it has no usual name.")] = "",
    review: Annotated[
        Path | None, typer.Option(help="XLSX of what could not be placed, with the reasons.")
    ] = None,
    online: Annotated[
        bool,
        typer.Option("--online", help="Also ask the service that WANGGE_GEOCODER names."),
    ] = False,
    seat_town: Annotated[str, typer.Option(help="Town of the county's seat.")] = "",
    datum: Annotated[
        Datum | None,
        typer.Option(help="Of the file's own points; left out, they are not used but weighed."),
    ] = None,
    gazetteer_datum: Annotated[
        Datum | None, typer.Option(help="Of the gazetteer's points, if it does not say.")
    ] = None,
) -> None:
    """Find a place for every address, and say why where there is none."""
    if file is None:
        # The register needs the database; a file needs none.
        from scripts.locate_register import locate_register  # noqa: PLC0415

        report = locate_register(county, review=review, online=online, keep=not dry_run)
        _say(report.placed, report.review)
        if report.datums_to_decide:
            typer.echo(
                f"{report.datums_to_decide} files have coordinates of an unsure datum: "
                f"`wangge import datum list`"
            )
        return
    with refusals():
        if gazetteer is None or out is None:
            raise InvalidInputError("--file needs --gazetteer and --out")
        done = locate_file(
            file,
            gazetteer,
            out,
            address_column=address_column,
            county_code=county or "",
            seat_town=seat_town,
            datum=datum,
            gazetteer_datum=gazetteer_datum,
        )
        _say(dict(done.levels), dict(done.reasons))
        if done.datum is not None:
            typer.echo(f"datum of the file's points not stated: {done.datum.text_en}")
            typer.echo("  they were not used to place; name their datum with --datum to use them")


def _say(placed: dict[str, int], review: dict[str, int]) -> None:
    typer.echo(f"placed {sum(placed.values())}, to review {sum(review.values())}")
    for title, counts in (("placed", placed), ("review", review)):
        for key, count in sorted(counts.items(), key=lambda item: -item[1]):
            typer.echo(f"  {title:7} {key:32} {count}")
