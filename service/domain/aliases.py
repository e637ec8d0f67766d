"""Names learnt from decisions: an old township, an unknown village, a road → a place.

They are suggestions until a person accepts one, and a road that runs through two towns stays one.
An accepted alias rewrites the address into official names and lets the engine judge the rewritten
text: it never goes by a code, and it never overrules what an address says by itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from service.domain.review_choices import Choice, Outcome
from service.domain.review_groups import Cause


class AliasKind(StrEnum):
    """What kind of name is learnt."""

    TOWN = "town"  # an old or unknown township's name
    VILLAGE = "village"  # a village's name that the gazetteer does not have
    ROAD = "road"


_KINDS = {
    "unknown_town": AliasKind.TOWN,
    "town": AliasKind.TOWN,
    "unknown_village": AliasKind.VILLAGE,
    "road": AliasKind.ROAD,
}
# A road whose second township holds at least this share of it runs through two.
_SECOND_SHARE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A name and the place of the gazetteer that it stands for; names are official."""

    kind: AliasKind
    name: str
    place_code: str
    place_name: str
    township: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One decision about a name: what was written, and what it became."""

    decision_id: int
    cause_kind: str
    token: str
    choice: Choice
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A name that decisions give to one place, or to several.

    Attributes:
        kind, name: What was written.
        targets: Place code → rows decided so, the most first.
        decisions: Numbers of the decisions behind it.
        hindrance: Why it cannot be accepted (Chinese, English); empty when it can.
    """

    kind: AliasKind
    name: str
    targets: Mapping[str, int]
    decisions: tuple[int, ...]
    hindrance: tuple[str, str] = ("", "")

    @property
    def target(self) -> str:
        """The place that most rows were given."""
        return next(iter(self.targets))


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNames:
    """What the gazetteer says of names that might become aliases.

    Attributes:
        taken: Official names of villages and townships: these are never aliases.
        road_m: Metres of each road in each township, by road name.
    """

    taken: frozenset[str] = frozenset()
    road_m: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def alias_kind(cause_kind: str) -> AliasKind | None:
    """Return which kind of alias a token of the queue could become, if any."""
    return _KINDS.get(cause_kind)


def suggest(decided: Iterable[Evidence], known: KnownNames) -> list[Suggestion]:
    """Return what decisions in force teach, the best supported first."""
    found: defaultdict[tuple[AliasKind, str], list[Evidence]] = defaultdict(list)
    for each in decided:
        kind = alias_kind(each.cause_kind)
        if kind is not None and each.token and _target(kind, each.choice):
            found[kind, each.token].append(each)
    suggestions = [
        _suggestion(kind, name, evidence, known) for (kind, name), evidence in found.items()
    ]
    return sorted(suggestions, key=lambda one: (-sum(one.targets.values()), one.kind, one.name))


def _target(kind: AliasKind, choice: Choice) -> str:
    """Return the code of what a choice teaches of a name, '' for nothing."""
    if choice.outcome is not Outcome.PLACE:
        return ""
    return choice.village_code if kind is AliasKind.VILLAGE else choice.township_code


def _suggestion(
    kind: AliasKind, name: str, evidence: Sequence[Evidence], known: KnownNames
) -> Suggestion:
    rows: defaultdict[str, int] = defaultdict(int)
    for each in evidence:
        rows[_target(kind, each.choice)] += each.rows
    targets = dict(sorted(rows.items(), key=lambda item: (-item[1], item[0])))
    return Suggestion(
        kind=kind,
        name=name,
        targets=targets,
        decisions=tuple(sorted(each.decision_id for each in evidence)),
        hindrance=hindrance(kind, name, tuple(targets), known),
    )


def hindrance(
    kind: AliasKind, name: str, targets: Sequence[str], known: KnownNames
) -> tuple[str, str]:
    """Return why a name cannot become an alias of one place (Chinese, English); empty if it can."""
    if len(targets) > 1:
        return (
            f"决定把它归到 {len(targets)} 个地方，只能逐址决定",
            f"decisions give it to {len(targets)} places; decide address by address",
        )
    if name in known.taken:
        return ("本县现有同名地名", "a place of the county bears this very name")
    stretches = known.road_m.get(name, {}) if kind is AliasKind.ROAD else {}
    total = sum(stretches.values())
    long = [code for code, metres in stretches.items() if metres >= _SECOND_SHARE * total]
    if len(long) > 1:
        return (
            f"此路穿过 {len(long)} 个乡镇，不能作别名",
            f"the road runs through {len(long)} townships, so it is no alias of one",
        )
    return ("", "")


def rewritten(address: str, cause: Cause, aliases: Mapping[tuple[AliasKind, str], Alias]) -> str:
    """Return an address with the name that kept it from being placed replaced; '' if none is known.

    Args:
        address: Normalised.
        cause: Why the engine could not place it; its token is what is looked up.
        aliases: Accepted ones, by kind and name.
    """
    kind = alias_kind(cause.kind)
    alias = aliases.get((kind, cause.token)) if kind is not None else None
    if alias is None or cause.token not in address:
        return ""
    official = {
        AliasKind.TOWN: alias.place_name,
        AliasKind.VILLAGE: _with_town(address, alias),
        # The road stays: its number may still be found.
        AliasKind.ROAD: alias.place_name + cause.token,
    }[alias.kind]
    return address.replace(cause.token, official, 1)


def _with_town(address: str, alias: Alias) -> str:
    """Return a village with its township, unless the address names that one already."""
    return alias.place_name if alias.township in address else alias.township + alias.place_name
