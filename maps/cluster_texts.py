"""Clusters as a leader reads them: where, how far beyond expectation, how sure, who answers."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from geopandas import GeoDataFrame

from maps.cluster_facts import ClusterFacts, Row, day_of, facts_of, is_text, is_true, listed, p_text
from maps.layers import ClusterMark
from maps.model import Audience, HotspotInput, MapMeta, ProductLabel
from maps.words import Words

# A cluster that stands in fewer of its shifted repetitions is drawn dashed and called doubtful.
STANDS_SHARE = 0.75
_OWNERS_SHOWN = 3
_TOWNSHIPS_SHOWN = 3

# Signs stand beside the words: the tone alone would say nothing to a colour-blind reader.
_TRENDS = {
    "new": ("新出现", "new", "r"),
    "growing": ("↑ 增长", "↑ growing", "r"),
    "steady": ("→ 持平", "→ steady", ""),
    "shrinking": ("↓ 缩小", "↓ shrinking", "g"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A short word with a tone: r warning, a doubt, g settled."""

    zh: str
    en: str
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterEntry:
    """A line of the list, and the ring that belongs to it."""

    id: str
    number: str
    doubtful: bool
    title: Words
    size: Words
    excess: str
    counts: Words
    p_text: str
    tags: tuple[Tag, ...]
    owners: Words
    mark: ClusterMark
    facts: ClusterFacts


def cluster_entries(given: HotspotInput) -> dict[str, list[ClusterEntry]]:
    """Return the clusters to list for each position of the product switch, most certain first."""
    if given.clusters is None or given.clusters.empty:
        return {product.key: [] for product in given.products}
    kept = given.clusters[given.clusters["p"] <= given.cluster_p]
    kept = kept[~kept.geometry.isna() & ~kept.geometry.is_empty]
    entries = {}
    for product in given.products:
        rows = kept[kept["product"] == product.key]
        if rows.empty and product.key == "all":
            # Nobody scanned all products together: show what was found product by product.
            rows = kept
        entries[product.key] = _entries(given, product, rows)
    return entries


def _entries(given: HotspotInput, product: ProductLabel, rows: GeoDataFrame) -> list[ClusterEntry]:
    names = dict(
        zip(
            given.geography.townships["code"].astype(str),
            given.geography.townships["name"].astype(str),
            strict=True,
        )
    )
    ordered = rows.sort_values(["p", "rank"], kind="stable")
    return [
        _entry(given, product, number, row, names)
        for number, row in enumerate(ordered.to_dict("records"), start=1)
    ]


def _entry(
    given: HotspotInput, product: ProductLabel, number: int, row: Row, names: dict[str, str]
) -> ClusterEntry:
    entry_id = f"{product.key}-{row['product']}-{row['rank']}"
    title = _title(given, row, names)
    is_public = given.meta.audience is Audience.PUBLIC
    owners = Words("") if is_public else _owners(row)
    doubtful = is_doubtful(row)
    p_shown = f"p {p_text(row['p'])}"
    counts = Words(
        f"{int(row['cases'])} 起，期望 {float(row['expected']):.1f}",
        f"{int(row['cases'])} cases, {float(row['expected']):.1f} expected",
    )
    excess = _excess(row)
    mark = ClusterMark(
        mark_id=entry_id,
        number=str(number),
        shape=row["geometry"],
        radius_m=float(row.get("radius_m") or 0),
        doubtful=doubtful,
        switches={"product": product.key},
        known_from=day_of(row.get("first_seen")),
        title=title,
        subtitle=Words(f"第 {number} 号聚集区", f"Cluster {number}"),
        rows=_rows(given.meta, row, counts, owners),
        remark=Words("去看的理由，不是定性。", "A reason to look, not a verdict."),
    )
    return ClusterEntry(
        id=entry_id,
        number=str(number),
        doubtful=doubtful,
        title=title,
        size=_size(row),
        excess=excess,
        counts=counts,
        p_text=p_shown,
        tags=_tags(row, doubtful=doubtful, is_public=is_public),
        owners=owners,
        mark=mark,
        facts=facts_of(row, is_public=is_public),
    )


def is_doubtful(row: Row) -> bool:
    """Tell whether a cluster fell in too many of its repetitions with moved places."""
    tested = row.get("robustness")
    if not isinstance(tested, Mapping) or not tested.get("variants"):
        return False
    return float(tested["stands"]) / float(tested["variants"]) < STANDS_SHARE


def _title(given: HotspotInput, row: Row, names: dict[str, str]) -> Words:
    codes = [str(code) for code in listed(row.get("township_codes"))]
    places = [names.get(code, code) for code in codes[:_TOWNSHIPS_SHOWN]]
    place = "—".join(places) + ("等" if len(codes) > _TOWNSHIPS_SHOWN else "")
    label = next((one for one in given.products if one.key == row["product"]), None)
    zh, en = (label.zh, label.en) if label else (str(row["product"]), str(row["product"]))
    return Words(f"{place} {zh}", f"{place}: {en}")


