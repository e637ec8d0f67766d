"""Things known to an area only: the whole area is drawn with their number, never a pin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from geopandas import GeoDataFrame

from maps.encoding import JsonValue, feature_collection, simplified
from maps.layers.data_layer import DataLayer
from maps.layers.labels import middle_of
from maps.words import Words

_DETAIL_M = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaCount:
    """How many things are known to lie somewhere in one area.

    Attributes:
        code: Of the area.
        n: How many.
        names: Their names, as many as a card holds.
        switches: State in which it is shown.
    """

    code: str
    n: int
    names: str = ""
    switches: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> JsonValue:
        """Return what the script needs."""
        return {
            "code": self.code,
            "n": self.n,
            "names": self.names,
            "switches": dict(self.switches),
        }


class AreasLayer(DataLayer):
    """Areas with the number of what is known to be in them and no better.

    The areas appear with the points (the message `points`), and one by one when asked for
    (`wangge.focus("area", code)`).

    Args:
        areas: code, name, geometry (polygons, EPSG:4326).
        counts: What is known to lie in them.
        show: Drawn from the start, or with the points.
    """

    factory: ClassVar[str] = "areas"
    script: ClassVar[str] = "areas"

    def __init__(
        self,
        areas: GeoDataFrame,
        *,
        counts: Sequence[AreaCount] = (),
        name: str = "只知道乡镇 Known to an area",
        show: bool = False,
    ) -> None:
        """Prepare the shapes, simplified to what a screen can show."""
        shapes = simplified(areas.geometry, tolerance_m=_DETAIL_M)
        middles = [None if shape.is_empty else middle_of(shape) for shape in shapes]
        data = {
            "codes": [str(code) for code in areas["code"]],
            "names": [str(text) for text in areas["name"]],
            "shapes": feature_collection(shapes, [{} for _ in shapes]),
            "middles": [at and [round(at.y, 5), round(at.x, 5)] for at in middles],
            "counts": [count.as_json() for count in counts],
            "shown": show,
            "what": Words(
                "登记或定位在这个乡镇，具体位置不明",
                "registered or located in this township, place unknown",
            ).as_json(),
        }
        super().__init__(layer_id="areas", data=data, name=name)
