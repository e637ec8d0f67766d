"""Pairs that may be one enterprise, side by side, as the data manager sees them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.api.dependencies import Scope
from service.api.plain import plain
from service.database import duplicates, places, review_places
from service.domain.codes import USCC
from service.domain.duplicates import Pair, registered_elsewhere
from service.domain.errors import NotFoundError
from service.workflows.find_duplicates import find_duplicates
from service.workflows.merge_enterprises import FIELDS

PER_PAGE = 20
LABELS = {
    "name": ("名称", "Name"),
    "code": ("代码", "Code"),
    "kind": ("类别", "Kind"),
    "product": ("产品", "Product"),
    "place": ("地址与位置", "Address and place"),
    "status": ("状态", "Status"),
    "scale": ("规模", "Scale"),
    "credit_class": ("信用等级", "Credit class"),
    "principal": ("负责人", "Principal"),
    "attributes": ("其他列", "Other columns"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One field of both rows."""

    key: str
    label: tuple[str, str]
    one: str
    other: str

    @property
    def differs(self) -> bool:
        """Whether there is something to choose."""
        return self.one != self.other


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A pair with its fields and what hangs on each row."""

    pair: Pair
    lines: list[Line]
    held: tuple[dict[str, int], dict[str, int]]
    elsewhere: tuple[str, str]

    @property
    def suggested(self) -> int:
        """The row that would stay if nobody chose: one with a code, then the one with more."""
        one, other = self.pair.one, self.pair.other
        if bool(one.code) != bool(other.code):
            return one.number if one.code else other.number
        more = sum(self.held[1].values()) > sum(self.held[0].values())
        return other.number if more else one.number


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The page of pairs."""

    pairs: list[Compared]
    total: int
    offset: int
    next_offset: int | None
    stale: list[str]


def desk(scope: Scope, offset: int) -> Desk:
    """Return a page of pairs, the likeliest first."""
    found = find_duplicates(scope.session, scope.code)
    shown = found[offset : offset + PER_PAGE]
    end = offset + PER_PAGE
    return Desk(
        pairs=_compared(scope, shown),
        total=len(found),
        offset=offset,
        next_offset=end if end < len(found) else None,
        stale=review_places.stale_analyses(scope.session, scope.code),
    )


def _compared(scope: Scope, pairs: list[Pair]) -> list[Compared]:
    numbers = [number for pair in pairs for number in (pair.one.number, pair.other.number)]
    rows = _rows(scope, numbers)
    held = duplicates.held(scope.session, scope.code, numbers)
    names = _township_names(scope)
    return [
        Compared(
            pair=pair,
            lines=_lines(rows[pair.one.number], rows[pair.other.number], names),
            held=(held.get(pair.one.number, {}), held.get(pair.other.number, {})),
            elsewhere=(
                registered_elsewhere(pair.one.code, scope.code),
                registered_elsewhere(pair.other.code, scope.code),
            ),
        )
        for pair in pairs
    ]


def compared(scope: Scope, one: int, other: int) -> dict[str, Any]:
    """Return two rows field by field, whether or not they are a pair.

    Raises:
        NotFoundError: One of them is not in the register.
    """
    rows = _rows(scope, [one, other])
    for number in (one, other):
        if number not in rows:
            raise NotFoundError(f"the register of {scope.code} has no enterprise {number}")
    held = duplicates.held(scope.session, scope.code, [one, other])
    return {
        "enterprises": [one, other],
        "fields": [
            {"field": line.key, "values": [line.one, line.other], "differs": line.differs}
            for line in _lines(rows[one], rows[other], _township_names(scope))
        ],
        "held": [plain(held.get(number, {})) for number in (one, other)],
    }


def _rows(scope: Scope, numbers: list[int]) -> dict[int, dict[str, Any]]:
    kept = duplicates.snapshot(scope.session, scope.code, "enterprise", numbers)
    return {int(row["id"]): row for row in kept}


def _township_names(scope: Scope) -> dict[str, str]:
    return places.township_names(scope.session, scope.code)


def _lines(
    one: Mapping[str, Any], other: Mapping[str, Any], names: Mapping[str, str]
) -> list[Line]:
    return [
        Line(key=key, label=LABELS[key], one=_said(one, key, names), other=_said(other, key, names))
        for key in FIELDS
    ]


def _said(row: Mapping[str, Any], key: str, names: Mapping[str, str]) -> str:
    """Return one field of a row as people read it; '' where there is nothing."""
    if key == "attributes":
        held = json.loads(row["attributes"] or "{}")
        return " · ".join(f"{name} {value}" for name, value in sorted(held.items()) if value)
    if key == "code":
        system = row["code_system"]
        return (row["code"] or "") + (f" ({system})" if system not in (None, USCC) else "")
    values = [row[column] for column in FIELDS[key] if row[column] not in (None, "")]
    return " · ".join(names.get(str(value), str(value)) for value in values)