def _size(row: Row) -> Words:
    firms, cells = len(listed(row.get("enterprise_ids"))), len(listed(row.get("cell_codes")))
    zh, en = f"{cells} 格", f"{cells} cells"
    if firms:
        zh, en = f"{firms} 户 / {zh}", f"{firms} enterprises / {en}"
    if is_true(row.get("crosses_township")):
        zh, en = f"{zh}，跨乡镇", f"{en}, across township lines"
    tested = row.get("robustness")
    if isinstance(tested, Mapping) and tested.get("variants"):
        stands, variants = int(tested["stands"]), int(tested["variants"])
        zh = f"{zh}；移位重算 {variants} 次中 {stands} 次仍在"
        en = f"{en}; stands in {stands} of {variants} variants"
    return Words(zh, en)


def _owners(row: Row) -> Words:
    shares = sorted(
        (share for share in listed(row.get("officer_shares")) if isinstance(share, Mapping)),
        key=lambda share: -float(share.get("share") or 0),
    )
    if not shares:
        return Words("责任人：无", "Responsible: nobody")
    shown = [(one.get("name"), f"{float(one['share']):.0%}") for one in shares[:_OWNERS_SHOWN]]
    named_zh = [f"{name or '无人'} {share}" for name, share in shown]
    named_en = [f"{name or 'nobody'} {share}" for name, share in shown]
    rest = sum(float(one["share"]) for one in shares[_OWNERS_SHOWN:])
    others_zh = [f"其他 {rest:.0%}"] if rest > 0 else []
    others_en = [f"others {rest:.0%}"] if rest > 0 else []
    return Words(
        "责任人 " + " · ".join([*named_zh, *others_zh]),
        "Responsible: " + " · ".join([*named_en, *others_en]),
    )


def _tags(row: Row, *, doubtful: bool, is_public: bool) -> tuple[Tag, ...]:
    tags = []
    if is_text(row.get("trend_zh")):
        trend = str(row["trend_zh"])
        tags.append(Tag(zh=trend, en=str(row.get("trend_en") or trend)))
    elif row.get("trend") in _TRENDS:
        tags.append(_trend(str(row["trend"]), int(row.get("weeks_seen") or 0)))
    if doubtful:
        tags.append(Tag(zh="待核实", en="Doubtful", tone="a"))
    # Of an earlier run nothing is said of who leads: that is agreed of the object, not of the run.
    if is_public or "lead" not in row:
        return tuple(tags)
    if is_text(row.get("lead")):
        tags.append(Tag(zh=f"牵头 {row['lead']}", en=f"Lead: {row['lead']}", tone="g"))
    elif is_text(row.get("proposed_lead")):
        name = row["proposed_lead"]
        tags.append(Tag(zh=f"无牵头人，建议 {name}", en=f"No lead; proposed {name}", tone="a"))
    else:
        tags.append(Tag(zh="无牵头人", en="No lead", tone="r"))
    return tuple(tags)


def _trend(trend: str, weeks: int) -> Tag:
    zh, en, tone = _TRENDS[trend]
    if weeks > 1:
        return Tag(zh=f"{zh} · 第 {weeks} 周", en=f"{en}, week {weeks}", tone=tone)
    return Tag(zh=zh, en=en, tone=tone)


def _rows(meta: MapMeta, row: Row, counts: Words, owners: Words) -> tuple[tuple[Words, Words], ...]:
    rows = [
        (Words("超出期望", "Beyond expectation"), Words(_excess(row))),
        (Words("问题", "Problems"), counts),
        (Words("p 值", "p-value"), Words(_p_with_simulations(meta, row))),
        (Words("范围", "Extent"), _size(row)),
    ]
    if owners.zh:
        rows.append((Words("谁负责", "Who answers"), owners))
    if meta.audience is not Audience.PUBLIC and "lead" in row:
        lead = row.get("lead")
        text = Words(str(lead)) if is_text(lead) else Words("还没有", "nobody yet")
        rows.append((Words("牵头人", "Lead"), text))
    return tuple(rows)


def _p_with_simulations(meta: MapMeta, row: Row) -> str:
    text = p_text(row["p"])
    if meta.simulations:
        text += f" ({meta.simulations} sim."
        text += f", seed {meta.seed})" if meta.seed is not None else ")"
    return text


def _excess(row: Row) -> str:
    risk = row.get("relative_risk")
    if risk is None or pd.isna(risk):
        expected = float(row["expected"])
        return f"{float(row['cases']) / expected:.1f}×" if expected > 0 else "–"
    return f"{float(risk):.1f}×"
