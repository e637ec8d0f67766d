"""The county's own base map as one PMTiles file, of which browsers ask for byte ranges."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse

from service.api.dependencies import ScopeDep
from service.domain.errors import NotFoundError
from service.settings import Settings
from service.workflows.make_base_map import base_map_path

router = APIRouter(tags=["maps"])


@router.get("/base/{county_code}.pmtiles", summary="Read the base map", response_class=FileResponse)
def read_base_map(request: Request, scope: ScopeDep, county_code: str) -> FileResponse:
    """Return the file, or the bytes asked for by `Range`; 404 until `wangge map base` made it."""
    settings: Settings = request.app.state.settings
    # The county's own code names the file: nothing of the address becomes a path.
    path = base_map_path(settings.home, scope.code)
    if county_code != scope.code or not path.is_file():
        raise NotFoundError(
            f"there is no base map of {county_code}; `wangge map base` makes it from the "
            "county's townships, villages, roads and rivers"
        )
    return FileResponse(
        path,
        media_type="application/vnd.pmtiles",
        headers={"Cache-Control": "private, max-age=86400"},
    )
