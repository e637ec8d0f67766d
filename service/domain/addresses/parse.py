"""The rest of an address, behind its regions, taken apart into mentions, road and number."""

import re
from dataclasses import dataclass
from enum import Enum

from service.domain.addresses.index import CountyIndex, Town, Village
from service.domain.addresses.names import ROAD_ENDINGS, TownMatch, VillageKind

# What may follow a village written without 村: nothing, a number, a side, a part of it.
_CLEAN_AFTER = re.compile(
    "$|[0-9,()、-]|[东西南北前后]{1,2}[侧边面头口部方]|[东西南北前后]{1,2}[0-9]|附近|对面|旁|路口|村|"
    "[一二三四五六七八九十]+[组队社]|境内|辖区|内[0-9,(]?$"
)
_SEPARATORS = ",()、-"
# What may stand before a name that does not follow directly: the end of a road, a yard, a number.
_BOUNDARY = frozenset(
    "路街道巷号区园厂院司场站口旁内里侧边段处,()、-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ原县市镇乡"
)
_ROAD = re.compile(
    "(?P<road>(?:(?![村米镇乡县])[\u4e00-\u9fffA-Z0-9]){1,7}?(?:大街|大道|公路|国道|省道|县道|胡同|路|街|巷|道)(?!口|办|边|旁村|村|社区|居委))"
    "(?P<part>[东西南北中]段|[东南西北]侧)?"
)
_ROAD_CHARACTERS = re.compile("[路街道巷]|胡同")
_NUMBER = re.compile(
    "(?P<number>(?:[0-9]+|[一二三四五六七八九十百零]+)(?:[-之][0-9]+)*(?:号|栋|幢|弄)(?:院|楼|[0-9]+(?:室|铺))?)"
)
_RELATIVE = re.compile(
    "(?P<relative>(?:[东西南北]{1,2}|前|后|对面|旁|附近|交叉口|交汇处|路口)(?:侧|边|面|头|口|方|部|角)?"
    "约?(?P<distance>[0-9]+(?:\\.[0-9]+)?)?(?P<unit>公里|千米|KM|米|M|里)?(?:处|远)?)(?:路|$|[,()0-9]|的)?"
)
_RELATIVE_CHARACTERS = re.compile(
    "[侧边头方]|对面|旁|附近|交叉|交汇|路口|[0-9]米|公里|[东西南北][0-9]|[东西南北]$"
)
_UNIT_M = {"公里": 1000.0, "千米": 1000.0, "KM": 1000.0, "里": 500.0}
_UNKNOWN_TOWN = re.compile(
    "[\u4e00-\u9fff]{1,6}?(?:镇(?!政府)|乡(?!政府|下)|街道办事处|街道(?!办)|街道办|苏木)"
)
_UNKNOWN_VILLAGE = re.compile(
    "[\u4e00-\u9fff]{1,8}?(?:村|社区|居委会)|[\u4e00-\u9fff]{1,5}?(?<=.)(?:庄|屯|寨)(?=$|[0-9,()东西南北])"
)
_JOINERS = ("与", "和", "及", "、", "至", "到")
_NO_SEAT = ("村", "社区", "庄", "关", "内", "镇", "乡", "东", "西", "南", "北")
_SEAT = ("县城", "城区", "县城关")


class Suffix(Enum):
    """What stood behind a village's stem."""

    NONE = "none"
    VILLAGE = "village"
    COMMUNITY = "community"


@dataclass(slots=True)
class Mention:
    """A piece of the text that is a name of this county; ``apart`` when something precedes it."""

    start: int
    end: int
    towns: tuple[tuple[Town, TownMatch], ...]
    villages: tuple[Village, ...]
    suffix: Suffix
    apart: bool
    contained: bool

    @property
    def town_match(self) -> TownMatch | None:
        """How the town was written; None when this is no town."""
        return self.towns[0][1] if self.towns else None

    @property
    def strong(self) -> bool:
        """Whether a village is named with its suffix, or needs none."""
        return self.suffix is not Suffix.NONE or any(v.parts.whole for v in self.villages)


