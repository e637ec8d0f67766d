"""One county's names, arranged so that a text is read in one pass."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from service.domain.addresses.names import (
    TownMatch,
    VillageKind,
    VillageName,
    town_forms,
    village_name,
)


@dataclass(eq=False, slots=True, kw_only=True)
class Town:
    """A township of the gazetteer; lon and lat WGS 84 degrees, None where there is no point."""

    code: str
    name: str
    lon: float | None
    lat: float | None
    radius_m: float
    doubled: bool = False
    called: str = ""  # without the regions that some code lists put before it: 博爱县柏山镇


@dataclass(eq=False, slots=True, kw_only=True)
class Village:
    """A village or community; ``rivals`` are the other villages that one lost character makes."""

    code: str
    name: str
    town: Town
    parts: VillageName
    lon: float | None
    lat: float | None
    doubled: bool = False
    rivals: tuple["Village", ...] = ()
    spellings: tuple[str, ...] = field(init=False)  # every full way the name is written

    def __post_init__(self) -> None:
        """Spell the name once; it is asked for again and again."""
        self.spellings = self._spelt()

    @property
    def written(self) -> str:
        """The name as people write it: 微水村, 双槐社区."""
        if self.parts.whole:
            return self.parts.stem
        ending = "社区" if self.parts.kind is VillageKind.COMMUNITY else "村"
        return self.parts.stem + ending

    def _spelt(self) -> tuple[str, ...]:
        stem, kind, whole = self.parts
        if kind is VillageKind.EITHER and not whole:
            return (stem + "村", stem + "社区")
        if kind is VillageKind.VILLAGE and whole:
            return (stem, stem + "村")  # 固村 and 固村村 are one
        return (self.written,)


_SIDE_OR_SIZE = frozenset("东西南北大小中")
_LONG_NAME = 5  # with 村


class Hit(NamedTuple):
    """What a piece of text may name in this county."""

    towns: tuple[tuple[Town, TownMatch], ...]
    villages: tuple[Village, ...]


@dataclass(slots=True)
class CountyIndex:
    """Names of one county by first character and length; the longest is tried first."""

    code: str
    name: str
    towns: tuple[Town, ...]
    villages: tuple[Village, ...]
    hits: dict[str, Hit] = field(default_factory=dict)
    lengths: dict[str, tuple[int, ...]] = field(default_factory=dict)
    by_town: dict[str, tuple[Village, ...]] = field(default_factory=dict)
    # By town, made when first asked for: names with one character lost, and stems by length.
    losses: dict[str, dict[str, list[Village]]] = field(default_factory=dict)
    stems: dict[str, dict[int, list[Village]]] = field(default_factory=dict)
    box: tuple[float, float, float, float] | None = None  # west, south, east, north of all points
    every_stem: tuple[str, ...] = ()  # of the villages, in their order

    def losing_one(self, town: Town, name: str) -> list[Village]:
        """Return the town's villages of whose name one lost character makes another."""
        known = self.losses.get(town.code)
        if known is None:
            found: defaultdict[str, dict[Village, None]] = defaultdict(dict)
            for village in self.villages_of(town):
                for form in village.spellings:
                    for shorter in one_lost(form):
                        found[shorter][village] = None
            known = self.losses[town.code] = {name: list(them) for name, them in found.items()}
        return known.get(name, [])

    def of_length(self, town: Town, length: int) -> list[Village]:
        """Return the town's villages whose stem has so many characters."""
        known = self.stems.get(town.code)
        if known is None:
            known = self.stems[town.code] = {}
            for village in self.villages_of(town):
                known.setdefault(len(village.parts.stem), []).append(village)
        return known.get(length, [])

    def villages_of(self, town: Town) -> tuple[Village, ...]:
        """Return the town's villages in order of code."""
        return self.by_town.get(town.code, ())


