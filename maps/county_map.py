"""The empty map: a Folium map without tiles, without other people's assets, drawn on canvas."""

from typing import Any

import folium
from branca.element import CssLink, JavascriptLink
from folium.template import Template

from maps.figure import OfflineFigure, OwnScript, OwnStyle, Shell, figure_of

Bounds = tuple[float, float, float, float]


class CountyMap(folium.Map):
    """A `folium.Map` that loads nothing from another host.

    Other Folium layers can be added as long as their assets are in `maps/assets.py`; anything
    else raises when the map is rendered.

    Args:
        bounds: West, south, east, north in degrees (EPSG:4326): what is shown first.
        shell: Title, lists and switches round the map.
    """

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <div class="folium-map" id="{{ this.get_name() }}"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = wangge.map(
                {{ this.get_name()|tojson }}, {{ this.fit|tojson }}, {{ this.options|tojavascript }}
            );
        {% endmacro %}
        """
    )

    def __init__(self, *, bounds: Bounds, shell: Shell | None = None) -> None:
        """Lay out an empty map over the bounds."""
        west, south, east, north = bounds
        super().__init__(
            location=((south + north) / 2, (west + east) / 2),
            tiles=None,
            prefer_canvas=True,
            zoom_control=False,
            # Without tiles nothing else tells Leaflet where zooming ends, and layers that ask
            # for it fail.
            maxZoom=18,
            minZoom=5,
            zoomSnap=0.25,
            zoomDelta=0.5,
            attributionControl=False,
        )
        self._id = "county"
        # None of Folium's own: no jQuery, no bootstrap, no icon font.
        self.default_js = []
        self.default_css = []
        self.fit = [[south, west], [north, east]]
        figure = OfflineFigure()
        if shell is not None:
            figure.shell = shell
        figure.add_child(self)

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401 - as in branca
        """Put Leaflet, our styles and our core script before whatever the layers need."""
        header = figure_of(self).header
        header.add_child(JavascriptLink("vendor/leaflet/leaflet.js"), name="leaflet")
        header.add_child(CssLink("vendor/leaflet/leaflet.css"), name="leaflet_css")
        for name in ("map", "page"):
            header.add_child(OwnStyle(f"maps/css/{name}.css"), name=f"wangge_{name}_css")
        for name in ("core", "timeline", "townships", "page"):
            header.add_child(OwnScript(f"maps/js/{name}.js"), name=f"wangge_{name}_js")
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        return ""
