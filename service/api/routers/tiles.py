"""Vector tiles of the live maps, and for other map programs on the same network."""

import gzip
import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.responses import Response
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from service.api.dependencies import CountyAsked, DayAsked, Key, Product, scope_of
from service.api.readers import ReaderDep
from service.api.tile_cache import TileCache
from service.database import changes, tiles
from service.database.tiles import TileFilter, TileQuestion
from service.domain.readers import Reader
from service.domain.tile_address import DEEPEST, TileAddress
from service.settings import Settings

router = APIRouter(tags=["maps"])
MVT: Final = "application/vnd.mapbox-vector-tile"
# Goes up when tiles are cut differently, so that no browser shows old ones.
_FORMAT: Final = 2
_KEPT: Final = "private, max-age=0, must-revalidate"
Column = Annotated[int, Path(ge=0, lt=2**DEEPEST)]
# The alias counts only where the annotation is the outermost.
RiskClass = Annotated[
    int | None, Query(alias="class", ge=1, le=4, description="Risk class, 4 is the highest.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTile:
    """A tile as its address and its reader ask for it; nothing of it is looked up yet."""

    county: str | None
    on: date | None
    layer: str
    address: TileAddress
    product: str | None
    township: str | None
    risk_class: int | None
    reader: Reader


async def asked_tile(  # noqa: PLR0913 - one parameter each in the address
    reader: ReaderDep,
    layer: Literal["cells", "enterprises", "townships"],
    z: Annotated[int, Path(ge=0, le=DEEPEST, description="Zoom.")],
    x: Column,
    y: Column,
    *,
    county: CountyAsked = None,
    on: DayAsked = None,
    product: Product | None = None,
    township: Key | None = None,
    risk_class: RiskClass = None,
) -> AskedTile:
    """Return which tile is asked for. Asks no database, so it waits for no thread either."""
    return AskedTile(
        county=county,
        on=on,
        layer=layer,
        address=TileAddress(z, x, y),
        product=None if product == tiles.ALL else product,
        township=township,
        risk_class=risk_class,
        reader=reader,
    )


@router.get("/tiles/{layer}/{z}/{x}/{y}.mvt", summary="Cut a vector tile", response_class=Response)
def read_tile(
    request: Request,
    asked: Annotated[AskedTile, Depends(asked_tile)],
    if_none_match: Annotated[str | None, Header()] = None,
    accept_encoding: Annotated[str | None, Header()] = None,
) -> Response:
    """Return the tile, empty where there is nothing; 422 for a tile that the zoom lacks.

    The summary layer of a tile of enterprises says how many are drawn of how many exist.
    """
    settings: Settings = request.app.state.settings
    cache: TileCache = request.app.state.tile_cache
    # Read before the tile is cut: should the data change in between, it is cut again next time.
    key = (_FORMAT, asked, _today(asked), _state(request, asked.county or settings.county))
    tag = f'W/"{hashlib.sha256(repr(key).encode()).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": _KEPT, "Vary": "Accept-Encoding"}
    if if_none_match is not None and tag in if_none_match:
        return Response(status_code=304, headers=headers)
    packed = cache.get(key)
    if packed is None:
        # Level 3 takes a third of the time of the default, for a twentieth more bytes.
        packed = gzip.compress(_cut(request, asked), compresslevel=3, mtime=0)
        cache.put(key, packed)
    if "gzip" in (accept_encoding or ""):
        return Response(packed, media_type=MVT, headers={**headers, "Content-Encoding": "gzip"})
    return Response(gzip.decompress(packed), media_type=MVT, headers=headers)


def _today(asked: AskedTile) -> date | None:
    """Return today where the address names no day: a county without one of its own means it."""
    return date.today() if asked.on is None else None  # noqa: DTZ011 - a local calendar day


def _state(request: Request, county: str | None) -> changes.State:
    """Ask for the state of the data, in no transaction: a tile that is held costs one question."""
    engine: Engine = request.app.state.engine
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return changes.state(connection, county)


def _cut(request: Request, asked: AskedTile) -> bytes:
    with Session(request.app.state.engine) as session:
        scope = scope_of(request.app.state.settings, session, asked.county, asked.on)
        wanted = TileFilter(
            on=scope.on,
            product=asked.product,
            township=asked.township,
            risk_class=asked.risk_class,
        )
        question = TileQuestion(
            county_code=scope.code,
            layer=asked.layer,
            address=asked.address,
            wanted=wanted,
            reader=asked.reader,
        )
        content = tiles.cut(session, question)
        session.commit()  # the counts that a first tile makes
        return content
