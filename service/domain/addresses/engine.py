"""The offline locator: one gazetteer, one address after another, never silently wrong."""

import re
from collections.abc import Mapping
from dataclasses import replace

import shapely

from service.domain.addresses.answer import Answer, by_road_alone, placed, review
from service.domain.addresses.context import scope_of
from service.domain.addresses.former import FormerNames
from service.domain.addresses.given import check_given
from service.domain.addresses.index import CountyIndex, Town, Village
from service.domain.addresses.names import TownMatch, plain
from service.domain.addresses.normalise import MAX_LENGTH, Normaliser
from service.domain.addresses.parse import read
from service.domain.addresses.resolve import Finding, resolve
from service.domain.addresses.seats import likely_seat
from service.domain.gazetteer import Gazetteer
from service.domain.places import Placement
from service.domain.queries import AddressQuery

_CHINESE = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")


class AddressLocator:
    """Locates addresses in one gazetteer; holds no state but what the gazetteer implies."""

    def __init__(
        self,
        gazetteer: Gazetteer,
        *,
        seats: Mapping[str, str] | None = None,
        boundaries: Mapping[str, shapely.Geometry] | None = None,
    ) -> None:
        """Take the gazetteer and what is known of its counties, by six-digit county code.

        Args:
            gazetteer: The places.
            seats: Code or name of the town the county's seat is in; where none is given it is
                taken from the gazetteer if all its evidence agrees.
            boundaries: The counties' polygons in WGS 84, to check given coordinates.
        """
        self._gazetteer = gazetteer
        self._normaliser = Normaliser(gazetteer.names())
        self._seats = dict(seats or {})
        self._boundaries = dict(boundaries or {})
        self._seat_towns: dict[str, Town | None] = {}

    def locate(self, query: AddressQuery) -> Placement:
        """Return where the address is, or a review with its reason and candidates."""
        text = self._normaliser.gentle(query.address)
        placement = self._locate_text(query, text)
        if placement.status == "review":
            folded = self._normaliser.full(query.address)
            if folded != text:
                second = self._locate_text(query, folded)
                if second.status == "placed":
                    return second
        return placement

    def _locate_text(self, query: AddressQuery, text: str) -> Placement:
        version = self._gazetteer.version
        flaw = _flaw(query.address, text)
        if flaw:
            return review(Answer(text[:MAX_LENGTH], version), Finding("", flaw))
        scope = scope_of(self._gazetteer, query, text)
        answer = Answer(text, version, scope=scope)
        if scope.reason and not scope.counties:
            return review(answer, Finding("", scope.reason))
        if len(scope.counties) > 1:
            return self._among(query, answer)
        return self._in_county(query, answer, scope.counties[0])

    def _among(self, query: AddressQuery, answer: Answer) -> Placement:
        """An ambiguous county name: say which counties it may be, with what each would give."""
        found = [self._in_county(query, answer, code) for code in answer.scope.counties]
        sure = [p for p in found if p.status == "placed" and p.village]
        if len(sure) == 1:
            return sure[0]
        return review(answer, Finding("", "county_ambiguous"), others=found)

    def _in_county(self, query: AddressQuery, answer: Answer, code: str) -> Placement:
        index = self._gazetteer.county(code)
        if index is None:
            return review(answer, Finding("", answer.scope.reason or "no_local_evidence"))
        reading = read(index, answer.text, answer.scope.end)
        marks = self._gazetteer.landmarks(code)
        answer = Answer(
            answer.text, answer.version, answer.scope, index, reading, marks, query.name
        )
        hint = _town_named(index, query.township_hint)
        finding = resolve(index, reading, seat=self._seat, hint=hint)
        if finding.reason in {"county_only", "street_of_community"} and marks is not None:
            finding = by_road_alone(answer, finding)
        finding = _with_former_names(finding, answer, self._gazetteer.former(code))
        finding = _judged(finding, answer, hint)
        if query.given is not None or query.coordinate_flaw:
            return check_given(query, answer, finding, self._boundaries.get(index.code))
        return review(answer, finding) if finding.reason else placed(answer, finding)

    def _seat(self, index: CountyIndex) -> Town | None:
        """Return the town of the county's seat: the operator's word, or agreeing evidence."""
        if index.code not in self._seat_towns:
            said = self._seats.get(index.code, "")
            if said:
                found = _town_named(index, said)
            else:
                found = likely_seat(index, self._gazetteer.county_point(index.code))
            self._seat_towns[index.code] = found
        return self._seat_towns[index.code]


def _with_former_names(finding: Finding, answer: Answer, names: FormerNames | None) -> Finding:
    """Put what an unknown name was before among the candidates; it never places by itself."""
    index, reading = answer.index, answer.reading
    if names is None or index is None or reading is None:
        return finding
    written = reading.unknown_town if finding.reason == "town_unknown" else reading.unknown_village
    also = list(dict.fromkeys([*names.places(index, written), *finding.also])) if written else []
    if finding.reason in {"town_unknown", "village_unknown"} and len(also) > len(finding.also):
        return Finding("", "historic_alias", also=also)
    if finding.rule == "town_unknown_village" and also:
        inside: list[Town | Village] = [
            v for v in also if isinstance(v, Village) and v.town is finding.town
        ]
        return replace(finding, also=inside)
    return finding


def _flaw(address: str, text: str) -> str:
    """Return why a text is no address at all, or ''."""
    if len(text) > MAX_LENGTH:
        return "too_long"
    if _CHINESE.search(text):
        return ""
    if not text:
        return "no_chinese" if address.strip() else "empty"
    return "only_digits" if text.strip(",()-、").isdigit() else "no_chinese"


def _town_named(index: CountyIndex, name: str) -> Town | None:
    """Return the town of a code or of a full name; None unless there is exactly one."""
    name = plain(name)
    if not name:
        return None
    if name.isdigit():
        same = [town for town in index.towns if town.code.ljust(12, "0") == name.ljust(12, "0")]
        return same[0] if len(same) == 1 else None
    hit = index.hits.get(name)
    if hit is None or len(hit.towns) != 1 or hit.towns[0][1] is TownMatch.OLD:
        return None
    return hit.towns[0][0]


def _judged(finding: Finding, answer: Answer, hint: Town | None) -> Finding:
    """Let what stands against the county or the town overrule what the text comes to."""
    scope, places = answer.scope, [finding.village or finding.town, *finding.also]
    also = [place for place in places if place is not None]
    if scope.reason:
        return Finding("", scope.reason, also=also)
    if hint is not None and not finding.reason and finding.town is not hint:
        return Finding("", "township_hint_conflict", also=[*also, hint])
    if finding.reason == "county_only" and not scope.from_text:
        return Finding("", "no_local_evidence", also=finding.also)
    return finding
