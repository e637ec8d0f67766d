"""What live maps may ask for beside their own data: the county's PMTiles; Tianditu if wanted."""

from maps.layers.tianditu import HOSTS
from service.settings import Settings
from service.workflows.make_base_map import base_map_path
from service.workflows.map_inputs import LiveGround


def image_hosts(settings: Settings) -> tuple[str, ...]:
    """Return the other hosts that pages may ask for pictures: none, or Tianditu's."""
    return HOSTS if settings.tianditu_tiles and settings.tianditu_key else ()


def live_ground(settings: Settings, county_code: str) -> LiveGround:
    """Return what a live map of the county may ask for; its address changes with the file."""
    path = base_map_path(settings.home, county_code)
    address = None
    if path.is_file():
        version = path.stat().st_mtime_ns
        address = f"/api/v1/base/{county_code}.pmtiles?v={version}"
    key = settings.tianditu_key
    return LiveGround(
        base_address=address,
        enterprises=True,
        tianditu_key=key.get_secret_value() if key and settings.tianditu_tiles else None,
    )
