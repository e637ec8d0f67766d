"""What it means to have found a place: a point with its datum, a level, a reason, and doubt."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple


class Datum(StrEnum):
    """What a longitude and a latitude are measured against."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"  # within about a metre of WGS 84: kept apart, never shifted
    GCJ02 = "gcj02"  # Amap, Tencent: hundreds of metres off WGS 84 in mainland China
    BD09 = "bd09"  # Baidu: GCJ-02 shifted once more


class Level(StrEnum):
    """How precisely a point is known, the finest first; see ``RADIUS_M``."""

    ROOFTOP = "rooftop"
    ROAD = "road"
    VILLAGE = "village"
    TOWNSHIP = "township"
    COUNTY = "county"


# Metres within which the true place is expected: the bound for the first three levels, the
# measured median distance (town point to county point, village to town point) for the others.
RADIUS_M: dict[Level, float] = {
    Level.ROOFTOP: 50.0,
    Level.ROAD: 300.0,
    Level.VILLAGE: 1_000.0,
    Level.TOWNSHIP: 3_700.0,
    Level.COUNTY: 16_300.0,
}

# Only these may be drawn as a pin or become a stop on a route; the rest are areas.
PIN_LEVELS = frozenset({Level.ROOFTOP, Level.ROAD, Level.VILLAGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A point on the ground in degrees; two places compare only in the same datum."""

    lon: float
    lat: float
    datum: Datum


class Token(NamedTuple):
    """A piece of the normalised address and what it was read as."""

    kind: str
    text: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A place that the address may mean; degrees WGS 84, None where the gazetteer has no point."""

    code: str
    name: str
    township: str
    county: str
    level: Level
    confidence: float
    lon: float | None
    lat: float | None

    def as_json(self) -> dict[str, object]:
        """Return the candidate as a document; ``dataclasses.asdict`` takes ten times as long."""
        return {
            "code": self.code,
            "name": self.name,
            "township": self.township,
            "county": self.county,
            "level": self.level.value,
            "confidence": self.confidence,
            "lon": self.lon,
            "lat": self.lat,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where an address is, how surely and by which rule; or why a person must look at it.

    ``level`` is the precision of the point, not of the reading: a village that is known by name
    but has no point in the gazetteer is placed at its township's level, with ``village`` filled.
    A placement in review has neither level nor point; what it may be stands in ``candidates``.
    Names and codes are the gazetteer's own, '' when unknown; lon and lat are WGS 84 degrees.
    """

    status: Literal["placed", "review"]
    level: Level | None
    confidence: float
    rule: str
    reason: str = ""
    reason_zh: str = ""
    reason_en: str = ""
    county: str = ""
    township: str = ""
    village: str = ""
    road: str = ""
    number: str = ""
    relative: str = ""
    county_code: str = ""
    township_code: str = ""
    village_code: str = ""
    lon: float | None = None
    lat: float | None = None
    radius_m: float | None = None
    candidates: tuple[Candidate, ...] = ()
    tokens: tuple[Token, ...] = ()
    normalised: str = ""
    gazetteer_version: str = ""

    @property
    def is_pin(self) -> bool:
        """Whether the point is precise enough to be drawn as a pin or visited on a route."""
        return self.level in PIN_LEVELS and self.lon is not None
