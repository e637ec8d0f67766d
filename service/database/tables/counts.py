"""What is known of each enterprise on a day, and counts of it: behind tiles, map and figures."""

from sqlalchemy import BigInteger, Identity, Index, SmallInteger
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from service.database.tables.base import Base
from service.database.tables.tiles import of_snapshot


class EnterpriseChangeRow(Base):
    """An enterprise whose facts may have changed since its county's counts; triggers write it.

    Rows are only added and, by who brings the counts up to date, taken away: nobody waits.
    Without an enterprise the row says that all of them may have changed.
    """

    __tablename__ = "enterprise_change"
    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    enterprise_id: Mapped[int | None] = mapped_column(BigInteger)


class EnterpriseFactRow(Base):
    """An enterprise as a day's counts know it. What was counted can be taken back from here.

    `township_code` is where its address was located, else where it is registered, '' unknown;
    `home_code` is its cell's township before these. `x`, `y` are centimetres in EPSG:3857, of a
    place that may be a pin. `results` has a number for each visit and sample test of the period:
    four times the week, plus 2 for a sample test, plus 1 for a problem.
    """

    __tablename__ = "enterprise_fact"
    __table_args__ = (of_snapshot(),)
    county_code: Mapped[str] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    product: Mapped[str]
    kind: Mapped[str]
    is_active: Mapped[bool]
    is_short: Mapped[bool]
    risk_class: Mapped[int] = mapped_column(SmallInteger)
    township_code: Mapped[str]
    home_code: Mapped[str | None]
    cell_code: Mapped[str | None]
    is_placed: Mapped[bool]
    is_rough: Mapped[bool]
    x: Mapped[int | None] = mapped_column(BigInteger)
    y: Mapped[int | None] = mapped_column(BigInteger)
    visits: Mapped[int]
    problems: Mapped[int]
    samples: Mapped[int]
    failed: Mapped[int]
    results: Mapped[list[int] | None] = mapped_column(ARRAY(SmallInteger))


class RegisterCountRow(Base):
    """Enterprises by cell and `home_code`, product, class, kind, and what licences they lack."""

    __tablename__ = "register_count"
    __table_args__ = (
        of_snapshot(),
        Index("ix_register_count_county_code_snapshot_id", "county_code", "snapshot_id"),
    )
    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(BigInteger)
    cell_code: Mapped[str | None]
    home_code: Mapped[str | None]
    product: Mapped[str]
    risk_class: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str]
    is_active: Mapped[bool]
    is_short: Mapped[bool]
    enterprises: Mapped[int]
