"""Located enterprises as points, and those known to an area only as a list; never as pins."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame

from maps.layers import AreaCount, CanvasPoints, PointLook
from maps.layers.points import PointTexts
from maps.model import Geography, ProductLabel
from maps.palette import POINT
from maps.words import Words

# A township's middle is nobody's address: a pin there would send an officer to the wrong door.
AREA_LEVELS = frozenset({"township", "county"})
_ROUGH_LEVELS = frozenset({"village"})
_NAMES_SHOWN = 40
_LONGEST_NAME = 60

LEVELS = {
    "rooftop": "门牌 rooftop",
    "road": "道路 road",
    "village": "村 village",
}
KINDS = {"producer": "生产 producer", "seller": "销售 seller", "den": "黑窝点 den"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRow:
    """The enterprises of one township that are known to an area only."""

    code: str
    township: str
    n: int
    names: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """How many enterprises of a product exist, and how many of them have a place."""

    existing: int
    drawn: int
    area_only: tuple[AreaRow, ...]

    @property
    def area_total(self) -> int:
        """How many are known to an area only."""
        return self.existing - self.drawn


def is_placed(enterprises: GeoDataFrame) -> "pd.Series[bool]":
    """Tell which enterprises have a place of their own, not just their township's."""
    shapes = enterprises.geometry
    placed: pd.Series[bool] = (
        ~enterprises["level"].isin(AREA_LEVELS) & ~shapes.isna() & ~shapes.is_empty
    )
    return placed


def enterprise_points(
    enterprises: GeoDataFrame, products: tuple[ProductLabel, ...], *, show: bool = False
) -> CanvasPoints:
    """Return the layer of all enterprises that have a place."""
    placed = enterprises[is_placed(enterprises)]
    keys = [product.key for product in products if product.key != "all"]
    looks = [
        PointLook(
            label=_look_label(product, hollow=hollow),
            color=POINT,
            hollow=hollow,
            switches={"product": [product.key, "all"] if product.key in keys else ["all"]},
        )
        for product in (*products, ProductLabel(key="", zh="其他", en="Other"))
        for hollow in (False, True)
    ]
    # `get_indexer` gives -1 for a product outside the switch: the last look, 'other'.
    index = pd.Index([product.key for product in products]).get_indexer(placed["product"])
    kind = np.where(index < 0, len(products), index)
    rough = placed["level"].isin(_ROUGH_LEVELS).to_numpy().astype(int)
    return CanvasPoints(
        lon=placed.geometry.x,
        lat=placed.geometry.y,
        looks=looks,
        look_of=2 * kind + rough,
        texts=_texts(placed),
        ids=placed.get("enterprise_id"),
        show=show,
    )


def drawn_by_product(
    enterprises: GeoDataFrame, geography: Geography, products: tuple[ProductLabel, ...]
) -> dict[str, Drawn]:
    """Count existing and drawn enterprises for each position of the product switch."""
    names = dict(
        zip(geography.townships["code"].astype(str), geography.townships["name"], strict=True)
    )
    placed = is_placed(enterprises)
    counts = {}
    for product in products:
        chosen = enterprises["product"] == product.key
        if product.key == "all":
            chosen = pd.Series(data=True, index=enterprises.index)
        counts[product.key] = Drawn(
            existing=int(chosen.sum()),
            drawn=int((chosen & placed).sum()),
            area_only=_area_rows(enterprises[chosen & ~placed], names),
        )
    return counts


def _look_label(product: ProductLabel, *, hollow: bool) -> Words:
    if hollow:
        return Words(f"{product.zh} · 只定位到村", f"{product.en}, placed to its village")
    return Words(product.zh, product.en)


def _texts(placed: GeoDataFrame) -> PointTexts:
    labels = [Words("名称", "Name")]
    columns = [_text_column(placed, "name")]
    for name, label, known in (
        ("kind", Words("类别", "Kind"), KINDS),
        ("address", Words("地址", "Address"), {}),
        ("level", Words("定位到", "Placed to"), LEVELS),
    ):
        if name in placed:
            labels.append(label)
            columns.append([known.get(text, text) for text in _text_column(placed, name)])
    return PointTexts(labels=labels, columns=columns)


def _text_column(frame: GeoDataFrame, name: str) -> list[str]:
    return ["" if pd.isna(value) else str(value) for value in frame[name]]


def area_counts(counts: Mapping[str, Drawn]) -> list[AreaCount]:
    """Return the enterprises known to a township only, for each position of the switch."""
    return [
        AreaCount(code=row.code, n=row.n, names=row.names, switches={"product": product})
        for product, drawn in counts.items()
        for row in drawn.area_only
        if row.code
    ]


def _area_rows(unplaced: GeoDataFrame, names: dict[str, str]) -> tuple[AreaRow, ...]:
    if unplaced.empty:
        return ()
    code = unplaced["township_code"].map(lambda one: str(one) if str(one) in names else "")
    rows = []
    for township, group in unplaced.groupby(code):
        texts = [str(text)[:_LONGEST_NAME] for text in group["name"]]
        shown = "、".join(texts[:_NAMES_SHOWN])
        if len(texts) > _NAMES_SHOWN:
            shown += f"……（共 {len(texts)} 户）"
        name = names.get(str(township), "不明 unknown")
        rows.append(AreaRow(code=str(township), township=name, n=len(group), names=shown))
    return tuple(sorted(rows, key=lambda row: -row.n))
