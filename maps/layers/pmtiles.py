"""The county's own base map as vector tiles in one file (PMTiles), asked for by byte ranges."""

from typing import Any, ClassVar

from branca.element import JavascriptLink

from maps.figure import figure_of
from maps.layers.data_layer import DataLayer
from service.domain.errors import InvalidInputError

# The deepest zoom written (`service.database.base_tiles`); closer in, its tiles are enlarged.
DEEPEST_ZOOM = 13


class PmtilesLayer(DataLayer):
    """Township lines, rivers, roads and names with Chinese labels, from one PMTiles file.

    Works in any Folium map that is served beside the file: the browser asks for byte ranges of
    it, no tile server and no WebGL is needed. Not for one-file maps, which must ask nobody.

    Args:
        address: Of the file, on the same host: a path such as `/api/v1/base/139921.pmtiles`.

    Raises:
        InvalidInputError: The address names another host.
    """

    factory: ClassVar[str] = "pmtiles"
    script: ClassVar[str] = "pmtiles"
    # `maps.figure` refuses the layer in a file that must open without a network.
    is_live_only: ClassVar[bool] = True

    def __init__(self, address: str, *, name: str = "底图 Base map") -> None:
        """Keep the address."""
        if not address.startswith("/") or address.startswith("//"):
            raise InvalidInputError(f"PMTiles are served by our own host, not from {address}")
        data = {"address": address, "deepest": DEEPEST_ZOOM}
        super().__init__(layer_id="pmtiles", data=data, name=name)

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401 - as in branca
        """Put the library before our script."""
        figure_of(self).header.add_child(
            JavascriptLink("vendor/protomaps/protomaps-leaflet.js"), name="protomaps"
        )
        return super().render(**kwargs)
