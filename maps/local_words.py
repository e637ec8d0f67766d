"""What the classes of local statistics are called, the same on every map."""

from collections.abc import Mapping
from typing import Any, Final

from maps.words import Words

METHODS: Final[Mapping[str, Words]] = {
    "getis-ord": Words("局部 G（Gi）", "Gi (Getis-Ord)"),
    "getis-ord-star": Words("局部 G（Gi*）", "Gi* (Getis-Ord)"),
    "local-moran": Words("局部莫兰（LISA）", "Local Moran (LISA)"),
    "hdbscan": Words("HDBSCAN 密集区", "HDBSCAN crowds"),
    "dbscan": Words("DBSCAN 密集区", "DBSCAN crowds"),
}
MEASURES: Final[Mapping[str, Words]] = {
    "standardised": Words("经验贝叶斯标准化率", "rate, standardised by empirical Bayes"),
    "rate": Words("率", "rate"),
    "excess": Words("超出期望的例数", "cases beyond the common rate"),
    "cases": Words("例数", "cases"),
    "value": Words("数值", "value"),
}
_CORRECTIONS: Final[Mapping[str, Words]] = {
    "bh": Words("BH 校正", "Benjamini-Hochberg"),
    "by": Words("BY 校正", "Benjamini-Yekutieli"),
    "none": Words("未校正多重检验", "not corrected for many tests"),
}
REASON_TO_LOOK: Final = Words(
    "热点是去看的理由，不是定性。", "A hot spot is a reason to look, not a verdict."
)
DENSITY: Final = Words(
    "密集只说明点位集中，不说明问题率高。",
    "A crowd says where places are many, not where rates are high.",
)
_CLASSES: Final[Mapping[str, Words]] = {
    "hot": Words("热点：一片都高", "Hot spot: high all round"),
    "leaning_hot": Words("偏热：仅未校正时显著", "Leaning hot: before correction only"),
    "leaning_cold": Words("偏冷：仅未校正时显著", "Leaning cold: before correction only"),
    "cold": Words("冷点：一片都低", "Cold spot: low all round"),
    "HH": Words("高高：自身高，周围也高", "High-high: hot spot"),
    "LL": Words("低低：自身低，周围也低", "Low-low: cold spot"),
    "HL": Words("高低：自身高，周围低", "High-low: high among low"),
    "LH": Words("低高：自身低，周围高", "Low-high: low among high"),
    "none": Words("不显著", "Not significant"),
    "isolated": Words("范围内无邻居，未检验", "No neighbour in reach: not tested"),
    "unrated": Words("人数太少，不评价", "Too few people: not rated"),
}


def class_words(name: str) -> Words:
    """Return what a class is called."""
    return _CLASSES[name]


_CELLS: Final[Mapping[str, Words]] = {
    "HH": Words("高高：本格与周边都高", "High-high: hot spot"),
    "HL": Words("高低：本格高、周边低", "High-low: high among low"),
    "LH": Words("低高：本格低、周边高", "Low-high: low among high"),
    "LL": Words("低低：本格与周边都低", "Low-low: cold spot"),
    "none": Words("不显著", "Not significant"),
}


def cell_class_words(name: str) -> Words:
    """Return what a class of cells is called."""
    return _CELLS[name]


def method_words(settings: Mapping[str, Any]) -> Words:
    """Return how a file's places were tested: neighbours, draws, correction, threshold."""
    if settings["band_km"] is not None:
        near = Words(
            f"{settings['band_km']:g} 公里以内为邻（平均 {settings['mean_neighbours']:.1f} 处）",
            f"neighbours within {settings['band_km']:g} km "
            f"({settings['mean_neighbours']:.1f} on average)",
        )
    else:
        near = Words(
            f"最近 {settings['neighbours']} 处为邻", f"the {settings['neighbours']} nearest places"
        )
    method, measure = METHODS[settings["method"]], MEASURES[settings["measure"]]
    how = tested_words(settings["draws"], settings["correction"], settings["alpha"])
    return Words(
        f"{method.zh}；比较{measure.zh}；{near.zh}；{how.zh}；种子 {settings['seed']}",
        f"{method.en}; compares the {measure.en}; {near.en}; {how.en}; seed {settings['seed']}",
    )


def tested_words(draws: int, correction: str, alpha: float) -> Words:
    """Return how p was found and corrected."""
    name = _CORRECTIONS[correction]
    return Words(
        f"条件置换 {draws:,} 次，{name.zh}，q≤{alpha:g}",
        f"{draws:,} conditional permutations, {name.en}, q ≤ {alpha:g}",
    )


def figures_of(settings: Mapping[str, Any], *, is_local: bool) -> list[dict[str, str]]:
    """Return the large numbers of the page's head."""
    first = {"value": f"{settings['places']:,}", "zh": "处点位", "en": "places"}
    if not is_local:
        return [
            first,
            {"value": f"{settings['found']:,}", "zh": "个密集区", "en": "crowds"},
            {"value": f"{settings['noise']:,}", "zh": "处不在其中", "en": "in none"},
        ]
    high, low = ("HH", "LL") if settings["method"] == "local-moran" else ("hot", "cold")
    named = {"HH": "高高", "LL": "低低", "hot": "热点", "cold": "冷点"}
    return [
        first,
        {"value": f"{settings['classes'][high]:,}", "zh": named[high], "en": f"{high}, q ≤ "
         f"{settings['alpha']:g}", "tone": "bad"},
        {"value": f"{settings['classes'][low]:,}", "zh": named[low], "en": low},
    ]  # fmt: skip


def unit_words(settings: Mapping[str, Any], *, is_local: bool) -> Words:
    """Return n and how it was tested, for a legend."""
    if not is_local:
        return density_words(settings)
    n, draws = settings["tested"], settings["draws"]
    correction = "" if settings["correction"] == "none" else settings["correction"].upper()
    return Words(
        f"n={n:,} 处；置换 {draws:,} 次；{correction or '未校正'} q≤{settings['alpha']:g}",
        f"n={n:,} places; {draws:,} draws; {correction or 'no correction'}, "
        f"q ≤ {settings['alpha']:g}",
    )


def density_words(settings: Mapping[str, Any]) -> Words:
    """Return n and what makes a crowd."""
    n = settings["places"]
    if settings["method"] == "hdbscan":
        return Words(
            f"n={n:,} 处；每个密集区至少 {settings['min_cluster_size']} 处，"
            f"核心点有 {settings['min_samples']} 个邻居",
            f"n={n:,} places; crowds of {settings['min_cluster_size']} or more, "
            f"{settings['min_samples']} neighbours at the core",
        )
    return Words(
        f"n={n:,} 处；{settings['eps_km']:g} 公里内至少 {settings['min_samples']} 处（含自身）",
        f"n={n:,} places; {settings['min_samples']} or more within {settings['eps_km']:g} km, "
        "itself counted",
    )


def note_words(settings: Mapping[str, Any]) -> list[Words]:
    """Return what was left out of a test, and whatever else the analysis notes."""
    classes = settings.get("classes", {})
    known = []
    if classes.get("isolated"):
        n = classes["isolated"]
        zh = f"{n:,} 处在 {settings['band_km']:g} 公里内没有邻居，未检验。"
        known.append(
            Words(zh, f"{n:,} without a neighbour in {settings['band_km']:g} km: not tested.")
        )
    if classes.get("unrated"):
        n = classes["unrated"]
        known.append(
            Words(
                f"{n:,} 处人数太少，不评价，也不作邻居。", f"{n:,} with too few people: not rated."
            )
        )
    if not classes:
        known.append(DENSITY)
    return known
