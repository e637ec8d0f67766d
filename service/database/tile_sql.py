"""The statements that cut tiles. A geometry column stays bare on one side of &&, for its index.

Every tile of enterprises carries a second layer, `summary`: one feature that says how many are
drawn in the tile of how many have their place in it, and how many the filter leaves in all.
"""

# ruff: noqa: S608 - the statements are put together from constants of this module alone
from typing import Final

from sqlalchemy import text

EXTENT: Final = 4096
# Circles near an edge are drawn by both tiles: so many of the 4096 units, 8 pixels.
BUFFER: Final = 128
MARGIN_PIXELS: Final = 8.0

_FILTER = """
    (CAST(:product AS text) IS NULL OR {product} = :product)
    AND (CAST(:townships AS text[]) IS NULL OR {township} = ANY(:townships))
    AND (CAST(:risk_class AS int) IS NULL OR {risk_class} = :risk_class)
"""

# Squares to marks: where a filter leaves several rows of a square, they are one mark. Columns are
# named one by one: for a range the index would be read from the county's north to its south.
_SQUARES = f"""
    SELECT sum(n) AS n, sum(rough) AS rough, sum(visits)::bigint AS visits,
           sum(problems)::bigint AS problems, "column", "row",
           sum(x)::float8 / sum(n) / 100 AS x, sum(y)::float8 / sum(n) / 100 AS y,
           CASE WHEN sum(n) = 1 THEN bit_xor(ids) END AS id
    FROM tile_bin
    WHERE county_code = :county_code AND snapshot_id = :snapshot_id AND level = :level
      AND cut = :cut AND "column" = ANY(:columns)
      AND "row" BETWEEN :first_row AND :last_row
      AND {_FILTER.format(product="product", township="township_code", risk_class="risk_class")}
    GROUP BY "column", "row"
"""

# A rate needs its least number of visits; below it there is none, and never a maximum.
_ROLLED_UP = """
    SELECT id, n, rough = n AS rough, visits,
           CASE WHEN visits >= :minimum_visits
                THEN round(100.0 * problems / visits, 1)::real END AS rate,
           ST_Point(x, y, 3857) AS point
    FROM square
"""
_PUBLIC = """
    SELECT NULL::bigint AS id, n, visits,
           CASE WHEN visits >= :minimum_visits
                THEN round(100.0 * problems / visits, 1)::real END AS rate,
           ST_Point((("column" + 0.5) / (1 << :level) - 0.5) * 40075016.685578488,
                    (0.5 - ("row" + 0.5) / (1 << :level)) * 40075016.685578488, 3857) AS point
    FROM square
"""
_THINNED = """
    SELECT id, n, rough = n AS rough, ST_Point(x, y, 3857) AS point FROM square
"""

_HERE = f"""
    SELECT enterprise.id, enterprise.product, enterprise.kind, location.level = 'village' AS rough,
           target.risk_class, ST_Transform(location.geometry, 3857) AS point
    FROM location
    JOIN enterprise ON enterprise.county_code = location.county_code
                   AND enterprise.id = location.enterprise_id
    LEFT JOIN target ON target.county_code = location.county_code
                    AND target.analysis_id = CAST(:targets AS uuid)
                    AND target.enterprise_id = location.enterprise_id
    WHERE location.county_code = :county_code
      AND location.status = 'placed' AND location.level IN ('rooftop', 'road', 'village')
      AND location.geometry && ST_Transform(
          ST_MakeEnvelope(:west, :south, :east, :north, 3857), 4326)
      AND {
    _FILTER.format(
        product="enterprise.product",
        township="coalesce(location.township_code, enterprise.township_code, '')",
        risk_class="coalesce(target.risk_class, 0)",
    )
}
"""
_EACH = "SELECT id, 1 AS n, product, kind, rough, risk_class, point FROM here"
# One mark for each square of 4 pixels.
_THINNED_HERE = """
    SELECT CASE WHEN count(*) = 1 THEN min(id) END AS id, count(*) AS n,
           bool_and(rough) AS rough,
           ST_Point(avg(ST_X(point)), avg(ST_Y(point)), 3857) AS point
    FROM here
    GROUP BY floor(ST_X(point) / :square_m), floor(ST_Y(point) / :square_m)
"""

_TILE = f"""
    SELECT coalesce((
        SELECT ST_AsMVT(tile, 'enterprises', {EXTENT}, 'geom', 'id') FROM (
            SELECT {{columns}},
                   ST_AsMVTGeom(point, ST_TileEnvelope(:z, :x, :y), {EXTENT}, {BUFFER}) AS geom
            FROM mark
        ) AS tile WHERE geom IS NOT NULL
    ), ''::bytea) || (
        SELECT ST_AsMVT(tile, 'summary', {EXTENT}, 'geom') FROM (
            SELECT CAST(:shown_as AS text) AS shown_as, count(*) AS drawn,
                   coalesce(sum(n), 0)::bigint AS n, CAST(:existing AS bigint) AS existing,
                   CAST(:placed AS bigint) AS placed, CAST(:area_only AS bigint) AS area_only,
                   CAST(:review AS bigint) AS review,
                   ST_AsMVTGeom(ST_Centroid(ST_TileEnvelope(:z, :x, :y)),
                                ST_TileEnvelope(:z, :x, :y), {EXTENT}, 0) AS geom
            FROM mark
            WHERE point && ST_MakeEnvelope(:own_west, :own_south, :own_east, :own_north, 3857)
              AND ST_X(point) < :own_east AND ST_Y(point) > :own_south
        ) AS tile
    )
"""