@dataclass(slots=True)
class Reading:
    """One county's reading of a text.

    Attributes:
        text: The normalised address.
        start: Where the rest begins, behind the regions.
        mentions: Names of this county in the order of the text.
        seat: Whether the text says the county town (县城).
        unknown_town: A name that ends like a town's and is none of this county's.
        unknown_village: A name that ends like a village's and is none of this county's.
        joined: Whether two names are joined by 'and' or 'to'.
        lead: What stands before the first mention and is not read.
    """

    text: str
    start: int
    mentions: list[Mention]
    seat: bool = False
    unknown_town: str = ""
    unknown_village: str = ""
    joined: bool = False
    lead: str = ""


def read(index: CountyIndex, text: str, start: int) -> Reading:
    """Read the rest of a normalised text with one county's names."""
    reading = Reading(text, start, [])
    at = _skip(text, _skip_seat(reading, index, _skip(text, start)))
    reading.start = at
    _find_mentions(index, reading, at)
    _find_unknown(reading, at)
    return reading


def _begins(index: CountyIndex, text: str, at: int) -> bool:
    """Whether a name starts here, so that its first character is no 'and': 和义庄村."""
    return at < len(text) and text[at] != "、" and _match(index, text, at, bare=False) is not None


def begins_with_name(index: CountyIndex, text: str, start: int) -> bool:
    """Whether a town or a village with its suffix stands at ``start``."""
    start = _skip(text, start)
    return start < len(text) and _match(index, text, start, bare=False) is not None


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SEPARATORS:
        at += 1
    return at


def _skip_seat(reading: Reading, index: CountyIndex, at: int) -> int:
    """Step over 县城; behind 井陉县 the bare 城 is its second half, unless 城内村 begins there."""
    text = reading.text
    for word in _SEAT:
        if text.startswith(word, at):
            reading.seat = True
            return at + len(word)
    if (
        at
        and text[at - 1] == "县"
        and text.startswith("城", at)
        and not text.startswith(_NO_SEAT, at + 1)
        and _match(index, text, at, bare=False) is None
    ):
        reading.seat = True
        return at + 1
    return at


def _find_mentions(index: CountyIndex, reading: Reading, start: int) -> None:
    text, at, expected = reading.text, start, start
    lengths, count = index.lengths, len(text)
    while at < count:
        if text[at] in lengths:
            mention = _match(index, text, at, bare=at == expected)
            if mention is not None:
                mention.apart = at != expected
                mention.contained = mention.apart and text[at - 1] not in _BOUNDARY
                reading.mentions.append(mention)
                at = expected = _skip(text, mention.end)
                if text.startswith(_JOINERS, mention.end) and not _begins(index, text, mention.end):
                    reading.joined = True
                    at = expected = mention.end + 1
                continue
        at += 1
    if reading.joined and not reading.mentions[1:]:
        reading.joined = False


def _match(index: CountyIndex, text: str, at: int, *, bare: bool) -> Mention | None:
    """Return the longest name at a position, its suffix included."""
    best: Mention | None = None
    for length in index.lengths.get(text[at], ()):
        end = at + length
        hit = index.hits.get(text[at:end])
        if hit is None or end > len(text):
            continue
        found = _town_mention(hit.towns, at, end, bare=bare) if hit.towns else None
        village = None
        if hit.villages:
            village = _village_mention(hit.villages, text, at, end, bare=bare)
        if village is not None and (
            found is None or village.end > found.end or found.town_match is TownMatch.STEM
        ):
            if found is not None and village.end == found.end:
                village.towns = found.towns
            found = village
        if found is not None and best is not None and found.end == best.end:
            best = _merged(best, found)
        elif found is not None and (best is None or found.end > best.end):
            best = found
    return best


