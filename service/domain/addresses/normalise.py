"""One spelling for one address: full width, separators, traditional characters, rubbish."""

import hashlib
import unicodedata
from collections.abc import Iterable

from service.domain.addresses.traditional import SIMPLIFIED

# Longer than any address; what follows is not read, and the row goes to a person.
MAX_LENGTH = 200

_REPLACED = {
    "，": ",", ";": ",", "；": ",", "。": ",", "｡": ",", "【": "(", "】": ")", "〔": "(", "〕": ")",
    "[": "(", "]": ")", "「": "(", "」": ")", "《": "(", "》": ")", "<": "(", ">": ")",
    "—": "-", "–": "-", "－": "-", "―": "-", "~": "-", "～": "-", "#": "号", "＃": "号",
    "/": "、", "／": "、", "\\": "、", "&": "、", "＆": "、", "+": "、", "＋": "、",
}  # fmt: skip
_KEPT = frozenset(",()-、")


class _Table(dict[int, str | None]):
    """A translation table that works out a character the first time it is met."""

    def __init__(self, simplified: dict[str, str]) -> None:
        super().__init__()
        self._simplified = simplified

    def __missing__(self, point: int) -> str | None:
        value = self._fold(chr(point))
        self[point] = value
        return value

    def _fold(self, char: str) -> str | None:
        if char in _REPLACED:
            return _REPLACED[char]
        folded = unicodedata.normalize("NFKC", char)
        if len(folded) != 1:
            return None
        if folded in _REPLACED:
            return _REPLACED[folded]
        if folded in _KEPT:
            return folded
        if not folded.isalnum():
            return None
        return self._simplified.get(folded, folded).upper()


class Normaliser:
    """Folds texts for one gazetteer, whose own characters are never changed."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """Exempt the characters of ``names`` from simplification: 乾县 stays what it is."""
        used = set().union(*names)
        self._gentle = _Table({t: s for t, s in SIMPLIFIED.items() if t not in used})
        self._full = _Table(SIMPLIFIED)

    def gentle(self, text: str) -> str:
        """Fold all but the characters that the gazetteer's names use."""
        return text[: 4 * MAX_LENGTH].translate(self._gentle)

    def full(self, text: str) -> str:
        """Fold everything; for a second attempt."""
        return text[: 4 * MAX_LENGTH].translate(self._full)


_PLAIN = Normaliser()


def fingerprint(address: str, *, county_code: str = "") -> str:
    """Return the key under which a decision about this address is kept and found again.

    Two spellings of one address (full width, spaces, traditional characters) share it. The
    gazetteer's version is kept beside the decision, not in the key: a decision of a person
    outlives an edition, and a new edition says which decisions to look at again.
    """
    text = f"{county_code[:6]}|{_PLAIN.full(address)}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]
