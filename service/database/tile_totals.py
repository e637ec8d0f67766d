"""How many enterprises of a county have a place of their own, and who has none."""

from pandas import DataFrame
from sqlalchemy import Integer, and_, cast, func, select, text
from sqlalchemy.orm import Session

from service.database.frames import read_table
from service.database.tables import TileTotalRow, TownshipRow
from service.database.tile_rollup import Snapshot


def counts(session: Session, county_code: str, snapshot: Snapshot) -> DataFrame:
    """Return product, township_code, existing, placed."""
    statement = (
        select(
            TileTotalRow.product,
            TileTotalRow.township_code,
            func.sum(TileTotalRow.existing).label("existing"),
            func.sum(TileTotalRow.placed).label("placed"),
        )
        .where(
            TileTotalRow.county_code == county_code,
            TileTotalRow.snapshot_id == snapshot.id,
        )
        .group_by(TileTotalRow.product, TileTotalRow.township_code)
        .order_by(TileTotalRow.product, TileTotalRow.township_code)
    )
    return read_table(session, statement)


def sample_counts(session: Session, county_code: str, snapshot: Snapshot) -> DataFrame:
    """Return township_code, samples, passed of all products, every township, in order.

    An enterprise is in the township where its address was located, else where it is registered;
    `townships.quality` asks its cell first, which differs where a place contradicts its address.
    """
    samples, passed = func.sum(TileTotalRow.samples), func.sum(TileTotalRow.passed)
    statement = (
        select(
            TownshipRow.code.label("township_code"),
            cast(func.coalesce(samples, 0), Integer).label("samples"),
            cast(func.coalesce(passed, 0), Integer).label("passed"),
        )
        .outerjoin(
            TileTotalRow,
            and_(
                TileTotalRow.county_code == TownshipRow.county_code,
                TileTotalRow.snapshot_id == snapshot.id,
                TileTotalRow.township_code == TownshipRow.code,
            ),
        )
        .where(TownshipRow.county_code == county_code)
        .group_by(TownshipRow.code)
        .order_by(TownshipRow.code)
    )
    return read_table(session, statement)


def unplaced_names(session: Session, county_code: str, *, limit: int, length: int) -> DataFrame:
    """Return product, township_code, names: of enterprises known to an area only or under review.

    Args:
        session: An open session.
        county_code: The county.
        limit: So many names of each product and township, by number.
        length: A longer name is cut.
    """
    values = {"county_code": county_code, "limit": limit, "length": length}
    return read_table(session, _UNPLACED, **values)


_UNPLACED = text(
    """
    SELECT product, township_code, array_agg(left(name, :length) ORDER BY id) AS names
    FROM (
        SELECT enterprise.id, enterprise.name, enterprise.product,
               coalesce(location.township_code, enterprise.township_code, '') AS township_code,
               row_number() OVER (
                   PARTITION BY enterprise.product,
                                coalesce(location.township_code, enterprise.township_code, '')
                   ORDER BY enterprise.id
               ) AS number
        FROM location
        JOIN enterprise ON enterprise.county_code = location.county_code
                       AND enterprise.id = location.enterprise_id
        WHERE location.county_code = :county_code
          AND (location.status <> 'placed'
               OR location.level NOT IN ('rooftop', 'road', 'village'))
    ) AS unplaced
    WHERE number <= :limit
    GROUP BY product, township_code
    """
)