def _merged(one: Mention, other: Mention) -> Mention:
    """Unite what one piece of text may be: 冀家村 is a village and 冀家村乡 without its suffix."""
    village = other if other.villages else one
    known = [v for v in one.villages if v not in village.villages]
    village.towns = village.towns or one.towns or other.towns
    village.villages = (*known, *village.villages)
    return village


def _town_mention(
    towns: tuple[tuple[Town, TownMatch], ...], at: int, end: int, *, bare: bool
) -> Mention | None:
    if towns[0][1] is TownMatch.STEM and not bare:
        return None
    return Mention(at, end, towns, (), Suffix.NONE, apart=False, contained=False)


def _village_mention(
    villages: tuple[Village, ...], text: str, at: int, end: int, *, bare: bool
) -> Mention | None:
    """Return the villages that fit what follows the stem; the suffix decides their kind."""
    suffix, pattern, kinds = _SUFFIXES.get(text[end : end + 1], _NO_SUFFIX)
    found = pattern.match(text, end) if pattern else None
    if found is not None:
        fitting = tuple([v for v in villages if v.parts.kind in kinds])
        if fitting:
            return Mention(at, found.end(), (), fitting, suffix, apart=False, contained=False)
    whole = tuple(v for v in villages if v.parts.whole)
    if whole:
        return Mention(at, end, (), whole, Suffix.NONE, apart=False, contained=False)
    if bare and _CLEAN_AFTER.match(text, end) and not text.startswith("村", end):
        return Mention(at, end, (), villages, Suffix.NONE, apart=False, contained=False)
    return None


_AS_VILLAGE = (
    Suffix.VILLAGE,
    re.compile("村?(?:村民委员会|村委会)|村"),
    (VillageKind.VILLAGE, VillageKind.EITHER),
)
_AS_COMMUNITY = (
    Suffix.COMMUNITY,
    re.compile("社区(?:居民委员会|居委会|居委|村民委员会|村委会)?|居民委员会|居委会|居委"),
    (VillageKind.COMMUNITY, VillageKind.EITHER),
)
_NO_SUFFIX = (Suffix.NONE, None, ())
# By its first character.
_SUFFIXES = {"村": _AS_VILLAGE, "社": _AS_COMMUNITY, "居": _AS_COMMUNITY}


def _find_unknown(reading: Reading, start: int) -> None:
    text, mentions = reading.text, reading.mentions
    first = mentions[0].start if mentions else len(text)
    reading.lead = text[start:first]
    if reading.lead:
        town = _UNKNOWN_TOWN.match(text, start, first)
        reading.unknown_town = town[0] if town else ""
    after = start
    for mention in mentions:
        if mention.towns and not mention.contained:
            after = mention.end
            break
    if not any(m.villages and not m.contained and m.strong for m in mentions):
        found = _UNKNOWN_VILLAGE.match(
            text, _skip(text, after + (len(reading.unknown_town) if after == start else 0))
        )
        if found and not found[0].endswith(ROAD_ENDINGS):
            reading.unknown_village = found[0]


def road_and_number(text: str, start: int) -> tuple[str, str]:
    """Return the road and the house number behind ``start``, '' where there is none."""
    road = ""
    if _ROAD_CHARACTERS.search(text, start):
        found = _ROAD.search(text, start)
        if found:
            road = found["road"] + (found["part"] or "")
            start = found.end()
    number = _NUMBER.search(text, start) if "号" in text or "栋" in text or "幢" in text else None
    return road, number["number"] if number else ""


def relative_phrase(text: str, start: int) -> tuple[str, float]:
    """Return the phrase that moves away from the named place, and how far in metres (0: unsaid)."""
    if not _RELATIVE_CHARACTERS.search(text, start):
        return "", 0.0
    found = _RELATIVE.search(text, start)
    if not found:
        return "", 0.0
    metres = float(found["distance"] or 0.0) * _UNIT_M.get(found["unit"] or "", 1.0)
    return found["relative"], metres
