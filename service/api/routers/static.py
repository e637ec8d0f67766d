"""Scripts and styles from our own table of files; nothing else can be named."""

from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from maps.assets import Asset, read_asset

router = APIRouter(include_in_schema=False)
_OWN_FOLDER = Path(__file__).resolve().parents[1] / "static"
_OWN = frozenset({"pages/page.css", "pages/page.js"})


@lru_cache(maxsize=16)
def page_asset(name: str) -> Asset:
    """Return a script or style of the pages, or of the maps and packages.

    Raises:
        AssetNotFoundError: No asset has this name.
    """
    if name in _OWN:
        return Asset(name, (_OWN_FOLDER / name.removeprefix("pages/")).read_bytes())
    return read_asset(name)


@router.get("/static/{name:path}")
def read_static(name: str) -> Response:
    """Return an asset; its address changes with its content, so it may be kept for ever."""
    asset = page_asset(name)
    return Response(
        asset.content,
        media_type=asset.media_type,
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )
