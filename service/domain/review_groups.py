"""Addresses that wait for a person: what they have in common, and what a decision is about."""

import re
from dataclasses import dataclass

from service.domain.addresses.normalise import Normaliser, fingerprint
from service.domain.places import Placement

_CHINESE = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_FOLD = Normaliser()
# Longer texts are shown and grouped by their beginning.
_LONGEST_TOKEN = 40

# Which pieces of the text decide, by reason, the likeliest first; '' of all others.
_DECIDES: dict[str, tuple[str, ...]] = {
    "county_only": ("road", "relative"),
    "no_local_evidence": ("road", "foreign", "relative"),
    "outside_register_county": ("foreign", "region"),
    "town_unknown": ("unknown_town",),
    "town_old": ("town",),
    "town_ambiguous": ("town",),
    "town_stem_only": ("town", "village"),
    "village_unknown": ("unknown_village",),
    "township_hint_conflict": ("unknown_town", "town", "village"),
}
_USUAL = ("village", "town", "unknown_village", "unknown_town", "road", "foreign", "region")
# A text of these says nothing that could be common to two rows.
_TEXTLESS = frozenset({"empty", "no_chinese", "only_digits", "too_long", "no_point"})

TOKEN_KINDS: dict[str, tuple[str, str]] = {
    "road": ("道路", "road"),
    "village": ("村名", "village"),
    "unknown_village": ("未知村名", "unknown village"),
    "town": ("乡镇名", "township"),
    "unknown_town": ("未知乡镇名", "unknown township"),
    "pair": ("易混的村名", "villages easily confused"),
    "conflict": ("乡镇与村不符", "township against village"),
    "foreign": ("外县地名", "name of another county"),
    "region": ("地区", "region"),
    "relative": ("方位", "direction"),
    "none": ("没有可用的文字", "no usable text"),
    "text": ("全文", "the whole text"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why rows wait: the reason, and the piece of text that decides it, of which kind."""

    reason: str
    kind: str
    token: str

    @property
    def key(self) -> str:
        """What rows that one decision can serve have in common: 'county_only:road:微矿路'."""
        return f"{self.reason}:{self.kind}:{self.token}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a decision is about: an address, and what else its row says about the place.

    Attributes:
        fingerprint: Of the normalised address with its county.
        witness: The registered township and given point; for a text that names nothing, the
            row itself, because two empty addresses are two places.
        normalised: The address as it is compared.
    """

    fingerprint: str
    witness: str
    normalised: str


def cause_of(placement: Placement) -> Cause:
    """Return why an address waits, with the token that decides it."""
    reason = placement.reason
    if reason in _TEXTLESS:
        return Cause(reason=reason, kind="none", token="")
    texts = {token.kind: token.text for token in reversed(placement.tokens)}
    if reason == "near_homonym":
        return _pair(placement)
    if reason == "town_village_conflict" and {"town", "village"} <= texts.keys():
        return _cause(reason, "conflict", f"{texts['town']}·{texts['village']}")
    for kind in (*_DECIDES.get(reason, ()), *_USUAL):
        if texts.get(kind):
            return _cause(reason, kind, texts[kind])
    return _cause(reason, "text", placement.normalised)


def _pair(placement: Placement) -> Cause:
    names = sorted({candidate.name for candidate in placement.candidates if candidate.name})
    return _cause(placement.reason, "pair", "/".join(names))


def _cause(reason: str, kind: str, token: str) -> Cause:
    return Cause(reason=reason, kind=kind, token=token[:_LONGEST_TOKEN])


def subject_of(
    address: str,
    *,
    county_code: str,
    township_code: str | None,
    point: str,
    register_key: str,
) -> Subject:
    """Return what a decision about a register row is kept under.

    Args:
        address: As registered.
        county_code: Of the register.
        township_code: As registered; None where the register is silent.
        point: The coordinates that came with the row, as they came; '' for none.
        register_key: The row's identity, which counts only where the text names nothing.
    """
    normalised = _FOLD.full(address)
    own = "" if _CHINESE.search(normalised) else register_key
    return Subject(
        fingerprint=fingerprint(address, county_code=county_code),
        witness="|".join((township_code or "", point, own)),
        normalised=normalised,
    )
