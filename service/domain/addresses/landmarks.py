"""Roads, door plates and named buildings of a county: what is finer than a village.

They are taken only inside the town that the text (or its context) names: roads and shops bear the
same names everywhere. A road's own table of numbers places a number between its neighbours.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from service.domain.addresses.index import Town, Village
from service.domain.addresses.names import plain
from service.domain.addresses.parse import road_and_number
from service.domain.datum import distance_m
from service.domain.places import RADIUS_M, Level

# A road's part may stand for a row that names no number, if all of it is as near as a village's.
_LONGEST_M = 1_000.0
# A place without a town of its own counts for a town whose point is so near.
_NEAR_TOWN_M = 12_000.0
_FIRST_NUMBER = re.compile("[0-9]+")
_MIN_NAME = 3
_SIDES = ("东段", "西段", "南段", "北段", "中段", "东侧", "西侧", "南侧", "北侧")


class Landmark(NamedTuple):
    """A row of the gazetteer that is a road (or its part in one town) or a point with a name.

    Attributes:
        code: As the gazetteer has it.
        name: Official.
        is_road: Whether it is a line.
        town_code: Of the town it lies in, '' if the gazetteer does not say.
        lon: WGS 84 degrees; of a road, of the point on it nearest to its middle.
        lat: Likewise.
        radius_m: How far from the point it reaches.
    """

    code: str
    name: str
    is_road: bool
    town_code: str
    lon: float
    lat: float
    radius_m: float


class Plate(NamedTuple):
    """A door plate: a number on a road, at a point (WGS 84 degrees)."""

    number: int
    whole: str
    at: Landmark


class Spot(NamedTuple):
    """A point finer than the place the text names, and by which rule."""

    lon: float
    lat: float
    level: Level
    radius_m: float
    rule: str
    name: str


@dataclass(slots=True)
class Landmarks:
    """One county's roads, plates and named points."""

    roads: dict[str, list[Landmark]] = field(default_factory=dict)
    plates: dict[str, list[Plate]] = field(default_factory=dict)
    points: dict[str, list[Landmark]] = field(default_factory=dict)
    lengths: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def road_named(self, written: str) -> str:
        """Return the known road that a written one ends with, '' if there is none."""
        for side in _SIDES:
            written = written.removesuffix(side)
        for start in range(max(0, len(written) - 1)):
            if written[start:] in self.roads or written[start:] in self.plates:
                return written[start:]
        return ""

    def towns_of_road(self, road: str, number: str) -> set[str]:
        """Return the codes of the towns a road runs through, '' for an unknown one.

        A number that only one town's plates have decides.
        """
        numbered = {p.at.town_code for p in self.plates.get(road, ()) if p.whole == number}
        if number and len(numbered) == 1:
            return numbered
        return {part.town_code for part in self.roads.get(road, ())}

    def points_in(self, text: str, start: int) -> Iterator[Landmark]:
        """Yield the named points that stand in the text, the longest at each place."""
        at = start
        while at < len(text):
            for length in self.lengths.get(text[at], ()):
                found = self.points.get(text[at : at + length])
                if found and at + length <= len(text):
                    yield from found
                    at += length - 1
                    break
            at += 1


def build_landmarks(rows: Iterable[Landmark]) -> Landmarks | None:
    """Arrange a county's landmarks; None if it has none."""
    built = Landmarks()
    plates: defaultdict[str, list[Plate]] = defaultdict(list)
    for row in sorted(rows):
        if row.is_road:
            built.roads.setdefault(plain(row.name), []).append(row)
            continue
        road, number = road_and_number(plain(row.name), 0)
        first = _FIRST_NUMBER.match(number)
        if road and first and plain(row.name).endswith(number):
            plates[road].append(Plate(int(first[0]), number, row))
        elif len(plain(row.name)) >= _MIN_NAME:
            built.points.setdefault(plain(row.name), []).append(row)
    built.plates = {road: sorted(found) for road, found in plates.items()}
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for name in built.points:
        lengths[name[0]].add(len(name))
    built.lengths = {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}
    return built if built.roads or built.plates or built.points else None


def spot_in_town(  # noqa: PLR0913 - the pieces of one address
    marks: Landmarks,
    town: Town,
    village: Village | None,
    *,
    road: str,
    number: str,
    text: str,
    start: int,
    name: str,
) -> Spot | None:
    """Return the finest spot inside a town that an address and its bearer's name point at.

    Args:
        marks: Of the county.
        town: The town the text names.
        village: The village, if it names one: a spot must then be near it.
        road: As written, '' for none.
        number: The house number as written, '' for none.
        text: The normalised address.
        start: Where it goes on behind the places read.
        name: Of the enterprise.
    """
    known = marks.road_named(road) if road else ""
    found = _plate(marks, town, village, known, number) if known and number else None
    if found is None:
        found = _named_point(marks, town, village, text, start, name)
    if found is None and known:
        found = _road(marks, town, village, known)
    return found


