"""The statements that find what a day's counts know of each enterprise.

Rules of the domain are not written here: which licences are required, which kinds of record are
visits and which statuses are inactive are handed in as values (decision 0020).
"""

# ruff: noqa: S608 - the statements are put together from constants of this module alone
from typing import Final

from sqlalchemy import TextClause, text

COLUMNS: Final = (
    "enterprise_id, product, kind, is_active, is_short, risk_class, township_code, home_code, "
    "cell_code, is_placed, is_rough, x, y, visits, problems, samples, failed, results"
)
_INSERT: Final = f"INSERT INTO enterprise_fact (county_code, snapshot_id, {COLUMNS})"

# A cell covers a few thousand points: an index search a cell, not one a point. The lowest code
# wins on a shared edge. Coordinates are kept as whole centimetres of Web Mercator, which ends at
# 85.05 degrees: sums of whole numbers do not depend on their order.
_FACTS: Final = """
    WITH result AS (
        SELECT enterprise_id, count(*)::int AS visits,
               (count(*) FILTER (WHERE is_problem))::int AS problems,
               (count(*) FILTER (WHERE kind = 'sample_test'))::int AS samples,
               (count(*) FILTER (WHERE kind = 'sample_test' AND is_problem))::int AS failed,
               array_agg((
                   4 * (width_bucket(occurred_on, CAST(:firsts AS date[])) - 1)
                   + 2 * (kind = 'sample_test')::int + is_problem::int
               )::smallint) AS results
        FROM quality_event
        WHERE county_code = :county_code AND kind = ANY(:inspections)
          AND enterprise_id {these} AND occurred_on BETWEEN :since AND :on
        GROUP BY enterprise_id
    ), held AS (
        SELECT enterprise_id, array_agg(kind::text) AS kinds
        FROM licence
        WHERE county_code = :county_code AND enterprise_id {these}
          AND (issued_on IS NULL OR issued_on <= :on)
          AND (expires_on IS NULL OR expires_on >= :on)
        GROUP BY enterprise_id
    ), lies_in AS MATERIALIZED (
        SELECT location.enterprise_id, min(cell.code) AS code
        FROM cell
        JOIN location ON location.county_code = cell.county_code
                     AND location.status = 'placed' AND location.level = ANY(:precise)
                     AND ST_Covers(cell.geometry, location.geometry)
        WHERE cell.county_code = :county_code AND cell.plan_id = CAST(:plan_id AS bigint)
          AND location.enterprise_id {these}
        GROUP BY location.enterprise_id
    )
    SELECT :county_code, CAST(:snapshot_id AS bigint), enterprise.id, enterprise.product,
           enterprise.kind, state.is_active,
           state.is_active AND enterprise.kind = 'producer' AND need.kinds IS NOT NULL
               AND NOT need.kinds <@ coalesce(held.kinds, '{{}}'),
           coalesce(target.risk_class, 0)::smallint,
           coalesce(location.township_code, enterprise.township_code, ''),
           coalesce(cell.township_code, location.township_code, enterprise.township_code),
           cell.code, coalesce(location.status = 'placed', false),
           coalesce(location.level = 'village', false),
           round(ST_X(pin.geometry) * 100)::bigint, round(ST_Y(pin.geometry) * 100)::bigint,
           coalesce(result.visits, 0), coalesce(result.problems, 0), coalesce(result.samples, 0),
           coalesce(result.failed, 0), result.results
    FROM enterprise
    CROSS JOIN LATERAL (
        SELECT enterprise.status <> ALL (:inactive) AS is_active,
               coalesce(lower(btrim(enterprise.attributes ->> :fertiliser_type, :spaces))
                        = ANY(:organic), false) AS is_organic
    ) AS state
    LEFT JOIN jsonb_to_recordset(CAST(:needs AS jsonb))
              AS need (kind text, product text, is_organic boolean, kinds text[])
           ON need.kind = enterprise.kind AND need.product = enterprise.product
          AND need.is_organic = state.is_organic
    LEFT JOIN location ON location.county_code = enterprise.county_code
                      AND location.enterprise_id = enterprise.id
    LEFT JOIN target ON target.county_code = enterprise.county_code
                    AND target.analysis_id = CAST(:targets AS uuid)
                    AND target.enterprise_id = enterprise.id
    LEFT JOIN result ON result.enterprise_id = enterprise.id
    LEFT JOIN held ON held.enterprise_id = enterprise.id
    LEFT JOIN lies_in ON lies_in.enterprise_id = enterprise.id
    LEFT JOIN cell ON cell.county_code = :county_code
                  AND cell.plan_id = CAST(:plan_id AS bigint) AND cell.code = lies_in.code
    LEFT JOIN LATERAL (
        SELECT ST_Transform(location.geometry, 3857) AS geometry
        WHERE location.status = 'placed' AND location.level = ANY(:precise)
          AND abs(ST_Y(location.geometry)) < 85.05
    ) AS pin ON true
    WHERE enterprise.county_code = :county_code AND enterprise.id {these}
"""


def _facts(these: str) -> TextClause:
    return text(f"{_INSERT}{_FACTS.format(these=these)}")


ALL_FACTS: Final = _facts("IS NOT NULL")
SOME_FACTS: Final = _facts("= ANY(:ids)")

FORGET_SOME: Final = text(
    f"""
    WITH gone AS (
        DELETE FROM enterprise_fact
        WHERE county_code = :county_code AND snapshot_id = :snapshot_id
          AND enterprise_id = ANY(:ids)
        RETURNING {COLUMNS}
    )
    INSERT INTO fact_delta SELECT -1, {COLUMNS} FROM gone
    """
)
ADD_SOME: Final = text(
    f"""
    INSERT INTO fact_delta
    SELECT 1, {COLUMNS} FROM enterprise_fact
    WHERE county_code = :county_code AND snapshot_id = :snapshot_id AND enterprise_id = ANY(:ids)
    """
)
EMPTY_DELTA: Final = text(
    f"""
    CREATE TEMPORARY TABLE fact_delta ON COMMIT DROP AS
    SELECT 1 AS sign, {COLUMNS} FROM enterprise_fact LIMIT 0
    """
)
# Everything of the snapshot, as if each had been added.
ALL_DELTA: Final = f"""(
    SELECT 1 AS sign, {COLUMNS} FROM enterprise_fact
    WHERE county_code = :county_code AND snapshot_id = CAST(:snapshot_id AS bigint)
)"""
