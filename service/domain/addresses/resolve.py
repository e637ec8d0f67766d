"""From a county's reading of a text to one place, or to a reason and candidates."""

from collections.abc import Callable
from dataclasses import dataclass, field

from service.domain.addresses.index import CountyIndex, Town, Village, easily_lost
from service.domain.addresses.names import STREET_ENDINGS, TownMatch
from service.domain.addresses.parse import Mention, Reading, Suffix
from service.domain.addresses.similar import (
    alike_in_county,
    homophone_in_town,
    one_longer_in_town,
    similar_villages,
)

_MIN_BARE = 3  # shorter bare names are ordinary words: 花园, 石门, 城内


@dataclass(slots=True)
class Finding:
    """What a reading comes to: a rule with its place, or a reason; and what else it may be."""

    rule: str
    reason: str = ""
    town: Town | None = None
    village: Village | None = None
    also: list[Town | Village] = field(default_factory=list)


def resolve(
    index: CountyIndex,
    reading: Reading,
    *,
    seat: Callable[[CountyIndex], Town | None],
    hint: Town | None,
) -> Finding:
    """Apply the rules in order; the first that speaks decides. The seat is asked for if needed."""
    mentions = [m for m in reading.mentions if not m.contained]
    named = _named_town(mentions)
    if named is None and mentions:
        named = _stem_with_village(mentions)
    if named is not None:
        return _in_named_town(index, reading, mentions, named)
    villages = [m for m in mentions if m.villages and not _is_street(m)]
    if hint is not None:
        return _in_hinted_town(index, reading, villages, hint)
    if villages:
        return _village_alone(reading, villages)
    streets: list[Town | Village] = [v for m in mentions for v in m.villages if _is_street(m)]
    if streets:
        return Finding("", "street_of_community", also=streets)
    return _without_place(index, reading, mentions, seat(index))


def _named_town(mentions: list[Mention]) -> Mention | None:
    for mention in mentions:
        if mention.towns and mention.town_match is not TownMatch.STEM:
            return mention
    return None


def _stem_with_village(mentions: list[Mention]) -> Mention | None:
    """Return a bare town name that a village of that very town follows: 微水北良都村."""
    if not mentions[1:]:
        return None
    first, second = mentions[:2]
    if first.town_match is not TownMatch.STEM or first.apart or second.apart:
        return None
    town = first.towns[0][0]
    inside = [v for v in second.villages if v.town is town]
    return first if inside and second.strong and len(first.towns) == 1 else None


def _in_named_town(
    index: CountyIndex, reading: Reading, mentions: list[Mention], named: Mention
) -> Finding:
    towns = [town for town, _ in named.towns]
    if len(towns) > 1:
        return Finding("", "town_ambiguous", also=list(towns))
    town = towns[0]
    others = _other_towns(mentions, named, town)
    if others:
        return Finding("", "multiple_places", also=[town, *others])
    if named.apart and reading.unknown_town:
        return Finding("", "multiple_places", also=[town])
    villages = [
        mention
        for mention in mentions
        if mention.villages and mention is not named and not _is_elsewhere(reading, mention, town)
    ]
    finding = _village_in_town(index, reading, villages, town)
    return _judge_town_form(finding, named)


def _is_street(mention: Mention) -> bool:
    """Whether a community's name without its suffix is the street it is called after: 中山西路."""
    return mention.suffix is Suffix.NONE and all(
        village.parts.stem.endswith(STREET_ENDINGS) for village in mention.villages
    )


def _is_elsewhere(reading: Reading, mention: Mention, town: Town) -> bool:
    """Whether it is a street that need not lie in its community.

    So it is where house numbers follow, and in a town that has no such community.
    """
    return _is_street(mention) and (
        reading.text[mention.end : mention.end + 1].isdigit()
        or all(village.town is not town for village in mention.villages)
    )


def _other_towns(mentions: list[Mention], named: Mention, town: Town) -> list[Town]:
    return [
        other
        for mention in mentions
        if mention is not named and mention.town_match in {TownMatch.FULL, TownMatch.SWAP}
        for other, _ in mention.towns
        if other is not town
    ]


def _judge_town_form(finding: Finding, named: Mention) -> Finding:
    """Lower or refuse a finding whose town was not written as it is called today."""
    if finding.reason or named.town_match is TownMatch.FULL:
        return finding
    if named.town_match is TownMatch.STEM:
        finding.rule = "town_stem_village"
    elif named.town_match is TownMatch.SWAP:
        finding.rule = "town_swapped"
    elif finding.village is not None and finding.rule != "town_pinyin_village":
        finding.rule = "old_town_village"
    else:
        return Finding("", "town_old", also=[town for town, _ in named.towns])
    return finding


