"""Register rows → enterprises: who is the same one, and the words used for what they are."""

import hashlib
from typing import Final

import pandas as pd

# The words that registers use → the names used everywhere here.
KINDS: Final = {
    "producer": "producer",
    "生产": "producer",
    "生产企业": "producer",
    "生产者": "producer",
    "制造": "producer",
    "seller": "seller",
    "销售": "seller",
    "经营": "seller",
    "销售企业": "seller",
    "经营者": "seller",
    "den": "den",
    "黑窝点": "den",
    "无证窝点": "den",
    "窝点": "den",
}
PRODUCTS: Final = {
    "baijiu": "baijiu",
    "白酒": "baijiu",
    "酒": "baijiu",
    "fertiliser": "fertiliser",
    "fertilizer": "fertiliser",
    "化肥": "fertiliser",
    "肥料": "fertiliser",
    "复混肥": "fertiliser",
    "复混肥料": "fertiliser",
    "cement": "cement",
    "水泥": "cement",
}
STATUSES: Final = {
    "active": "active",
    "在产": "active",
    "正常": "active",
    "在营": "active",
    "存续": "active",
    "开业": "active",
    "营业": "active",
    "suspended": "suspended",
    "停产": "suspended",
    "停业": "suspended",
    "停产整顿": "suspended",
    "closed": "closed",
    "关闭": "closed",
    "注销": "closed",
    "吊销": "closed",
    "取缔": "closed",
    "已取缔": "closed",
}
SCALES: Final = {
    "large": "large",
    "大型": "large",
    "medium": "medium",
    "中型": "medium",
    "small": "small",
    "小型": "small",
    "micro": "micro",
    "微型": "micro",
    "小作坊": "workshop",
    "作坊": "workshop",
    "workshop": "workshop",
}
LICENCE_KINDS: Final = (
    "business",
    "industrial_product",
    "food_production",
    "special_equipment",
    "work_safety",
    "discharge",
    "water_intake",
    "ccc",
    "vehicle_catalogue",
)
_KEY_DIGITS = 16


def register_key(code: str, system: str) -> str:
    """Return the identity of an enterprise that has a code."""
    return f"{system}:{code}"


def den_key(name: str, address: str) -> str:
    """Return the identity of a den, which has no code: its name and where it is said to be.

    The key does not say who it is, so that it can stand in a log.
    """
    said = "\x1f".join("".join(part.split()) for part in (name, address))
    return f"den:{hashlib.sha256(said.encode()).hexdigest()[:_KEY_DIGITS]}"


def collapse(rows: pd.DataFrame, *, order: pd.Series | None) -> tuple[pd.DataFrame, pd.Series]:
    """Return one row for each `register_key`, and how many rows were merged into each.

    Args:
        rows: With `register_key`, in the order of the file.
        order: A date of each row (None where unknown), when the file lists an enterprise once for
            each of its visits: the latest row is kept. Without it the first is kept.
    """
    counts = rows["register_key"].value_counts()
    if order is None:
        kept = rows.drop_duplicates("register_key", keep="first")
    else:
        # ISO text sorts as dates do, and a row without a date comes first, so it is never kept
        # where one with a date exists.
        days = order.map(lambda day: "" if day is None else day.isoformat())
        ranked = rows.loc[days.sort_values(kind="stable").index]
        kept = ranked.drop_duplicates("register_key", keep="last").sort_index()
    return kept, counts[counts > 1]
