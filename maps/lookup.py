"""The lookup map: find an enterprise, a village or a cell, and see who answers for it."""

from dataclasses import dataclass

import folium
import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from markupsafe import Markup
from pandas import DataFrame

from maps.base_map import add_ground
from maps.county_map import CountyMap
from maps.enterprise_points import is_placed
from maps.figure import templates
from maps.hotspot import bounds_of, township_column
from maps.layers import AreasLayer, CellsLayer, Column, FillClass, Theme
from maps.layers.lookup import Answer, Findable, LookupLayer
from maps.model import PRODUCTS, Audience, Geography, MapMeta
from maps.shell import Figure, ProductFacts, ShellParts, dress
from maps.words import Words
from service.domain.errors import InvalidInputError

_DUTIES = {
    "lead": Words("网格长", "Lead"),
    "second": Words("第二责任人", "Second officer"),
    "coordinator": Words("协管员", "Coordinator"),
    "township_leader": Words("乡镇分管领导", "Township leader"),
}
_LEVELS = {
    "rooftop": Words("定位到门牌", "placed to its door"),
    "road": Words("定位到道路", "placed to its road"),
    "village": Words("只定位到村", "placed to its village"),
    "township": Words("只知道乡镇：画乡镇，不画点", "known to its township: the area, no pin"),
}
_UNKNOWN = Words("位置不明，待人工核实", "place unknown, to be reviewed")


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupInput:
    """Who answers for each cell on the day, and what may be asked for.

    Attributes:
        responsibilities: cell_code, duty, matter, name [phone] of the day.
        enterprises: enterprise_id, name, product, level, cell_code, township_code, geometry
            (points, may be missing) [code, address].
    """

    meta: MapMeta
    geography: Geography
    responsibilities: DataFrame
    enterprises: GeoDataFrame


def build_lookup_map(given: LookupInput) -> folium.Map:
    """Draw the cells with a search box that works offline and says who answers.

    What is known to a township only is shown as that area, never as a pin.

    Args:
        given: Responsibilities of one day, the register and shapes (EPSG:4326).

    Raises:
        InvalidInputError: Asked for the public; the map names people and enterprises.
    """
    if given.meta.audience is Audience.PUBLIC:
        raise InvalidInputError("a lookup map names people and has no public version")
    geography = given.geography
    answers = _answers(given)
    findables = _findables(given)
    parts = ShellParts(
        kind="lookup",
        title=Words("责任查询图", "who answers for it"),
        panel=_panel(findables),
        facts={"": ProductFacts(figures=_figures(answers, findables), drawn=_drawn(given))},
    )
    county_map = CountyMap(bounds=bounds_of(geography), shell=dress(given.meta, parts))
    CellsLayer(
        geography.cells,
        themes=[_theme(given, answers)],
        facts=[township_column(geography)],
    ).add_to(county_map)
    add_ground(county_map, geography)
    AreasLayer(geography.townships).add_to(county_map)
    LookupLayer(
        findables, cells=geography.cells, answers=answers, townships=geography.townships
    ).add_to(county_map)
    return county_map


def _answers(given: LookupInput) -> list[list[Answer]]:
    """Return who answers for each cell, in the cells' order; the lead of all matters first."""
    products = {one.key: Words(one.zh, one.en) for one in PRODUCTS if one.key != "all"}
    rank = {duty: number for number, duty in enumerate(_DUTIES)}
    people: dict[str, list[tuple[tuple[int, str, str], Answer]]] = {}
    for row in given.responsibilities.to_dict("records"):
        duty, matter = str(row["duty"]), str(row["matter"])
        answer = Answer(
            duty=_DUTIES.get(duty, Words(duty)),
            matter=None if matter == "all" else products.get(matter, Words(matter)),
            name=str(row["name"]),
            phone=_text(row.get("phone")),
        )
        order = (rank.get(duty, len(rank)), "" if matter == "all" else matter, answer.name)
        people.setdefault(str(row["cell_code"]), []).append((order, answer))
    return [
        [answer for _, answer in sorted(people.get(str(code), []), key=lambda pair: pair[0])]
        for code in given.geography.cells["code"]
    ]


def _findables(given: LookupInput) -> list[Findable]:
    cells, townships = given.geography.cells, given.geography.townships
    by_cell = pd.Index(cells["code"].astype(str))
    by_township = pd.Index(townships["code"].astype(str))
    own = Findable(
        key="cell",
        label=Words("网格", "Cell"),
        columns=[Words("名称", "Name"), Words("编码", "Code")],
        texts=[_texts(cells, "name"), _texts(cells, "code")],
        cell=list(range(len(cells))),
        township=by_township.get_indexer(cells["township_code"].astype(str)).tolist(),
    )
    firms = _enterprises(given.enterprises, by_cell, by_township)
    villages = _villages(given.geography, by_township)
    return [firms, *([villages] if villages else []), own]


