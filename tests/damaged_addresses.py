"""Addresses with a known truth, damaged by rule: what a register does to a village's name.

An address is the county's, the town's and the village's official name, written out ('…县…镇…村'),
for villages whose own name ends so. Each kind of damage is done to every one of them, at random
but the same each time.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from pandas import DataFrame
from pypinyin import lazy_pinyin

from service.domain.places import Placement
from service.domain.queries import AddressQuery

_COMMITTEES = ("村民委员会", "村委会")
_TOWN_SUFFIXES = ("镇", "乡")
_MIN_STEM = 2
_FULL_WIDTH = str.maketrans("0123456789()", "０１２３４５６７８９（）")


class Village(NamedTuple):
    """A village of a gazetteer: its code and its name with 村, its town's, its county's."""

    code: str
    name: str
    town_code: str
    town: str
    county: str


class Damaged(NamedTuple):
    """A query and the village it was made from."""

    query: AddressQuery
    truth: Village


@dataclass(slots=True)
class Tally:
    """How a set fared; 'given' counts the placements that name a village."""

    rows: int = 0
    placed: int = 0
    wrong_town: int = 0
    given: int = 0
    wrong_village: int = 0
    truth_offered: int = 0  # of those placed at a wrong village, with the true one a candidate
    wrong: list[str] = field(default_factory=list)

    def add(self, damaged: Damaged, found: Placement) -> None:
        """Count one placement against its truth."""
        self.rows += 1
        if found.status != "placed":
            return
        truth = damaged.truth
        self.placed += 1
        self.given += bool(found.village_code)
        wrong_town = found.township_code != truth.town_code
        wrong_village = found.village_code not in {"", truth.code}
        self.wrong_town += wrong_town
        self.wrong_village += wrong_village
        offered = {candidate.code for candidate in found.candidates}
        self.truth_offered += wrong_village and truth.code in offered
        if wrong_town or wrong_village:
            said = f"{found.township}{found.village} by {found.rule}"
            self.wrong.append(f"{damaged.query.address}: {said}; is {truth.town}{truth.name}")


def villages_of(rows: DataFrame) -> list[Village]:
    """Return a gazetteer's villages that are named after the rule, in order of code."""
    names = dict(zip(rows["code"], rows["name"], strict=True))
    found = []
    for code, name, parent in rows.loc[
        rows["level"] == "village", ["code", "name", "parent"]
    ].itertuples(index=False):
        ending = next((ending for ending in _COMMITTEES if name.endswith(ending)), "")
        written = name.removesuffix(ending).removesuffix("村") + "村"
        town, county = names.get(parent, ""), names.get(f"{code[:6]}000000", "")
        if ending and len(written) > _MIN_STEM and town.endswith(_TOWN_SUFFIXES) and county:
            found.append(Village(code, written, parent, town, county))
    return sorted(found)


Damage = Callable[[Village, Random, "Surroundings"], str]


class Surroundings:
    """What damage needs to know of the rest: a county's towns, and characters that sound alike."""

    def __init__(self, villages: Sequence[Village]) -> None:
        """Read all villages of the gazetteer, of which a sample may be damaged."""
        towns: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._names: defaultdict[str, set[str]] = defaultdict(set)
        alike: defaultdict[str, set[str]] = defaultdict(set)
        for village in villages:
            towns[village.code[:6]][village.town_code] = village.town
            self._names[village.town_code].add(village.name)
        for char in sorted({char for village in villages for char in village.name}):
            alike[lazy_pinyin(char)[0]].add(char)
        self._towns = {county: sorted(found.items()) for county, found in towns.items()}
        self._alike = {reading: sorted(chars) for reading, chars in alike.items()}

    def other_town(self, village: Village, random: Random) -> str:
        """Return a town of the county that has no village of this name; '' if there is none."""
        others = [
            name
            for code, name in self._towns[village.code[:6]]
            if code != village.town_code
            and name != village.town
            and village.name not in self._names[code]
        ]
        return random.choice(others) if others else ""

    def misheard(self, char: str, random: Random) -> str:
        """Return another character of the gazetteer that is read the same; '' if none is."""
        others = [other for other in self._alike[lazy_pinyin(char)[0]] if other != char]
        return random.choice(others) if others else ""


def _intact(village: Village, _: Random, __: Surroundings) -> str:
    return village.county + village.town + village.name


def _town_deleted(village: Village, _: Random, __: Surroundings) -> str:
    return village.county + village.name


def _town_contradicts(village: Village, random: Random, around: Surroundings) -> str:
    town = around.other_town(village, random)
    return village.county + town + village.name if town else ""


def _homophone(village: Village, random: Random, around: Surroundings) -> str:
    at = random.randrange(len(village.name) - 1)
    typed = around.misheard(village.name[at], random)
    if not typed:
        return ""
    return village.county + village.town + village.name[:at] + typed + village.name[at + 1 :]


def _lost(village: Village, random: Random) -> str:
    at = random.randrange(len(village.name) - 1)
    return village.name[:at] + village.name[at + 1 :]


def _character_lost(village: Village, random: Random, _: Surroundings) -> str:
    return village.county + village.town + _lost(village, random)


def _character_and_town_lost(village: Village, random: Random, _: Surroundings) -> str:
    return village.county + _lost(village, random)


def _tail_deleted(village: Village, _: Random, __: Surroundings) -> str:
    return village.county + village.town + village.name[:-1]


def _full_width(village: Village, _: Random, __: Surroundings) -> str:
    text = f"{village.county} {village.town} {village.name}(12号)"
    return text.translate(_FULL_WIDTH)


DAMAGES: dict[str, Damage] = {
    "intact": _intact,
    "town deleted": _town_deleted,
    "town contradicts": _town_contradicts,
    "homophone, town kept": _homophone,
    "character lost, town kept": _character_lost,
    "character lost, town deleted": _character_and_town_lost,
    "tail deleted": _tail_deleted,
    "full width and spaces": _full_width,
}


def every_loss(villages: Sequence[Village]) -> Iterator[tuple[Damaged, float]]:
    """Yield each village's name without its town and each of its characters in turn.

    Beside it stands the weight of the row: a village counts once, however long its name.
    """
    for village in villages:
        count = len(village.name) - 1
        for at in range(count):
            text = village.county + village.name[:at] + village.name[at + 1 :]
            query = AddressQuery(address=text, county_code=village.code[:6])
            yield Damaged(query, village), 1 / count


def damage(kind: str, villages: Sequence[Village], around: Surroundings) -> list[Damaged]:
    """Return the villages' addresses damaged in one way; those it cannot be done to are left out.

    A homophone or a lost character may by chance make another real name: those rows stay.
    """
    random = Random(kind)  # noqa: S311 - repeatable damage, no secret
    texts = ((village, DAMAGES[kind](village, random, around)) for village in villages)
    return [
        Damaged(AddressQuery(address=text, county_code=village.code[:6]), village)
        for village, text in texts
        if text
    ]
