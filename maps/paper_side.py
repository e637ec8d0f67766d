"""Beside the map on paper: the legend, the list that the numbers stand for, scale and north."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle

from maps.paper_layers import HATCHES, METRES_PER_DEGREE, classes_of
from maps.paper_text import POINT_MM, Pen, broken, cut, width_mm
from maps.words import Words

# A heading, and of each row its number, title and text.
Listed = tuple[str, list[tuple[str, str, str]]]

_QUIET: Final = "#4a5666"
_BODY_PT: Final = 7.5
_LINE: Final = 1.4
_SWATCH_MM: Final = (7.0, 3.4)
_SIGNS: Final[dict[str, dict[str, Any]]] = {
    "ring": {"marker": "o", "mfc": "none", "ms": 8, "mew": 1.5},
    "point": {"marker": "o", "mec": "white", "ms": 4.5, "mew": 0.3},
    "hollow": {"marker": "o", "mfc": "white", "ms": 4.5, "mew": 0.8},
}
_MOST_TITLE_LINES: Final = 2
_MOST_TEXT_LINES: Final = 4


class Side:
    """Writes columns from the top down."""

    def __init__(self, pen: Pen, say: Callable[[Any], str]) -> None:
        """Take the pen and what puts a text into the sheet's language."""
        self.pen, self.say = pen, say

    def legend(self, x: float, y: float, room: float, theme: Mapping[str, Any] | None) -> float:
        """Write the legend with its unit, and how many cells each class has; return its end."""
        if theme is None:
            return y
        y = self._lines(x, y, room, self.say(theme["title"]), 9.5, bold=True)
        for key in ("unit", "note"):
            if theme[key]:
                y = self._lines(x, y, room, self.say(theme[key]), 7, colour=_QUIET)
        y += 1.5
        assigned = classes_of(theme)
        for number, entry in enumerate(theme["classes"]):
            count = assigned.count(number)
            if entry["listed"] and (entry["always"] or count):
                y = self._class(x, y, room, entry, count)
        return y

    def _class(
        self, x: float, y: float, room: float, entry: Mapping[str, Any], count: int
    ) -> float:
        wide, tall = _SWATCH_MM
        ground, line, hatch = HATCHES.get(entry["hatch"] or "", (entry["fill"], "none", None))
        left, bottom = self.pen.at(x, y + tall)
        for edge, filled in ((line, True), ("#aab3bd", False)):
            swatch = Rectangle(
                (left, bottom), wide / self.pen.wide_mm, tall / self.pen.tall_mm,
                facecolor=ground if filled else "none", edgecolor=edge,
                hatch=hatch if filled else None, linewidth=0 if filled else 0.5,
                transform=self.pen.figure.transFigure,
            )  # fmt: skip
            self.pen.figure.add_artist(swatch)
        text = broken(self.say(entry["label"]), _BODY_PT, room - wide - 14)
        self.pen.write(x + room, y + tall - 0.7, f"{count:,}", size_pt=_BODY_PT, align="right")
        end = self._lines(x + wide + 2, y - 0.9, room, "\n".join(text), _BODY_PT)
        return max(y + tall + 1.1, end + 0.8)

    def signs(self, x: float, y: float, room: float, signs: list[tuple[str, str, Words]]) -> float:
        """Write what the signs over the cells mean; return its end."""
        for sign, colour, words in signs:
            left, bottom = self.pen.at(x + _SWATCH_MM[0] / 2, y + _SWATCH_MM[1] / 2)
            look: dict[str, Any] = dict(_SIGNS[sign])
            look.setdefault("mfc", colour)
            look.setdefault("mec", colour)
            mark = Line2D([left], [bottom], ls="", transform=self.pen.figure.transFigure, **look)
            self.pen.figure.add_artist(mark)
            y = self._lines(x + _SWATCH_MM[0] + 2, y - 0.9, room, self.say(words), _BODY_PT) + 1.7
        return y

    def listing(
        self,
        x: float,
        y: float,
        room: float,
        bottom: float,
        listed: Listed,
    ) -> Listed:
        """Write the list until the column ends; return what had no room."""
        heading, rows = listed
        if not rows:
            return listed
        y = self._lines(x, y, room, heading, 9.5, bold=True) + 1
        for done, row in enumerate(rows):
            is_last = done == len(rows) - 1
            below = 0 if is_last else _BODY_PT * POINT_MM * _LINE
            if done and y + self._needed(row, room) + below > bottom:
                rest = len(rows) - done
                more = {"zh": f"另有 {rest} 项", "en": f"{rest} more"}
                self._lines(x, y, room, self.say(more), _BODY_PT, colour=_QUIET)
                return heading, rows[done:]
            y = self._row(x, y, room, row)
        return heading, []

    def _indent(self, number: str) -> float:
        return width_mm(f"{number} ", 8.5, bold=True) + 0.5 if number else 0.0

    def _parts(self, row: tuple[str, str, str], room: float) -> tuple[list[str], list[str]]:
        number, title, text = row
        left = room - self._indent(number)
        titles = cut(broken(title, 8.5, left, bold=True), _MOST_TITLE_LINES)
        return titles, cut(broken(text, _BODY_PT, left), _MOST_TEXT_LINES)

    def _needed(self, row: tuple[str, str, str], room: float) -> float:
        titles, texts = self._parts(row, room)
        return (len(titles) * 8.5 + len(texts) * _BODY_PT) * POINT_MM * _LINE + 1.6

    def _row(self, x: float, y: float, room: float, row: tuple[str, str, str]) -> float:
        titles, texts = self._parts(row, room)
        if row[0]:
            self._lines(x, y, room, row[0], 8.5, bold=True)
        inner = x + self._indent(row[0])
        y = self._lines(inner, y, room, "\n".join(titles), 8.5, bold=True)
        return self._lines(inner, y, room, "\n".join(texts), _BODY_PT, colour=_QUIET) + 1.6

    def _lines(  # noqa: PLR0913 - a place, a text and its look
        self,
        x: float,
        y: float,
        room: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        colour: str = "#14213d",
    ) -> float:
        """Write a text below y; lines that are broken already stay so. Return its end."""
        for part in text.split("\n"):
            for line in broken(part, size, room, bold=bold):
                y += size * POINT_MM * _LINE
                self.pen.write(x, y - 0.4, line, size_pt=size, bold=bold, colour=colour)
        return y


