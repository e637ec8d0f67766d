"""Vector tiles (MVT) of cells and enterprises, cut by PostGIS."""

from sqlalchemy import text
from sqlalchemy.orm import Session

# The geometry column stays bare on one side of &&, so that its index is used.
_CELLS = text(
    """
    SELECT ST_AsMVT(tile, 'cells', 4096, 'geom') FROM (
        SELECT cell.code, cell.name, cell.township_code,
               ST_AsMVTGeom(ST_Transform(cell.geometry, 3857),
                            ST_TileEnvelope(:z, :x, :y)) AS geom
        FROM cell
        WHERE cell.county_code = :county_code AND cell.plan_id = :plan_id
          AND cell.geometry && ST_Transform(ST_TileEnvelope(:z, :x, :y), 4326)
    ) AS tile WHERE geom IS NOT NULL
    """
)
_ENTERPRISES = text(
    """
    SELECT ST_AsMVT(tile, 'enterprises', 4096, 'geom') FROM (
        SELECT enterprise.id AS enterprise_id, enterprise.name, enterprise.kind,
               enterprise.product, location.level,
               ST_AsMVTGeom(ST_Transform(location.geometry, 3857),
                            ST_TileEnvelope(:z, :x, :y)) AS geom
        FROM location
        JOIN enterprise ON enterprise.county_code = location.county_code
                       AND enterprise.id = location.enterprise_id
        WHERE location.county_code = :county_code
          AND location.status = 'placed' AND location.level IN ('rooftop', 'road', 'village')
          AND location.geometry && ST_Transform(ST_TileEnvelope(:z, :x, :y), 4326)
    ) AS tile WHERE geom IS NOT NULL
    """
)


def of_cells(session: Session, county_code: str, plan_id: int, *, z: int, x: int, y: int) -> bytes:
    """Return the tile of a plan's cells: code, name, township_code; empty outside them."""
    values = {"county_code": county_code, "plan_id": plan_id, "z": z, "x": x, "y": y}
    return bytes(session.scalar(_CELLS, values) or b"")


def of_enterprises(session: Session, county_code: str, *, z: int, x: int, y: int) -> bytes:
    """Return the tile of the enterprises placed to their village or better."""
    values = {"county_code": county_code, "z": z, "x": x, "y": y}
    return bytes(session.scalar(_ENTERPRISES, values) or b"")
