"""The language of a page: Chinese unless asked otherwise; the choice is kept in a cookie."""

from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Query, Request

COOKIE = "wangge_lang"


class Language(StrEnum):
    """The languages of the pages; every text stands in both, side by side."""

    ZH = "zh"
    EN = "en"

    def say(self, zh: str, en: str = "") -> str:
        """Return the text of this language; Chinese where there is no English."""
        return en if self is Language.EN and en else zh

    @property
    def tag(self) -> str:
        """The value of `lang` in HTML."""
        return "en" if self is Language.EN else "zh-CN"

    @property
    def other(self) -> "Language":
        """The other language."""
        return Language.ZH if self is Language.EN else Language.EN


def requested_language(
    request: Request,
    lang: Annotated[Language | None, Query(description="zh or en; kept in a cookie.")] = None,
) -> Language:
    """Return the language asked for, or the one kept, or Chinese."""
    kept = request.cookies.get(COOKIE)
    return lang or (Language.EN if kept == Language.EN else Language.ZH)


LanguageDep = Annotated[Language, Depends(requested_language)]

PRODUCTS = {
    "baijiu": ("白酒", "Baijiu"),
    "fertiliser": ("化肥", "Fertiliser"),
    "cement": ("水泥", "Cement"),
    "all": ("全部", "All"),
}
SEVERITIES = {
    "critical": ("危急", "critical"),
    "high": ("高", "high"),
    "medium": ("中", "medium"),
    "low": ("低", "low"),
}
EVENT_KINDS = {
    "visit": ("检查", "visit"),
    "sample_test": ("抽检", "sample test"),
    "violation": ("违法", "violation"),
    "complaint": ("投诉", "complaint"),
    "tip_off": ("举报", "tip-off"),
    "media": ("媒体", "media"),
    "control_system": ("质控体系", "control system"),
}
ENTERPRISE_KINDS = {
    "producer": ("生产", "producer"),
    "seller": ("销售", "seller"),
    "den": ("黑窝点", "den"),
}
LICENCES = {
    "business": ("营业执照", "business licence"),
    "industrial_product": ("工业产品生产许可", "industrial product permit"),
    "food_production": ("食品生产许可", "food production permit"),
    "special_equipment": ("特种设备", "special equipment"),
    "work_safety": ("安全生产许可", "work safety permit"),
    "discharge": ("排污许可", "discharge permit"),
    "water_intake": ("取水许可", "water intake permit"),
    "ccc": ("强制认证", "CCC certificate"),
    "vehicle_catalogue": ("车辆目录", "vehicle catalogue"),
}
LEVELS = {
    "rooftop": ("门牌", "its door"),
    "road": ("道路", "its road"),
    "village": ("村", "its village"),
    "township": ("乡镇", "its township"),
    "county": ("县", "the county"),
}
DISPOSITIONS = {
    "standardised": ("规范", "put right"),
    "merged": ("整合", "merged"),
    "licensed": ("办证", "licensed"),
    "banned": ("取缔", "banned"),
    "closed": ("关停", "closed"),
    "revoked": ("吊销", "revoked"),
}
BATCHES = {
    "standardised": ("规范", "to put right"),
    "licensed": ("办证", "to license"),
    "banned": ("取缔", "to ban"),
}
SCALES = {
    "large": ("大型", "large"),
    "medium": ("中型", "medium"),
    "small": ("小型", "small"),
    "micro": ("微型", "micro"),
    "workshop": ("作坊", "workshop"),
}
ATTRIBUTES = {
    "supplier": ("供货商", "supplier"),
    "agent": ("代办人", "agent"),
    "water": ("水源", "water"),
    "building": ("建筑", "building"),
    "principal": ("负责人", "principal"),
}