def _squares(marks: str, columns: str) -> str:
    tile = _TILE.format(columns=columns)
    return f"WITH square AS ({_SQUARES}), mark AS ({marks}) {tile}"


def _singles(marks: str, columns: str) -> str:
    tile = _TILE.format(columns=columns)
    return f"WITH here AS ({_HERE}), mark AS ({marks}) {tile}"


ROLLED_UP: Final = text(_squares(_ROLLED_UP, "id, n, rough, visits, rate"))
PUBLIC: Final = text(_squares(_PUBLIC, "id, n, visits, rate"))
THINNED: Final = text(_squares(_THINNED, "id, n, rough"))
SINGLES: Final = text(_singles(_EACH, "id, n, product, kind, rough, risk_class"))
THINNED_SINGLES: Final = text(_singles(_THINNED_HERE, "id, n, rough"))

DENSE: Final = text(
    """
    SELECT coalesce(sum(n), 0)
    FROM tile_bin
    WHERE county_code = :county_code AND snapshot_id = :snapshot_id AND level = :level
      AND cut = 'all' AND "column" = ANY(:columns)
      AND "row" BETWEEN :first_row AND :last_row
    """
)

TOTALS: Final = text(
    f"""
    SELECT coalesce(sum(existing), 0) AS existing, coalesce(sum(placed), 0) AS placed,
           coalesce(sum(area_only), 0) AS area_only, coalesce(sum(review), 0) AS review
    FROM tile_total
    WHERE county_code = :county_code AND snapshot_id = :snapshot_id
      AND {_FILTER.format(product="product", township="township_code", risk_class="risk_class")}
    """
)

_CELLS_HERE = """
        WHERE cell.county_code = :county_code AND cell.plan_id = :plan_id
          AND cell.geometry && ST_Transform(
              ST_MakeEnvelope(:west, :south, :east, :north, 3857), 4326)
          AND (CAST(:townships AS text[]) IS NULL OR cell.township_code = ANY(:townships))
"""
CELL_COUNT: Final = text(f"SELECT count(*) FROM cell {_CELLS_HERE}")
CELLS: Final = text(
    f"""
    WITH shown AS (
        SELECT cell.code, cell.township_code, statistic.enterprises, statistic.visits,
               statistic.problems,
               CASE WHEN statistic.visits >= :minimum_visits
                    THEN round(100.0 * statistic.problems / statistic.visits, 1)::real END AS rate,
               ST_AsMVTGeom(ST_Transform(cell.geometry, 3857), ST_TileEnvelope(:z, :x, :y),
                            CAST(:extent AS int), CAST(:extent AS int) / 32) AS geom
        FROM cell
        LEFT JOIN cell_statistic AS statistic
               ON statistic.county_code = cell.county_code
              AND statistic.analysis_id = CAST(:clusters AS uuid)
              AND statistic.product = coalesce(:product, 'all')
              AND statistic.cell_code = cell.code
        {_CELLS_HERE}
    )
    SELECT coalesce((
        SELECT ST_AsMVT(tile, 'cells', CAST(:extent AS int), 'geom')
        FROM (SELECT * FROM shown WHERE geom IS NOT NULL) AS tile
    ), ''::bytea) || (
        SELECT ST_AsMVT(tile, 'summary', {EXTENT}, 'geom') FROM (
            SELECT 'cell' AS shown_as, count(geom) AS drawn, count(*) AS n,
                   ST_AsMVTGeom(ST_Centroid(ST_TileEnvelope(:z, :x, :y)),
                                ST_TileEnvelope(:z, :x, :y), {EXTENT}, 0) AS geom
            FROM shown HAVING count(*) > 0
        ) AS tile
    )
    """
)

TOWNSHIPS: Final = text(
    """
    SELECT coalesce(ST_AsMVT(tile, 'townships', CAST(:extent AS int), 'geom'), ''::bytea) FROM (
        SELECT township.code, left(township.name, 100) AS name, counted.existing AS enterprises,
               counted.placed, counted.visits, counted.problems,
               CASE WHEN counted.visits >= :minimum_visits
                    THEN round(100.0 * counted.problems / counted.visits, 1)::real END AS rate,
               ST_AsMVTGeom(ST_Transform(township.geometry, 3857), ST_TileEnvelope(:z, :x, :y),
                            CAST(:extent AS int), CAST(:extent AS int) / 32) AS geom
        FROM township
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(existing), 0)::bigint AS existing,
                   coalesce(sum(placed), 0)::bigint AS placed,
                   coalesce(sum(visits), 0)::bigint AS visits,
                   coalesce(sum(problems), 0)::bigint AS problems
            FROM tile_total
            WHERE tile_total.county_code = :county_code AND snapshot_id = :snapshot_id
              AND tile_total.township_code = township.code
              AND (CAST(:product AS text) IS NULL OR product = :product)
        ) AS counted
        WHERE township.county_code = :county_code
          AND township.geometry && ST_Transform(
              ST_MakeEnvelope(:west, :south, :east, :north, 3857), 4326)
          AND (CAST(:townships AS text[]) IS NULL OR township.code = ANY(:townships))
    ) AS tile WHERE geom IS NOT NULL
    """
)
