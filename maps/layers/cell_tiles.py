"""Cells whose shapes are asked for as they are seen: a province's cells on one page."""

import math
from typing import Any, ClassVar

from branca.element import JavascriptLink
from geopandas import GeoDataFrame

from maps.encoding import JsonValue
from maps.figure import OwnScript, figure_of
from maps.layers.cells import CellsLayer, Theme
from service.domain.errors import InvalidInputError

# Above this the shapes of a page weigh more than all else that it holds.
TILED_FROM = 10_000
# A tile with more cells is cut as townships: a page asks for tiles as fine as that takes.
_CELLS_IN_A_TILE = 3_000
_FINEST, _COARSEST = 12, 6
_UNIT = 1e5  # of a degree: a metre


class CellTilesLayer(CellsLayer):
    """`CellsLayer` with shapes from `/api/v1/tiles/cells`; classes and values stay in the page.

    Works in any Folium map that the service hands out; a one-file map must ask nobody.

    Args:
        cells, themes, facts, name: As of `CellsLayer`.
        tiles: Address of the tiles on the same host, with `{z}`, `{x}` and `{y}`.

    Raises:
        InvalidInputError: The address names another host or lacks a place.
    """

    is_live_only: ClassVar[bool] = True

    def __init__(self, cells: GeoDataFrame, *, tiles: str, **others: Any) -> None:  # noqa: ANN401
        """Check the address; the shapes are left out."""
        if not tiles.startswith("/") or tiles.startswith("//"):
            raise InvalidInputError(f"tiles come from our own host, not from {tiles}")
        if any(mark not in tiles for mark in ("{z}", "{x}", "{y}")):
            raise InvalidInputError(f"the address of tiles needs {{z}}, {{x}} and {{y}}: {tiles}")
        self.tiles = tiles
        super().__init__(cells, **others)

    def shapes_of(self, cells: GeoDataFrame, detail_m: float) -> dict[str, JsonValue]:  # noqa: ARG002
        """Return where the shapes are asked for, how fine, and the box of each cell."""
        boxes = (cells.geometry.bounds * _UNIT).round().astype(int)
        return {
            "tiles": self.tiles,
            "zoom": zoom_of(cells),
            "boxes": boxes.to_numpy().ravel().tolist(),
        }

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401 - as in branca
        """Put the library and the script of tiles before that of the cells."""
        header = figure_of(self).header
        header.add_child(JavascriptLink("vendor/vectorgrid/vectorgrid.js"), name="vectorgrid")
        header.add_child(OwnScript("maps/js/core.js"), name="wangge_core_js")
        header.add_child(OwnScript("maps/js/cell_tiles.js"), name="wangge_cell_tiles_js")
        return super().render(**kwargs)


def zoom_of(cells: GeoDataFrame) -> int:
    """Return the least zoom at which a tile of cells spread evenly holds few enough of them."""
    west, south, east, north = (float(side) for side in cells.total_bounds)
    share = max(east - west, 1e-3) / 360 * (max(north - south, 1e-3) / 360)
    share /= math.cos(math.radians((south + north) / 2))
    needed = math.log(max(1.0, len(cells) / _CELLS_IN_A_TILE) / share, 4)
    return min(_FINEST, max(_COARSEST, math.ceil(needed)))


def cells_layer(
    cells: GeoDataFrame,
    *,
    tiles: str | None,
    themes: list[Theme],
    **others: Any,  # noqa: ANN401
) -> CellsLayer:
    """Return the layer that suits: shapes in the page, or as tiles where there is an address."""
    if tiles is None:
        return CellsLayer(cells, themes=themes, **others)
    return CellTilesLayer(cells, tiles=tiles, themes=themes, **others)
