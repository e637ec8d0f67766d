"""Setting a point by hand: a click on empty ground tells the page round the map where it is."""

from typing import ClassVar

from maps.layers.data_layer import DataLayer
from maps.words import Words


class PickLayer(DataLayer):
    """A layer that answers clicks which hit nothing else; it holds no data of the county."""

    factory: ClassVar[str] = "pick"
    script: ClassVar[str] = "pick"

    def __init__(self, label: Words) -> None:
        """Take what the mark is called."""
        super().__init__(layer_id="pick", data={"label": label.as_json()}, name="定点 Point")
