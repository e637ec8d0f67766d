"""One sheet of paper: head, foot, the map, and beside or below it legend and list."""

import math
from collections.abc import Mapping
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from maps import paper_layers as draw
from maps.county_map import CountyMap
from maps.layers import (
    AreasLayer,
    BaseLayer,
    CanvasPoints,
    CellsLayer,
    ClustersLayer,
    LabelsLayer,
)
from maps.layers.data_layer import DataLayer
from maps.paper_names import draw_names, owner_names
from maps.paper_sheet import PAPERS, Sheet
from maps.paper_side import Listed, Side, scale_bar
from maps.paper_text import POINT_MM, Pen, broken, cut
from maps.sheet import SheetFacts
from maps.words import Words
from service.domain.errors import InvalidInputError

_MARGIN_MM: Final = 10.0
_SCREEN_DPI: Final = 96
_RINGS: Final = {
    False: Words("聚集区，编号见清单", "Cluster, numbered as listed"),
    True: Words("虚线圈：待核实的聚集区", "Dashed: a doubtful cluster"),
}
_POINTS: Final = {
    "point": Words("企业", "Enterprise"),
    "hollow": Words("企业，只定位到村", "Enterprise, placed to its village only"),
}


def _figure(sheet: Sheet) -> Figure:
    short, long = PAPERS[sheet.paper]
    wide, tall = (long, short) if sheet.landscape else (short, long)
    return Figure(figsize=(wide / 25.4, tall / 25.4))


