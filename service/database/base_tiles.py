"""The county's own ground as vector tiles (MVT), cut by PostGIS: borders, rivers, roads, names."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

ZOOMS: Final = range(5, 14)  # closer in, a browser enlarges the deepest
_VILLAGES_FROM_ZOOM: Final = 11


def all_tiles(session: Session, county_code: str) -> dict[tuple[int, int, int], bytes]:
    """Return every tile that has something in it, by zoom, column and row.

    Layers: `borders` (townships' lines), `rivers` and `roads` (name), `places`
    (points with name and kind, `township` or, from zoom 11, `village`). A township's name stands
    on a point inside it: labels of polygons would repeat in every tile.
    """
    values = {
        "county_code": county_code,
        "first": ZOOMS.start,
        "last": ZOOMS.stop - 1,
        "villages_from": _VILLAGES_FROM_ZOOM,
    }
    rows = session.execute(_TILES, values)
    return {(z, x, y): bytes(content) for z, x, y, content in rows if content}


# Everything is projected once; a tile takes its extent and a margin of 64 of 4096 units, so that
# lines and names run on across its edge.
_TILES = text(
    """
    WITH shape AS MATERIALIZED (
        SELECT 'borders' AS layer, '' AS name, '' AS kind, CAST(:first AS int) AS from_zoom,
               ST_Transform(ST_Boundary(geometry), 3857) AS geom
        FROM township WHERE county_code = :county_code
        UNION ALL
        SELECT level || 's', name, '', CAST(:first AS int), ST_Transform(geometry, 3857)
        FROM place
        WHERE county_code = :county_code AND level IN ('road', 'river')
          AND geometry IS NOT NULL AND ST_Dimension(geometry) = 1
        UNION ALL
        SELECT 'places', name, 'township', CAST(:first AS int),
               ST_Transform(ST_PointOnSurface(geometry), 3857)
        FROM township WHERE county_code = :county_code
        UNION ALL
        SELECT 'places', name, 'village', CAST(:villages_from AS int),
               ST_Transform(ST_PointOnSurface(coalesce(location, geometry)), 3857)
        FROM place
        WHERE county_code = :county_code AND level = 'village'
          AND coalesce(location, geometry) IS NOT NULL
    ), reach AS (
        SELECT ST_Extent(geom) AS box FROM shape
    ), tile AS (
        SELECT z, x, y, ST_TileEnvelope(z, x, y) AS here,
               ST_TileEnvelope(z, x, y, margin => 64.0 / 4096) AS wide
        FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS z, reach,
             -- Web Mercator is a square; a tile is a power of two's share of its side.
             LATERAL (SELECT 40075016.685578488 / (1 << z) AS side) AS s,
             generate_series(
                 floor((ST_XMin(box) + 20037508.342789244) / side)::int,
                 floor((ST_XMax(box) + 20037508.342789244) / side)::int) AS x,
             generate_series(
                 floor((20037508.342789244 - ST_YMax(box)) / side)::int,
                 floor((20037508.342789244 - ST_YMin(box)) / side)::int) AS y
    ), cut AS (
        SELECT z, x, y, layer, name, kind,
               ST_AsMVTGeom(geom, here, 4096, 64, true) AS geom
        FROM tile JOIN shape ON shape.geom && tile.wide AND tile.z >= shape.from_zoom
    ), drawn AS (
        SELECT z, x, y, layer, ST_AsMVT(feature, layer, 4096, 'geom') AS content
        FROM cut, LATERAL (SELECT cut.name, cut.kind, cut.geom) AS feature
        WHERE cut.geom IS NOT NULL GROUP BY z, x, y, layer
    )
    SELECT z, x, y, string_agg(content, ''::bytea ORDER BY layer) AS content
    FROM drawn GROUP BY z, x, y ORDER BY z, x, y
    """
)
