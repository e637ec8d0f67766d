"""Grid cells: one GeoJSON, several themes, fixed classes; drawn on canvas by `maps/js/cells.js`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from geopandas import GeoDataFrame

from maps.encoding import JsonValue, feature_collection, simplified
from maps.layers.data_layer import DataLayer
from maps.words import Words
from service.domain.errors import InvalidInputError

# A class is one letter per cell in the file.
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_DETAIL_M = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FillClass:
    """One class of a theme.

    Attributes:
        fill: Colour, or '' where a hatch stands for what is not known.
        hatch: `blind`, `nobody`, `weak` or None.
        label: Text in the legend.
        listed: In the legend; a class per officer is not.
        always: In the legend even when no cell has it, so that legends compare.
        records: What a page asks its records for to list the cells of this class; empty for none.
    """

    label: Words
    fill: str = "#ffffff"
    hatch: str | None = None
    listed: bool = True
    always: bool = False
    records: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> JsonValue:
        """Return what the script needs."""
        return {
            "fill": self.fill,
            "hatch": self.hatch,
            "label": self.label.as_json(),
            "listed": self.listed,
            "always": self.always,
            **({"records": dict(self.records)} if self.records else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A line of the popup and a column of the table: one value per cell, in the cells' order."""

    label: Words
    values: Sequence[float | int | str | Words | None]
    sorts: bool = False

    def as_json(self) -> JsonValue:
        """Return what the script needs."""
        values = [v.as_json() if isinstance(v, Words) else v for v in self.values]
        return {"label": self.label.as_json(), "values": values, "sorts": self.sorts}


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """One way of colouring the cells.

    Attributes:
        switches: The state in which it is shown, such as {'product': 'baijiu', 'measure': 'rate'}.
        title: Heading of the legend. unit: what is counted, n and date. note: a caution.
        classes: At most 36.
        assigned: Index of the class of each cell, in the cells' order.
        columns: Values that belong to this theme.
        names: What paper writes on the ground of neighbouring cells that share it; None for none.
    """

    switches: Mapping[str, str]
    title: Words
    classes: Sequence[FillClass]
    assigned: Sequence[int]
    unit: Words | None = None
    note: Words | None = None
    remark: Words | None = None
    columns: Sequence[Column] = field(default_factory=tuple)
    names: Sequence[str | None] | None = None

    def __post_init__(self) -> None:
        """Refuse more classes than letters, and class numbers that do not exist."""
        if len(self.classes) > len(_LETTERS):
            raise InvalidInputError(f"a theme has at most {len(_LETTERS)} classes")
        if self.assigned and not 0 <= min(self.assigned) <= max(self.assigned) < len(self.classes):
            raise InvalidInputError("a cell is assigned to a class that the theme does not have")

    def as_json(self) -> JsonValue:
        """Return what the script needs."""
        texts = {"unit": self.unit, "note": self.note, "remark": self.remark}
        return {
            "switches": dict(self.switches),
            "title": self.title.as_json(),
            **{key: words.as_json() if words else None for key, words in texts.items()},
            "classes": [entry.as_json() for entry in self.classes],
            "assigned": "".join(_LETTERS[number] for number in self.assigned),
            "columns": [column.as_json() for column in self.columns],
        }


class CellsLayer(DataLayer):
    """Polygons coloured by the theme that fits the switches, with popup and tooltip.

    Args:
        cells: code, name, geometry (polygons, EPSG:4326).
        themes: The first one is shown until a switch says otherwise. Each has one class and one
            value per row of `cells`.
        facts: Columns shown whatever the theme: township, officer.
        detail_m: Detail below this size is left out, borders kept in common; metres.
    """

    factory: ClassVar[str] = "cells"
    script: ClassVar[str] = "cells"

    def __init__(
        self,
        cells: GeoDataFrame,
        *,
        themes: Sequence[Theme],
        facts: Sequence[Column] = (),
        detail_m: float = _DETAIL_M,
        name: str = "网格 Cells",
    ) -> None:
        """Check that themes and cells fit, and prepare the shapes."""
        if not themes:
            raise InvalidInputError("a cells layer needs at least one theme")
        for theme in themes:
            lengths = {len(theme.assigned), *(len(column.values) for column in theme.columns)}
            if lengths != {len(cells)}:
                raise InvalidInputError("a theme has one class and one value per cell")
        data = {
            "codes": [str(code) for code in cells["code"]],
            "names": [str(text) for text in cells["name"]],
            **self.shapes_of(cells, detail_m),
            "facts": [column.as_json() for column in facts],
            "themes": [theme.as_json() for theme in themes],
        }
        super().__init__(layer_id="cells", data=data, name=name)
        self.themes = tuple(themes)

    def shapes_of(self, cells: GeoDataFrame, detail_m: float) -> dict[str, JsonValue]:
        """Return what the script draws the cells from."""
        shapes = simplified(cells.geometry, tolerance_m=detail_m)
        return {"cells": feature_collection(shapes, [{"i": i} for i in range(len(cells))])}

    def names_of(self, theme: JsonValue) -> Sequence[str | None] | None:
        """Return the names that paper writes for a theme of `data`, one per cell."""
        index: int = self.data["themes"].index(theme)
        return self.themes[index].names
