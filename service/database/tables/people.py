"""Officers, and who answers for which cell."""

from datetime import date

from geoalchemy2.elements import WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from service.database.tables.base import Base, shape, sound


class OfficerRow(Base):
    """A named person who can hold duties between two dates."""

    __tablename__ = "officer"
    __table_args__ = (
        UniqueConstraint("county_code", "staff_no"),
        sound("base", "sound_base"),
        CheckConstraint("active_to IS NULL OR active_to > active_from", name="days_in_order"),
    )
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    staff_no: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    department: Mapped[str] = mapped_column(default="")
    township_code: Mapped[str | None]
    phone: Mapped[str] = mapped_column(default="")
    is_enforcement: Mapped[bool]
    capacity_visits_per_month: Mapped[float]
    active_from: Mapped[date]
    active_to: Mapped[date | None]
    base: Mapped[WKBElement | None] = mapped_column(shape("POINT"))


class ResponsibilityRow(Base):
    """Who answers for a cell: a dated fact about a person. `during` includes its first day only."""

    __tablename__ = "responsibility"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "cell_id"], ["cell.county_code", "cell.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["county_code", "officer_id"], ["officer.county_code", "officer.id"]),
        CheckConstraint(
            "duty IN ('lead', 'second', 'coordinator', 'township_leader')", name="known_duty"
        ),
        CheckConstraint("NOT isempty(during) AND NOT lower_inf(during)", name="has_a_first_day"),
        ExcludeConstraint(
            ("county_code", "="),
            ("cell_id", "="),
            ("duty", "="),
            ("matter", "="),
            ("during", "&&"),
            using="gist",
            name="ex_responsibility_one_holder",
        ),
        Index("ix_responsibility_county_code_officer_id", "county_code", "officer_id"),
    )
    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    cell_id: Mapped[int] = mapped_column(BigInteger)
    duty: Mapped[str]
    matter: Mapped[str]
    officer_id: Mapped[int] = mapped_column(BigInteger)
    during: Mapped[Range[date]] = mapped_column(DATERANGE)
    rule: Mapped[str] = mapped_column(default="")
    approved_by: Mapped[str] = mapped_column(default="")
