"""Which licences an enterprise must hold, and what is wrong with those it has.

The rule is the one of the county plan's nine kinds: a conditional licence that is absent is
something to verify, never a violation.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

# Renewal is applied for six months before expiry (industrial licences, article 25).
EXPIRING_WITHIN: Final = timedelta(days=180)

NAMES: Final[dict[str, tuple[str, str]]] = {
    "business": ("营业执照", "business licence"),
    "industrial_product": ("工业产品生产许可证", "industrial product licence"),
    "food_production": ("食品生产许可证", "food production licence"),
    "special_equipment": ("特种设备生产许可证", "special equipment licence"),
    "work_safety": ("安全生产许可证", "work safety licence"),
    "discharge": ("排污许可证", "discharge permit"),
    "water_intake": ("取水许可证", "water intake permit"),
    "ccc": ("强制性产品认证", "compulsory certification"),
    "vehicle_catalogue": ("汽车目录公告", "vehicle catalogue entry"),
}
_REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "baijiu": ("business", "food_production", "discharge"),
    "cement": ("business", "industrial_product", "discharge"),
    "fertiliser": ("business", "industrial_product", "discharge"),
}
# Licence, attribute that makes it necessary, whether it is to be asked for where the attribute
# is not known: most plants have water, few have a quarry.
_Condition = tuple[str, str, bool]
_CONDITIONAL: Final[dict[str, tuple[_Condition, ...]]] = {
    "baijiu": (("water_intake", "water", True),),
    "cement": (("water_intake", "water", True), ("work_safety", "quarry", False)),
    "fertiliser": (("water_intake", "water", True), ("work_safety", "hazardous", False)),
}
FERTILISER_TYPE: Final = "fertiliser_type"
# Written in lower case, without spaces around.
ORGANIC: Final = frozenset({"organic", "有机肥", "有机肥料"})
_NO: Final = frozenset(
    {"", "no", "false", "0", "none", "否", "无", "public", "tap", "自来水", "市政供水", "公共供水"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """One licence; without an end it does not expire."""

    kind: str
    number: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceFindings:
    """What is wrong with the licences of an enterprise on a day.

    Attributes:
        missing: Kinds required and not held.
        expired: Kinds required and expired, with the day of expiry.
        expiring: Kinds required that expire within 180 days, with the day.
        to_verify: Kinds required only under a condition that is not known, and not held.
    """

    missing: tuple[str, ...] = ()
    expired: tuple[tuple[str, date], ...] = ()
    expiring: tuple[tuple[str, date], ...] = ()
    to_verify: tuple[str, ...] = field(default=())

    @property
    def is_blind_spot(self) -> bool:
        """Whether a required licence is missing or expired (gap G16)."""
        return bool(self.missing or self.expired)


def required(kind: str, product: str, attributes: Mapping[str, object]) -> tuple[str, ...]:
    """Return the kinds of licence that an enterprise must hold whatever else it does.

    A seller needs its business licence; a den can be licensed for nothing; products outside the
    three of the plan have no rule here.
    """
    if kind == "den" or product not in _REQUIRED:
        return ()
    if kind == "seller":
        return ("business",)
    kinds = _REQUIRED[product]
    if product == "fertiliser" and _is_organic(attributes):
        # Organic fertiliser is registered with agriculture, not licensed as an industrial product.
        return tuple(each for each in kinds if each != "industrial_product")
    return kinds


def requirements() -> Iterator[tuple[str, str, bool, tuple[str, ...]]]:
    """Yield the whole of `required` as a table: kind, product, is_organic, kinds of licence.

    What is not in it needs no licence. Whoever counts elsewhere is handed the rule, not a copy.
    """
    for kind in ("producer", "seller"):
        for product in _REQUIRED:
            for is_organic in (False, True):
                facts = {FERTILISER_TYPE: min(ORGANIC)} if is_organic else {}
                yield kind, product, is_organic, required(kind, product, facts)


def examine(
    kind: str,
    product: str,
    attributes: Mapping[str, object],
    held: Iterable[Licence],
    *,
    on: date,
) -> LicenceFindings:
    """Return what is wrong with an enterprise's licences on a day."""
    best = _longest_by_kind(held)
    needed = required(kind, product, attributes)
    ends = [(each, best[each]) for each in needed if each in best]
    return LicenceFindings(
        missing=tuple(each for each in needed if each not in best),
        expired=tuple((each, end) for each, end in ends if end is not None and end < on),
        expiring=tuple(
            (each, end)
            for each, end in ends
            if end is not None and on <= end <= on + EXPIRING_WITHIN
        ),
        to_verify=_to_verify(kind, product, attributes, best),
    )


def names_zh(kinds: Iterable[str]) -> str:
    """Return the Chinese names of kinds of licence in one line."""
    return "、".join(NAMES[kind][0] for kind in kinds)


def names_en(kinds: Iterable[str]) -> str:
    """Return the English names of kinds of licence in one line."""
    return ", ".join(NAMES[kind][1] for kind in kinds)


def _longest_by_kind(held: Iterable[Licence]) -> dict[str, date | None]:
    """Return the last day covered by each kind; None where one of them does not end."""
    best: dict[str, date | None] = {}
    for licence in held:
        known = best.get(licence.kind, licence.expires_on)
        ends = (known, licence.expires_on)
        best[licence.kind] = None if None in ends else max(end for end in ends if end is not None)
    return best


def _to_verify(
    kind: str, product: str, attributes: Mapping[str, object], best: Mapping[str, date | None]
) -> tuple[str, ...]:
    if kind != "producer":
        return ()
    return tuple(
        licence
        for licence, attribute, ask_if_unknown in _CONDITIONAL.get(product, ())
        if licence not in best and _may_hold(attributes.get(attribute), unknown=ask_if_unknown)
    )


def _may_hold(value: object, *, unknown: bool) -> bool:
    if value is None:
        return unknown
    return str(value).strip().lower() not in _NO


def _is_organic(attributes: Mapping[str, object]) -> bool:
    return str(attributes.get(FERTILISER_TYPE, "")).strip().lower() in ORGANIC
