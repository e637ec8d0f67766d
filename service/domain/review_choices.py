"""What a person decides about an address, and what becomes of its location."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import shapely

from service.domain.datum import to_wgs84
from service.domain.errors import InvalidInputError
from service.domain.places import RADIUS_M, Datum, Level

RULE = "decided"


class Outcome(StrEnum):
    """The three things that can be said of an address."""

    PLACE = "place"  # a place of the gazetteer
    POINT = "point"  # a point on the ground
    UNPLACEABLE = "unplaceable"  # not to be placed, and why


# Why an address is not to be placed: reason key → Chinese, English.
WHY_NOT: dict[str, tuple[str, str]] = {
    "decided_out_of_county": ("人工判定：不在本县", "decided: not in this county"),
    "decided_needs_visit": ("人工判定：须实地核查", "decided: needs a visit"),
    "decided_no_such_place": ("人工判定：地址查无此处", "decided: no such place"),
}
_POINT_LEVELS = frozenset({Level.ROOFTOP, Level.ROAD, Level.VILLAGE})
# What a township, a county or a road ends with: a village's name may follow.
_ENDS = frozenset("乡镇县市区道处路街办")
_PLACE_LEVELS = {"village": Level.VILLAGE, "township": Level.TOWNSHIP, "town": Level.TOWNSHIP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A decision in full, as it is kept and applied again.

    Attributes:
        outcome: Place, point or unplaceable.
        level: How precise the point is; None where nothing is placed.
        lon, lat: Degrees WGS 84.
        radius_m: Metres within which the true place is expected.
        place_code: Of the gazetteer, '' for a free point.
        place_name: For people.
        township_code, village_code: Where the place belongs, '' unknown.
        why: Key of `WHY_NOT`.
        given: What was typed, with its datum, where a point was.
    """

    outcome: Outcome
    level: Level | None = None
    lon: float | None = None
    lat: float | None = None
    radius_m: float | None = None
    place_code: str = ""
    place_name: str = ""
    township_code: str = ""
    village_code: str = ""
    why: str = ""
    given: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the choice as it is stored."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Choice":
        """Return a stored choice."""
        level = stored.get("level")
        return cls(
            **{
                **stored,
                "outcome": Outcome(stored["outcome"]),
                "level": None if level is None else Level(level),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GazetteerPlace:
    """A place as the gazetteer has it; degrees WGS 84, None where it has no point."""

    code: str
    name: str
    level: str
    township_code: str
    lon: float | None
    lat: float | None
    radius_m: float | None


def choose_place(place: GazetteerPlace, town: GazetteerPlace | None) -> Choice:
    """Return the choice of a gazetteer's place; its town stands in for a village without a point.

    Raises:
        InvalidInputError: Neither has a point, or the place is no village or township.
    """
    if place.level not in _PLACE_LEVELS:
        raise InvalidInputError(
            f"{place.name} is a {place.level}; choose a village, a township or a point"
        )
    at = place if place.lon is not None else town
    if at is None or at.lon is None or at.lat is None:
        raise InvalidInputError(
            f"the gazetteer has no point for {place.name}; give one by hand (--lon, --lat)"
        )
    level = _PLACE_LEVELS[at.level]
    is_village = place.level == "village"
    return Choice(
        outcome=Outcome.PLACE,
        level=level,
        lon=at.lon,
        lat=at.lat,
        radius_m=at.radius_m or RADIUS_M[level],
        place_code=place.code,
        place_name=place.name,
        township_code=place.township_code,
        village_code=place.code if is_village else "",
    )


def finer(choice: Choice, normalised: str, villages: Sequence[GazetteerPlace]) -> Choice:
    """Return a township's choice narrowed to the one village of it that an address names in full.

    A person has said which township is meant, so that a name counts which alone would not: of
    several names the longest, if all others are parts of it, and only where a name can begin, for
    小石桥村 is not 石桥村. Otherwise the choice stays.

    Args:
        choice: Of a township.
        normalised: The address as it is compared.
        villages: Those of the township.
    """
    if choice.outcome is not Outcome.PLACE or choice.village_code:
        return choice
    named = [
        place
        for place in villages
        if place.lon is not None and _begins(normalised, normalised.find(place.name))
    ]
    longest = max(named, key=lambda place: len(place.name), default=None)
    if longest is None or any(place.name not in longest.name for place in named):
        return choice
    if sum(place.name == longest.name for place in named) > 1:
        return choice
    return choose_place(longest, None)


def _begins(text: str, at: int) -> bool:
    """Whether a village's name can begin at a place in a text; -1 is nowhere."""
    return at == 0 or (at > 0 and (text[at - 1] in _ENDS or not text[at - 1].isalpha()))


def choose_point(
    lon: float, lat: float, *, datum: Datum, level: Level, boundary: shapely.Geometry
) -> Choice:
    """Return the choice of a point set by hand.

    Args:
        lon: Degrees east in `datum`.
        lat: Degrees north in `datum`.
        datum: What the two are measured against; both are kept as given.
        level: rooftop, road or village: how precisely it is known.
        boundary: The county's polygon in WGS 84.

    Raises:
        InvalidInputError: Not finite, outside the county, or a level that is no point's.
    """
    if level not in _POINT_LEVELS:
        raise InvalidInputError("a point set by hand is known to its door, its road or its village")
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise InvalidInputError("longitude and latitude must be finite numbers")
    (east,), (north,) = to_wgs84([lon], [lat], datum)
    if not shapely.intersects_xy(boundary, east, north):
        raise InvalidInputError(
            f"the point ({east:.5f}, {north:.5f}, WGS 84) lies outside the county; check that "
            f"longitude comes first and that the datum is {datum}"
        )
    return Choice(
        outcome=Outcome.POINT,
        level=level,
        lon=float(east),
        lat=float(north),
        radius_m=RADIUS_M[level],
        given=f"{lon!r},{lat!r},{datum}",
    )


def choose_nothing(why: str) -> Choice:
    """Return the choice not to place an address.

    Raises:
        InvalidInputError: An unknown reason.
    """
    if why not in WHY_NOT:
        raise InvalidInputError(f"say why it cannot be placed: {', '.join(sorted(WHY_NOT))}")
    return Choice(outcome=Outcome.UNPLACEABLE, why=why)


def location_of(choice: Choice, engine: Mapping[str, Any]) -> dict[str, Any]:
    """Return the location that a choice makes of the engine's answer, by column.

    The candidates stay what the engine said, so that the decision can be looked at again.
    """
    why_zh = WHY_NOT[choice.why][0] if choice.why else ""
    is_placed = choice.outcome is not Outcome.UNPLACEABLE
    return {
        **engine,
        "status": "placed" if is_placed else "review",
        "level": None if choice.level is None else choice.level.value,
        "confidence": 1.0 if is_placed else 0.0,
        "rule": RULE,
        "reason": choice.why,
        "reason_zh": why_zh,
        "township_code": choice.township_code or None,
        "village_code": choice.village_code or None,
        "radius_m": choice.radius_m,
        "lon": choice.lon,
        "lat": choice.lat,
    }
