"""The statements that count facts: by square, by township, by cell and week, by licence.

Each counts signed facts (1 added, -1 taken away), so that the same statement fills an empty
snapshot and changes a full one. All sums are of whole numbers: taking away undoes adding.
"""

# ruff: noqa: S608 - the statements are put together from constants of this module alone
from dataclasses import dataclass
from typing import Final

from sqlalchemy import TextClause, text

from service.database.fact_sql import ALL_DELTA

# Squares of 4 pixels at zoom 12: kept only where a tile holds too many to draw one by one.
DENSE_LEVEL: Final = 18
LEVELS: Final = (17, 16, 14, 13, 12, 11, 10)
# A square of this level is a tile of zoom 12, which has 64 squares of the dense level a side.
TILE_LEVEL: Final = 12
_SOME_DELTA: Final = "fact_delta"


# Columns of keys that may be null, with a value to look rows up by; '' may be a value too.
_NULLABLE: Final = {
    "cell_code": "''",
    "home_code": "''",
    "product": "''",
    "township_code": "''",
    "risk_class": "-1",
}


def _is_same(key: str) -> str:
    """Return the condition that two rows agree: one that finds rows by an index or a hash."""
    if key not in _NULLABLE:
        return f"kept.{key} = more.{key}"
    other = _NULLABLE[key]
    return (
        f"coalesce(kept.{key}, {other}) = coalesce(more.{key}, {other})"
        f" AND kept.{key} IS NOT DISTINCT FROM more.{key}"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A table of counts: what its rows are counted by, what is summed, and how it is counted.

    Attributes:
        table: Its name.
        keys: Columns that a row is counted by; they may be null.
        sums: Columns that add up; the first is null or nought where nothing is left.
        select: Counts signed facts `{delta}`, keys first, then sums.
    """

    table: str
    keys: tuple[str, ...]
    sums: tuple[str, ...]
    select: str

    @property
    def fill(self) -> TextClause:
        """Count every fact of a snapshot that has no counts yet."""
        columns = ", ".join((*self.keys, *self.sums))
        counted = self.select.format(delta=ALL_DELTA)
        return text(
            f"INSERT INTO {self.table} (county_code, snapshot_id, {columns}) "
            f"SELECT :county_code, :snapshot_id, counted.* FROM ({counted}) AS counted"
        )

    @property
    def change(self) -> tuple[TextClause, ...]:
        """Add what `fact_delta` changes; rows of which nothing is left go."""
        return self.merged(self.select.format(delta=_SOME_DELTA))

    def merged(self, counted: str) -> tuple[TextClause, ...]:
        """Add the rows of a query to the table."""
        names = (*self.keys, *self.sums)
        same = " AND ".join(map(_is_same, self.keys))
        added = ", ".join(f"{one} = {self._added(one)}" for one in self.sums)
        gone = f"kept.{self.sums[0]} + more.{self.sums[0]} = 0"
        columns = ", ".join(names)
        values = ", ".join(f"more.{one}" for one in names)
        return (
            text("DROP TABLE IF EXISTS count_delta"),
            text(f"CREATE TEMPORARY TABLE count_delta ON COMMIT DROP AS {counted}"),
            text("ANALYZE count_delta"),
            text(
                f"MERGE INTO {self.table} AS kept USING count_delta AS more "
                "ON kept.county_code = :county_code "
                f"AND kept.snapshot_id = CAST(:snapshot_id AS bigint) AND {same} "
                f"WHEN MATCHED AND {gone} THEN DELETE "
                f"WHEN MATCHED THEN UPDATE SET {added} "
                f"WHEN NOT MATCHED THEN INSERT (county_code, snapshot_id, {columns}) "
                f"VALUES (:county_code, :snapshot_id, {values})"
            ),
        )

    @staticmethod
    def _added(column: str) -> str:
        # Numbers of enterprises are joined by exclusive or: twice is not at all.
        sign = "#" if column == "ids" else "+"
        return f"kept.{column} {sign} more.{column}"


_OF_TILES = "product, township_code, risk_class"
TOTALS: Final = Counted(
    table="tile_total",
    keys=("product", "township_code", "risk_class"),
    sums=("existing", "placed", "area_only", "review", "visits", "problems", "samples", "passed"),
    select=f"""
        SELECT {_OF_TILES}, sum(sign) AS existing,
               coalesce(sum(sign) FILTER (WHERE x IS NOT NULL), 0) AS placed,
               coalesce(sum(sign) FILTER (WHERE is_placed AND x IS NULL), 0) AS area_only,
               coalesce(sum(sign) FILTER (WHERE NOT is_placed), 0) AS review,
               sum(sign * visits) AS visits, sum(sign * problems) AS problems,
               sum(sign * samples) AS samples, sum(sign * (samples - failed)) AS passed
        FROM {{delta}} AS fact
        GROUP BY {_OF_TILES}
    """,
)
_OF_REGISTER = "cell_code, home_code, product, risk_class, kind, is_active, is_short"
REGISTER: Final = Counted(
    table="register_count",
    keys=("cell_code", "home_code", "product", "risk_class", "kind", "is_active", "is_short"),
    sums=("enterprises",),
    select=f"""
        SELECT {_OF_REGISTER}, sum(sign) AS enterprises FROM {{delta}} AS fact
        GROUP BY {_OF_REGISTER}
    """,
)
_OF_CELLS = "cell_code, home_code, product, risk_class"
WEEKS: Final = Counted(
    table="tile_week",
    keys=("cell_code", "home_code", "product", "risk_class", "week"),
    sums=("visits", "problems", "samples", "failed"),
    select=f"""
        SELECT {_OF_CELLS}, (result >> 2)::smallint AS week, sum(sign) AS visits,
               coalesce(sum(sign) FILTER (WHERE result & 1 = 1), 0) AS problems,
               coalesce(sum(sign) FILTER (WHERE result & 2 = 2), 0) AS samples,
               coalesce(sum(sign) FILTER (WHERE result & 3 = 3), 0) AS failed
        FROM {{delta}} AS fact CROSS JOIN LATERAL unnest(results) AS result
        GROUP BY {_OF_CELLS}, result >> 2
    """,
)

# Half the circumference in Web Mercator; rows are counted from the north, as tiles are.
_HALF = 20037508.342789244
_SQUARES = 2**DENSE_LEVEL
_COLUMN = f"floor((x / 100.0::float8 + {_HALF}) / (2 * {_HALF}) * {_SQUARES})::int"
_ROW = f"floor(({_HALF} - y / 100.0::float8) / (2 * {_HALF}) * {_SQUARES})::int"
_FINEST: Final = f"""
    SELECT {_COLUMN} AS "column", {_ROW} AS "row", {_OF_TILES}, sum(sign) AS n,
           coalesce(sum(sign) FILTER (WHERE is_rough), 0) AS rough,
           sum(sign * visits) AS visits, sum(sign * problems) AS problems,
           sum(sign * x)::bigint AS x, sum(sign * y)::bigint AS y, bit_xor(enterprise_id) AS ids
    FROM {{delta}} AS fact
    WHERE x IS NOT NULL
    GROUP BY 1, 2, {_OF_TILES}
"""
_STAGE = "CREATE TEMPORARY TABLE tile_stage ON COMMIT DROP AS "
STAGE_ALL: Final = text(_STAGE + _FINEST.format(delta=ALL_DELTA))
STAGE_SOME: Final = text(_STAGE + _FINEST.format(delta=_SOME_DELTA))

_SUMMED = """
    sum(n)::bigint AS n, sum(rough)::bigint AS rough, sum(visits)::bigint AS visits,
    sum(problems)::bigint AS problems, sum(x)::bigint AS x, sum(y)::bigint AS y,
    bit_xor(ids) AS ids
"""
COARSER: Final = (
    f"""
    CREATE TEMPORARY TABLE tile_coarse ON COMMIT DROP AS
    SELECT "column" >> {{shift}} AS "column", "row" >> {{shift}} AS "row", {_OF_TILES}, {_SUMMED}
    FROM tile_stage
    GROUP BY 1, 2, {_OF_TILES}
    """,
    "DROP TABLE tile_stage",
    "ALTER TABLE tile_coarse RENAME TO tile_stage",
)

# 'all' has one row a square, which most readers see; 'each' has one for every filter.
BINS: Final = Counted(
    table="tile_bin",
    keys=("level", "cut", '"column"', '"row"', "product", "township_code", "risk_class"),
    sums=("n", "rough", "visits", "problems", "x", "y", "ids"),
    select=f"""
        SELECT {{level}}::smallint AS level,
               CASE GROUPING(product) WHEN 1 THEN 'all' ELSE 'each' END AS cut,
               "column", "row", {_OF_TILES}, {_SUMMED}
        FROM tile_stage
        GROUP BY GROUPING SETS (("column", "row"), ("column", "row", {_OF_TILES}))
    """,
)
# Of full tiles only; by product too, which is the filter most used.
DENSE_SELECT: Final = f"""
    SELECT {DENSE_LEVEL}::smallint AS level,
           CASE GROUPING(product, risk_class)
                WHEN 3 THEN 'all' WHEN 1 THEN 'product' ELSE 'each' END AS cut,
           "column", "row", {_OF_TILES}, {_SUMMED}
    FROM {{stage}} AS stage
    JOIN {{tiles}} AS full_tile
      ON tile_column = "column" >> 6 AND tile_row = "row" >> 6
    GROUP BY GROUPING SETS (
        ("column", "row"), ("column", "row", product), ("column", "row", {_OF_TILES})
    )
"""
FULL_TILES: Final = """(
    SELECT "column" >> 6 AS tile_column, "row" >> 6 AS tile_row
    FROM tile_stage GROUP BY 1, 2 HAVING sum(n) > :raw_limit
)"""
# Which tiles are full now, and whether they were: what they hold now is counted already.
TILES_TOUCHED: Final = text(
    f"""
    CREATE TEMPORARY TABLE tile_touched ON COMMIT DROP AS
    SELECT tile_column, tile_row, coalesce(now.n, 0) > :raw_limit AS is_full,
           EXISTS (
               SELECT FROM tile_bin AS dense
               WHERE dense.county_code = :county_code
                 AND dense.snapshot_id = CAST(:snapshot_id AS bigint)
                 AND dense.level = {DENSE_LEVEL} AND dense.cut = 'all'
                 AND dense."column" BETWEEN tile_column << 6 AND (tile_column << 6) + 63
                 AND dense."row" BETWEEN tile_row << 6 AND (tile_row << 6) + 63
           ) AS was_full
    FROM (SELECT DISTINCT "column" >> 6 AS tile_column, "row" >> 6 AS tile_row FROM tile_stage)
         AS touched
    LEFT JOIN tile_bin AS now
           ON now.county_code = :county_code AND now.snapshot_id = CAST(:snapshot_id AS bigint)
          AND now.level = {TILE_LEVEL} AND now.cut = 'all'
          AND now."column" = tile_column AND now."row" = tile_row
    """
)
EMPTY_TILES: Final = text(
    f"""
    DELETE FROM tile_bin USING tile_touched
    WHERE county_code = :county_code AND snapshot_id = CAST(:snapshot_id AS bigint)
      AND level = {DENSE_LEVEL} AND was_full AND NOT is_full
      AND "column" BETWEEN tile_column << 6 AND (tile_column << 6) + 63
      AND "row" BETWEEN tile_row << 6 AND (tile_row << 6) + 63
    """
)
STILL_FULL: Final = "(SELECT * FROM tile_touched WHERE is_full AND was_full)"
NEWLY_FULL: Final = "(SELECT * FROM tile_touched WHERE is_full AND NOT was_full)"
EVERY_FACT: Final = f"({_FINEST.format(delta=ALL_DELTA)})"
