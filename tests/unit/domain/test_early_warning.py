"""A cluster warns while it is open, new or growing, and not put right."""

from typing import Any

import pytest

from service.domain.early_warning import early_warning

QUIET: dict[str, Any] = {
    "state": "open", "trend": "growing", "unresolved": 4, "crosses_township": False,
    "has_lead": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "level"),
    [
        ({}, "orange"),
        ({"trend": "new", "has_lead": False}, "orange"),
        ({"has_lead": False}, "red"),
        ({"crosses_township": True}, "red"),
        ({"unresolved": 10}, "red"),
        ({"unresolved": 2, "crosses_township": True}, ""),
        ({"trend": "steady", "crosses_township": True}, ""),
        ({"trend": "shrinking"}, ""),
        ({"state": "closed"}, ""),
    ],
)
def test_the_level_follows_from_what_is_known(change: dict[str, Any], level: str) -> None:
    told = early_warning(**{**QUIET, **change})
    assert told.level == level
    assert bool(told.why) == bool(level)
