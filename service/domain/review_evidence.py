"""Where an address of the queue may be, and what speaks for each place, in words."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from service.domain.addresses.index import one_lost
from service.domain.addresses.similar import sounds_like
from service.domain.datum import distance_m, to_wgs84
from service.domain.places import Datum

# As many as there are keys from 1 to 9.
MOST = 9
_KILOMETRE = 1000.0
# A place is not said to be far from itself.
_SAME_SPOT_M = 1.0


class Said(NamedTuple):
    """One text in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A place that a group of addresses may mean.

    Attributes:
        code: In the gazetteer; '' for a point that a row itself gives.
        level: village, township or rooftop.
        lon, lat: Degrees WGS 84, None where unknown.
        distance_m: Metres from the point that the rows give, else from the registered township's.
        distance_from: What the distance is measured from.
        evidence: What speaks for it or against it.
    """

    number: int
    code: str
    name: str
    township: str
    level: str
    lon: float | None
    lat: float | None
    distance_m: float | None = None
    distance_from: Said | None = None
    evidence: Sequence[Said] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What is known beside the rows of a group.

    Attributes:
        towns: Townships of the gazetteer by their code in the register: code, name, lon, lat.
        road_m: Metres of the group's road in each township (registered code).
        placed: How many other rows with the token the engine placed in each township.
    """

    towns: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    road_m: Mapping[str, float] = field(default_factory=dict)
    placed: Mapping[str, int] = field(default_factory=dict)


def options_of(rows: Sequence[Mapping[str, Any]], hints: Hints) -> list[Option]:
    """Return the places that a group may mean, the likeliest first, at most nine.

    Args:
        rows: Of the queue, with candidates, township_code, token and given point.
        hints: What the gazetteer and the placed rows say.
    """
    found = _named(rows)
    votes = Counter(key for row in rows for key in _keys(row["candidates"]))
    for code in _further_towns(rows, hints):
        town = hints.towns[code]
        key = (str(town["code"]), 0.0, 0.0)
        found.setdefault(key, {**town, "township": town["name"], "level": "township"})
    ranked = sorted(
        found.items(), key=lambda item: -_weight(item[1], votes[item[0]], len(rows), hints)
    )
    origin = _origin(rows, hints)
    return [
        _option(number, place, rows, hints, votes[key], origin)
        for number, (key, place) in enumerate(ranked[:MOST], start=1)
    ]


def _keys(candidates: Iterable[Mapping[str, Any]]) -> list[tuple[str, float, float]]:
    return [_key(candidate) for candidate in candidates]


def _key(candidate: Mapping[str, Any]) -> tuple[str, float, float]:
    """A place by its code; a given point, which has none, by where it is."""
    code = str(candidate["code"])
    if code:
        return (code, 0.0, 0.0)
    return ("", round(candidate["lon"] or 0.0, 6), round(candidate["lat"] or 0.0, 6))


def _named(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, float, float], dict[str, Any]]:
    return {_key(one): dict(one) for row in rows for one in row["candidates"]}


def _further_towns(rows: Sequence[Mapping[str, Any]], hints: Hints) -> list[str]:
    """Return townships that no candidate names: along the road, of like rows, as registered."""
    registered = Counter(row["township_code"] for row in rows if row["township_code"])
    codes = [*hints.placed, *hints.road_m, *(code for code, _ in registered.most_common(3))]
    return [code for code in dict.fromkeys(codes) if code in hints.towns]


def _town_code(place: Mapping[str, Any], hints: Hints) -> str:
    """Return the registered code of the township that a place is in, '' unknown."""
    name = place.get("township") or ""
    return next((code for code, town in hints.towns.items() if town["name"] == name), "")


def _weight(place: Mapping[str, Any], votes: int, rows: int, hints: Hints) -> float:
    """Order only: what the text names, then like rows, then the road's stretch."""
    code = _town_code(place, hints)
    total_m = sum(hints.road_m.values()) or 1.0
    total = sum(hints.placed.values()) or 1
    weight = 2.0 * votes / max(rows, 1) + 1.5 * hints.placed.get(code, 0) / total
    return weight + hints.road_m.get(code, 0.0) / total_m


def _origin(rows: Sequence[Mapping[str, Any]], hints: Hints) -> tuple[float, float, Said] | None:
    """Return what distances are measured from: the one given point, or the registered township."""
    points = {
        (float(row["given_lon"]), float(row["given_lat"]), row["given_datum"] or "wgs84")
        for row in rows
        if row.get("given_lon") is not None
    }
    if len(points) == 1:
        lon, lat, datum = points.pop()
        (east,), (north,) = to_wgs84([lon], [lat], Datum(datum))
        return float(east), float(north), Said("登记坐标", "the registered point")
    codes = {row["township_code"] for row in rows if row["township_code"]}
    if len(codes) == 1:
        town = hints.towns.get(codes.pop())
        if town is not None and town["lon"] is not None:
            name = town["name"]
            return town["lon"], town["lat"], Said(f"登记的{name}驻地", f"{name}, as registered")
    return None


def _option(
    number: int,
    place: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    hints: Hints,
    votes: int,
    origin: tuple[float, float, Said] | None,
) -> Option:
    away = None
    if origin is not None and place["lon"] is not None:
        away = float(distance_m(origin[0], origin[1], place["lon"], place["lat"]))
        away = None if away < _SAME_SPOT_M else away
    return Option(
        number=number,
        code=str(place["code"]),
        name=str(place["name"]),
        township=str(place.get("township") or ""),
        level=str(place["level"]),
        lon=place["lon"],
        lat=place["lat"],
        distance_m=away,
        distance_from=None if away is None or origin is None else origin[2],
        evidence=tuple(_evidence(place, rows, hints, votes)),
    )


def _evidence(
    place: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], hints: Hints, votes: int
) -> Iterable[Said]:
    code, token = _town_code(place, hints), str(rows[0]["token"])
    if not place["code"]:
        yield Said("登记表自带的坐标", "the point that the register gives")
    elif votes and len(rows) == 1:
        yield Said("地址文字指向此处", "named by the address")
    elif votes:
        yield Said(f"{votes}/{len(rows)} 行的文字指向此处", f"named by {votes} of {len(rows)} rows")
    alike = _likeness(str(place["name"]), token) if place["level"] == "village" else None
    if alike:
        yield alike
    if hints.road_m.get(code):
        km = hints.road_m[code] / _KILOMETRE
        yield Said(f"{token}在此乡镇 {km:.1f} 公里", f"{km:.1f} km of {token} lie in it")
    if hints.placed.get(code):
        count = hints.placed[code]
        yield Said(
            f"另有 {count} 户地址含“{token}”已定位在此乡镇",
            f"{count} other addresses with {token} are placed in it",
        )
    registered = Counter(row["township_code"] for row in rows if row["township_code"])
    if registered and code:
        same = registered.get(code, 0)
        yield (
            Said(f"{same} 行登记在此乡镇", f"{same} rows are registered in this township")
            if same
            else Said("没有一行登记在此乡镇", "no row is registered in this township")
        )


def _likeness(name: str, token: str) -> Said | None:
    """Return how a village's name differs from what was written."""
    if name == token:
        return Said("与所写村名相同", "written like this")
    if sounds_like(name, token):
        return Said("与所写村名同音", "sounds like what was written")
    if token in one_lost(name) or name in one_lost(token):
        return Said("与所写村名差一字", "one character more or less than written")
    if len(name) == len(token) and sum(a != b for a, b in zip(name, token, strict=True)) == 1:
        return Said("与所写村名错一字", "one character other than written")
    return None
