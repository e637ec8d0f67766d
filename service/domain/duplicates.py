"""Register rows that may be one enterprise, found by code, name and place, the likeliest first.

The weights order a list for a person; they are no probabilities and merge nothing.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from rapidfuzz import fuzz

from service.domain.addresses.context import credit_county
from service.domain.addresses.normalise import Normaliser
from service.domain.datum import distance_m

# Points nearer than this are one door; GPS and hand-held maps are no better.
_ONE_DOOR_M = 30.0
# So many rows at one spot are a market hall or a default address, not one enterprise.
_MOST_AT_ONE_PLACE = 25
# Names at least this alike (0 to 100) may be one name.
_ALIKE = 80.0
_LISTED_FROM = 0.5
_FOLD = Normaliser()
_FORMS = re.compile(
    "有限责任公司|股份有限公司|有限公司|(?:农资)?专业合作社|分公司|经营部|经销部|门市部|门市|销售点|[()、,-]"
)
# Signs that are taken for each other in codes written by hand.
_MISREAD = str.maketrans({"O": "0", "I": "1", "Z": "2", "S": "5", "B": "8"})
_WEIGHTS = {
    "same_code": 0.95,
    "same_name_and_place": 0.85,
    "same_place_and_product": 0.55,
    "same_licence": 0.8,
    "same_principal": 0.35,
    "alike_name": 0.3,
}


class Said(NamedTuple):
    """A reason in both languages."""

    key: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Enterprise:
    """What is compared of a register row.

    Attributes:
        place: What stands for its place: fingerprint of its address, '' where it has none.
        village: Code of its village or '' (as located).
        lon, lat: Degrees WGS 84 of a point known to its door; None otherwise.
        licences: 'kind number' of each.
    """

    number: int
    register_key: str
    code: str
    name: str
    kind: str
    product: str
    principal: str
    place: str
    village: str
    lon: float | None
    lat: float | None
    licences: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two rows that may be one enterprise; the one with the lower number first."""

    one: Enterprise
    other: Enterprise
    likelihood: float
    reasons: tuple[Said, ...]

    @property
    def keys(self) -> tuple[str, str]:
        """The two register keys in order: what 'not duplicates' is kept under."""
        first, second = sorted((self.one.register_key, self.other.register_key))
        return first, second


def find_pairs(
    register: Sequence[Enterprise], *, distinct: frozenset[tuple[str, str]] = frozenset()
) -> list[Pair]:
    """Return the pairs that a person should look at, the likeliest first.

    Args:
        register: Rows of one county.
        distinct: Pairs of register keys that a person has called different; never asked again.
    """
    pairs = []
    for one, other in _candidates(register):
        pair = _pair(one, other)
        if pair is not None and pair.keys not in distinct:
            pairs.append(pair)
    return sorted(pairs, key=lambda pair: (-pair.likelihood, pair.one.number, pair.other.number))


def plain_name(name: str) -> str:
    """Return a name without its legal form, width and punctuation, for comparison."""
    folded = _FOLD.full(name)
    return _FORMS.sub("", folded) or folded


def registered_elsewhere(code: str, county_code: str) -> str:
    """Return the county (six digits) that a credit code was issued in, if it is another one.

    It is context: firms move and counties are recoded. '' says nothing against the row.
    """
    issued = credit_county(code)
    return issued if issued and issued != county_code[:6] else ""


def _candidates(register: Sequence[Enterprise]) -> Iterator[tuple[Enterprise, Enterprise]]:
    """Yield each pair that shares a code, a name, a licence or a place, once."""
    blocks: defaultdict[tuple[str, str], list[Enterprise]] = defaultdict(list)
    for each in register:
        for block in _blocks(each):
            blocks[block].append(each)
    seen: set[tuple[int, int]] = set()
    for (kind, _), members in sorted(blocks.items()):
        if kind == "place" and len(members) > _MOST_AT_ONE_PLACE:
            continue
        for pair in combinations(sorted(members, key=lambda each: each.number), 2):
            numbers = (pair[0].number, pair[1].number)
            if numbers not in seen:
                seen.add(numbers)
                yield pair


def _blocks(each: Enterprise) -> Iterable[tuple[str, str]]:
    if each.code:
        yield "code", each.code.upper().translate(_MISREAD)
    if each.village:
        yield "name", f"{plain_name(each.name)}|{each.village}"
    if each.place:
        yield "place", f"{each.place}|{each.product}"
    if each.lon is not None and each.lat is not None:
        # Squares of about 100 m, and the next ones: one door is never two squares apart.
        x, y = int(each.lon * 1000), int(each.lat * 1000)
        for east in (x, x + 1):
            for north in (y, y + 1):
                yield "place", f"{east},{north}|{each.product}"
    for licence in each.licences:
        yield "licence", licence


def _pair(one: Enterprise, other: Enterprise) -> Pair | None:
    reasons = tuple(_reasons(one, other))
    doubt = 1.0
    for reason in reasons:
        doubt *= 1.0 - _WEIGHTS[reason.key]
    # Two codes that are both in order belong to two legal persons, whatever else they share.
    if one.code and other.code and not any(reason.key == "same_code" for reason in reasons):
        doubt = 1.0 - (1.0 - doubt) * 0.8
    likelihood = round(1.0 - doubt, 2)
    if likelihood < _LISTED_FROM or not _is_evident(reasons):
        return None
    return Pair(one=one, other=other, likelihood=likelihood, reasons=reasons)


def _is_evident(reasons: Sequence[Said]) -> bool:
    """Whether a pair is more than two neighbours of one trade, who share place and product."""
    keys = {reason.key for reason in reasons}
    if keys & {"same_code", "same_name_and_place", "same_licence"}:
        return True
    return "same_place_and_product" in keys and bool(keys & {"same_principal", "alike_name"})


def _reasons(one: Enterprise, other: Enterprise) -> Iterator[Said]:
    if one.code and other.code and _same_code(one.code, other.code):
        if one.code == other.code:
            yield Said("same_code", "代码相同", "the same code")
        else:
            yield Said("same_code", "代码只差易混字符", "codes differ only in signs easily misread")
    shared = sorted(one.licences & other.licences)
    if shared:
        number = shared[0].split(" ", 1)[1]
        yield Said("same_licence", f"证照号相同:{number}", f"the same licence number {number}")
    place = _same_place(one, other)
    same_name = plain_name(one.name) == plain_name(other.name)
    if same_name and (place or (one.village and one.village == other.village)):
        where = place or Said("", "同一村", "in one village")
        yield Said("same_name_and_place", f"名称相同、{where.zh}", f"the same name, {where.en}")
    elif place and one.product == other.product:
        yield Said(
            "same_place_and_product",
            f"{place.zh}、产品相同",
            f"{place.en}, the same product",
        )
    if one.principal and one.principal == other.principal:
        yield Said("same_principal", "负责人相同", "the same principal")
    alike = fuzz.ratio(plain_name(one.name), plain_name(other.name))
    if not same_name and alike >= _ALIKE:
        yield Said("alike_name", f"名称相近({alike:.0f}%)", f"names alike ({alike:.0f} %)")


def _same_code(one: str, other: str) -> bool:
    return one.upper().translate(_MISREAD) == other.upper().translate(_MISREAD)


def _same_place(one: Enterprise, other: Enterprise) -> Said | None:
    if one.place and one.place == other.place:
        return Said("", "地址相同", "at one address")
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return None
    away = float(distance_m(one.lon, one.lat, other.lon, other.lat))
    if away > _ONE_DOOR_M:
        return None
    return Said("", f"相距 {away:.0f} 米", f"{away:.0f} m apart")
