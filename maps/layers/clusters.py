"""Clusters as numbered rings; dashed where the cluster does not stand every test."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from shapely.geometry.base import BaseGeometry

from maps.encoding import JsonValue, rounded
from maps.layers.data_layer import DataLayer
from maps.words import Words

# Metres per degree of latitude; a ring's extent on the screen needs no better.
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterMark:
    """A ring with a badge and a popup.

    Attributes:
        mark_id: Unique among clusters and gaps of the map, used by links and messages.
        number: What stands in the badge.
        shape: Polygon, or the centre point when `radius_m` draws the ring; EPSG:4326.
        radius_m: Radius of the ring in metres.
        switches: State in which it is shown.
        rows: Lines of the popup.
        known_from: Not shown in the weeks before this day; None always.
        badge_at: Longitude and latitude of the number; on the ring's upper right where None.
        week: Shown in this week alone; '' in every week that has no run of its own.
    """

    mark_id: str
    number: str
    shape: BaseGeometry
    title: Words
    radius_m: float = 0.0
    doubtful: bool = False
    switches: Mapping[str, str] = field(default_factory=dict)
    subtitle: Words | None = None
    rows: Sequence[tuple[Words, Words]] = ()
    remark: Words | None = None
    known_from: date | None = None
    badge_at: tuple[float, float] | None = None
    week: str = ""

    def as_json(self) -> JsonValue:
        """Return what the script needs."""
        south, west, north, east = self._extent()
        is_point = self.shape.geom_type == "Point"
        return {
            "id": self.mark_id,
            "number": self.number,
            "doubtful": self.doubtful,
            "switches": dict(self.switches),
            "week": self.week,
            "known_from": self.known_from.isoformat() if self.known_from else "",
            "shape": None if is_point else rounded(self.shape),
            "centre": [round((south + north) / 2, 5), round((west + east) / 2, 5)],
            "radius_m": round(self.radius_m, 1),
            "badge": [round(v, 5) for v in self._badge()],
            "bounds": [[south, west], [north, east]],
            "card": {
                "title": self.title.as_json(),
                "subtitle": self.subtitle.as_json() if self.subtitle else None,
                "rows": [{"label": a.as_json(), "value": b.as_json()} for a, b in self.rows],
                "remark": self.remark.as_json() if self.remark else None,
            },
        }

    def _extent(self) -> tuple[float, float, float, float]:
        west, south, east, north = self.shape.bounds
        if self.shape.geom_type == "Point":
            tall = self.radius_m / _METRES_PER_DEGREE
            wide = tall / max(0.1, math.cos(math.radians(south)))
            west, south, east, north = west - wide, south - tall, east + wide, north + tall
        return (round(south, 5), round(west, 5), round(north, 5), round(east, 5))

    def _badge(self) -> tuple[float, float]:
        """Return latitude and longitude on the ring, to the upper right, clear of the middle."""
        if self.badge_at is not None:
            return (self.badge_at[1], self.badge_at[0])
        south, west, north, east = self._extent()
        diagonal = 0.5 * 0.7071
        return (
            (south + north) / 2 + (north - south) * diagonal,
            (west + east) / 2 + (east - west) * diagonal,
        )


class ClustersLayer(DataLayer):
    """Numbered rings, shown by the same switches as the cells."""

    factory: ClassVar[str] = "clusters"
    script: ClassVar[str] = "clusters"

    def __init__(
        self,
        marks: Sequence[ClusterMark],
        *,
        weeks: Sequence[str] = (),
        name: str = "聚集区 Clusters",
    ) -> None:
        """Prepare the rings; `weeks` have marks of their own, or none."""
        data = {"clusters": [mark.as_json() for mark in marks], "weeks": list(weeks)}
        super().__init__(layer_id="clusters", data=data, name=name)
