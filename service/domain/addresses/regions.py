"""Provinces, cities and counties at the head of an address, read contiguously from its start."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from service.domain.addresses.names import region_forms, swapped_region_forms

# A short county name followed by one of these is a road, a town or a shop: 井陉路, 平山镇.
_NOT_AFTER_SHORT = frozenset("路街镇乡道巷桥村庄店社东西南北大中小市县区屯矿")
_SMALLER = frozenset("镇乡街")
_LITERALS = ("中国", "中华人民共和国", "市辖区", "省直辖县级行政区划")
_LITERAL_FIRSTS = "中市省,()、"
_MAX_SEEN = 4096
_CITY_DIGITS = 4
_COUNTY_DIGITS = 6

PROVINCES = (
    "北京市", "天津市", "上海市", "重庆市", "河北省", "山西省", "辽宁省", "吉林省", "黑龙江省",
    "江苏省", "浙江省", "安徽省", "福建省", "江西省", "山东省", "河南省", "湖北省", "湖南省",
    "广东省", "海南省", "四川省", "贵州省", "云南省", "陕西省", "甘肃省", "青海省", "台湾省",
    "内蒙古", "广西", "西藏", "宁夏", "新疆", "香港", "澳门",
)  # fmt: skip

# A region by its shape alone, for places that this gazetteer does not hold.
_FOREIGN_PROVINCE = re.compile(
    "(?:" + "|".join(PROVINCES) + ")(?:(?:壮族|回族|维吾尔)?自治区|特别行政区)?"
)
_FOREIGN_CITY = re.compile(
    "[\u4e00-\u9fff]{2,6}?(?:自治州|地区|盟|(?<!超)(?<!城)市(?!场|区|政|民|中))"
)
_FOREIGN_COUNTY = re.compile(
    "[\u4e00-\u9fff]{1,8}?(?:自治县|县(?!城|道|级|政)|旗|市(?!场|区|政|民|中)|区)"
)
_NOT_A_DISTRICT = re.compile(
    "(?:社|小|园|开发|工业|管理|示范|试验|产业|保税|生活|住宅|家属|居住|商业|商务|城|新|厂|景|库|校|院|营|山|老|片|"
    "集聚|物流|加工|养殖|服务|风景|度假|合作)区$"
)
_NOT_IN_A_REGION = re.compile("[镇乡村路街号]|街道|社区")


class Form(NamedTuple):
    """A region as it may be written; ``short`` when its last character is missing."""

    code: str
    short: bool


@dataclass(frozen=True, slots=True)
class Prefix:
    """What the head of an address says.

    Attributes:
        end: Where the rest begins.
        counties: Six-digit codes that the text may mean; empty when it names no county.
        scope: The code of the finest region named, 0, 2 or 4 digits.
        named: Whether a county stands in the text; a set of several is an ambiguous name.
        short: Whether a suffix was missing or was a former one.
        foreign: The region read by its shape alone that this gazetteer does not hold.
    """

    end: int
    counties: tuple[str, ...]
    scope: str
    named: bool
    short: bool
    foreign: str = ""


class RegionBook:
    """The regions of a gazetteer by the ways they are written."""

    def __init__(
        self,
        names: dict[str, str],
        forms: dict[str, tuple[Form, ...]],
        lengths: dict[str, tuple[int, ...]],
    ) -> None:
        """Keep the tables; use ``from_names``."""
        self._names = names
        self._forms = forms
        self._lengths = lengths
        self._seen: dict[str, tuple[Prefix, str]] = {}
        self._seen_lengths: list[int] = []

    @classmethod
    def from_names(cls, names: Iterable[tuple[str, str]]) -> "RegionBook":
        """Build the book from (code of 2, 4 or 6 digits, name)."""
        table = {code: name for code, name in names if name and name != "市辖区"}
        forms = _written_forms(table)
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for form in forms:
            lengths[form[0]].add(len(form))
        return cls(
            table,
            {form: tuple(found) for form, found in forms.items()},
            {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()},
        )

    def county_name(self, code: str) -> str:
        """Return a county's name by its six-digit code, '' when unknown."""
        return self._names.get(code[:_COUNTY_DIGITS], "")

    def name(self, code: str) -> str:
        """Return any region's name by its code of 2, 4 or 6 digits, '' when unknown."""
        return self._names.get(code, "")

    def read(self, text: str) -> Prefix:
        """Read the regions that the text begins with, one after the other, without a gap."""
        for length in self._seen_lengths:
            known = self._seen.get(text[:length])
            # A register's rows begin alike. Only its own regions, repeated, could prolong a head.
            if known is not None and text[length : length + 1] not in known[1]:
                return known[0]
        prefix = self._read(text)
        if prefix.named and not prefix.short and len(self._seen) < _MAX_SEEN:
            own = {self.name(code[:n])[:1] for code in prefix.counties for n in (2, 4, 6)}
            firsts = "".join(sorted(own)) + _LITERAL_FIRSTS
            self._seen[text[: prefix.end]] = (prefix, firsts)
            self._seen_lengths = sorted({len(head) for head in self._seen}, reverse=True)
        return prefix

    def _read(self, text: str) -> Prefix:
        end, scope, short = 0, "", False
        counties: tuple[str, ...] = ()
        while end < len(text):
            skipped = _literal_at(text, end)
            if skipped:
                end += skipped
                continue
            step = self._step(text, end, scope, counties)
            if step is None:
                break
            end, found = step
            short = short or found[0].short
            if len(found[0].code) == _COUNTY_DIGITS:
                counties = tuple(form.code for form in found)
            else:
                scope = found[0].code
        return Prefix(end, counties, scope, bool(counties), short)

    def _step(
        self, text: str, start: int, scope: str, counties: tuple[str, ...]
    ) -> tuple[int, list[Form]] | None:
        for length in self._lengths.get(text[start], ()):
            found = self._forms.get(text[start : start + length])
            if found is None or start + length > len(text):
                continue
            end = start + length
            fitting = [form for form in found if _fits(form, text[end : end + 1], scope, counties)]
            if fitting:
                finest = max(len(form.code) for form in fitting)
                coarsest = min(len(form.code) for form in fitting)
                level = finest if scope and counties == () and len(scope) >= coarsest else coarsest
                return end, [form for form in fitting if len(form.code) == level]
        return None

    def foreign_at(self, text: str, start: int) -> str:
        """Return the region the text names at ``start`` that this book does not hold, or ''."""
        end, last = start, ""
        for pattern in (_FOREIGN_PROVINCE, _FOREIGN_CITY, _FOREIGN_COUNTY):
            found = pattern.match(text, end)
            if (
                found
                and not _NOT_A_DISTRICT.search(found[0])
                and not _NOT_IN_A_REGION.search(found[0])
            ):
                last, end = found[0], found.end()
        return text[start:end] if last else ""

    def may_lie_in(self, county: str, ahead: str) -> bool:
        """Whether the unknown regions ``ahead`` of a county's name can be those it lies in."""
        if self._names.get(county[:_CITY_DIGITS]):
            return False
        return not (self._names.get(county[:2]) and ahead.startswith(PROVINCES))