class Page:
    """One sheet: what is written where, in millimetres from its upper left corner."""

    def __init__(
        self, sheet: Sheet, facts: SheetFacts, state: dict[str, str], told: Mapping[str, Any]
    ) -> None:
        """Lay out the sheet with its head and foot."""
        self.pen = Pen(_figure(sheet))
        self.sheet, self.facts, self.state = sheet, facts, state
        self.top = _MARGIN_MM
        self.bottom = self.pen.tall_mm - _MARGIN_MM
        self.room = self.pen.wide_mm - 2 * _MARGIN_MM
        self.head(told.get("figures", []))
        self.foot(told.get("drawn"))

    def say(self, words: Words | Mapping[str, str]) -> str:
        """Return a text in the sheet's language, Chinese where there is no English."""
        zh, en = (words.zh, words.en) if isinstance(words, Words) else (words["zh"], words["en"])
        return en or zh if self.sheet.lang == "en" else zh

    def head(self, figures: list[dict[str, Any]]) -> None:
        """Write the title, who may see it, and the figures that a leader asks about."""
        for line in cut(broken(self.say(self.facts.title), 16, self.room, bold=True), 2):
            self.top += 16 * POINT_MM * 1.15
            self.pen.write(_MARGIN_MM, self.top, line, size_pt=16, bold=True)
        marks = " ｜ ".join(self.say(mark) for mark in self.facts.marks)
        for line in cut(broken(marks, 9, self.room, bold=True), 2):
            self.top += 9 * POINT_MM * 1.7
            self.pen.write(_MARGIN_MM, self.top, line, size_pt=9, bold=True, colour="#8a2b06")
        told = " ｜ ".join(f"{one['value']} {self.say(one['label'])}" for one in figures)
        for line in cut(broken(told, 9, self.room), 2):
            self.top += 9 * POINT_MM * 1.7
            self.pen.write(_MARGIN_MM, self.top, line, size_pt=9)
        self.top += 2.5
        self._rule(self.top)
        self.top += 2.0

    def foot(self, drawn: Mapping[str, str] | None) -> None:
        """Write date, plan, what is drawn, inputs and seed."""
        notes = [self.say(note) for note in self.facts.notes]
        if drawn:
            notes.append(self.say(drawn))
        lines = cut(broken(" · ".join(notes), 7.5, self.room), 4)
        for line in reversed(lines):
            self.pen.write(_MARGIN_MM, self.bottom, line, size_pt=7.5, colour="#4a5666")
            self.bottom -= 7.5 * POINT_MM * 1.4
        self._rule(self.bottom)
        self.bottom -= 2.0

    def _rule(self, y_mm: float) -> None:
        ends = (self.pen.at(_MARGIN_MM, y_mm), self.pen.at(self.pen.wide_mm - _MARGIN_MM, y_mm))
        line = mpl.lines.Line2D(
            *zip(*ends, strict=True), color="#14213d", lw=0.6, transform=self.pen.figure.transFigure
        )
        self.pen.figure.add_artist(line)

    def body(self, layers: list[DataLayer], county_map: CountyMap) -> Listed:
        """Draw the map, beside or below it legend and list; return what had no room."""
        cells = next((one for one in layers if isinstance(one, CellsLayer)), None)
        if cells is None and not any(isinstance(one, CanvasPoints) for one in layers):
            raise InvalidInputError("neither cells nor points: there is nothing to print")
        theme = draw.theme_of(cells.data, self.state) if cells else None
        tall = self.bottom - self.top
        side = Side(self.pen, self.say)
        if self.sheet.landscape:
            column = self.room * 0.29
            map_wide, map_tall = self.room - column - 5, tall
            x, y = _MARGIN_MM + map_wide + 5, self.top
            y = side.legend(x, y, column, theme)
            y = side.signs(x, y, column, self._signs(layers))
            rest = side.listing(x, y + 4, column, self.bottom, self._rows())
        else:
            map_wide, map_tall = self.room, tall * 0.64
            y = self.top + map_tall + 3
            half = self.room * 0.4
            end = side.legend(_MARGIN_MM, y, half, theme)
            side.signs(_MARGIN_MM, end, half, self._signs(layers))
            left, right = _MARGIN_MM + half + 6, self.room - half - 6
            rest = side.listing(left, y, right, self.bottom, self._rows())
        axes = self._axes(map_wide, map_tall, county_map)
        self._layers(axes, layers, cells, theme, map_wide)
        if self.facts.has_scale:
            scale_bar(axes, map_wide, self.sheet.lang)
        return rest

    def listing(self, rest: Listed) -> Listed:
        """Write on a page of its own what had no room; return what has none here either."""
        side = Side(self.pen, self.say)
        columns = 3 if self.sheet.landscape else 2
        wide = (self.room - 6 * (columns - 1)) / columns
        for column in range(columns):
            x = _MARGIN_MM + column * (wide + 6)
            rest = side.listing(x, self.top, wide, self.bottom, rest)
        return rest

    def _signs(self, layers: list[DataLayer]) -> list[tuple[str, str, Words]]:
        """Return sign, colour and meaning of what lies over the cells, where there is some."""
        signs: list[tuple[str, str, Words]] = []
        for layer in layers:
            if isinstance(layer, ClustersLayer):
                doubts = {one["doubtful"] for one in draw.rings_of(layer.data, self.state)}
                signs += [("ring", "#14213d", _RINGS[doubtful]) for doubtful in sorted(doubts)]
            elif isinstance(layer, CanvasPoints) and self._has_points(layer):
                signs += _points_signs(layer)
        return signs

    def _has_points(self, points: CanvasPoints) -> bool:
        return bool(points.show) or self.state.get("points") == "on"

    def _rows(self) -> Listed:
        heading = self.say(self.facts.heading) if self.facts.heading else ""
        rows = [
            (row.number, self.say(row.title), self.say(row.text))
            for row in self.facts.rows
            if draw.fits(row.switches, self.state)
        ]
        return heading, rows

    def _axes(self, wide_mm: float, tall_mm: float, county_map: CountyMap) -> Axes:
        left, bottom = self.pen.at(_MARGIN_MM, self.top + tall_mm)
        share = (wide_mm / self.pen.wide_mm, tall_mm / self.pen.tall_mm)
        axes = self.pen.figure.add_axes((left, bottom, *share))
        axes.set_axis_off()
        (south, west), (north, east) = county_map.fit
        squeeze = math.cos(math.radians((south + north) / 2))
        # Degrees in a millimetre, so that the whole of it fits with a little air round it.
        per_mm = 1.05 * max((east - west) * squeeze / wide_mm, (north - south) / tall_mm)
        middle = ((west + east) / 2, (south + north) / 2)
        half = (wide_mm * per_mm / squeeze / 2, tall_mm * per_mm / 2)
        axes.set_xlim(middle[0] - half[0], middle[0] + half[0])
        axes.set_ylim(middle[1] - half[1], middle[1] + half[1])
        return axes

    def _layers(
        self,
        axes: Axes,
        layers: list[DataLayer],
        cells: CellsLayer | None,
        theme: draw.Data | None,
        wide_mm: float,
    ) -> None:
        (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
        per_mm = (east - west) / wide_mm
        zoom = math.log2(360 / (east - west) * (wide_mm / 25.4 * _SCREEN_DPI) / 256)
        has_points = self.state.get("points") == "on"
        of_kind = {type(one): one for one in layers}
        names = owner_names(cells.data, cells.names_of(theme)) if cells and theme else []
        if (base := of_kind.get(BaseLayer)) is not None:
            draw.draw_ground(axes, base.data)
        if cells is not None and theme is not None:
            draw.draw_cells(axes, cells.data, theme)
        if base is not None:
            draw.draw_lines(axes, base.data)
        if (areas := of_kind.get(AreasLayer)) is not None and has_points:
            draw.draw_areas(axes, areas.data, self.state, self.sheet.lang)
        points = of_kind.get(CanvasPoints)
        if isinstance(points, CanvasPoints) and self._has_points(points):
            draw.draw_points(axes, points.data, self.state)
        if (clusters := of_kind.get(ClustersLayer)) is not None:
            draw.draw_clusters(axes, clusters.data, self.state)
        if (labels := of_kind.get(LabelsLayer)) is not None:
            names = [*names, *labels.data["names"]]
        tall_mm = axes.get_position().height * self.pen.tall_mm
        scale = (per_mm, (north - south) / tall_mm)
        badges = draw.badges_of(clusters.data, self.state) if clusters is not None else []
        draw_names(axes, names, zoom, scale, badges)


def _points_signs(points: CanvasPoints) -> list[tuple[str, str, Words]]:
    """Return what points mean: one sign each where their colour tells, else full and hollow."""
    looks = points.data["looks"]
    if len({look["color"] for look in looks}) > 1:
        return [("point", look["color"], Words(**look["label"])) for look in looks]
    return [(sign, looks[0]["color"], words) for sign, words in _POINTS.items()]