def _village_in_town(
    index: CountyIndex, reading: Reading, mentions: list[Mention], town: Town
) -> Finding:
    inside: list[Village] = []
    apart = False
    for mention in mentions:
        here = [v for v in mention.villages if v.town is town]
        if not here:
            return Finding("", "town_village_conflict", also=[*mention.villages, town])
        new = [v for v in here if v not in inside]
        apart = apart or (bool(new) and mention.apart)
        inside += new
    if not inside:
        return _unknown_in_town(index, reading, town)
    if len(inside) > 1:
        if reading.joined:
            return Finding("", "multiple_places", also=[*inside])
        return Finding("same_town_villages", town=town, also=[*inside])
    strong = any(m.strong for m in mentions)
    rivals = [rival for rival in inside[0].rivals if rival.town is town]
    # A name in full, with its town and its 村, is believed: one intact address in twenty has a
    # neighbour that a lost character would turn into it, and hardly any lost one.
    if rivals and not strong:
        return Finding("same_town_villages", town=town, also=[*inside, *rivals])
    rule = "town_village_apart" if apart else "town_village" if strong else "town_bare_village"
    if rivals:
        rule = "town_village_rival"
    return Finding(rule, town=town, village=inside[0], also=[*rivals])


def _unknown_in_town(index: CountyIndex, reading: Reading, town: Town) -> Finding:
    name = reading.unknown_village
    if not name:
        return Finding("town", town=town)
    heard = homophone_in_town(index, town, name)
    longer = one_longer_in_town(index, town, name)
    if len(heard) == 1 and not longer:
        return Finding("town_pinyin_village", town=town, village=heard[0])
    also = dict.fromkeys([*heard, *longer]) or similar_villages(index.villages_of(town), name)
    return Finding("town_unknown_village", town=town, also=[*also])


def _in_hinted_town(
    index: CountyIndex, reading: Reading, villages: list[Mention], hint: Town
) -> Finding:
    """The register's township column stands in for the town that the text leaves out."""
    if reading.unknown_town:
        return Finding("", "township_hint_conflict", also=[hint])
    for mention in villages:
        if not any(v.town is hint for v in mention.villages):
            return Finding("", "township_hint_conflict", also=[hint, *mention.villages])
    finding = _village_in_town(index, reading, villages, hint)
    if finding.rule in {"town", "town_unknown_village"}:
        finding.rule = "township_column"
    return finding


def _village_alone(reading: Reading, villages: list[Mention]) -> Finding:
    first = villages[0]
    places: list[Town | Village] = [v for m in villages for v in m.villages]
    if len({v.town.code for m in villages for v in m.villages}) > 1:
        several = len(villages) > 1 and not _agree(villages)
        return Finding("", "multiple_places" if several else "village_ambiguous", also=places)
    if reading.unknown_town:
        return Finding("", "town_unknown", also=places)
    lead = reading.lead
    if lead and not _is_road(lead):
        return Finding("", "unexplained_text", also=places)
    if reading.joined:
        return Finding("", "multiple_places", also=places)
    return _sole_village(first, villages, lead)


def _agree(mentions: list[Mention]) -> bool:
    return len({m.villages[0].parts.stem for m in mentions}) == 1


def _is_road(text: str) -> bool:
    return text.rstrip("0123456789号-,(").endswith(STREET_ENDINGS)


def _sole_village(first: Mention, villages: list[Mention], lead: str) -> Finding:
    """Judge a village named without its town: unique, and not one lost character from another."""
    members = list(dict.fromkeys(v for m in villages for v in m.villages))
    village, town = members[0], members[0].town
    near = [(member, rival) for member in members for rival in member.rivals]
    rivals = [rival for _, rival in near if rival.town is town]
    elsewhere = [(member, rival) for member, rival in near if rival.town is not town]
    others = [rival for _, rival in elsewhere]
    if len(set(others)) > 1 or any(easily_lost(rival, member) for member, rival in elsewhere):
        return Finding("", "near_homonym", also=[*members, *others])
    if not first.strong and (len(village.parts.stem) < _MIN_BARE or first.towns):
        reason = "town_stem_only" if first.towns else "village_stem_only"
        return Finding("", reason, also=[*members, *(t for t, _ in first.towns)])
    if len(members) > 1 or rivals:
        return Finding("same_town_villages", town=town, also=[*members, *rivals, *others])
    rule = "road_village" if lead else "village_unique" if first.strong else "bare_village"
    if others and rule == "village_unique":
        rule = "village_nearly_unique"
    return Finding(rule, town=town, village=village, also=[*others])


def _without_place(
    index: CountyIndex, reading: Reading, mentions: list[Mention], seat: Town | None
) -> Finding:
    stems: list[Town | Village] = [town for m in mentions for town, _ in m.towns]
    if stems:
        return Finding("", "town_stem_only", also=stems)
    contained: list[Town | Village] = [v for m in reading.mentions for v in m.villages]
    contained += [town for m in reading.mentions for town, _ in m.towns]
    if reading.unknown_town:
        return Finding("", "town_unknown", also=contained)
    if reading.unknown_village:
        also = [*contained, *alike_in_county(index, reading.unknown_village)]
        return Finding("", "village_unknown", also=list(dict.fromkeys(also)))
    if reading.seat and seat is not None:
        return Finding("seat", town=seat)
    return Finding("", "county_only", also=[*contained, *([seat] if seat else [])])
