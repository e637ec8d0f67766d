"""A text in the two languages of every map: Chinese first, English beside."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Chinese and English of one text; plain text, never HTML. Empty English repeats Chinese."""

    zh: str
    en: str = ""

    def as_json(self) -> dict[str, str]:
        """Return what the scripts expect."""
        return {"zh": self.zh, "en": self.en}
