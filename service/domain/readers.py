"""Who reads: what part of a county a person may see, and whether classes may be shown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What a reader may see.

    Attributes:
        township_codes: Only these townships; None for the whole county, empty for nothing.
        is_public: Sees neither risk classes nor single enterprises.
    """

    township_codes: frozenset[str] | None = None
    is_public: bool = False

    def townships_shown(self, asked: str | None) -> list[str] | None:
        """Return the codes to show when one township (or, None, all) is asked for; None is all."""
        if asked is None:
            return None if self.township_codes is None else sorted(self.township_codes)
        may = self.township_codes is None or asked in self.township_codes
        return [asked] if may else []


EVERYBODY_INSIDE = Reader()
