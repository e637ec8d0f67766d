"""A map on paper: A4 or A3 as PDF or PNG, drawn by matplotlib, without a browser.

It reads what the layers hold for the browser, so any map made of them can be printed: title,
legend with units and counts, list, scale bar, north, date, plan, inputs, and who may see it.
The same map gives the same bytes.
"""

import io
import warnings
from collections.abc import Iterator
from typing import Any, Final

import folium
import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from maps.county_map import CountyMap
from maps.figure import OfflineFigure, figure_of
from maps.layers.data_layer import DataLayer
from maps.paper_page import Page
from maps.paper_sheet import PAPERS, Sheet
from maps.paper_text import font_families
from maps.sheet import SheetFacts
from maps.words import Words
from service.domain.errors import InvalidInputError

__all__ = ["PAPERS", "Sheet", "to_paper"]

_PNG_DPI: Final = 200
_MOST_PAGES: Final = 12


def to_paper(county_map: folium.Map, form: str, sheet: Sheet) -> bytes:
    """Return a map as a PDF or PNG file.

    Args:
        county_map: From one of the builders.
        form: `pdf` or `png`.
        sheet: Size, language, and what is shown.

    Raises:
        UnavailableError: No Chinese font is installed.
        InvalidInputError: Another form, paper or language; a map without cells; an unknown switch.
    """
    if form not in {"pdf", "png"}:
        raise InvalidInputError(f"paper is written as .pdf or .png, not {form!r}")
    if sheet.paper not in PAPERS or sheet.lang not in {"zh", "en"}:
        raise InvalidInputError("paper is a4 or a3, and its language zh or en")
    families = font_families()
    settings: Any = {
        "font.family": list(families),
        # A name is text: `$` in it starts no formula.
        "text.parse_math": False,
        "axes.unicode_minus": False,
        # Glyphs as outlines with their meaning: every reader shows them, and text can be copied.
        "pdf.fonttype": 3,
        "hatch.linewidth": 0.6,
    }
    with mpl.rc_context(settings), warnings.catch_warnings():
        # A sign that no font holds is drawn as a box, and is no reason to print nothing.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        pages = _pages(county_map, sheet)
        file = io.BytesIO()
        if form == "png":
            next(pages).savefig(file, format="png", dpi=_PNG_DPI, metadata={"Software": None})
        else:
            # Without a date in it, the same map is the same file.
            with PdfPages(file, metadata={"CreationDate": None, "Creator": "wangge"}) as pdf:
                for figure in pages:
                    pdf.savefig(figure, dpi=_PNG_DPI)
    return file.getvalue()


def _pages(county_map: folium.Map, sheet: Sheet) -> Iterator[Figure]:
    """Yield the map's page, and then what of its list had no room beside it."""
    if not isinstance(county_map, CountyMap):
        raise InvalidInputError("only maps of our own layers know how to be printed")
    root = figure_of(county_map)
    shell = root.shell if isinstance(root, OfflineFigure) else None
    facts = (shell.sheet if shell else None) or SheetFacts(title=Words("地图", "Map"))
    state = _state(facts, sheet)
    by_product: dict[str, Any] = (shell.state or {}).get("by_product", {}) if shell else {}
    told = by_product.get(state.get("product", ""), {})
    layers = [one for one in county_map._children.values() if isinstance(one, DataLayer)]  # noqa: SLF001
    page = Page(sheet, facts, state, told)
    rest = page.body(layers, county_map)
    yield page.pen.figure
    for _ in range(_MOST_PAGES - 1):
        if not rest[1]:
            return
        page = Page(sheet, facts, state, told)
        rest = page.listing(rest)
        yield page.pen.figure


def _state(facts: SheetFacts, sheet: Sheet) -> dict[str, str]:
    state = {key: options[0] for key, options in facts.options.items()}
    for key, wanted in sheet.show.items():
        known = ("on", "off") if key == "points" else facts.options.get(key, ())
        if wanted not in known:
            offered = "; ".join(f"{one}={'|'.join(each)}" for one, each in facts.options.items())
            raise InvalidInputError(
                f"this map has no {key}={wanted}; it can show {offered or 'one thing only'}"
            )
        state[key] = wanted
    return state
