"""Vector tiles as one PMTiles file, of which a browser asks for byte ranges."""

import gzip
import io
from collections.abc import Mapping

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from service.domain.errors import InvalidInputError

Address = tuple[int, int, int]
_E7 = 10_000_000


def pmtiles(
    tiles: Mapping[Address, bytes], *, bounds: tuple[float, float, float, float], name: str
) -> bytes:
    """Return a PMTiles archive (version 3) of MVT tiles; the same tiles give the same bytes.

    Args:
        tiles: Uncompressed MVT by zoom, column and row.
        bounds: West, south, east, north in degrees (WGS 84).
        name: Title in its metadata.

    Raises:
        InvalidInputError: There is no tile.
    """
    if not tiles:
        raise InvalidInputError("there is nothing to draw: import townships before a base map")
    zooms = [zoom for zoom, _, _ in tiles]
    west, south, east, north = (round(degrees * _E7) for degrees in bounds)
    file = io.BytesIO()
    writer = Writer(file)  # type: ignore[no-untyped-call]
    for tile_id, content in sorted((zxy_to_tileid(*at), each) for at, each in tiles.items()):
        # The clock of the compression is set to zero, or no two files would be alike.
        writer.write_tile(tile_id, gzip.compress(content, mtime=0))  # type: ignore[no-untyped-call]
    header = {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_zoom": min(zooms),
        "max_zoom": max(zooms),
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": min(zooms),
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }
    layers = [{"id": one, "fields": fields} for one, fields in _LAYERS.items()]
    metadata = {"name": name, "vector_layers": layers}
    writer.finalize(header, metadata)  # type: ignore[no-untyped-call]
    return file.getvalue()


_LAYERS = {
    "borders": {},
    "rivers": {"name": "String"},
    "roads": {"name": "String"},
    "places": {"name": "String", "kind": "String"},
}
