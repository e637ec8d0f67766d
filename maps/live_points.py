"""Enterprises of a live map: texts and counts of a one-file map, asked for as they are seen."""

from collections.abc import Hashable, Sequence
from typing import Any

import pandas as pd

from maps.enterprise_points import KINDS, LEVELS, AreaRow, Drawn
from maps.layers import EnterpriseTiles, RecordRow
from maps.model import Geography, LiveEnterprises, ProductLabel
from maps.words import Words

_NOT_KNOWN = "不明 unknown"


def live_points(live: LiveEnterprises, products: Sequence[ProductLabel]) -> EnterpriseTiles:
    """Return the layer, with the lines of a popup that the packed points have."""
    rows = [
        RecordRow(key="kind", label=Words("类别", "Kind"), values=_pairs(KINDS)),
        RecordRow(key="address", label=Words("地址", "Address"), values={}),
        RecordRow(key="level", label=Words("定位到", "Placed to"), values=_pairs(LEVELS)),
    ]
    names = {one.key: Words(one.zh, one.en) for one in products}
    return EnterpriseTiles(
        tiles=live.tiles, records=live.records, rows=rows, products=names, show=False
    )


def live_counts(
    live: LiveEnterprises, geography: Geography, products: Sequence[ProductLabel]
) -> dict[str, Drawn]:
    """Count existing and placed enterprises for each position of the product switch."""
    names = dict(
        zip(geography.townships["code"].astype(str), geography.townships["name"], strict=True)
    )
    listed = live.unplaced.groupby(["product", "township_code"])["names"].sum().to_dict()
    found = {}
    for product in products:
        rows = live.counts
        if product.key != "all":
            rows = rows[rows["product"] == product.key]
        found[product.key] = Drawn(
            existing=int(rows["existing"].sum()),
            drawn=int(rows["placed"].sum()),
            area_only=_area_rows(rows, listed, names),
        )
    return found


def _area_rows(
    rows: pd.DataFrame, listed: dict[Hashable, Any], names: dict[str, str]
) -> tuple[AreaRow, ...]:
    unplaced = rows.assign(n=rows["existing"] - rows["placed"])
    found = []
    for code, group in unplaced[unplaced["n"] > 0].groupby("township_code"):
        known = str(code) if str(code) in names else ""
        texts = [text for key in group["product"] for text in listed.get((key, str(code)), [])]
        shown, n = "、".join(texts), int(group["n"].sum())
        if n > len(texts):
            shown += f"……（共 {n} 户）"
        found.append(AreaRow(code=known, township=names.get(known, _NOT_KNOWN), n=n, names=shown))
    return tuple(sorted(found, key=lambda row: -row.n))


def _pairs(texts: dict[str, str]) -> dict[str, Words]:
    """Return '门牌 rooftop' as both languages."""
    return {key: Words(*text.split(" ", 1)) for key, text in texts.items()}