def build_index(
    code: str, name: str, towns: Sequence[Town], villages: Sequence[Village]
) -> CountyIndex:
    """Arrange one county's towns and villages; finds the rivals of every village."""
    written: defaultdict[str, list[tuple[Town, TownMatch]]] = defaultdict(list)
    for town in towns:
        for form, match in town_forms(town.called or town.name).items():
            written[form].append((town, match))
    stems: defaultdict[str, list[Village]] = defaultdict(list)
    by_town: defaultdict[str, list[Village]] = defaultdict(list)
    for village in villages:
        stems[village.parts.stem].append(village)
        by_town[village.town.code].append(village)
    index = CountyIndex(code, name, tuple(towns), tuple(villages))
    index.by_town = {key: tuple(members) for key, members in by_town.items()}
    for key in written.keys() | stems.keys():
        index.hits[key] = Hit(_best(written.get(key, ())), tuple(stems.get(key, ())))
    index.lengths = _lengths(index.hits)
    index.box = _box([*towns, *villages])
    index.every_stem = tuple(village.parts.stem for village in villages)
    _find_rivals(villages)
    return index


def _box(places: Sequence[Town | Village]) -> tuple[float, float, float, float] | None:
    lon = [place.lon for place in places if place.lon is not None]
    lat = [place.lat for place in places if place.lat is not None]
    return (min(lon), min(lat), max(lon), max(lat)) if lon and lat else None


def _best(matches: Iterable[tuple[Town, TownMatch]]) -> tuple[tuple[Town, TownMatch], ...]:
    """Keep only the matches of the best kind: 孙庄乡 as it stands is not 孙庄镇's variant."""
    ranked = sorted(matches, key=lambda match: (_RANK[match[1]], match[0].code))
    return tuple(match for match in ranked if match[1] is ranked[0][1])


_RANK = {match: rank for rank, match in enumerate(TownMatch)}


def _lengths(keys: Iterable[str]) -> dict[str, tuple[int, ...]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for key in keys:
        found[key[0]].add(len(key))
    return {first: tuple(sorted(lengths, reverse=True)) for first, lengths in found.items()}


def _find_rivals(villages: Sequence[Village]) -> None:
    """Note for each village the longer names that one lost character turns into its own."""
    by_name: defaultdict[str, list[Village]] = defaultdict(list)
    for village in villages:
        for form in village.spellings:
            by_name[form].append(village)
    rivals: defaultdict[str, list[Village]] = defaultdict(list)
    for village in villages:
        shorts = {short for form in village.spellings for short in one_lost(form)}
        for shorter in sorted(shorts):
            for other in by_name.get(shorter, ()):
                if other is not village and other.parts.stem != village.parts.stem:
                    rivals[other.code].append(village)
    for village in villages:
        village.rivals = tuple(dict.fromkeys(rivals.get(village.code, ())))


def easily_lost(longer: Village, shorter: Village) -> bool:
    """Whether a longer name may well have been written as a shorter one, but for one character.

    Side and size (西高家庄, 大陈庄) are left out in speech, and any one character is a third of a
    short name. A name of four characters or more seldom loses just the one that makes it another:
    over a whole province, one row in 1,300 of those that have lost any character.
    """
    for name in longer.spellings:
        for at in range(len(name) - 1):
            if name[:at] + name[at + 1 :] in shorter.spellings and (
                len(name) < _LONG_NAME or name[at] in _SIDE_OR_SIZE
            ):
                return True
    return False


def one_lost(name: str) -> set[str]:
    """Return what a name becomes when any one of its characters is left out."""
    return {name[:i] + name[i + 1 :] for i in range(len(name))}


def make_village(
    *, code: str, name: str, town: Town, lon: float | None, lat: float | None, called: str = ""
) -> Village:
    """Return a village with its name, as it is called inside its town, taken apart."""
    parts = village_name(called or name)
    return Village(code=code, name=name, town=town, parts=parts, lon=lon, lat=lat)
