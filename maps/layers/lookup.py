"""Find a place by name or code in the file itself: texts packed per kind, searched offline."""

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from geopandas import GeoDataFrame, GeoSeries
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from maps.encoding import JsonValue
from maps.layers.data_layer import DataLayer
from maps.words import Words
from service.domain.errors import InvalidInputError

_STEPS = 65535  # of the extent: about a metre in a county
_NOWHERE = 0xFFFF
_CONTROLS = dict.fromkeys(range(32), " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One person who answers for a cell: duty, matter, name, role and telephone."""

    duty: Words
    name: str
    matter: Words | None = None
    phone: str = ""

    def as_json(self) -> JsonValue:
        """Return what the script needs."""
        matter = self.matter.as_json() if self.matter else None
        return {
            "duty": self.duty.as_json(),
            "matter": matter,
            "name": self.name,
            "phone": self.phone,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Findable:
    """One kind of thing that can be found.

    Attributes:
        key: `enterprise`, `village` or `cell`; what is told when one is chosen.
        label: As people call it.
        columns: What `texts` hold; the first is the name, the second the code.
        texts: One text per thing in each column.
        cell: Index of the cell of each thing; -1 for none.
        township: Index of its township; -1 where not known.
        places: Its point (EPSG:4326); missing where it has none that may be drawn as a pin.
        levels: How precisely it is placed, per thing.
    """

    key: str
    label: Words
    columns: Sequence[Words]
    texts: Sequence[Sequence[str]]
    cell: Sequence[int]
    township: Sequence[int]
    places: Sequence[BaseGeometry | None] | None = None
    levels: Sequence[Words] = field(default_factory=tuple)


class LookupLayer(DataLayer):
    """A search box's other half: what can be found, where it is, and who answers for it.

    Args:
        findables: Kinds in the order in which they are offered.
        cells: code, name, township_code of the cells, in the order of `answers`.
        answers: Per cell, who answers for it, the lead first; empty for nobody.
        townships: code, name.
    """

    factory: ClassVar[str] = "lookup"
    script: ClassVar[str] = "lookup"

    def __init__(
        self,
        findables: Sequence[Findable],
        *,
        cells: GeoDataFrame,
        answers: Sequence[Sequence[Answer]],
        townships: GeoDataFrame,
        name: str = "查找 Lookup",
    ) -> None:
        """Pack the texts and places."""
        if len(answers) != len(cells):
            raise InvalidInputError("a lookup has one list of answers per cell")
        data = {
            "cell_codes": [str(code) for code in cells["code"]],
            "cell_names": [str(text) for text in cells["name"]],
            "answers": [[one.as_json() for one in each] for each in answers],
            "township_codes": [str(code) for code in townships["code"]],
            "township_names": [str(text) for text in townships["name"]],
            "kinds": [_kind(one) for one in findables],
        }
        super().__init__(layer_id="lookup", data=data, name=name)


def _kind(one: Findable) -> JsonValue:
    n = len(one.cell)
    if {len(one.township), *(len(column) for column in one.texts)} != {n}:
        raise InvalidInputError(f"each {one.key} has one text in every column and one place")
    return {
        "key": one.key,
        "label": one.label.as_json(),
        "columns": [label.as_json() for label in one.columns],
        "n": n,
        "texts": _lines(one.texts),
        "cell": _packed(np.asarray(one.cell, dtype=np.int32)),
        "township": _packed(np.asarray(one.township, dtype=np.int32)),
        **_placed(one.places, n),
        **_levels(one.levels, n),
    }


def _lines(columns: Sequence[Sequence[str]]) -> str:
    """Return a line per thing, its texts parted by tabs, compressed."""
    # A control character inside a text would tear its line apart.
    cleaned = [[str(text).translate(_CONTROLS) for text in column] for column in columns]
    lines = "\n".join("\t".join(texts) for texts in zip(*cleaned, strict=True))
    return _deflated(lines.encode("utf-8", "replace"))


def _placed(places: Sequence[BaseGeometry | None] | None, n: int) -> dict[str, JsonValue]:
    if places is None:
        return {"box": None, "places": None}
    points = GeoSeries(list(places), crs=4326)
    lon, lat = points.x.to_numpy(), points.y.to_numpy()
    known = np.isfinite(lon) & np.isfinite(lat)
    if len(points) != n or not known.any():
        return {"box": None, "places": None}
    west, south = float(lon[known].min()), float(lat[known].min())
    wide = max(float(lon[known].max()) - west, 1e-9)
    tall = max(float(lat[known].max()) - south, 1e-9)
    steps = np.full((n, 2), _NOWHERE, np.uint16)
    # The last step is kept for 'no place'.
    steps[known, 0] = np.round((lon[known] - west) / wide * (_STEPS - 1))
    steps[known, 1] = np.round((lat[known] - south) / tall * (_STEPS - 1))
    return {
        "box": [west, south, wide / (_STEPS - 1), tall / (_STEPS - 1)],
        "places": _packed(steps),
    }


def _levels(levels: Sequence[Words], n: int) -> dict[str, JsonValue]:
    if len(levels) != n:
        return {"level_names": [], "levels": None}
    distinct = list(dict.fromkeys(levels))
    number = {words: index for index, words in enumerate(distinct)}
    numbers = np.array([number[words] for words in levels], dtype=np.uint8)
    return {"level_names": [one.as_json() for one in distinct], "levels": _packed(numbers)}


def _packed(array: NDArray[np.generic]) -> str:
    little = array.astype(array.dtype.newbyteorder("<"))
    return _deflated(np.ascontiguousarray(little).tobytes())


def _deflated(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content, 9)).decode("ascii")
