"""Townships: their shapes, and the quality table that leadership reads."""

from datetime import date
from typing import Final

from geopandas import GeoDataFrame
from pandas import DataFrame
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from service.database import counties, enterprises, plans
from service.database.frames import read_shapes, read_table
from service.database.tables import TownshipRow
from service.domain.pass_rates import MINIMUM_SAMPLES, wilson_interval
from service.domain.risk import INACTIVE_STATUSES
from service.domain.scoring_licences import examine

# A cell with fewer visits than this has not been looked at.
BLIND_BELOW_VISITS: Final = 1


def of_county(session: Session, county_code: str) -> GeoDataFrame:
    """Return the townships in WGS 84: code, name, name_en, code_system, geometry."""
    statement = (
        select(
            TownshipRow.code,
            TownshipRow.name,
            TownshipRow.name_en,
            TownshipRow.code_system,
            func.ST_AsBinary(TownshipRow.geometry).label("geometry"),
        )
        .where(TownshipRow.county_code == county_code)
        .order_by(TownshipRow.code)
    )
    return read_shapes(session, statement)


def quality(
    session: Session, county_code: str, on: date, *, since: date | None = None
) -> DataFrame:
    """Return the quality of each township and product up to a day, the day included.

    An enterprise belongs to the township of its cell, else to the one its place or the register
    names. Blind cells have an enterprise of the product and no visit or sample test to one.

    Args:
        session: An open session.
        county_code: The county.
        on: The day; its plan gives the cells.
        since: First day counted; None is the running campaign's first, or a year back.

    Returns:
        township_code, township_name, product, producers, problem_producers (a failed sample,
        problem visit or violation), samples, passed, pass_rate, low and high (Wilson 95 %;
        missing without a sample), is_few (fewer than five samples: give no colour), unlicensed
        (a required licence missing or expired), blind_cells; in order of township and product.
    """
    plan_id = plans.in_force(session, county_code, on)
    table = read_table(
        session,
        _QUALITY,
        county_code=county_code,
        plan_id=plan_id,
        since=since or counties.period_from(session, county_code, on),
        until=on,
        inactive=list(INACTIVE_STATUSES),
        blind_below=BLIND_BELOW_VISITS,
    )
    unlicensed = _unlicensed(session, county_code, plan_id, on)
    table = table.merge(unlicensed, on=["township_code", "product"], how="left")
    table["unlicensed"] = table["unlicensed"].fillna(0).astype(int)
    sampled = table["samples"] > 0
    table["pass_rate"] = (table["passed"] / table["samples"]).where(sampled)
    ends = [
        wilson_interval(int(passed), int(samples))
        for passed, samples in zip(table["passed"], table["samples"], strict=True)
    ]
    table[["low", "high"]] = DataFrame(ends, columns=["low", "high"], index=table.index)
    table["is_few"] = table["samples"] < MINIMUM_SAMPLES
    return table


def _unlicensed(session: Session, county_code: str, plan_id: int, on: date) -> DataFrame:
    """Return township_code, product and unlicensed: producers short of a required licence."""
    register = enterprises.located(session, county_code, plan_id)
    held = enterprises.licences_held(session, county_code, on)
    register["home"] = (
        register["cell_township_code"]
        .combine_first(register["located_township_code"])
        .combine_first(register["township_code"])
    )
    working = register[~register["enterprise_status"].isin(INACTIVE_STATUSES)]
    producers = working[working["kind"] == "producer"]
    short = [
        examine(
            row.kind, row.product, row.attributes, held.get(row.enterprise_id, ()), on=on
        ).is_blind_spot
        for row in producers.itertuples()
    ]
    found = DataFrame(producers.loc[short, ["home", "product"]])
    counted = found.value_counts().rename("unlicensed").reset_index()
    return counted.rename(columns={"home": "township_code"})


_QUALITY = text(
    """
    WITH register AS MATERIALIZED (
        SELECT e.id, e.product, e.kind, e.status, cell.code AS cell_code,
               coalesce(cell.township_code, l.township_code, e.township_code) AS township_code
        FROM enterprise e
        LEFT JOIN location l ON l.county_code = e.county_code AND l.enterprise_id = e.id
        LEFT JOIN LATERAL (
            SELECT c.code, c.township_code
            FROM cell c
            WHERE c.county_code = :county_code AND c.plan_id = :plan_id
              AND l.status = 'placed' AND l.level IN ('rooftop', 'road', 'village')
              AND ST_Covers(c.geometry, l.geometry)
            ORDER BY c.code
            LIMIT 1
        ) AS cell ON true
        WHERE e.county_code = :county_code AND e.status <> ALL (:inactive)
    ), seen AS (
        SELECT enterprise_id,
               count(*) FILTER (WHERE kind = 'sample_test') AS samples,
               count(*) FILTER (WHERE kind = 'sample_test' AND NOT is_problem) AS passed,
               count(*) FILTER (WHERE kind IN ('visit', 'sample_test')) AS visits,
               bool_or(is_problem AND kind IN ('visit', 'sample_test', 'violation')) AS is_problem
        FROM quality_event
        WHERE county_code = :county_code AND occurred_on BETWEEN :since AND :until
        GROUP BY enterprise_id
    ), blind AS (
        SELECT township_code, product, count(*) AS blind_cells
        FROM (
            SELECT r.township_code, r.product, r.cell_code
            FROM register r LEFT JOIN seen s ON s.enterprise_id = r.id
            WHERE r.cell_code IS NOT NULL
            GROUP BY r.township_code, r.product, r.cell_code
            HAVING sum(coalesce(s.visits, 0)) < :blind_below
        ) AS cell_of_product
        GROUP BY township_code, product
    )
    SELECT t.code AS township_code, t.name AS township_name, r.product,
           count(*) FILTER (WHERE r.kind = 'producer') AS producers,
           count(*) FILTER (WHERE r.kind = 'producer' AND s.is_problem) AS problem_producers,
           coalesce(sum(s.samples), 0)::int AS samples,
           coalesce(sum(s.passed), 0)::int AS passed,
           coalesce(max(b.blind_cells), 0)::int AS blind_cells
    FROM register r
    JOIN township t ON t.county_code = :county_code AND t.code = r.township_code
    LEFT JOIN seen s ON s.enterprise_id = r.id
    LEFT JOIN blind b ON b.township_code = r.township_code AND b.product = r.product
    GROUP BY t.code, t.name, r.product
    ORDER BY t.code, r.product
    """
)
