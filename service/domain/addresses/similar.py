"""Names that sound or look alike; asked only of a name the gazetteer does not have."""

from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import fuzz, process

from service.domain.addresses.index import CountyIndex, Town, Village
from service.domain.addresses.names import village_name

_LIMIT = 5
_MIN_SIMILARITY = 60.0


@lru_cache(maxsize=8192)
def readings(char: str) -> frozenset[str]:
    """Return every toneless reading of one character."""
    # Its tables take a fifth of a second to load, and most files write no name by its sound.
    from pypinyin import Style, pinyin  # noqa: PLC0415

    return frozenset(pinyin(char, style=Style.NORMAL, heteronym=True)[0])


def sounds_like(one: str, other: str) -> bool:
    """Whether two names of equal length can be read alike, character by character."""
    if len(one) != len(other):
        return False
    for a, b in zip(one, other, strict=True):
        if a != b and readings(a).isdisjoint(readings(b)):
            return False
    return True


def homophone_in_town(index: CountyIndex, town: Town, name: str) -> list[Village]:
    """Return the villages of a town that sound like a written name; its kind must agree."""
    stem = village_name(name)
    return [
        village
        for village in index.of_length(town, len(stem.stem))
        if village.parts.kind is stem.kind and sounds_like(village.parts.stem, stem.stem)
    ]


def one_longer_in_town(index: CountyIndex, town: Town, name: str) -> list[Village]:
    """Return the villages of a town that a written name is, but for one lost character."""
    return index.losing_one(town, name)


def similar_villages(villages: Sequence[Village], name: str) -> list[Village]:
    """Return the villages most like a name, the likest first; possibly none."""
    stems = [village.parts.stem for village in villages]
    return [villages[at] for at in _similar(stems, village_name(name).stem)]


def _similar(stems: Sequence[str], stem: str) -> list[int]:
    """Return the positions of the stems most like one, the likest first."""
    found = process.extract(
        stem, stems, scorer=fuzz.ratio, limit=_LIMIT, score_cutoff=_MIN_SIMILARITY
    )
    return [position for _, _, position in found]


def alike_in_county(index: CountyIndex, name: str) -> list[Village]:
    """Return the county's villages most like a name: those that contain it, then the similar."""
    stem = village_name(name).stem
    stems = index.every_stem
    containing = [at for at, other in enumerate(stems) if stem in other][:_LIMIT]
    rest = [at for at in _similar(stems, stem) if at not in containing]
    return [index.villages[at] for at in [*containing, *rest]][: 2 * _LIMIT]
