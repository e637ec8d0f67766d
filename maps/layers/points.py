"""Any number of points in one file, drawn on canvas by `maps/js/points.js`.

The extent is cut into squares and the points are sorted by square, so the order of the file is
its own index. A point takes six to nine bytes with its identity: two offsets inside its square
(a byte each where that keeps it within a metre, else two), a look, a number of three bytes or four.
Texts follow in compressed blocks that are opened on a click.
"""

import base64
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from maps.encoding import JsonValue, embed_json
from maps.layers.data_layer import DataLayer
from maps.words import Words
from service.domain.errors import InvalidInputError

# Texts per compressed block: a click opens one, and a block of this size inflates in a moment.
BLOCK = 2048
_FINE, _COARSE = 65536, 256
# Half of it, the most that a point is off, is under a metre.
_COARSE_STEP_M = 1.6
_EQUATOR_M = 40_075_016.7
_THREE_BYTES = 2**24
_MAX_LATITUDE = 85.05112878  # where Web Mercator ends
_MAX_LOOKS = 256
_LEAST_PX = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class PointLook:
    """How points of one kind look: hollow for a place known only roughly."""

    label: Words
    color: str
    hollow: bool = False
    switches: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def as_json(self) -> JsonValue:
        """Return what the script needs."""
        return {
            "label": self.label.as_json(),
            "color": self.color,
            "hollow": self.hollow,
            "switches": {key: list(values) for key, values in self.switches.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PointTexts:
    """What a popup says: the first column is the heading. One text per point in each column."""

    labels: Sequence[Words]
    columns: Sequence[Sequence[str]]


class CanvasPoints(DataLayer):
    """A layer of points that stays quick up to a million.

    Args:
        lon, lat: Degrees, EPSG:4326, finite.
        looks: The kinds of points; at most 256.
        look_of: Index into `looks` per point.
        texts: For the popup; None for no popup.
        ids: An integer per point for links from lists; None leaves them out.
        show: Drawn from the start, or on demand.
        least_px: Radius of a point, in pixels, however far out the reader zooms.

    Raises:
        InvalidInputError: Lengths differ, or a coordinate is missing or out of range.
    """

    factory: ClassVar[str] = "points"
    script: ClassVar[str] = "points"

    def __init__(  # noqa: PLR0913 - columns of one table, all by keyword
        self,
        *,
        lon: ArrayLike,
        lat: ArrayLike,
        looks: Sequence[PointLook],
        look_of: ArrayLike | None = None,
        texts: PointTexts | None = None,
        ids: ArrayLike | None = None,
        name: str = "企业 Enterprises",
        show: bool = True,
        least_px: float = _LEAST_PX,
    ) -> None:
        """Pack the points."""
        x, y = _mercator(np.asarray(lon, float), np.asarray(lat, float))
        numbers = np.zeros(len(x), np.uint8) if look_of is None else np.asarray(look_of)
        _check(len(x), looks, numbers, texts)
        packed, order = _pack(x, y)
        data = {
            **packed,
            "n": len(x),
            "least_px": least_px,
            "looks": [look.as_json() for look in looks],
            "styles": _base64(numbers.astype(np.uint8)[order]),
            **_identities(ids, order),
            **_texts(texts, order),
        }
        super().__init__(layer_id="points", data=data, name=name, show=show)


def _mercator(
    lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return Web Mercator as shares of the world's width: 0 to 1 from the north-west corner."""
    if lon.shape != lat.shape or lon.ndim != 1:
        raise InvalidInputError("points need one longitude and one latitude each")
    is_good = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180)  # noqa: PLR2004 - degrees
    is_good &= np.abs(lat) < _MAX_LATITUDE
    if not is_good.all():
        bad = int(np.argmin(is_good))
        raise InvalidInputError(
            f"point {bad} has no usable place ({lon[bad]}, {lat[bad]}); leave such points out "
            "and count them as not drawn"
        )
    phi = np.radians(lat)
    return (lon + 180) / 360, (1 - np.arcsinh(np.tan(phi)) / math.pi) / 2


def _check(
    n: int, looks: Sequence[PointLook], look_of: NDArray[np.integer], texts: PointTexts | None
) -> None:
    if not 1 <= len(looks) <= _MAX_LOOKS:
        raise InvalidInputError(f"points have between 1 and {_MAX_LOOKS} looks")
    if len(look_of) != n or (n and (look_of.min() < 0 or look_of.max() >= len(looks))):
        raise InvalidInputError("each point has one of the looks")
    if texts is not None and any(len(column) != n for column in texts.columns):
        raise InvalidInputError("each point has one text in every column")


def _pack(
    x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[dict[str, JsonValue], NDArray[np.intp]]:
    """Return the arrays sorted by square, and the order that sorts them."""
    # About 16 points a square: squares few enough to skip quickly, small enough to find in.
    side = int(min(256, max(4, math.sqrt(len(x) / 16))))
    west, north = (float(x.min()), float(y.min())) if len(x) else (0.0, 0.0)
    extent = max(float(np.ptp(x)), float(np.ptp(y))) if len(x) else 0.0
    # A little wider, so that the last point lies inside the last square; never zero.
    square = max(extent * (1 + 1e-9), 1e-9) / side
    column = np.minimum(((x - west) / square).astype(np.int64), side - 1)
    row = np.minimum(((y - north) / square).astype(np.int64), side - 1)
    order = np.argsort(row * side + column, kind="stable")
    # A square of a dense county is so small that a byte is fine enough.
    steps = _COARSE if square * _EQUATOR_M / _COARSE <= _COARSE_STEP_M else _FINE
    offsets = np.empty((len(x), 2), np.uint8 if steps == _COARSE else np.uint16)
    for axis, (value, start, index) in enumerate(((x, west, column), (y, north, row))):
        share = (value - start) / square - index
        offsets[:, axis] = np.clip(share * steps, 0, steps - 1)
    counts = np.bincount(row * side + column, minlength=side * side).astype(np.uint32)
    return {
        "side": side,
        "west": west,
        "north": north,
        "square": square,
        "steps": steps,
        "counts": _base64(counts),
        "offsets": _base64(offsets[order]),
    }, order


def _identities(ids: ArrayLike | None, order: NDArray[np.intp]) -> dict[str, JsonValue]:
    if ids is None:
        return {"ids": None, "id_bytes": 0}
    numbers = np.asarray(ids).astype("<u4")[order]
    width = 3 if not len(numbers) or int(numbers.max()) < _THREE_BYTES else 4
    # Little-endian: the byte that is left out is the highest.
    octets = np.ascontiguousarray(numbers).view(np.uint8).reshape(-1, 4)[:, :width]
    return {"ids": _base64(octets), "id_bytes": width}


def _base64(array: NDArray[np.generic]) -> str:
    little = array.astype(array.dtype.newbyteorder("<"))
    return base64.b64encode(np.ascontiguousarray(little).tobytes()).decode("ascii")


def _texts(texts: PointTexts | None, order: NDArray[np.intp]) -> dict[str, JsonValue]:
    if texts is None:
        return {"block": BLOCK, "columns": [], "texts": []}
    columns = [np.asarray(column, dtype=object)[order] for column in texts.columns]
    blocks: list[JsonValue] = []
    for start in range(0, len(order), BLOCK):
        block = [[str(text) for text in column[start : start + BLOCK]] for column in columns]
        blocks.append(_deflated(block))
    return {
        "block": BLOCK,
        "columns": [label.as_json() for label in texts.labels],
        "texts": blocks,
    }


def _deflated(block: list[list[str]]) -> str:
    return base64.b64encode(zlib.compress(embed_json(block).encode(), 6)).decode("ascii")
