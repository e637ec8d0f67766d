"""What vector tiles are cut from: counts by square, renewed when a county's data change."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.database.tables.base import Base


class DataChangeRow(Base):
    """How often one transaction changed a county's data; triggers write it.

    The sum over a county only grows, whichever transaction commits first: it is the version of
    the data that tiles and caches are kept by. No two transactions write one row, so none waits.
    """

    __tablename__ = "data_change"
    county_code: Mapped[str] = mapped_column(primary_key=True)
    xact: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    changes: Mapped[int] = mapped_column(BigInteger)


class TileSnapshotRow(Base):
    """The counts of one county for one day, and the version of the data they were made from."""

    __tablename__ = "tile_snapshot"
    __table_args__ = (UniqueConstraint("county_code", "as_of"),)
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    as_of: Mapped[date]
    period_from: Mapped[date]
    data_version: Mapped[int] = mapped_column(BigInteger)
    built_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


def of_snapshot() -> ForeignKeyConstraint:
    """Return the key of counts that go with their snapshot."""
    return ForeignKeyConstraint(
        ["county_code", "snapshot_id"],
        ["tile_snapshot.county_code", "tile_snapshot.id"],
        ondelete="CASCADE",
    )


class TileBinRow(Base):
    """Enterprises in one square of Web Mercator: the world is cut into 2^level squares a side.

    `x`, `y` are the sums of their places in centimetres (EPSG:3857): whole numbers, so that a
    place is taken away as exactly as it was added. `ids` are their numbers, joined by exclusive
    or: the enterprise's own where the square holds just one. Without a product, township and
    class the row counts all of them.
    """

    __tablename__ = "tile_bin"
    __table_args__ = (
        of_snapshot(),
        Index(
            "ix_tile_bin_square",
            "county_code", "snapshot_id", "level", "cut", "column", "row",
        ),
    )  # fmt: skip
    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(BigInteger)
    level: Mapped[int] = mapped_column(SmallInteger)
    cut: Mapped[str]
    column: Mapped[int]
    row: Mapped[int]
    product: Mapped[str | None]
    township_code: Mapped[str | None]
    risk_class: Mapped[int | None] = mapped_column(SmallInteger)
    n: Mapped[int]
    rough: Mapped[int]
    visits: Mapped[int] = mapped_column(BigInteger)
    problems: Mapped[int] = mapped_column(BigInteger)
    x: Mapped[int] = mapped_column(BigInteger)
    y: Mapped[int] = mapped_column(BigInteger)
    ids: Mapped[int] = mapped_column(BigInteger)


class TileTotalRow(Base):
    """Enterprises of a township, product and class: how many exist, and how many have a place."""

    __tablename__ = "tile_total"
    __table_args__ = (
        of_snapshot(),
        Index("ix_tile_total_county_code_snapshot_id", "county_code", "snapshot_id"),
    )
    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(BigInteger)
    product: Mapped[str]
    township_code: Mapped[str]
    risk_class: Mapped[int] = mapped_column(SmallInteger)
    existing: Mapped[int]
    placed: Mapped[int]
    area_only: Mapped[int]
    review: Mapped[int]
    visits: Mapped[int] = mapped_column(BigInteger)
    problems: Mapped[int] = mapped_column(BigInteger)
    samples: Mapped[int] = mapped_column(BigInteger)
    passed: Mapped[int] = mapped_column(BigInteger)


class TileWeekRow(Base):
    """Visits and sample tests in one week of the period, by cell and `home_code` of the enterprise.

    `week` is the index in the period's weeks; `visits` and `problems` count sample tests too.
    """

    __tablename__ = "tile_week"
    __table_args__ = (
        of_snapshot(),
        Index("ix_tile_week_county_code_snapshot_id", "county_code", "snapshot_id"),
    )
    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(BigInteger)
    cell_code: Mapped[str | None]
    home_code: Mapped[str | None]
    product: Mapped[str]
    risk_class: Mapped[int] = mapped_column(SmallInteger)
    week: Mapped[int] = mapped_column(SmallInteger)
    visits: Mapped[int] = mapped_column(BigInteger)
    problems: Mapped[int] = mapped_column(BigInteger)
    samples: Mapped[int] = mapped_column(BigInteger)
    failed: Mapped[int] = mapped_column(BigInteger)
