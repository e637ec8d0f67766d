"""Townships, villages, roads and rivers → the county's own base map, one PMTiles file."""

from pathlib import Path

from sqlalchemy.orm import Session

from service.database import base_tiles, counties
from service.exports.tile_archive import pmtiles


def make_base_map(session: Session, county_code: str) -> bytes:
    """Return the county's PMTiles; nothing is saved.

    Raises:
        NotFoundError: The county is not loaded.
        InvalidInputError: It has no townships to draw.
    """
    county = counties.get(session, county_code)
    west, south, east, north = county.geometry.bounds
    tiles = base_tiles.all_tiles(session, county_code)
    return pmtiles(tiles, bounds=(west, south, east, north), name=county.name)


def base_map_path(home: Path, county_code: str) -> Path:
    """Return where the pages look for a county's base map."""
    return home / "base" / f"{county_code}.pmtiles"


def write_base_map(session: Session, county_code: str, path: Path) -> int:
    """Write the county's PMTiles at once, so that no reader sees half a file; return its bytes."""
    content = make_base_map(session, county_code)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)
    return len(content)
