"""Enterprises from the service's vector tiles: a page holds a million by drawing what is seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

from branca.element import JavascriptLink

from maps.figure import figure_of
from maps.layers.data_layer import DataLayer
from maps.palette import POINT, YLORRD, ZERO
from maps.words import Words
from service.domain.errors import InvalidInputError

# Problems per 100 visits; zero is a class of its own, as for cells.
BREAKS = (0.0, 5.0, 10.0, 20.0, 40.0)
_EDGE, _EDGE_OF_PALE = "#ffffff", "#8b7d6b"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """One line of a popup: a column of `/api/v1/enterprises`, and what its codes are called."""

    key: str
    label: Words
    values: Mapping[str, Words]


class EnterpriseTiles(DataLayer):
    """Marks from `/api/v1/tiles/enterprises`, with popups from `/api/v1/enterprises`.

    The layer stands on the npm package leaflet.vectorgrid 1.3.0, whose clicks fail on Leaflet 1.8
    and later (`L.DomEvent.fakeStop is not a function`); our script mends them. It follows the
    page's state: `product`, `township` and `class` narrow what is asked for. A line in the corner
    says how many are drawn of how many stand in the view, and what has no place to be drawn at.

    Works in any Folium map that the service hands out; a one-file map must ask nobody.

    Args:
        tiles: Address of the tiles on the same host, with `{z}`, `{x}` and `{y}`.
        records: Address that answers `?id=` and `?bbox=` as GeoJSON, on the same host.
        rows: What a popup says below the name.
        products: What products are called.
        show: On the map from the start.

    Raises:
        InvalidInputError: An address names another host, or the tiles' one lacks a place.
    """

    factory: ClassVar[str] = "tiles"
    script: ClassVar[str] = "tiles"
    is_live_only: ClassVar[bool] = True

    def __init__(
        self,
        *,
        tiles: str,
        records: str,
        rows: Sequence[RecordRow] = (),
        products: Mapping[str, Words] | None = None,
        name: str = "企业 Enterprises",
        show: bool = True,
    ) -> None:
        """Keep addresses, texts and classes."""
        for address in (tiles, records):
            if not address.startswith("/") or address.startswith("//"):
                raise InvalidInputError(f"tiles come from our own host, not from {address}")
        if any(mark not in tiles for mark in ("{z}", "{x}", "{y}")):
            raise InvalidInputError(f"the address of tiles needs {{z}}, {{x}} and {{y}}: {tiles}")
        data = {
            "url": tiles,
            "records": records,
            "color": POINT,
            "breaks": list(BREAKS),
            "classes": _classes(),
            "unit": Words("方格：每百次检查发现问题", "Squares: problems per 100 visits").as_json(),
            "rows": [
                {
                    "key": row.key,
                    "label": row.label.as_json(),
                    "values": {key: text.as_json() for key, text in row.values.items()},
                }
                for row in rows
            ],
            "products": {key: text.as_json() for key, text in (products or {}).items()},
            "pins": ["rooftop", "road", "village"],
        }
        super().__init__(layer_id="tiles", data=data, name=name, show=show)

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401 - as in branca
        """Put the library before our script."""
        figure_of(self).header.add_child(
            JavascriptLink("vendor/vectorgrid/vectorgrid.js"), name="vectorgrid"
        )
        return super().render(**kwargs)


def _classes() -> list[dict[str, object]]:
    """Return the classes of a square: too few visits first, then by rate."""
    ends = [f"{limit:g}" for limit in BREAKS]
    between = [f"{low}–{high}" for low, high in pairwise(ends)]
    labels = [
        Words("检查太少，不评价", "too few visits, not rated"),
        Words("0", "0"),
        *(Words(text, text) for text in between),
        Words(f">{ends[-1]}", f">{ends[-1]}"),
    ]
    fills = ["#ffffff", ZERO, *YLORRD]
    return [
        {
            "fill": fill,
            "edge": _EDGE_OF_PALE if at < len(labels) - 2 else _EDGE,
            "label": label.as_json(),
        }
        for at, (fill, label) in enumerate(zip(fills, labels, strict=True))
    ]
