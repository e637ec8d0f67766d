"""The address of a map tile, and the ground it covers (Web Mercator, EPSG:3857, metres)."""

import math
from dataclasses import dataclass
from typing import Final

from service.domain.errors import InvalidInputError

DEEPEST: Final = 22
# Half the circumference of the Web Mercator world, in metres.
HALF_M: Final = 20_037_508.342789244
TILE_PIXELS: Final = 256


@dataclass(frozen=True, slots=True)
class TileAddress:
    """Zoom, column from the west, row from the north.

    Raises:
        InvalidInputError: The zoom has no such tile.
    """

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        """Refuse what lies outside the world."""
        if not 0 <= self.z <= DEEPEST:
            raise InvalidInputError(f"tiles have zooms 0 to {DEEPEST}, not {self.z}")
        last = 2**self.z - 1
        if not (0 <= self.x <= last and 0 <= self.y <= last):
            raise InvalidInputError(f"zoom {self.z} has tiles 0 to {last}, not {self.x}/{self.y}")

    def bounds_m(self, margin_pixels: float = 0.0) -> tuple[float, float, float, float]:
        """Return west, south, east, north in metres, with a margin of so many pixels."""
        side = 2 * HALF_M / 2**self.z
        more = margin_pixels / TILE_PIXELS * side
        west, north = -HALF_M + self.x * side, HALF_M - self.y * side
        return west - more, north - side - more, west + side + more, north + more

    def squares(self, level: int, margin_pixels: float) -> tuple[int, int, int, int]:
        """Return first and last column, first and last row of the squares that touch the tile.

        Args:
            level: The world is cut into 2^level squares a side.
            margin_pixels: Squares so near count as touching.
        """
        west, south, east, north = self.bounds_m(margin_pixels)
        square = 2 * HALF_M / 2**level
        return (
            math.floor((west + HALF_M) / square),
            math.floor((east + HALF_M) / square),
            math.floor((HALF_M - north) / square),
            math.floor((HALF_M - south) / square),
        )
