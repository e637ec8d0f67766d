"""Text on paper: a Chinese font or a clear refusal, and lines broken where the column ends."""

from functools import lru_cache
from typing import Final

from matplotlib import font_manager, ft2font
from matplotlib.figure import Figure

from service.domain.errors import UnavailableError

POINT_MM: Final = 25.4 / 72

# Simplified forms first; the last ones draw Chinese with another country's habits.
_FAMILIES: Final = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
    "Noto Sans CJK JP",
)
# What matplotlib brings itself: signs that a Chinese font may lack.
_LAST: Final = "DejaVu Sans"


@lru_cache(maxsize=1)
def font_families() -> tuple[str, ...]:
    """Return the fonts to draw with, the Chinese one first.

    Raises:
        UnavailableError: No Chinese font is installed; says which package brings one.
    """
    known = {font.name for font in font_manager.fontManager.ttflist}
    found = [name for name in _FAMILIES if name in known]
    if not found:
        raise UnavailableError(
            "no Chinese font is installed, and a map without its names is worth nothing: install "
            "fonts-noto-cjk or fonts-wqy-zenhei (Debian, Ubuntu), google-noto-sans-cjk-fonts "
            "(Fedora), and try again"
        )
    return (found[0], _LAST)


@lru_cache(maxsize=4)
def _measure(*, bold: bool) -> ft2font.FT2Font:
    weight = "bold" if bold else "normal"
    wanted = font_manager.FontProperties(family=[font_families()[0]], weight=weight)
    return font_manager.get_font(font_manager.findfont(wanted))


@lru_cache(maxsize=20_000)
def _advance(character: str, *, bold: bool) -> float:
    """Return the width of a character as a share of the font's size."""
    font = _measure(bold=bold)
    if not font.get_char_index(ord(character)):
        return 1.0  # drawn as a box, or by the second font
    font.set_size(100.0, 72.0)
    glyph = font.load_char(ord(character), flags=ft2font.LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance) / 65536 / 100


def width_mm(text: str, size_pt: float, *, bold: bool = False) -> float:
    """Return how wide a text is in millimetres."""
    return sum(_advance(one, bold=bold) for one in text) * size_pt * POINT_MM


def broken(text: str, size_pt: float, room_mm: float, *, bold: bool = False) -> list[str]:
    """Return the lines of a text; Chinese breaks anywhere, words at their spaces."""
    lines: list[str] = []
    line, used, blank = "", 0.0, -1
    for one in " ".join(text.split()):
        wide = _advance(one, bold=bold) * size_pt * POINT_MM
        if used + wide > room_mm and line:
            # A word that does not fit goes to the next line whole, where its line had a space.
            at = blank + 1 if blank >= 0 and one.isascii() and one != " " else len(line)
            lines.append(line[:at].rstrip())
            line = line[at:]
            used = sum(_advance(each, bold=bold) for each in line) * size_pt * POINT_MM
            blank = -1
        if one == " ":
            blank = len(line)
        line += one
        used += wide
    return [*lines, line] if line else lines


def cut(lines: list[str], most: int) -> list[str]:
    """Return no more than `most` lines; the last one says that something was left out."""
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1][:-1] + "…"]


class Pen:
    """Writes on a sheet in millimetres from its upper left corner."""

    def __init__(self, figure: Figure) -> None:
        """Measure the sheet."""
        wide, tall = figure.get_size_inches()
        self.figure = figure
        self.wide_mm, self.tall_mm = wide * 25.4, tall * 25.4

    def at(self, x_mm: float, y_mm: float) -> tuple[float, float]:
        """Return a place as shares of the sheet, from its lower left corner."""
        return x_mm / self.wide_mm, 1 - y_mm / self.tall_mm

    def write(  # noqa: PLR0913 - a place, a text and its look
        self,
        x_mm: float,
        y_mm: float,
        text: str,
        *,
        size_pt: float,
        bold: bool = False,
        colour: str = "#14213d",
        align: str = "left",
    ) -> None:
        """Write one line whose base is at y."""
        self.figure.text(
            *self.at(x_mm, y_mm),
            text,
            fontsize=size_pt,
            fontweight="bold" if bold else "normal",
            color=colour,
            ha=align,
            va="baseline",
        )