def scale_bar(axes: Axes, wide_mm: float, lang: str) -> None:
    """Draw a bar of a round length, the scale as a ratio, and north, in the map's corners."""
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    squeeze = math.cos(math.radians((south + north) / 2))
    metres = (east - west) * squeeze * METRES_PER_DEGREE
    length = _round_below(metres * 0.2)
    share = length / metres
    right = 0.985
    inside: dict[str, Any] = {"transform": axes.transAxes, "zorder": 10, "clip_on": False}
    axes.plot([right - share, right], [0.012, 0.012], color="#14213d", lw=2.2,
              solid_capstyle="butt", **inside)  # fmt: skip
    text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"  # noqa: PLR2004 - a km
    ratio = _two_digits(metres / (wide_mm / 1000))
    about = "约" if lang == "zh" else "about"
    axes.text(right, 0.021, f"{text}　{about} 1:{ratio:,}", fontsize=7, ha="right", va="bottom",
              color="#14213d", **inside)  # fmt: skip
    arrow = Polygon([(0.985, 0.985), (0.978, 0.955), (0.985, 0.962), (0.992, 0.955)],
                    closed=True, facecolor="#14213d", **inside)  # fmt: skip
    axes.add_patch(arrow)
    word = "北" if lang == "zh" else "N"
    axes.text(0.985, 0.95, word, fontsize=8, ha="center", va="top", color="#14213d", **inside)


def _round_below(value: float) -> float:
    """Return the largest 1, 2 or 5 times a power of ten that is not above the value."""
    power = 10.0 ** math.floor(math.log10(value))
    return power * max(step for step in (1, 2, 5) if step * power <= value)


def _two_digits(value: float) -> int:
    """Return a scale that claims no more than it knows."""
    power = 10 ** max(0, math.floor(math.log10(value)) - 1)
    return int(round(value / power) * power)
