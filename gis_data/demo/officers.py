"""Some sixty officers: two enforcement officers and a leader a township, a few coordinators."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from gis_data.demo.facts import BY_NAME, OFFICER_LEFT_ON, TOWNSHIPS, stream
from gis_data.demo.settlements import Settlements

_SURNAMES = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = (
    "建国", "敏", "立", "芳", "强", "勇", "丽", "静", "伟", "志刚", "秀英", "海燕", "永强",
    "文斌", "晓红", "国庆",
    "春梅", "卫东", "玉兰", "俊峰", "红霞", "振华", "桂芝", "新民", "雪梅", "保平", "淑珍",
    "建军", "爱民", "翠萍",
)  # fmt: skip
# First and second enforcement officer of the townships that the design and the plants name.
_NAMED = {
    "龙泉乡": ("周敏", "白志远"),
    "东岭乡": ("赵立", "田秀云"),
    "青岩镇": ("刘建国", "宋海燕"),
    "杏花乡": ("王芳", "鲁国栋"),
    "古井镇": ("陶玉林", "陈晨"),
    "南岭镇": ("孙丽", "范永强"),
    "秀水镇": ("何勇", "米春梅"),
    "云台镇": ("郭强", "史文斌"),
}
OVERLOADED, LEFT, FAR_AWAY = ("东岭乡", 0), ("古井镇", 1), ("西柳乡", 1)
_CAPACITY, _OVERLOADED_CAPACITY = (32, 44), 8
_COORDINATORS = 9
_SINCE = date(2009, 1, 1)


@dataclass(frozen=True, slots=True)
class Officers:
    """The table of officers, and who works where: township code → staff numbers."""

    table: pd.DataFrame
    enforcement: dict[str, tuple[str, str]]
    leaders: dict[str, str]
    coordinators: dict[str, str]

    def staff_no(self, post: tuple[str, int]) -> str:
        """Return the staff number of a township's first (0) or second (1) enforcement officer."""
        township, place = post
        return self.enforcement[BY_NAME[township].code][place]


def build_officers(seed: int, settlements: Settlements) -> Officers:
    """Appoint the officers; every table is in the order of the staff numbers."""
    rng = stream(seed, "officers")
    seats = settlements.villages[settlements.villages["is_seat"]].set_index("township_code")
    names = _fresh_names(rng)
    rows: list[dict[str, Any]] = []
    enforcement: dict[str, tuple[str, str]] = {}
    leaders: dict[str, str] = {}
    for fact in TOWNSHIPS:
        pair = _NAMED.get(fact.name) or (next(names), next(names))
        numbers = []
        for place, name in enumerate(pair):
            post = (fact.name, place)
            row = _officer(len(rows) + 1, name, "enforcement", fact.code, seats)
            row |= _special(post, rng, seats)
            rows.append(row)
            numbers.append(row["staff_no"])
        enforcement[fact.code] = (numbers[0], numbers[1])
    for fact in TOWNSHIPS:
        rows.append(_officer(len(rows) + 1, next(names), "township_leader", fact.code, seats))
        leaders[fact.code] = rows[-1]["staff_no"]
    coordinators: dict[str, str] = {}
    for index in range(_COORDINATORS):
        served = TOWNSHIPS[2 * index : 2 * index + 2]
        rows.append(_officer(len(rows) + 1, next(names), "coordinator", served[0].code, seats))
        coordinators |= {fact.code: rows[-1]["staff_no"] for fact in served}
    return Officers(pd.DataFrame(rows), enforcement, leaders, coordinators)


def _fresh_names(rng: np.random.Generator) -> Iterator[str]:
    used = {name for pair in _NAMED.values() for name in pair}
    while True:
        name = _SURNAMES[int(rng.integers(len(_SURNAMES)))] + _GIVEN[int(rng.integers(len(_GIVEN)))]
        if name not in used:
            used.add(name)
            yield name


def _officer(
    number: int, name: str, role: str, township_code: str, seats: pd.DataFrame
) -> dict[str, Any]:
    at_bureau = role == "enforcement"
    return {
        "staff_no": f"QS{number:03d}",
        "name": name,
        "role": role,
        "department": "青石县质量技术监督局" if at_bureau else "乡镇人民政府",
        "township_code": township_code,
        "phone": f"0399-5550{number:03d}",
        "is_enforcement": at_bureau,
        "capacity_visits_per_month": 20,
        "active_from": _SINCE,
        "active_to": None,
        "lon": seats.loc[township_code, "lon"],
        "lat": seats.loc[township_code, "lat"],
    }


def _special(
    post: tuple[str, int], rng: np.random.Generator, seats: pd.DataFrame
) -> dict[str, Any]:
    """Return what differs for one enforcement officer: capacity, last day, a base far away."""
    special: dict[str, Any] = {"capacity_visits_per_month": int(rng.integers(*_CAPACITY))}
    if post == OVERLOADED:
        special["capacity_visits_per_month"] = _OVERLOADED_CAPACITY
    if post == LEFT:
        special["active_to"] = OFFICER_LEFT_ON
    if post == FAR_AWAY:
        county_seat = BY_NAME["青岩镇"].code
        special |= {"lon": seats.loc[county_seat, "lon"], "lat": seats.loc[county_seat, "lat"]}
    return special
