"""Scripts and styles under /static/, with addresses that change with their content."""

from fastapi import APIRouter
from fastapi.responses import Response

from service.api.page_assets import page_asset

router = APIRouter(include_in_schema=False)


@router.get("/static/{name:path}")
def read_static(name: str) -> Response:
    """Return an asset; its address changes with its content, so it may be kept for ever."""
    asset = page_asset(name)
    return Response(
        asset.content,
        media_type=asset.media_type,
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )
