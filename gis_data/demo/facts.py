"""What is fixed about the fictional county before any random number is drawn."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

SEED = 20120301
COUNTY_CODE = "139921"
COUNTY_NAME = "青石县"
COUNTY_NAME_EN = "Qingshi County"
NOTICE_ZH = "虚构示例:青石县及其中一切地名、企业、人员和事件均为虚构"
NOTICE_EN = "Fictional demo: Qingshi County and every place, enterprise, person and event in it"
CENTRE_LON, CENTRE_LAT = 114.1, 38.0  # degrees WGS 84; only the position on the globe is borrowed
AREA_KM2 = 1_380.0
VILLAGES = 320

AS_OF = date(2012, 5, 6)
CAMPAIGN_START = date(2012, 3, 1)
HISTORY_START = date(2010, 3, 1)
OFFICER_LEFT_ON = date(2012, 4, 20)
HANDOVER_ON = date(2012, 4, 10)

PRODUCT_ZH = {"baijiu": "白酒", "fertiliser": "化肥", "cement": "水泥"}
KIND_ZH = {"producer": "生产", "seller": "销售", "den": "黑窝点"}

NEIGHBOUR_COUNTY = "白石县"  # fictional too: the address of those who moved away
SHARED_SUPPLIER = "白石县兴源散酒批发部"


@dataclass(frozen=True, slots=True)
class TownshipFact:
    """A township before its border is drawn: its seat in sketch units, its weights in the draw."""

    code: str
    name: str
    name_en: str
    old_name: str
    x: float
    y: float
    village_weight: float = 1.0
    enterprises: int = 78

    @property
    def stem(self) -> str:
        """The name without 镇 or 乡."""
        return self.name[:-1]


TOWNSHIPS = (
    TownshipFact("139921100", "青岩镇", "Qingyan", "岩下公社", 305, 492, 1.3, 170),
    TownshipFact("139921101", "云台镇", "Yuntai", "老君坪乡", 310, 285, 1.0, 90),
    TownshipFact("139921102", "柳河镇", "Liuhe", "柳树湾乡", 188, 440, 1.0, 92),
    TownshipFact("139921103", "石门镇", "Shimen", "石门口乡", 222, 590, 1.0, 88),
    TownshipFact("139921104", "苍山镇", "Cangshan", "苍头乡", 430, 240, 1.0, 74),
    TownshipFact("139921105", "古井镇", "Gujing", "井台乡", 452, 335, 1.4, 96),
    TownshipFact("139921106", "秀水镇", "Xiushui", "秀才营乡", 355, 385, 1.2, 90),
    TownshipFact("139921107", "南岭镇", "Nanling", "岭底乡", 440, 470, 1.1, 88),
    TownshipFact("139921108", "桃沟镇", "Taogou", "桃木沟乡", 205, 335, 0.9, 76),
    TownshipFact("139921109", "白泉镇", "Baiquan", "白水泉乡", 305, 655, 1.0, 80),
    TownshipFact("139921200", "龙泉乡", "Longquan", "龙王庙乡", 552, 465, 1.2, 104),
    TownshipFact("139921201", "东岭乡", "Dongling", "岭东乡", 640, 315, 1.1, 150),
    TownshipFact("139921202", "杏花乡", "Xinghua", "杏树坪乡", 690, 560, 0.9, 76),
    TownshipFact("139921203", "双河乡", "Shuanghe", "两河口乡", 405, 620, 1.0, 60),
    TownshipFact("139921204", "北原乡", "Beiyuan", "北塬上乡", 545, 275, 1.1, 72),
    TownshipFact("139921205", "西柳乡", "Xiliu", "柳西乡", 715, 425, 0.9, 70),
    TownshipFact("139921206", "松林乡", "Songlin", "松树岭乡", 560, 640, 0.9, 74),
)
BY_NAME = {fact.name: fact for fact in TOWNSHIPS}
TOWNSHIP_NAME = {fact.code: fact.name for fact in TOWNSHIPS}

# Where the inspectors went: visits in the campaign as a multiple of the ordinary township.
EFFORT = {"石门镇": 3.0, "双河乡": 0.0, "西柳乡": 0.8, "云台镇": 1.2, "桃沟镇": 0.8}
OVERVISITED, UNVISITED = "石门镇", "双河乡"

CAMPAIGN: dict[str, Any] = {
    "code": "2012-zxzz",
    "name": "青石县重点产品质量安全专项行动(虚构示例)",
    "name_en": "Key product quality campaign (fictional)",
    "basis": "青石县重点产品质量专项整治实施方案(虚构)",
    "starts_on": "2012-03-01",
    "ends_on": "2012-06-30",
    "phases": [
        {
            "code": "1",
            "name_zh": "调查摸底",
            "name_en": "Survey",
            "starts_on": "2012-03-01",
            "ends_on": "2012-03-31",
        },
        {
            "code": "2",
            "name_zh": "集中整治",
            "name_en": "Campaign",
            "starts_on": "2012-04-01",
            "ends_on": "2012-05-31",
        },
        {
            "code": "3",
            "name_zh": "巩固提高(回头看)",
            "name_en": "Look-back",
            "starts_on": "2012-06-01",
            "ends_on": "2012-06-30",
        },
    ],
    "is_fictional": True,
    "reference_date": AS_OF.isoformat(),
}


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the generator of one part of the county; a change in one part moves no other."""
    return np.random.default_rng([seed, *name.encode()])