def _written_forms(table: dict[str, str]) -> dict[str, list[Form]]:
    """Return every way the regions are written, with the regions each may mean."""
    full = set(table.values())
    forms: defaultdict[str, list[Form]] = defaultdict(list)
    for code, name in table.items():
        forms[name].append(Form(code, short=False))
        for short in region_forms(name):
            if short not in full:
                forms[short].append(Form(code, short=True))
    # A retired county name that is also a living prefecture's (邢台) means the prefecture.
    living = full | set(forms)
    counties = [(code, name) for code, name in table.items() if len(code) == _COUNTY_DIGITS]
    for code, name in counties:
        for former in swapped_region_forms(name):
            if former not in living:
                forms[former].append(Form(code, short=True))
    return forms


def _literal_at(text: str, start: int) -> int:
    for literal in _LITERALS:
        if text.startswith(literal, start):
            return len(literal)
    return 1 if text[start] in ",()、" and start else 0


def _fits(form: Form, following: str, scope: str, counties: tuple[str, ...]) -> bool:
    """Whether a region can stand here: inside what was named before, and not half a road."""
    if form.short and following in _NOT_AFTER_SHORT and following:
        return False
    if counties:
        # Said twice, in full: 井陉县井陉县. A short repeat is the name of something smaller, and so
        # is one that goes on: 芒市芒市镇.
        if form.short or (following and following in _SMALLER):
            return False
        return any(county.startswith(form.code) for county in counties)
    return form.code.startswith(scope) or scope.startswith(form.code)
