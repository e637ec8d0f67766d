"""A map as an HTML text: one file that opens without a network, or a page of the service."""

import folium

from maps.figure import Dress, Mode, compose, figure_of
from service.domain.errors import InvalidInputError

__all__ = ["to_html"]


def to_html(
    county_map: folium.Map,
    *,
    mode: str = "file",
    nonce: str | None = None,
    lang: str = "zh",
    bare: bool = False,
    lists: bool = False,
) -> str:
    """Return the HTML of a map.

    Args:
        county_map: From one of the builders, or any Folium map whose assets we hold.
        mode: `file`: every script and style inside, with a Content-Security-Policy of hashes that
            allows no connection; `live`: scripts and styles as links below `/static/`, read with
            `maps.assets.read_asset`.
        nonce: For `live`: put on every script; the service sends the policy, see
            `maps.figure.content_security_policy`.
        lang: Shown first, `zh` or `en`; the reader can switch.
        bare: Without title and lists, for a page that holds the map in a frame.
        lists: With `bare`: the lists stay beside the map.

    Raises:
        UnvendoredAssetError: An element would load a file from another host.
        UnavailableError: The browser packages are not installed.
        InvalidInputError: An unknown mode or language, or an element that shows text as HTML.
    """
    if mode not in set(Mode):
        raise InvalidInputError(f"mode must be file or live, not {mode!r}")
    dress = Dress.of(bare=bare, lists=lists)
    return compose(figure_of(county_map), mode=Mode(mode), nonce=nonce, lang=lang, dress=dress)