def _enterprises(
    enterprises: GeoDataFrame, by_cell: "pd.Index[str]", by_township: "pd.Index[str]"
) -> Findable:
    placed = is_placed(enterprises).to_numpy()
    shapes = [
        shape if drawn else None for shape, drawn in zip(enterprises.geometry, placed, strict=True)
    ]
    return Findable(
        key="enterprise",
        label=Words("企业", "Enterprise"),
        columns=[
            Words("名称", "Name"),
            Words("编码", "Code"),
            Words("地址", "Address"),
            Words("产品", "Product"),
        ],
        texts=[
            _texts(enterprises, "name"),
            _texts(enterprises, "code"),
            _texts(enterprises, "address"),
            _products(enterprises),
        ],
        cell=by_cell.get_indexer(
            enterprises["cell_code"].astype(object).fillna("").astype(str)
        ).tolist(),
        township=by_township.get_indexer(
            enterprises["township_code"].astype(object).fillna("").astype(str)
        ).tolist(),
        places=shapes,
        levels=[_LEVELS.get(_text(level), _UNKNOWN) for level in enterprises["level"]],
    )


def _products(enterprises: GeoDataFrame) -> list[str]:
    names = {one.key: one.zh for one in PRODUCTS}
    return [names.get(text, text) for text in _texts(enterprises, "product")]


def _villages(geography: Geography, by_township: "pd.Index[str]") -> Findable | None:
    villages = geography.villages
    if villages is None or villages.empty:
        return None
    points = [
        None if shape is None or shape.is_empty else shape.representative_point()
        for shape in villages.geometry
    ]
    codes = villages["township_code"] if "township_code" in villages else [""] * len(villages)
    return Findable(
        key="village",
        label=Words("村", "Village"),
        columns=[Words("名称", "Name"), Words("编码", "Code")],
        texts=[_texts(villages, "name"), _texts(villages, "code")],
        cell=_covering(geography.cells, points),
        township=by_township.get_indexer(pd.Index(codes).astype(str)).tolist(),
        places=points,
    )


def _covering(cells: GeoDataFrame, points: list[shapely.Point | None]) -> list[int]:
    """Return the index of the first cell that covers each point, -1 for none."""
    chosen = np.full(len(points), -1)
    has_place = np.array([point is not None for point in points])
    shapes = np.array([point for point in points if point is not None], dtype=object)
    one, cell = shapely.STRtree(cells.geometry.to_numpy()).query(shapes, predicate="covered_by")
    where = np.flatnonzero(has_place)
    # Backwards, so that on a shared edge the cell with the lowest index stays.
    for position in np.argsort(-cell, kind="stable"):
        chosen[where[one[position]]] = cell[position]
    return [int(index) for index in chosen]


def _texts(frame: DataFrame, column: str) -> list[str]:
    if column not in frame:
        return [""] * len(frame)
    return [_text(value) for value in frame[column]]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _theme(given: LookupInput, answers: list[list[Answer]]) -> Theme:
    leads = [_lead(each) for each in answers]
    held = sum(name is not None for name in leads)
    on = given.meta.as_of.isoformat()
    return Theme(
        switches={},
        title=Words("网格与网格长", "Cells and their leads"),
        unit=Words(
            f"{held}/{len(leads)} 格有网格长；{on}", f"{held} of {len(leads)} cells led; {on}"
        ),
        classes=[
            FillClass(label=Words("有网格长", "Led"), fill="#dfe7f1", always=True),
            FillClass(label=Words("无人负责", "Nobody"), hatch="nobody", always=True),
        ],
        assigned=[0 if name else 1 for name in leads],
        columns=[
            Column(
                label=Words("网格长", "Lead"),
                values=[name or Words("无人", "nobody") for name in leads],
            )
        ],
        names=leads,
    )


def _lead(answers: list[Answer]) -> str | None:
    names = [one.name for one in answers if one.duty == _DUTIES["lead"]]
    return names[0] if names else None


def _figures(answers: list[list[Answer]], findables: list[Findable]) -> list[Figure]:
    vacant = sum(_lead(each) is None for each in answers)
    counts = [
        Figure(value=f"{len(one.cell):,}", label=Words(f"{one.label.zh}可查", one.label.en))
        for one in findables
    ]
    vacancy = Figure(
        value=str(vacant),
        label=Words("无人网格", "cells without a lead"),
        tone="bad" if vacant else "",
    )
    return [*counts, vacancy]


def _drawn(given: LookupInput) -> Words:
    firms = given.enterprises
    n, placed = len(firms), int(is_placed(firms).sum())
    return Words(
        f"企业可定点 {placed:,}/{n:,} 户，其余只知道乡镇或待核实",
        f"{placed:,} of {n:,} enterprises have a point; the others are known to an area or under "
        "review",
    )


def _panel(findables: list[Findable]) -> Markup:
    text = templates.get_template("lookup_panel.html").render(
        kinds_zh="、".join(one.label.zh for one in findables),
        kinds_en=", ".join(one.label.en.lower() for one in findables),
    )
    return Markup(text)  # noqa: S704 - our template, which escapes every text
