"""What a gazetteer name is made of: its stem, its kind, and the ways people write it."""

import re
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple


class VillageKind(Enum):
    """Who governs it: a village never matches a community by its stem, nor the reverse."""

    VILLAGE = "village"
    COMMUNITY = "community"
    EITHER = "either"
    VERBATIM = "verbatim"  # a farm, a zone: only its whole name counts


class TownMatch(Enum):
    """How a written town matched the gazetteer's."""

    FULL = "full"
    SWAP = "swap"  # 乡 written 镇 or the reverse: townships are upgraded, the stem stays
    OLD = "old"  # 镇 or 乡 written for a 街道 or the reverse: the territory may have been split
    STEM = "stem"  # no suffix at all


class VillageName(NamedTuple):
    """A village's name taken apart; ``whole`` when the stem needs no suffix to be a name."""

    stem: str
    kind: VillageKind
    whole: bool


_ETHNIC_STEMS = (
    "满", "回", "蒙古", "朝鲜", "壮", "苗", "彝", "土家", "侗", "瑶", "白",
    "哈尼", "哈萨克", "傣", "黎", "傈僳", "佤", "畲", "高山", "拉祜", "水", "东乡",
    "纳西", "景颇", "柯尔克孜", "土", "达斡尔", "仫佬", "羌", "布朗", "撒拉", "毛南", "仡佬",
    "锡伯", "阿昌", "普米", "塔吉克", "怒", "乌孜别克", "俄罗斯", "鄂温克", "德昂", "保安", "裕固",
    "京", "塔塔尔", "独龙", "鄂伦春", "赫哲", "门巴", "珞巴", "基诺", "藏", "维吾尔", "布依",
)  # fmt: skip
_ETHNIC = "|".join(f"{stem}族" for stem in _ETHNIC_STEMS)
_BRACKETS = str.maketrans("", "", "()（）〔〕[]【】 　·")
_COMMITTEE = re.compile(
    r"(?:(社区)(?:居民委员会|居委会|居委)?|(社区)(?:村民委员会|村委会)"
    r"|(居民委员会|居委会|家属委员会|家委会)|(村民委员会|村委会))$"
)
_TOWN = re.compile(rf"^(?P<stem>.+?)(?P<ethnic>(?:{_ETHNIC}|民族)*)(?P<kind>镇|乡|苏木)$")
_STREET = re.compile(r"^(?P<stem>.+?)(?:街道办事处|街道|地区办事处|办事处|街道办|街办)$")
_STREET_ENDINGS = ("街道办事处", "街道", "办事处", "街道办", "街办", "办")
_REGION = re.compile(rf"^(?P<stem>.+?)(?P<ethnic>(?:{_ETHNIC}|各族)*)(?:自治)?(?P<kind>.)$")
_MIN_STEM = 2

# A bare stem that ends so is a road until a suffix says otherwise.
STREET_ENDINGS = ("路", "街", "大道", "巷", "胡同")
ROAD_ENDINGS = (*STREET_ENDINGS, "道", "桥")


def plain(name: str) -> str:
    """Return the name without brackets, spaces and dots."""
    return name.translate(_BRACKETS)


def without_regions(name: str, regions: Sequence[str]) -> str:
    """Return a name without the regions it lies in, which some code lists write before it.

    What is left must still be a name: 芒市镇 of 芒市 keeps its own.
    """
    for region in regions:
        if region and name.startswith(region) and len(name) > len(region) + _MIN_STEM:
            name = name[len(region) :]
    return name


def village_name(name: str) -> VillageName:
    """Take a village's or community's official name apart: 南张村村委会 is 南张, a village."""
    name = plain(name)
    found = _COMMITTEE.search(name)
    if found is None:
        if name.endswith("村"):
            return _village(name)
        return VillageName(name, VillageKind.VERBATIM, whole=True)
    core = name[: found.start()]
    if not core:
        return VillageName(name, VillageKind.VERBATIM, whole=True)
    if found[4]:
        return _village(core)
    kind = VillageKind.EITHER if found[2] else VillageKind.COMMUNITY
    if len(core) < _MIN_STEM:
        return VillageName(name, VillageKind.VERBATIM, whole=True)
    return VillageName(core, kind, whole=False)


def _village(core: str) -> VillageName:
    if core.endswith("村") and len(core) > _MIN_STEM:
        return VillageName(core[:-1], VillageKind.VILLAGE, whole=False)
    if core.endswith("村") and len(core) == _MIN_STEM:
        return VillageName(core, VillageKind.VILLAGE, whole=True)
    if len(core) < _MIN_STEM:
        return VillageName(core + "村", VillageKind.VILLAGE, whole=True)
    return VillageName(core, VillageKind.VILLAGE, whole=False)


def town_forms(name: str) -> dict[str, TownMatch]:
    """Return every way a town is written, with how much each is worth."""
    name = plain(name)
    forms = {name: TownMatch.FULL}
    street, town = _STREET.match(name), _TOWN.match(name)
    if street is not None:
        _add_street(forms, street["stem"])
    elif town is not None:
        _add_town(forms, town["stem"], town["kind"], ethnic=bool(town["ethnic"]))
    return forms


def _add_street(forms: dict[str, TownMatch], stem: str) -> None:
    for ending in _STREET_ENDINGS:
        forms.setdefault(stem + ending, TownMatch.FULL)
    if len(stem) < _MIN_STEM:
        return
    forms.setdefault(stem + "镇", TownMatch.OLD)
    forms.setdefault(stem + "乡", TownMatch.OLD)
    if not stem.endswith(ROAD_ENDINGS):
        forms.setdefault(stem, TownMatch.STEM)


def _add_town(forms: dict[str, TownMatch], stem: str, kind: str, *, ethnic: bool) -> None:
    if ethnic:
        forms.setdefault(stem + kind, TownMatch.FULL)
        forms.setdefault(f"{stem}民族{kind}", TownMatch.FULL)
    if len(stem) < _MIN_STEM:
        return
    for other in ("镇", "乡"):
        forms.setdefault(stem + other, TownMatch.SWAP)
    for ending in ("街道办事处", "街道"):
        forms.setdefault(stem + ending, TownMatch.OLD)
    if not stem.endswith(ROAD_ENDINGS):
        forms.setdefault(stem, TownMatch.STEM)


def region_forms(name: str) -> tuple[str, ...]:
    """Return the short ways a province, city or county is written, without its full name.

    A district (区) has none: 桥西 is a quarter of a hundred towns. A mining district is also
    written 矿区, which is ambiguous on purpose: the caller keeps it as a set.
    """
    found = _REGION.match(name)
    if found is None or name == "市辖区":
        return ()
    stem, kind = found["stem"], found["kind"]
    if kind == "区":
        return ("矿区",) if name.endswith("矿区") and name != "矿区" else ()
    if kind not in "省市县旗州盟" or len(stem) < _MIN_STEM:
        return ()
    shorts = [stem]
    if found["ethnic"] or "自治" in name:
        shorts.append(stem + kind)
    return tuple(shorts)


def swapped_region_forms(name: str) -> tuple[str, ...]:
    """Return a county's likely former names: 鹿泉区 was 鹿泉市, 徐水区 was 徐水县."""
    found = _REGION.match(name)
    if found is None or found["ethnic"] or len(found["stem"]) < _MIN_STEM:
        return ()
    former = {"区": "市县", "市": "县"}.get(found["kind"], "")
    return tuple(found["stem"] + kind for kind in former)
