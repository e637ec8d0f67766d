"""A target list as a page for A4 paper: the cell, its people, and each target with its reasons."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import pandas as pd
import shapely
from geopandas import GeoDataFrame
from jinja2 import Environment, PackageLoader
from pandas import DataFrame
from shapely.geometry.base import BaseGeometry

from service.domain.scoring_licences import Licence, names_zh

_PRODUCTS: Final = {"baijiu": "白酒", "fertiliser": "化肥", "cement": "水泥"}
_LEVELS: Final = {"rooftop": "门牌", "road": "道路", "village": "村", "township": "乡镇"}
_DUTIES: Final = {
    "lead": "网格长",
    "second": "第二责任人",
    "coordinator": "协管员",
    "township_leader": "乡镇分管领导",
}
_WIDTH, _HEIGHT, _MARGIN = 290, 230, 12

# Names in a register are text: autoescape keeps them from becoming markup.
_TEMPLATES: Final = Environment(
    loader=PackageLoader("service.exports"), autoescape=True, trim_blocks=True
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What stands above the list.

    Attributes:
        on: The day that the list speaks of.
        cells: Code and name of each cell of the list.
        people: Duty, name and phone of those who answer for them, as `people_of` gives them.
        outline: The cells' shape in WGS 84; None leaves the sketch out.
        licences: Licences by enterprise_id; left out where not known.
        limit: The most targets that are printed; the page says how many there are.
    """

    title: str
    on: date
    is_fictional: bool
    cells: Sequence[tuple[str, str]]
    people: Sequence[tuple[str, str, str]]
    outline: BaseGeometry | None = None
    licences: Mapping[int, Sequence[Licence]] = field(default_factory=dict)
    limit: int = 60


def people_of(responsible: DataFrame) -> list[tuple[str, str, str]]:
    """Return who answers for the cells: duty in Chinese, name, phone; each once, leads first."""
    held = responsible[["duty", "name", "phone"]].drop_duplicates()
    rows = held.itertuples(index=False, name=None)
    order = list(_DUTIES)
    return [
        (_DUTIES[duty], name, phone)
        for duty, name, phone in sorted(rows, key=lambda row: (order.index(row[0]), row[1]))
    ]


def target_sheet(sheet: Sheet, targets: GeoDataFrame, *, nonce: str = "") -> str:
    """Return the page; it asks for nothing from anywhere.

    Args:
        sheet: What stands above the list.
        targets: As `database.targets.of_cell` gives them, in the order to be printed.
        nonce: For a page served under a Content-Security-Policy.
    """
    shown = [_row(row, sheet.licences) for row in _records(targets.head(sheet.limit))]
    scale = _Scale(sheet.outline) if sheet.outline is not None else None
    return _TEMPLATES.get_template("target_sheet.html").render(
        sheet=sheet,
        title=sheet.title,
        shown=shown,
        total=len(targets),
        outline=scale.paths(sheet.outline) if scale else [],
        dots=_dots(shown, scale) if scale else [],
        width=_WIDTH,
        height=_HEIGHT,
        nonce=nonce,
    )


class _Scale:
    """From degrees to the sketch, a degree of longitude shortened as it is on the ground."""

    def __init__(self, outline: BaseGeometry) -> None:
        west, south, east, north = outline.bounds
        self._west, self._north = west, north
        self._squeeze = math.cos(math.radians((south + north) / 2))
        across = max((east - west) * self._squeeze, 1e-9)
        down = max(north - south, 1e-9)
        self._unit = min((_WIDTH - 2 * _MARGIN) / across, (_HEIGHT - 2 * _MARGIN) / down)

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        x = _MARGIN + (lon - self._west) * self._squeeze * self._unit
        y = _MARGIN + (self._north - lat) * self._unit
        return round(x, 1), round(y, 1)

    def paths(self, outline: BaseGeometry | None) -> list[str]:
        rings = [part.exterior for part in shapely.get_parts(outline)]
        return ["M" + "L".join(f"{x} {y}" for x, y in self._line(ring)) + "Z" for ring in rings]

    def _line(self, ring: BaseGeometry) -> list[tuple[float, float]]:
        return [self.at(lon, lat) for lon, lat in shapely.get_coordinates(ring)]


def _records(targets: DataFrame) -> list[dict[str, Any]]:
    table = DataFrame(targets).astype(object)
    known = table.where(table.notna(), None)
    names = [str(name) for name in known.columns]
    return [dict(zip(names, row, strict=True)) for row in known.itertuples(index=False, name=None)]


def _row(row: dict[str, Any], licences: Mapping[int, Sequence[Licence]]) -> dict[str, Any]:
    held = licences.get(row["enterprise_id"], ())
    listed = "、".join(
        names_zh([each.kind]) + (f"({each.expires_on} 止)" if each.expires_on else "")
        for each in held
    )
    return {
        **row,
        "product": _PRODUCTS.get(row["product"], row["product"]),
        "level": _LEVELS.get(row["level"], row["level"]),
        "licences": f"证照:{listed}" if listed else "",
    }


def _dots(shown: Sequence[Mapping[str, Any]], scale: _Scale) -> list[dict[str, float]]:
    dots = []
    for number, row in enumerate(shown, start=1):
        if row["lon"] is not None and not pd.isna(row["lon"]):
            x, y = scale.at(row["lon"], row["lat"])
            dots.append({"x": x, "y": y, "number": number})
    return dots
