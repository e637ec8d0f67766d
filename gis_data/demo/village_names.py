"""Village names as a northern mountain county has them: families, compass points, near-homonyms."""

from collections.abc import Iterable, Sequence

import numpy as np

_FAMILIES = (
    "高李王张刘赵杨马郭韩孙许何贾康郝甄谷梁冯董程曹袁邓傅沈吕苏卢蒋蔡魏薛叶阎余潘杜戴"
    "夏钟汪田任姜范方石姚谭廖邹熊金陆崔白崇顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_FORMS = ("家庄", "家庄", "家庄", "家峪", "家沟", "家坡", "家寨", "家窑", "家岭", "家营", "家湾")
_PLACES = (
    "北沟", "东湾", "西湾", "石板滩", "杏树坪", "槐树底", "柳林", "核桃园", "虎岩", "石桥",
    "大梁", "小梁",
    "河口", "水峪", "龙窝", "寺沟", "观音台", "葫芦沟", "磨盘山", "羊角", "红土岭", "青草坡",
    "黑水坪", "白石崖",
    "桃园", "枣林", "梨树沟", "花椒坪", "石门楼", "土岭", "三道沟", "柿子坪", "大台", "南平",
    "北平", "南关",
    "北关", "东窑", "西窑", "南窑", "月牙泉", "凉水泉", "冷泉", "瓦窑", "砂锅岭", "栗树坡",
    "鹿鸣坡", "卧牛坪", "凤凰台",
    "石柱沟", "望云台", "玉皇顶", "三岔口", "七里铺", "十里坡", "双塔寺", "红旗", "胜利", "新庄",
    "老庄", "荷叶坪",
    "高庙", "清水漕", "雁栖滩", "松涛峪", "磨石沟", "西坡", "东坡", "上庄", "下庄", "沟里",
    "鹰嘴岩", "岩底",
    "石坡头", "莲花池", "椿树峪", "獾子沟", "酸枣坪", "马蹄湾", "草帽山", "银杏沟", "皂角树",
    "百草滩", "响水沟",
)  # fmt: skip
_PREFIXES = "南北东西上下大小前后"

# One stem in two townships: an address without its township cannot tell them apart.
SHARED_STEMS = (
    ("北沟", ("龙泉乡", "柳河镇")),
    ("石桥", ("西柳乡", "白泉镇")),
    ("王家庄", ("云台镇", "松林乡")),
    ("李家峪", ("桃沟镇", "杏花乡")),
    ("柳林", ("古井镇", "双河乡")),
)
_ALWAYS = {"龙泉乡": ("东湾",), "青岩镇": ("高家庄", "南高家庄"), "东岭乡": ("赵家岭", "上赵家岭")}
_VARIANT_SHARE = 0.22


def name_villages(
    rng: np.random.Generator, counts: Sequence[tuple[str, str, int]]
) -> list[list[str]]:
    """Name every village.

    Args:
        rng: The stream of the names.
        counts: Township name, its stem, and how many villages it has, seats included.

    Returns:
        For each township its village names without 村, the seat's first. A name is used once,
        except the stems of `SHARED_STEMS`, which stand in two townships each.
    """
    reserved = {name for name, _ in SHARED_STEMS} | {n for names in _ALWAYS.values() for n in names}
    pool = _pool(rng, reserved)
    taken = set(reserved)
    named = []
    for township, stem, count in counts:
        names = [stem, *_fixed(township)]
        taken.add(stem)
        while len(names) < count:
            names.append(_next_name(rng, names, pool, taken))
        named.append(names[:count])
    return named


def _fixed(township: str) -> Iterable[str]:
    shared = [name for name, places in SHARED_STEMS if township in places]
    return (*shared, *_ALWAYS.get(township, ()))


def _pool(rng: np.random.Generator, reserved: set[str]) -> list[str]:
    families = rng.permutation(list(_FAMILIES))
    by_family = [
        f"{f}{_FORMS[int(rng.integers(len(_FORMS)))]}" for f in (*families, *families, *families)
    ]
    names = sorted({*by_family, *_PLACES} - reserved)
    return [str(name) for name in rng.permutation(names)]


def _next_name(rng: np.random.Generator, names: list[str], pool: list[str], taken: set[str]) -> str:
    """Take a new stem, or a stem of this township with 南, 上, 小 … before it."""
    if len(names) > 1 and (not pool or rng.random() < _VARIANT_SHARE):
        stem = names[int(rng.integers(1, len(names)))]
        variant = _PREFIXES[int(rng.integers(len(_PREFIXES)))] + stem
        if stem[0] not in _PREFIXES and variant not in taken:
            taken.add(variant)
            return variant
    while pool:
        name = pool.pop()
        if name not in taken:
            taken.add(name)
            return name
    family = _FAMILIES[int(rng.integers(len(_FAMILIES)))]
    name = f"{family}{_FAMILIES[int(rng.integers(len(_FAMILIES)))]}庄"
    if name in taken:
        return _next_name(rng, names, pool, taken)
    taken.add(name)
    return name
