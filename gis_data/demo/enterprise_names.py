"""Names of enterprises and people, all invented; no name is given twice."""

from collections.abc import Callable

import numpy as np

_BRANDS_A = "清恒瑞金鸿泰福兴盛宏永华顺裕丰聚同德广源润荣隆祥嘉万益"
_BRANDS_B = "泉通丰源达盛昌和泰顺发利兴旺祥隆茂鑫信远康宁成业"
_SURNAMES = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = (
    "有财", "桂英", "满仓", "翠花", "长顺", "玉柱", "改兰", "栓柱", "来福", "二旦", "金锁",
    "秀珍", "根生", "喜凤", "志远",
    "振山", "保国", "月娥", "文龙", "彦平", "瑞霞", "立新", "振兴", "小军", "庆丰", "双喜",
    "福来", "连生", "巧云", "树林",
)  # fmt: skip
_PRODUCER_FORMS = {
    "baijiu": ("酒坊", "酒厂", "酿酒厂", "烧锅酒坊", "酒业有限公司"),
    "fertiliser": ("复合肥厂", "化肥厂", "肥业有限公司", "掺混肥厂", "生态肥料有限公司"),
    "cement": ("水泥厂", "水泥有限公司", "水泥制品厂", "粉磨站", "建材有限公司"),
}
_SELLER_FORMS = {
    "baijiu": ("烟酒店", "商店", "超市", "副食店", "酒水批发部", "散酒铺"),
    "fertiliser": ("农资店", "化肥销售点", "农资服务部", "庄稼医院", "农资专业合作社"),
    "cement": ("建材店", "水泥经销部", "建材批发部", "五金建材门市"),
}
_DEN_FORMS = {
    "baijiu": "无名勾兑酒窝点",
    "fertiliser": "无名化肥分装窝点",
    "cement": "无名水泥灌装窝点",
}

_NAMED_AFTER_PLACE = 0.55


class Namer:
    """Draws names until one is new."""

    def __init__(self, rng: np.random.Generator, used: frozenset[str]) -> None:
        """Start with names that are already given."""
        self._rng = rng
        self._used = set(used)

    def person(self) -> str:
        """Return a person's name; people may share one."""
        return self._pick(tuple(_SURNAMES)) + self._pick(_GIVEN)

    def producer(self, product: str, place: str) -> str:
        """Return the name of a producer, sometimes with its place before the brand."""
        return self._fresh(lambda: self._place(place) + self._brand(_PRODUCER_FORMS[product]))

    def seller(self, product: str, place: str) -> str:
        """Return the name of a seller: its place and a brand or a person."""
        forms = _SELLER_FORMS[product]

        def draw() -> str:
            personal = self._rng.random() < 1 / 3
            return place + (self.person() + self._pick(forms) if personal else self._brand(forms))

        return self._fresh(draw)

    def den(self, product: str, village: str) -> str:
        """Return how the records call a den that has no name."""
        marks = ("", "(村东院内)", "(村西旧厂房)", "(废弃学校)", "(沟口平房)")
        return self._fresh(lambda: f"{village}{_DEN_FORMS[product]}{self._pick(marks)}")

    def _place(self, place: str) -> str:
        return place if self._rng.random() < _NAMED_AFTER_PLACE else "青石"

    def _brand(self, forms: tuple[str, ...]) -> str:
        return self._pick(tuple(_BRANDS_A)) + self._pick(tuple(_BRANDS_B)) + self._pick(forms)

    def _pick(self, words: tuple[str, ...]) -> str:
        return words[int(self._rng.integers(len(words)))]

    def _fresh(self, draw: Callable[[], str]) -> str:
        while True:
            name = draw()
            if name not in self._used:
                self._used.add(name)
                return name
