"""Vector tiles of the live maps, and for other map programs on the same network."""

import gzip
import hashlib
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.responses import Response

from service.api.dependencies import Key, Product, ScopeDep
from service.api.readers import ReaderDep
from service.api.tile_cache import TileCache
from service.database import changes, tiles
from service.database.tiles import TileFilter, TileQuestion
from service.domain.tile_address import DEEPEST, TileAddress

router = APIRouter(tags=["maps"])
MVT: Final = "application/vnd.mapbox-vector-tile"
# Goes up when tiles are cut differently, so that no browser shows old ones.
_FORMAT: Final = 1
_KEPT: Final = "private, max-age=0, must-revalidate"
Column = Annotated[int, Path(ge=0, lt=2**DEEPEST)]
# The alias counts only where the annotation is the outermost.
RiskClass = Annotated[
    int | None, Query(alias="class", ge=1, le=4, description="Risk class, 4 is the highest.")
]


def wanted_tile(  # noqa: PLR0913 - one parameter each in the address
    scope: ScopeDep,
    reader: ReaderDep,
    layer: Literal["cells", "enterprises", "townships"],
    z: Annotated[int, Path(ge=0, le=DEEPEST, description="Zoom.")],
    x: Column,
    y: Column,
    *,
    product: Product | None = None,
    township: Key | None = None,
    risk_class: RiskClass = None,
) -> TileQuestion:
    """Return which tile is asked for, narrowed by the filters and by what the reader may see."""
    wanted = TileFilter(
        on=scope.on,
        product=None if product == tiles.ALL else product,
        township=township,
        risk_class=risk_class,
    )
    return TileQuestion(
        county_code=scope.code,
        layer=layer,
        address=TileAddress(z, x, y),
        wanted=wanted,
        reader=reader,
    )


@router.get("/tiles/{layer}/{z}/{x}/{y}.mvt", summary="Cut a vector tile", response_class=Response)
def read_tile(
    request: Request,
    scope: ScopeDep,
    question: Annotated[TileQuestion, Depends(wanted_tile)],
    if_none_match: Annotated[str | None, Header()] = None,
    accept_encoding: Annotated[str | None, Header()] = None,
) -> Response:
    """Return the tile, empty where there is nothing; 422 for a tile that the zoom lacks.

    The summary layer of a tile of enterprises says how many are drawn of how many exist.
    """
    # Read before the tile is cut: should the data change in between, it is cut again next time.
    version = changes.version(scope.session, scope.code)
    key = (_FORMAT, version, question)
    tag = f'W/"{hashlib.sha256(repr(key).encode()).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": _KEPT, "Vary": "Accept-Encoding"}
    if if_none_match is not None and tag in if_none_match:
        return Response(status_code=304, headers=headers)
    cache: TileCache = request.app.state.tile_cache
    packed = cache.get(key)
    if packed is None:
        # Level 3 takes a third of the time of the default, for a twentieth more bytes.
        packed = gzip.compress(tiles.cut(scope.session, question), compresslevel=3, mtime=0)
        cache.put(key, packed)
    if "gzip" in (accept_encoding or ""):
        return Response(packed, media_type=MVT, headers={**headers, "Content-Encoding": "gzip"})
    return Response(gzip.decompress(packed), media_type=MVT, headers=headers)
