"""What the address of leadership's page asks for: one view for map, figures, lists and records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from maps.hotspot_classes import LEAST_OF_A_TOWNSHIP, LOCAL, MEASURES
from service.domain.weeks import Week

ALL = "all"
UNITS = ("cell", "township")
SPAN_WEEK = "week"
MINIMUM_VISITS = 3
SIDE_OUTSIDE = "outside"
RISK_CLASSES = (4, 3, 2, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a county has to choose from on a day.

    Attributes:
        products: Positions of the product switch, `all` last.
        townships: Code → name.
        areas: Key areas, border zones and urban fringes: code → kind and name, (zh, en).
        weeks: Of the period, those to come too.
        on: The day asked about.
    """

    products: tuple[str, ...]
    townships: Mapping[str, str]
    weeks: tuple[Week, ...]
    on: date
    areas: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def past_weeks(self) -> tuple[Week, ...]:
        """The weeks that have begun on the day."""
        return tuple(week for week in self.weeks if week.first <= self.on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """The filters as they stand in the address; anything may be missing or nonsense."""

    product: str | None = None
    measure: str | None = None
    unit: str | None = None
    township: str | None = None
    week: str | None = None
    span: str | None = None
    risk_class: str | None = None
    points: str | None = None
    area: str | None = None
    side: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The view shown: every filter has a value that exists.

    Attributes:
        week: The last week counted; None is everything up to the day.
        is_single: That week alone counts.
        risk_class: Enterprises of one risk class only; 0 all.
        points: The map draws the enterprises.
        area: Code of the only area counted, by its cells; '' all.
        is_outside: The cells of the county that are not in `area` are counted instead.
        since, until: First and last day counted.
        notices: (zh, en) about what was asked and does not exist.
    """

    product: str
    measure: str
    unit: str
    township: str
    week: Week | None
    is_single: bool
    risk_class: int
    since: date
    until: date
    points: bool = False
    area: str = ""
    is_outside: bool = False
    notices: tuple[tuple[str, str], ...] = ()

    @property
    def least(self) -> int:
        """A place with fewer visits is not rated."""
        return LEAST_OF_A_TOWNSHIP if self.unit == "township" else MINIMUM_VISITS

    def query(self, **changes: object) -> dict[str, str]:
        """Return the address's parameters, those at their start left out, with changes."""
        values: dict[str, object] = {
            "product": self.product,
            "measure": "" if self.measure == MEASURES[0] else self.measure,
            "unit": "" if self.unit == UNITS[0] else self.unit,
            "township": self.township,
            "week": self.week.key if self.week else "",
            "span": SPAN_WEEK if self.is_single else "",
            "class": self.risk_class or "",
            "points": "1" if self.points else "",
            "area": self.area,
            "side": SIDE_OUTSIDE if self.is_outside else "",
            **changes,
        }
        return {key: str(value) for key, value in values.items() if value not in (None, "")}

    def state(self) -> dict[str, str]:
        """Return the same as the map's switches; '' where nothing is chosen."""
        return {
            "product": self.product,
            "measure": self.measure,
            "unit": self.unit,
            "township": self.township,
            "week": self.week.key if self.week else "",
            "span": SPAN_WEEK if self.is_single else "",
            "class": str(self.risk_class or ""),
            "points": "1" if self.points else "",
            "area": self.area,
            "side": SIDE_OUTSIDE if self.is_outside else "",
        }


def resolve(raw: Raw, choices: Choices) -> Asked:
    """Return the view asked for; what does not exist is replaced, and said."""
    notices: list[tuple[str, str]] = []
    product = _known(raw.product, choices.products, "产品", "product", notices)
    township = raw.township or ""
    if township and township not in choices.townships:
        notices.append(_unknown("乡镇", "township", township, "全县", "the whole county"))
        township = ""
    area = raw.area or ""
    if area and area not in choices.areas:
        notices.append(_unknown("区域", "area", area, "全县", "the whole county"))
        area = ""
    week = _week(raw.week, choices, notices)
    past = choices.past_weeks
    is_single = raw.span == SPAN_WEEK
    counted = week or past[-1]
    first = past[0].first
    measure = _known(raw.measure, MEASURES, "图层", "measure", notices)
    unit = _known(raw.unit, UNITS, "单元", "unit", notices)
    if measure == LOCAL and unit != UNITS[0]:
        notices.append(("局部统计只按网格检验", "local statistics are tested by cell alone"))
        unit = UNITS[0]
    return Asked(
        product=product,
        measure=measure,
        unit=unit,
        township=township,
        week=week,
        is_single=is_single,
        risk_class=_risk_class(raw.risk_class, notices),
        since=counted.first if is_single else first,
        until=min(counted.last, choices.on),
        points=raw.points in {"1", "on"},
        area=area,
        is_outside=bool(area) and raw.side == SIDE_OUTSIDE,
        notices=tuple(notices),
    )


def _known(
    given: str | None,
    known: tuple[str, ...],
    zh: str,
    en: str,
    notices: list[tuple[str, str]],
) -> str:
    if given and given not in known:
        notices.append(_unknown(zh, en, given, known[0], known[0]))
    return given if given in known else known[0]


def _unknown(zh: str, en: str, given: str, shown_zh: str, shown_en: str) -> tuple[str, str]:
    return (
        f"没有{zh}“{given}”，显示的是{shown_zh}。",
        f"There is no {en} “{given}”; this shows {shown_en}.",
    )


def _week(given: str | None, choices: Choices, notices: list[tuple[str, str]]) -> Week | None:
    if not given:
        return None
    past = choices.past_weeks
    found = next((week for week in past if week.key == given), None)
    if found is None:
        notices.append(
            (
                f"“{given}”不在统计的周内（{past[0].key} 至 {past[-1].key}），显示的是最近一周。",
                f"“{given}” is no week of {past[0].key} to {past[-1].key}; the latest is shown.",
            )
        )
    # The latest week is where the page starts: it needs no word in the address.
    return None if found == past[-1] else found


def _risk_class(given: str | None, notices: list[tuple[str, str]]) -> int:
    if not given:
        return 0
    if given in {str(one) for one in RISK_CLASSES}:
        return int(given)
    notices.append(_unknown("风险等级", "risk class", given, "全部等级", "all classes"))
    return 0