def _inside(mark: Landmark, town: Town, village: Village | None) -> bool:
    """Whether a landmark is in the town, and near the village if one is named and has a point."""
    if mark.town_code and mark.town_code != town.code:
        return False
    if village is not None and village.lon is not None and village.lat is not None:
        off_m = _off_m(mark, village.lon, village.lat)
        return off_m <= RADIUS_M[Level.VILLAGE] + mark.radius_m
    if mark.town_code:
        return True
    if town.lon is None or town.lat is None:
        return False
    return _off_m(mark, town.lon, town.lat) <= max(_NEAR_TOWN_M, town.radius_m)


def _off_m(mark: Landmark, lon: float, lat: float) -> float:
    return float(distance_m(mark.lon, mark.lat, lon, lat))


def _plate(
    marks: Landmarks, town: Town, village: Village | None, road: str, number: str
) -> Spot | None:
    plates = [p for p in marks.plates.get(road, ()) if _inside(p.at, town, village)]
    exact = [p for p in plates if p.whole == number]
    if len(exact) == 1:
        at = exact[0].at
        return _spot(at, "door_plate", f"{road}{number}")
    first = _FIRST_NUMBER.match(number)
    if exact or first is None:
        return None
    return _between(plates, int(first[0]), road)


def _between(plates: list[Plate], number: int, road: str) -> Spot | None:
    """Place a number between the nearest lower and higher ones of its own side of the road."""
    side = [p for p in plates if p.number % 2 == number % 2]
    lower = max((p for p in side if p.number < number), default=None)
    higher = min((p for p in side if p.number > number), default=None)
    if lower is None or higher is None:
        return None
    share = (number - lower.number) / (higher.number - lower.number)
    lon = lower.at.lon + share * (higher.at.lon - lower.at.lon)
    lat = lower.at.lat + share * (higher.at.lat - lower.at.lat)
    apart_m = float(distance_m(lower.at.lon, lower.at.lat, higher.at.lon, higher.at.lat))
    radius_m = max(RADIUS_M[Level.ROOFTOP], round(apart_m / 2, 0))
    if radius_m > _LONGEST_M:
        return None
    return Spot(lon, lat, Level.ROAD, radius_m, "road_number", road)


def _named_point(
    marks: Landmarks, town: Town, village: Village | None, text: str, start: int, name: str
) -> Spot | None:
    """Return the one named point of the town in the text, else the one that bears the own name."""
    own = marks.points.get(plain(name), []) if len(plain(name)) >= _MIN_NAME else []
    for rule, found in (("poi_in_town", marks.points_in(text, start)), ("name_in_town", own)):
        here = [mark for mark in found if _inside(mark, town, village)]
        if len(set(here)) == 1:
            return _spot(here[0], rule, here[0].name)
    return None


def _road(marks: Landmarks, town: Town, village: Village | None, road: str) -> Spot | None:
    parts = [part for part in marks.roads.get(road, ()) if _inside(part, town, village)]
    if not parts:
        return None
    lon = float(np.mean([part.lon for part in parts]))
    lat = float(np.mean([part.lat for part in parts]))
    middle = min(parts, key=lambda part: (_off_m(part, lon, lat), part.code))
    radius_m = max(_off_m(part, middle.lon, middle.lat) + part.radius_m for part in parts)
    level = Level.ROAD if radius_m <= _LONGEST_M else Level.TOWNSHIP
    if village is not None and village.lon is not None and radius_m > _LONGEST_M:
        return None  # the village's own point says more
    radius_m = max(RADIUS_M[Level.ROOFTOP], round(radius_m, 0))
    return Spot(middle.lon, middle.lat, level, radius_m, "road_in_town", road)


def _spot(mark: Landmark, rule: str, name: str) -> Spot:
    radius_m = max(mark.radius_m, 1.0)
    if radius_m <= RADIUS_M[Level.ROOFTOP]:
        level = Level.ROOFTOP
    else:
        level = Level.ROAD if radius_m <= _LONGEST_M else Level.TOWNSHIP
    return Spot(mark.lon, mark.lat, level, radius_m, rule, name)
