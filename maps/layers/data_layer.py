"""The common part of our layers: a data block in the document and one call of our script."""

from typing import Any, ClassVar

from folium.map import Layer
from folium.template import Template

from maps.encoding import JsonValue
from maps.figure import DataBlock, OwnScript, OwnStyle, figure_of

# branca compiles every name as a Jinja template, so `{{ … }}` in a layer's name would run on the
# server. A word joiner between the braces looks the same and means nothing.
_WORD_JOINER = "\u2060"


def neutral_name(name: str) -> str:
    """Return a layer name that no template engine reads as code."""
    for mark in ("{", "}", "%", "#"):
        name = name.replace("{" + mark, "{" + _WORD_JOINER + mark)
        name = name.replace(mark + "}", mark + _WORD_JOINER + "}")
    return name.replace("`", "'").replace("${", "$" + _WORD_JOINER + "{")


class DataLayer(Layer):
    """A Folium layer whose data and texts never pass through a template.

    Args:
        layer_id: Unique in the map; fixed, so that the same input gives the same file.
        data: What the script gets, as JSON.
        name: Name in a layer control.
        show: On the map from the start.
    """

    factory: ClassVar[str] = ""
    script: ClassVar[str] = ""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = wangge.{{ this.factory }}({{ this.block_id|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, *, layer_id: str, data: JsonValue, name: str, show: bool = True) -> None:
        """Keep the data; it is encoded when the map is written."""
        super().__init__(name=neutral_name(name), overlay=True, control=True, show=show)
        self._name = "Wangge"
        self._id = layer_id
        self.block_id = f"wg-data-{layer_id}"
        self.data = data

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401 - as in branca
        """Put the script into the head, the data into the body, and the call after both."""
        figure = figure_of(self)
        figure.header.add_child(OwnStyle("maps/css/map.css"), name="wangge_map_css")
        for name in ("core", self.script):
            figure.header.add_child(OwnScript(f"maps/js/{name}.js"), name=f"wangge_{name}_js")
        figure.html.add_child(DataBlock(self.block_id, self.data), name=self.block_id)
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        return ""
