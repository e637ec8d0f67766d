"""Why an address goes to a person, in words; and which rows one decision can serve."""

from service.domain.places import Placement

REASONS: dict[str, tuple[str, str]] = {
    "empty": ("地址为空", "the address is empty"),
    "too_long": ("文本过长，不像一个地址", "the text is too long to be an address"),
    "no_chinese": ("没有汉字，无法与地名对照", "no Chinese character to compare with place names"),
    "only_digits": ("只有数字", "only digits"),
    "county_unknown": ("看不出属于哪个县", "no county in the text, and none known otherwise"),
    "county_ambiguous": ("县名不唯一", "several counties bear this name"),
    "outside_register_county": (
        "地址写的是外县",
        "the text names a county other than the register's",
    ),
    "credit_code_conflict": (
        "信用代码的登记县与地址不一致",
        "the credit code was issued by a county other than the address's",
    ),
    "road_in_several_towns": (
        "这条路经过不止一个乡镇",
        "the road runs through more than one township",
    ),
    "county_only": ("只到县，没有乡镇和村", "nothing finer than the county"),
    "no_local_evidence": ("没有认出本县的地名", "no place of this county in the text"),
    "town_unknown": ("写了本县没有的乡镇名", "names a township that the gazetteer does not have"),
    "town_stem_only": ("只有乡镇的简称，无法确定", "a town's bare name without its suffix"),
    "town_old": (
        "写的是撤并前的乡镇名，辖区可能已拆分",
        "a former township's name; its territory may have been split",
    ),
    "town_ambiguous": ("同名乡镇不止一个", "several townships bear this name"),
    "village_unknown": ("写了地名库没有的村名", "names a village that the gazetteer does not have"),
    "village_ambiguous": ("县内有重名村", "villages of this name lie in several townships"),
    "village_stem_only": ("村名不全，可能是普通词", "a village's bare short name, perhaps a word"),
    "street_of_community": (
        "写的是与社区同名的路街，不一定在该社区",
        "a street that a community is called after; it need not lie there",
    ),
    "near_homonym": (
        "县内有仅差一字的村，可能漏字",
        "one lost character would make this another village of the county",
    ),
    "town_village_conflict": (
        "所写乡镇内没有该村，外乡镇有",
        "the village lies in a township other than the one named",
    ),
    "multiple_places": ("一条地址写了两处地方", "the address names two places"),
    "unexplained_text": (
        "村名前有无法识别的文字",
        "what stands before the village's name is not understood",
    ),
    "township_hint_conflict": (
        "乡镇列与地址不一致",
        "the township column disagrees with the address",
    ),
    "historic_alias": ("是旧地名，需人工确认", "a former name; a person must confirm it"),
    "gazetteer_code_doubled": (
        "地名库中该代码对应两个地名",
        "the gazetteer gives this code to two places",
    ),
    "low_confidence": ("把握不足", "not sure enough"),
    "coordinate_text_conflict": (
        "坐标与地址文字不符",
        "the coordinates are far from what the text says",
    ),
    "coordinate_outside_county": ("坐标不在本县", "the coordinates lie outside the county"),
    "coordinate_swapped": ("经纬度疑似颠倒", "longitude and latitude seem swapped"),
    "coordinate_not_finite": ("坐标不是有效数值", "the coordinates are not finite numbers"),
    "coordinate_degrees_minutes": (
        "坐标是度分秒写法，请换算成十进制度",
        "the coordinates are in degrees and minutes; give decimal degrees",
    ),
    "coordinate_unreadable": ("坐标无法读取", "the coordinates cannot be read"),
    "coordinate_datum_undecided": (
        "坐标系未定，坐标暂未采用；请先核定该文件的坐标系",
        "the datum of the file's coordinates is undecided, so they are not used; decide it",
    ),
    "coordinate_unwitnessed": (
        "只有坐标，文字无法印证",
        "nothing in the text supports the coordinates",
    ),
    "provider_outage": ("在线服务没有回答", "the provider did not answer"),
    "provider_unverified": (
        "在线服务的结果未经核对",
        "a provider's answer that the text does not confirm",
    ),
}

_GROUPING = ("road", "unknown_village", "unknown_town", "village", "town", "foreign")


def review_group(placement: Placement) -> str:
    """Return what rows in review have in common, so that one decision can serve them all.

    It is the reason and the piece of text that caused it: 'county_only:微矿路'.
    """
    texts = {token.kind: token.text for token in reversed(placement.tokens)}
    for kind in _GROUPING:
        if kind in texts:
            return f"{placement.reason}:{texts[kind]}"
    return f"{placement.reason}:{placement.normalised}"
