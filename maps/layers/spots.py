"""Places that a list points to: ground with a shape of its own, and points named by the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import shapely
from shapely.geometry.base import BaseGeometry

from maps.encoding import JsonValue, feature_collection
from maps.layers.data_layer import DataLayer
from maps.words import Words

# About a pixel at zoom 16, as close as ground between cells is looked at.
_DETAIL_DEGREES = 1.0 / 111_320.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotShape:
    """Ground that belongs to no one cell: shown when a row asks for it.

    Attributes:
        spot_id: What rows ask for.
        shape: Polygon in EPSG:4326.
        title, text: Of its popup.
    """

    spot_id: str
    shape: BaseGeometry
    title: Words
    text: Words


class SpotsLayer(DataLayer):
    """Draws one place at a time: `focus('gap', id)` a shape, `focus('spot', 'lon,lat')` a ring."""

    factory: ClassVar[str] = "spots"
    script: ClassVar[str] = "spots"

    def __init__(self, shapes: Sequence[SpotShape] = ()) -> None:
        """Prepare the shapes; points need none, the page names them."""
        drawn = [shapely.simplify(one.shape, _DETAIL_DEGREES) for one in shapes]
        data: JsonValue = {
            "shapes": feature_collection(drawn, [{} for _ in drawn]),
            "ids": [one.spot_id for one in shapes],
            "titles": [one.title.as_json() for one in shapes],
            "texts": [one.text.as_json() for one in shapes],
        }
        super().__init__(layer_id="spots", data=data, name="位置 Places")
