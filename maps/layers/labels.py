"""Place names as text over the map; names that would cover each other give way by rank."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from maps.layers.data_layer import DataLayer
from maps.model import Geography

_LONGEST = 24
_DETAIL_DEGREES = 0.0005
_TOLERANCE_DEGREES = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A name at a point; `zoom` is the first zoom at which it may be shown."""

    text: str
    at: shapely.Point
    kind: Literal["township", "village", "river"]
    rank: int
    zoom: float


class LabelsLayer(DataLayer):
    """Names drawn as text, which stays sharp on paper."""

    factory: ClassVar[str] = "labels"
    script: ClassVar[str] = "labels"

    def __init__(self, labels: Sequence[Label]) -> None:
        """Prepare the names."""
        names = [
            {
                "text": _short(label.text),
                "lon": round(label.at.x, 5),
                "lat": round(label.at.y, 5),
                "kind": label.kind,
                "rank": label.rank,
                "from": label.zoom,
            }
            for label in labels
        ]
        super().__init__(layer_id="labels", data={"names": names}, name="地名 Names")


def place_names(geography: Geography) -> list[Label]:
    """Return the names of townships, rivers and, closer in, villages."""
    labels = [
        # The centre of the largest inscribed circle: a name there stays inside a bent shape.
        Label(text=str(name), at=middle_of(shape), kind="township", rank=3, zoom=0)
        for name, shape in zip(
            geography.townships["name"], geography.townships.geometry, strict=True
        )
        if not shape.is_empty
    ]
    if geography.rivers is not None and "name" in geography.rivers:
        labels += [
            Label(
                text=str(name),
                at=shape.interpolate(0.3, normalized=True),
                kind="river",
                rank=2,
                zoom=9.5,
            )
            for name, shape in zip(geography.rivers["name"], geography.rivers.geometry, strict=True)
            if isinstance(name, str) and shape.geom_type == "LineString"
        ]
    villages = geography.villages
    if villages is not None:
        labels += [
            Label(text=str(name), at=point, kind="village", rank=1, zoom=12)
            for name, point in zip(villages["name"], villages.geometry, strict=True)
            if point is not None and point.geom_type == "Point" and not point.is_empty
        ]
    return labels


def middle_of(shape: BaseGeometry) -> shapely.Point:
    """Return the centre of the largest circle inside a polygon; degrees, as the shape."""
    # Looked for in a coarser outline: the search takes time with every vertex.
    plain = shapely.simplify(shape, _DETAIL_DEGREES)
    coarse = shape if plain.is_empty else plain
    radius = shapely.maximum_inscribed_circle(np.array([coarse]), tolerance=_TOLERANCE_DEGREES)
    # The line runs from the circle's centre to its edge.
    return shapely.Point(shapely.get_coordinates(radius)[0])


def _short(text: str) -> str:
    """Return a name that leaves room for others; the full one stands in the lists."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
