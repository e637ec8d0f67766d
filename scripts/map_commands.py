"""`wangge map`: one HTML file that opens with the network cable out."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from maps.model import Audience
from scripts.running import CountyOption, DayOption, running
from service.workflows.publish_maps import publish_map

MapKind = Literal["hotspot", "coverage", "cell"]


def map_command(  # noqa: PLR0913 - one parameter an option
    kind: Annotated[MapKind, typer.Argument(help="What to draw.")],
    *,
    out: Annotated[Path, typer.Option(help="The HTML file to write.", dir_okay=False)],
    cell: Annotated[str | None, typer.Option(help="Code of the cell of a cell map.")] = None,
    county: CountyOption = None,
    on: DayOption = None,
    lang: Annotated[Literal["zh", "en"], typer.Option(help="Language shown first.")] = "zh",
    public: Annotated[
        bool, typer.Option("--public", help="Without people, tip-offs, classes and enterprises.")
    ] = False,
    review_number: Annotated[
        str | None, typer.Option(help="Map review number (审图号) of a public map.")
    ] = None,
) -> None:
    """Write a map as one file: every script and style inside, no request when it is opened."""
    with running(county, on, commit=False) as run:
        html = publish_map(
            run.session,
            run.county.code,
            kind,
            on=run.on,
            cell_code=cell,
            lang=lang,
            audience=Audience.PUBLIC if public else Audience.INTERNAL,
            review_number=review_number,
        )
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(html, encoding="utf-8")
    size = f"{len(html.encode()) / 1e6:.1f} MB"
    Console(highlight=False).print(f"wrote {out}, {size}; it opens without a network", markup=False)
