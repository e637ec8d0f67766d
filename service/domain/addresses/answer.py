"""From a finding to the placement that is handed out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from service.domain.addresses.context import Scope
from service.domain.addresses.explain import REASONS
from service.domain.addresses.index import CountyIndex, Town, Village
from service.domain.addresses.landmarks import Landmarks, Spot, spot_in_town
from service.domain.addresses.parse import Mention, Reading, relative_phrase, road_and_number
from service.domain.addresses.resolve import Finding
from service.domain.addresses.score import FROM_CONTEXT, PLACED, RULES, SHORT_REGION
from service.domain.places import RADIUS_M, Candidate, Level, Placement, Token

_MAX_CANDIDATES = 8
# A candidate in review is worth this much until a person looks.
_CANDIDATE_CONFIDENCE = 0.5


@dataclass(slots=True)
class Answer:
    """Everything known about an address while it is being answered."""

    text: str
    version: str
    scope: Scope = field(default_factory=Scope)
    index: CountyIndex | None = None
    reading: Reading | None = None
    marks: Landmarks | None = None
    name: str = ""

    def confidence(self, rule: str) -> float:
        """Return what a rule is worth for this address."""
        value = RULES[rule]
        if not self.scope.from_text:
            value += FROM_CONTEXT
        if self.scope.short:
            value += SHORT_REGION
        return round(value, 2)


def placed(answer: Answer, finding: Finding) -> Placement:
    """Return the placement of a finding; a review if it is not sure enough or not trusted."""
    place = finding.village or finding.town
    if place is None or (finding.town and finding.town.doubled) or place.doubled:
        return review(answer, Finding("", "gazetteer_code_doubled", also=_places(finding)))
    confidence = answer.confidence(finding.rule)
    if confidence < PLACED:
        return review(answer, Finding("", "low_confidence", also=_places(finding)))
    village, town = finding.village, finding.town or place
    details = _details(answer)
    lon, lat, level, radius_m = _point(finding, details.metres)
    rule, spot = finding.rule, _spot(answer, finding, details)
    if spot is not None and (lon is None or spot.radius_m <= (radius_m or 0.0)):
        lon, lat, level = spot.lon, spot.lat, spot.level
        rule, radius_m = spot.rule, spot.radius_m + details.metres
        confidence = min(confidence, answer.confidence(rule))
    return Placement(
        status="placed",
        level=level,
        confidence=confidence,
        rule=rule,
        county=answer.index.name if answer.index else "",
        township=town.name,
        village=village.name if village else "",
        road=details.road,
        number=details.number,
        relative=details.relative,
        county_code=answer.index.code if answer.index else "",
        township_code=town.code,
        village_code=village.code if village else "",
        lon=lon,
        lat=lat,
        radius_m=radius_m,
        candidates=candidates_of(answer, _places(finding), confidence),
        tokens=details.tokens,
        normalised=answer.text,
        gazetteer_version=answer.version,
    )


def review(answer: Answer, finding: Finding, *, others: Sequence[Placement] = ()) -> Placement:
    """Return a placement that a person must decide, with its reason and candidates."""
    details = _details(answer)
    zh, en = REASONS[finding.reason]
    found = candidates_of(answer, _places(finding), _CANDIDATE_CONFIDENCE)
    for other in others:
        found += other.candidates[:2]
    return Placement(
        status="review",
        level=None,
        confidence=0.0,
        rule=finding.rule,
        reason=finding.reason,
        reason_zh=zh,
        reason_en=en,
        county=answer.index.name if answer.index else "",
        county_code=answer.index.code if answer.index else "",
        road=details.road,
        number=details.number,
        relative=details.relative,
        candidates=tuple(dict.fromkeys(found))[:_MAX_CANDIDATES],
        tokens=details.tokens,
        normalised=answer.text,
        gazetteer_version=answer.version,
    )


def by_road_alone(answer: Answer, finding: Finding) -> Finding:
    """Return the town of a road that the gazetteer has in one town only; else who it may be."""
    if answer.marks is None or answer.index is None:
        return finding
    details = _details(answer)
    known = answer.marks.road_named(details.road) if details.road else ""
    codes = answer.marks.towns_of_road(known, details.number) if known else set()
    towns = [town for town in answer.index.towns if town.code in codes]
    if not towns:
        return finding
    if len(codes) == 1:
        return Finding("road_unique", town=towns[0])
    return Finding("", "road_in_several_towns", also=[*towns])


def _spot(answer: Answer, finding: Finding, details: "_Details") -> Spot | None:
    town = finding.town or (finding.village.town if finding.village else None)
    if answer.marks is None or town is None:
        return None
    return spot_in_town(
        answer.marks,
        town,
        finding.village,
        road=details.road,
        number=details.number,
        text=answer.text,
        start=details.start,
        name=answer.name,
    )


@dataclass(slots=True)
class _Details:
    start: int
    road: str
    number: str
    relative: str
    metres: float
    tokens: tuple[Token, ...]


def _details(answer: Answer) -> _Details:
    """Read road, number and relative phrase behind the last place used, and list the tokens."""
    text, reading, scope = answer.text, answer.reading, answer.scope
    tokens = [Token("region", text[: scope.end], 0)] if scope.end else []
    start = scope.end
    if reading is not None:
        start = max(start, reading.start)
        mentions = [mention for mention in reading.mentions if not mention.contained]
        start = mentions[-1].end if mentions else start
        tokens += [_token_of(text, mention) for mention in mentions]
        tokens += _unknown_names(text, reading, scope.end)
    if scope.foreign:
        tokens.append(Token("foreign", scope.foreign, scope.end))
    road, number = road_and_number(text, start)
    if not road and reading is not None and reading.lead:
        road, number = road_and_number(text, reading.start)
    relative, metres = relative_phrase(text, start)
    pieces = (("road", road), ("number", number), ("relative", relative))
    tokens += [Token(kind, piece, text.find(piece)) for kind, piece in pieces if piece]
    return _Details(start, road, number, relative, metres, tuple(tokens))


def _token_of(text: str, mention: Mention) -> Token:
    kind = "town" if mention.towns else "village"
    return Token(kind, text[mention.start : mention.end], mention.start)


def _unknown_names(text: str, reading: Reading, start: int) -> list[Token]:
    pieces = (
        ("unknown_town", reading.unknown_town),
        ("unknown_village", reading.unknown_village),
    )
    return [Token(kind, piece, text.find(piece, start)) for kind, piece in pieces if piece]


def _places(finding: Finding) -> list[Town | Village]:
    chosen: list[Town | Village | None] = [finding.village or finding.town]
    return list(dict.fromkeys(place for place in [*chosen, *finding.also] if place is not None))


def _point(
    finding: Finding, metres: float
) -> tuple[float | None, float | None, Level, float | None]:
    """Return lon, lat (WGS 84 degrees), level and radius in metres of a finding.

    A relative phrase widens the radius and never moves the point: '村东100米' is counted from
    the village's edge, which is not known.
    """
    village, town = finding.village, finding.town
    if village is not None and village.lon is not None:
        return village.lon, village.lat, Level.VILLAGE, RADIUS_M[Level.VILLAGE] + metres
    town = town or (village.town if village else None)
    if town is None or town.lon is None:
        return None, None, Level.TOWNSHIP, None
    return town.lon, town.lat, Level.TOWNSHIP, town.radius_m + metres


def candidates_of(
    answer: Answer, places: Sequence[Town | Village], confidence: float
) -> tuple[Candidate, ...]:
    """Return places as candidates, at most eight, the first the likeliest."""
    county = answer.index.name if answer.index else ""
    return tuple(_candidate(place, county, confidence) for place in places[:_MAX_CANDIDATES])


@lru_cache(maxsize=8192)
def _candidate(place: Town | Village, county: str, confidence: float) -> Candidate:
    """Return a place as a candidate; the same few places are meant again and again."""
    return Candidate(
        code=place.code,
        name=place.name,
        township=place.town.name if isinstance(place, Village) else place.name,
        county=county,
        level=Level.VILLAGE if isinstance(place, Village) else Level.TOWNSHIP,
        confidence=confidence,
        lon=place.lon,
        lat=place.lat,
    )
