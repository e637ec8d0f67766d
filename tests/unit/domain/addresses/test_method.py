"""What docs/locating.md says of the rules and reasons is what the code does."""

import re

from service.domain.addresses.explain import REASONS
from service.domain.addresses.score import RULES
from service.settings import PROJECT_ROOT

TEXT = (PROJECT_ROOT / "docs" / "locating.md").read_text(encoding="utf-8")
_ROW = re.compile(
    r"^\| `(?P<key>[a-z0-9_]+)` \| (?P<first>[^|]+) \| (?P<second>[^|]+) \|$", re.MULTILINE
)


def table(title: str) -> dict[str, tuple[str, str]]:
    part = TEXT.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    return {row["key"]: (row["first"], row["second"]) for row in _ROW.finditer(part)}


def test_every_rule_stands_in_the_document_with_its_confidence() -> None:
    told = table("Rules")

    assert {key: first for key, (first, _) in told.items()} == {
        key: f"{value:.2f}" for key, value in RULES.items()
    }


def test_every_reason_stands_in_the_document_in_both_languages() -> None:
    assert table("Reasons to ask a person") == REASONS
