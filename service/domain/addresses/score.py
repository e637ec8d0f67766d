"""How much each rule is worth. Constants until a county's own reviews say better."""

# At or above this a placement needs no person.
PLACED = 0.80

# The county came from the context, not from the text; a region was written short.
FROM_CONTEXT = -0.04
SHORT_REGION = -0.03

RULES: dict[str, float] = {
    "town_village": 0.98,  # 微水镇北良都村
    "town": 0.97,  # 微水镇建设南路25号
    "village_unique": 0.95,  # 北良都村, the only one of the county
    "village_nearly_unique": 0.88,  # 小张各庄村, and far off a 小张马各庄 that hardly loses its 马
    "town_village_rival": 0.91,  # 石桥乡坡头村, with an 上坡头村 in the same town: a candidate
    "town_unknown_village": 0.94,  # 微水镇 and a village the gazetteer does not have
    "town_bare_village": 0.93,  # 微水镇北良都
    "town_village_apart": 0.93,  # 微水镇建设路北良都村
    "town_swapped": 0.92,  # 孙庄镇, now or then 孙庄乡
    "town_stem_village": 0.92,  # 微水北良都村
    "same_town_villages": 0.90,  # two villages of one town, or one of two: the town is sure
    "old_town_village": 0.90,  # a village of the 街道 that the named 镇 became
    "road_village": 0.88,  # 建设路北良都村, no town named
    "bare_village": 0.88,  # 南高家庄 and nothing else
    "town_pinyin_village": 0.85,  # a homophone of one village of the named town
    "township_column": 0.85,  # the register's own township column, the text being silent
    "seat": 0.85,  # 县城, with the seat's town known
    "confirmed_alias": 0.90,
    "provider_in_town": 0.85,  # an online service's point inside the named town
    "road_unique": 0.88,  # 微矿路, which runs through one town only; no town written
    "door_plate": 0.97,  # 建设南路25号 as the gazetteer's own plate, inside the named town
    "road_number": 0.92,  # between two plates of the same side of the road
    "poi_in_town": 0.92,  # a named building of the town in the text
    "name_in_town": 0.90,  # a named building of the town with the enterprise's own name
    "road_in_town": 0.95,  # a road of the named town, no number known
    "coordinate_witnessed": 0.97,  # given coordinates near the village the text names
    "coordinate_in_town": 0.90,  # given coordinates near the town the text names
    "coordinate_in_county": 0.82,  # given coordinates inside the county's line, the text no finer
}
