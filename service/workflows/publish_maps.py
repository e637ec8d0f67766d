"""What stands in PostGIS → the maps that people open, one builder a kind."""

from datetime import date
from typing import Final

from folium import Map
from sqlalchemy.orm import Session

from maps.cell import build_cell_map
from maps.coverage import build_coverage_map
from maps.difference import build_difference_map
from maps.hotspot import build_hotspot_map
from maps.layers.tianditu import TiandituLayer
from maps.lookup import build_lookup_map
from maps.model import Audience
from maps.paper_sheet import Sheet
from maps.publish import to_html
from service.domain.errors import InvalidInputError
from service.workflows.map_inputs import (
    LiveGround,
    MapSubject,
    cell_input,
    coverage_input,
    hotspot_input,
    switch_of,
)
from service.workflows.plan_map_inputs import difference_input, lookup_input

__all__ = ["KINDS", "MapSubject", "draw_map", "print_map", "publish_map", "switch_of"]

KINDS: Final = ("hotspot", "coverage", "cell", "lookup", "difference")


def publish_map(  # noqa: PLR0913 - each is one choice of the person who asks for the map
    session: Session,
    county_code: str,
    kind: str,
    *,
    on: date,
    cell_code: str | None = None,
    officer_id: int | None = None,
    from_plan: str | None = None,
    to_plan: str | None = None,
    lang: str = "zh",
    mode: str = "file",
    nonce: str | None = None,
    bare: bool = False,
    lists: bool = False,
    audience: Audience = Audience.INTERNAL,
    review_number: str | None = None,
    ground: LiveGround | None = None,
) -> str:
    """Return a map of the county as an HTML text; nothing is computed or saved.

    Args:
        session: An open session.
        county_code: The county.
        kind: One of `KINDS`.
        on: The day that the map speaks of.
        cell_code: The cell of a cell map.
        officer_id: Instead of a cell: all cells that the officer leads on the day.
        from_plan: Code of the plan before, for a difference map.
        to_plan: Code of the plan after, for a difference map.
        lang: Shown first, `zh` or `en`.
        mode: `file` or `live`, see `maps.publish.to_html`.
        nonce: For `live`: put on every script.
        bare: Without title and lists, for a frame in a page.
        lists: With `bare`: the lists and the search stay beside the map.
        audience: A public map leaves out people, tip-offs, classes and enterprises.
        review_number: The map review number (审图号) that a public map of a real county carries.
        ground: For `live`: base map and tiles that may be asked for; None inlines the shapes.

    Raises:
        NotFoundError: The analysis that the map shows has not been run for the day, or the cell
            or plan does not exist.
        InvalidInputError: An unknown kind, a map without what it is about, or a public map
            that would need a review number.
    """
    subject = MapSubject(
        kind=kind,
        on=on,
        cell_code=cell_code,
        officer_id=officer_id,
        from_plan=from_plan,
        to_plan=to_plan,
        audience=audience,
        review_number=review_number,
        ground=(ground if mode == "live" else None) or LiveGround(),
    )
    drawn = draw_map(session, county_code, subject)
    return to_html(drawn, mode=mode, nonce=nonce, lang=lang, bare=bare, lists=lists)


def draw_map(session: Session, county_code: str, subject: MapSubject) -> Map:
    """Return the Folium map of a subject; errors as of `publish_map`."""
    drawn = _draw(session, county_code, subject)
    if subject.ground.tianditu_key is not None:
        TiandituLayer(subject.ground.tianditu_key).add_to(drawn)
    return drawn


def _draw(session: Session, county_code: str, subject: MapSubject) -> Map:
    if subject.kind == "hotspot":
        return build_hotspot_map(hotspot_input(session, county_code, subject))
    if subject.kind == "coverage":
        return build_coverage_map(coverage_input(session, county_code, subject))
    if subject.kind == "cell":
        return build_cell_map(cell_input(session, county_code, subject))
    if subject.kind == "lookup":
        return build_lookup_map(lookup_input(session, county_code, subject))
    if subject.kind == "difference":
        return build_difference_map(difference_input(session, county_code, subject))
    raise InvalidInputError(f"there is no map {subject.kind!r}; choose one of {', '.join(KINDS)}")


def print_map(
    session: Session, county_code: str, subject: MapSubject, *, form: str, sheet: Sheet
) -> bytes:
    """Return a map on paper, PDF or PNG, drawn without a browser.

    Raises:
        NotFoundError, InvalidInputError: As of `publish_map`; also for another form, or a switch
            that the map does not have.
        UnavailableError: No Chinese font is installed.
    """
    # Matplotlib takes a quarter of a second to import, and most maps are no paper.
    from maps.paper import to_paper  # noqa: PLC0415
    from maps.paper_text import font_families  # noqa: PLC0415

    # Before anything is read: without a font all the work would be for nothing.
    font_families()
    return to_paper(draw_map(session, county_code, subject), form, sheet)
