"""Vector tiles for other map programs on the same network."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from fastapi.responses import Response

from service.api.dependencies import ScopeDep
from service.database import tiles
from service.domain.errors import InvalidInputError

router = APIRouter(tags=["maps"])
_MVT = "application/vnd.mapbox-vector-tile"
_DEEPEST = 22
Column = Annotated[int, Path(ge=0, lt=2**_DEEPEST)]


@router.get("/tiles/{layer}/{z}/{x}/{y}.mvt", summary="Cut a vector tile", response_class=Response)
def read_tile(
    scope: ScopeDep,
    layer: Literal["cells", "enterprises"],
    z: Annotated[int, Path(ge=0, le=_DEEPEST, description="Zoom.")],
    x: Column,
    y: Column,
) -> Response:
    """Return the tile, empty where there is nothing; 422 for a tile that the zoom lacks."""
    side = 2**z
    if max(x, y) >= side:
        raise InvalidInputError(f"zoom {z} has tiles 0 to {side - 1}, not {x}/{y}")
    if layer == "cells":
        content = tiles.of_cells(scope.session, scope.code, scope.plan_id, z=z, x=x, y=y)
    else:
        content = tiles.of_enterprises(scope.session, scope.code, z=z, x=x, y=y)
    return Response(content, media_type=_MVT)
