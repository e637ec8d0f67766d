"""`wangge map`: a file that opens with the network cable out, a sheet of paper, a base map."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from maps.model import Audience
from maps.paper_sheet import Sheet
from maps.publish import to_html
from scripts.running import CountyOption, DayOption, Running, running
from service.domain.errors import InvalidInputError
from service.exports.browser_print import find_browser, print_as_seen
from service.settings import Settings
from service.workflows.make_base_map import base_map_path, write_base_map
from service.workflows.publish_maps import MapSubject, draw_map, print_map

MapKind = Literal["hotspot", "coverage", "cell", "lookup", "difference", "base"]


def map_command(  # noqa: PLR0913 - one parameter an option
    kind: Annotated[MapKind, typer.Argument(help="What to draw.")],
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The file to write: .html, or .pdf and .png for paper; .pmtiles for the base map, "
            "which without --out goes where the pages look for it.",
            dir_okay=False,
        ),
    ] = None,
    cell: Annotated[str | None, typer.Option(help="Code of the cell of a cell map.")] = None,
    from_plan: Annotated[
        str | None, typer.Option("--from", help="Plan before, of a difference.")
    ] = None,
    to_plan: Annotated[
        str | None, typer.Option("--to", help="Plan after, of a difference.")
    ] = None,
    county: CountyOption = None,
    on: DayOption = None,
    lang: Annotated[Literal["zh", "en"], typer.Option(help="Language shown first.")] = "zh",
    paper: Annotated[Literal["a4", "a3"], typer.Option(help="Size of a .pdf or .png.")] = "a4",
    landscape: Annotated[bool, typer.Option("--landscape", help="Lying paper.")] = False,
    show: Annotated[
        list[str] | None,
        typer.Option(
            help="What paper shows, such as product=cement, measure=effort, view=gap, points=on."
        ),
    ] = None,
    as_seen: Annotated[
        bool,
        typer.Option("--as-seen", help="A .pdf as a browser prints the page; needs Chromium."),
    ] = False,
    public: Annotated[
        bool, typer.Option("--public", help="Without people, tip-offs, classes and enterprises.")
    ] = False,
    review_number: Annotated[
        str | None, typer.Option(help="Map review number (审图号) of a public map.")
    ] = None,
) -> None:
    """Write a map as one file: every script and style inside, no request when it is opened."""
    with running(county, on, commit=False) as run:
        if kind == "base":
            _write_base(run, out)
            return
        subject = MapSubject(
            kind=kind,
            on=run.on,
            cell_code=cell,
            from_plan=from_plan,
            to_plan=to_plan,
            audience=Audience.PUBLIC if public else Audience.INTERNAL,
            review_number=review_number,
        )
        path = _named(out)
        sheet = Sheet(paper=paper, landscape=landscape, lang=lang, show=_shown(show or []))
        content = _content(run, subject, path, sheet, as_seen=as_seen)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    _tell(f"wrote {path}, {len(content) / 1e6:.1f} MB; it opens without a network")


def _content(
    run: Running, subject: MapSubject, path: Path, sheet: Sheet, *, as_seen: bool
) -> bytes:
    form = path.suffix.lower().removeprefix(".")
    if as_seen and form != "pdf":
        raise InvalidInputError("--as-seen writes a .pdf")
    if form in {"pdf", "png"} and not as_seen:
        return print_map(run.session, run.county.code, subject, form=form, sheet=sheet)
    if form not in {"html", "htm", "pdf"}:
        raise InvalidInputError(f"a map is written as .html, .pdf or .png, not {path.name!r}")
    browser = find_browser() if as_seen else None
    html = to_html(draw_map(run.session, run.county.code, subject), lang=sheet.lang)
    return print_as_seen(html, browser=browser) if as_seen else html.encode()


def _shown(texts: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    if any(not mark for _, mark, _ in pairs):
        raise InvalidInputError("--show takes KEY=VALUE, such as --show product=cement")
    return {key: value for key, _, value in pairs}


def _named(out: Path | None) -> Path:
    if out is None:
        raise InvalidInputError("name the file to write with --out, such as hotspot.html")
    return out


def _write_base(run: Running, out: Path | None) -> None:
    path = out or base_map_path(Settings().home, run.county.code)
    size = write_base_map(run.session, run.county.code, path)
    _tell(f"wrote {path}, {size / 1e6:.2f} MB: borders, villages, roads, rivers of the county")


def _tell(text: str) -> None:
    Console(highlight=False, soft_wrap=True).print(text, markup=False)
