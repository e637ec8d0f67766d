"""Areas: the county, its townships and places, and the cells of its plans."""

from datetime import date, datetime
from typing import Any

from geoalchemy2.elements import WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.database.tables.base import Base, shape, sound


class CountyRow(Base):
    """A county: the outermost area, and the clock its analyses run on when none is given."""

    __tablename__ = "county"
    __table_args__ = (
        sound("geometry", "sound_geometry"),
        Index("ix_county_geometry", "geometry", postgresql_using="gist"),
    )
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    code_system: Mapped[str]
    is_fictional: Mapped[bool] = mapped_column(default=False)
    reference_date: Mapped[date | None]
    metric_epsg: Mapped[int]
    geometry: Mapped[WKBElement] = mapped_column(shape("MULTIPOLYGON"))


class CampaignRow(Base):
    """A dated drive (专项行动) with its legal basis; its phases are in `phases`."""

    __tablename__ = "campaign"
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    basis: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    phases: Mapped[list[Any]]


class TownshipRow(Base):
    """A township polygon with its code, and the system the code belongs to."""

    __tablename__ = "township"
    __table_args__ = (
        sound("geometry", "sound_geometry"),
        Index("ix_township_geometry", "geometry", postgresql_using="gist"),
    )
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    code_system: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    geometry: Mapped[WKBElement] = mapped_column(shape("MULTIPOLYGON"))


class PlaceRow(Base):
    """A named place of the gazetteer: village, township, road or point, with its radius."""

    __tablename__ = "place"
    __table_args__ = (
        sound("location", "sound_location"),
        sound("geometry", "sound_geometry"),
        Index("ix_place_location", "location", postgresql_using="gist"),
        Index("ix_place_county_code_name", "county_code", "name"),
    )
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    code_system: Mapped[str]
    level: Mapped[str]
    name: Mapped[str]
    township_code: Mapped[str | None]
    radius_m: Mapped[float | None]
    datum: Mapped[str] = mapped_column(default="wgs84")
    location: Mapped[WKBElement | None] = mapped_column(shape("POINT"))
    geometry: Mapped[WKBElement | None] = mapped_column(shape("GEOMETRY"))


class PlanRow(Base):
    """A dated generation of cells and responsibilities: draft, published or superseded."""

    __tablename__ = "plan"
    __table_args__ = (
        UniqueConstraint("county_code", "code"),
        CheckConstraint("status IN ('draft', 'published', 'superseded')", name="known_status"),
        CheckConstraint(
            "status = 'draft' OR valid_from IS NOT NULL", name="published_has_a_first_day"
        ),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="days_in_order"),
    )
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str]
    status: Mapped[str]
    method: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CellRow(Base):
    """A grid cell of one plan; its code is never reused for another area."""

    __tablename__ = "cell"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "plan_id"], ["plan.county_code", "plan.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["county_code", "township_code"], ["township.county_code", "township.code"]
        ),
        UniqueConstraint("county_code", "plan_id", "code"),
        sound("geometry", "sound_geometry"),
        Index("ix_cell_geometry", "geometry", postgresql_using="gist"),
        Index(
            "ix_cell_county_code_plan_id_township_code", "county_code", "plan_id", "township_code"
        ),
    )
    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    plan_id: Mapped[int] = mapped_column(BigInteger)
    code: Mapped[str]
    code_system: Mapped[str]
    township_code: Mapped[str]
    village_code: Mapped[str | None]
    name: Mapped[str]
    cell_type: Mapped[str] = mapped_column(default="basic")
    area_m2: Mapped[float]
    geometry: Mapped[WKBElement] = mapped_column(shape("MULTIPOLYGON"))
