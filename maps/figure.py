"""One HTML document out of a Folium map: own assets, a Content-Security-Policy, no other host."""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from html.parser import HTMLParser

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink
from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from maps.assets import Asset, UnvendoredAssetError, inline_script, inline_style, resolve
from maps.encoding import JsonValue, embed_json
from maps.sheet import SheetFacts
from service.domain.errors import InvalidInputError

templates = Environment(
    loader=PackageLoader("maps"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)

_EXECUTABLE = re.compile(r"<script(?![^>]*application/json)([^>]*)>(.*?)</script>", re.DOTALL)
_DATA_BLOCK = re.compile(
    r'(<script type="application/(?:json|octet-stream)"[^>]*>).*?</script>', re.DOTALL
)
_LANGUAGES = {"zh": "zh-CN", "en": "en"}

# These put text into the page as HTML, inside a JavaScript template literal: `${…}` in an
# enterprise's name would run. Our layers carry text as JSON and show it with textContent.
_TEXT_AS_HTML = (folium.Popup, folium.Tooltip, folium.GeoJsonPopup, folium.GeoJsonTooltip)


class Mode(StrEnum):
    """`file`: everything inside one file. `live`: assets as links below /static/."""

    FILE = "file"
    LIVE = "live"


class Dress(StrEnum):
    """How much of the page round a map is shown: all, the lists alone, or nothing."""

    FULL = "full"
    LISTED = "listed"
    BARE = "bare"

    @classmethod
    def of(cls, *, bare: bool, lists: bool) -> "Dress":
        """Return the dress of a map that stands in a page's frame, or alone."""
        if not bare:
            return cls.FULL
        return cls.LISTED if lists else cls.BARE


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What stands round the map; all text in it is escaped by the templates.

    Attributes:
        title_zh, title_en: Title of the document.
        before, beside, below: HTML from our own templates.
        state: Switches and texts for `page.js`.
        kind: Name of the map kind, as a class on the body.
        sheet: What paper says beside the map.
    """

    title_zh: str
    title_en: str
    before: Markup = field(default_factory=Markup)
    beside: Markup = field(default_factory=Markup)
    below: Markup = field(default_factory=Markup)
    state: JsonValue = None
    kind: str = "plain"
    sheet: SheetFacts | None = None


class DataBlock(Element):
    """Data of a layer, as JSON or base64 text that no parser takes for HTML or JavaScript.

    It renders itself: branca would compile its text as a Jinja template, and `{{ … }}` in an
    enterprise's name would run on the server.
    """

    def __init__(self, block_id: str, value: JsonValue) -> None:
        """Keep the value; it is encoded when the map is written."""
        super().__init__()
        self._name = "DataBlock"
        self._id = block_id
        self.value = value

    def render(self, **_: object) -> str:
        """Return the element with every `<` escaped."""
        return f'<script type="application/json" id="{self._id}">{embed_json(self.value)}</script>'


class OwnScript(Element):
    """A script of ours in the header; inline, so that the layers work in any Folium map."""

    def __init__(self, name: str) -> None:
        """Name the asset, such as `maps/js/cells.js`."""
        super().__init__()
        self._name = "OwnScript"
        self.asset = resolve(name)

    def render(self, **_: object) -> str:
        """Return the script as an inline element."""
        return f"<script>{inline_script(self.asset)}</script>"


class OwnStyle(OwnScript):
    """A style sheet of ours in the header."""

    def render(self, **_: object) -> str:
        """Return the style sheet as an inline element."""
        return f"<style>{inline_style(self.asset)}</style>"


class OfflineFigure(Figure):
    """A figure that never renders a link to another host, whoever calls `save` or `render`."""

    def __init__(self) -> None:
        """Start without a shell."""
        super().__init__()
        self.shell = Shell(title_zh="地图", title_en="Map")

    def render(self, **_: object) -> str:
        """Return the one-file document."""
        return compose(self, mode=Mode.FILE)


def figure_of(element: Element) -> Figure:
    """Return the document that an element belongs to.

    Raises:
        InvalidInputError: It was not added to a map.
    """
    root = element.get_root()
    if not isinstance(root, Figure):
        raise InvalidInputError("add the layer to a map before it is written")
    return root


def compose(
    figure: Figure,
    *,
    mode: Mode,
    nonce: str | None = None,
    lang: str = "zh",
    dress: Dress = Dress.FULL,
) -> str:
    """Return the document of a figure.

    Args:
        figure: Of a `CountyMap`, or of any Folium map whose assets we hold.
        mode: Inline everything, or link to `/static/`.
        nonce: Put on every script when the service sends the policy as a header.
        lang: Language shown first, `zh` or `en`; both are in the document.
        dress: How much of the page round the map is shown.

    Raises:
        UnvendoredAssetError: Something in it would be loaded from another host.
        InvalidInputError: An element would show text as HTML; or an unknown language.
    """
    if lang not in _LANGUAGES:
        raise InvalidInputError(f"lang must be zh or en, not {lang!r}")
    _refuse_text_as_html(figure)
    if mode is Mode.FILE:
        _refuse_live_layers(figure)
    for child in figure._children.values():  # noqa: SLF001 - branca has no public iterator
        child.render()
    shell = getattr(figure, "shell", None) or Shell(title_zh="地图", title_en="Map")
    head = Markup("\n".join(_header_parts(figure, mode)))  # noqa: S704 - our assets only
    script = figure.script.render()
    page = templates.get_template("document.html").render(
        lang=_LANGUAGES[lang],
        title=shell.title_en if lang == "en" else shell.title_zh,
        shell=shell,
        bare=dress is not Dress.FULL,
        lists=dress is not Dress.BARE,
        mode=mode,
        head=head,
        body=Markup(figure.html.render()),  # noqa: S704 - elements of the map
        state=Markup(embed_json(shell.state)),  # noqa: S704 - escaped JSON
        script=Markup(script),  # noqa: S704 - folium's and our macros, which hold no text
    )
    _refuse_other_hosts(page)
    return _with_nonce(page, nonce) if mode is Mode.LIVE else _with_policy(page)


def _refuse_text_as_html(element: Element) -> None:
    if isinstance(element, _TEXT_AS_HTML):
        raise InvalidInputError(
            f"{type(element).__name__} would run code that stands in a name; use the layers of "
            "maps.layers, which show text as text"
        )
    for child in element._children.values():  # noqa: SLF001 - branca has no public iterator
        _refuse_text_as_html(child)


def _refuse_live_layers(element: Element) -> None:
    """Refuse what asks a server: a one-file map must open with the network cable out."""
    if getattr(element, "is_live_only", False):
        raise InvalidInputError(
            f"{type(element).__name__} asks a server for tiles; leave it out of a one-file map"
        )
    for child in element._children.values():  # noqa: SLF001 - branca has no public iterator
        _refuse_live_layers(child)


def _header_parts(figure: Figure, mode: Mode) -> list[str]:
    parts = []
    for child in figure.header._children.values():  # noqa: SLF001 - as above
        if isinstance(child, JavascriptLink):
            parts.append(_script_tag(resolve(child.url), mode))
        elif isinstance(child, CssLink):
            parts.append(_style_tag(resolve(child.url), mode))
        elif isinstance(child, OwnStyle):
            parts.append(_style_tag(child.asset, mode))
        elif isinstance(child, OwnScript):
            parts.append(_script_tag(child.asset, mode))
        else:
            parts.append(child.render())
    return parts


def _script_tag(asset: Asset, mode: Mode) -> str:
    if mode is Mode.LIVE:
        return f'<script src="{asset.link}"></script>'
    return f"<script>{inline_script(asset)}</script>"


def _style_tag(asset: Asset, mode: Mode) -> str:
    if mode is Mode.LIVE:
        return f'<link rel="stylesheet" href="{asset.link}">'
    return f"<style>{inline_style(asset)}</style>"


class _References(HTMLParser):
    """Collects what a browser would load because of a tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note every address that is neither ours nor inside the document."""
        for name, value in attrs:
            loads = name in {"src", "srcset", "data", "poster"} or (
                name == "href" and tag in {"link", "base"}
            )
            if loads and value and not value.startswith(("data:", "#", "/static/")):
                self.found.append(value)


def _refuse_other_hosts(page: str) -> None:
    """Raise for any reference that slipped past the table; the policy is the second lock."""
    parser = _References()
    parser.feed(_DATA_BLOCK.sub(r"\1</script>", page))
    if parser.found:
        raise UnvendoredAssetError(parser.found[0])


def _with_nonce(page: str, nonce: str | None) -> str:
    if nonce is None:
        return page
    if not re.fullmatch(r"[A-Za-z0-9+/_=-]{8,}", nonce):
        raise InvalidInputError("a nonce is at least 8 characters of base64")
    return _EXECUTABLE.sub(_add(f' nonce="{nonce}"'), page)


def _add(attribute: str) -> Callable[[re.Match[str]], str]:
    return lambda match: f"<script{match.group(1)}{attribute}>{match.group(2)}</script>"


def _with_policy(page: str) -> str:
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"
        for _, code in _EXECUTABLE.findall(page)
    )
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "font-src data:; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return page.replace("<!-- policy -->", meta, 1)


def content_security_policy(nonce: str, *, image_hosts: tuple[str, ...] = ()) -> str:
    """Return the header for pages and live maps whose scripts carry this nonce.

    Args:
        nonce: Fresh for every answer.
        image_hosts: Other hosts that may be asked for tiles; none unless the county wants it.
    """
    images = " ".join(("'self' data: blob:", *image_hosts))
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
        f"img-src {images}; font-src 'self' data:; connect-src 'self'; "
        "frame-src 'self'; frame-ancestors 'self'; form-action 'self'; base-uri 'none'"
    )
