"""The register: accepted files, enterprises, where they stand, their licences and records."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

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
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.database.tables.base import Base, shape, sound


class ImportBatchRow(Base):
    """One accepted file: what it was, and how many of its rows were kept."""

    __tablename__ = "import_batch"
    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str]
    rows_read: Mapped[int]
    rows_kept: Mapped[int]
    rows_refused: Mapped[int]
    mapping: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class EnterpriseRow(Base):
    """A producer, seller or den. A den has no code and no licence, and is kept all the same."""

    __tablename__ = "enterprise"
    __table_args__ = (
        CheckConstraint("kind IN ('producer', 'seller', 'den')", name="known_kind"),
        CheckConstraint("(code IS NULL) = (code_system IS NULL)", name="code_names_its_system"),
        UniqueConstraint("county_code", "register_key"),
        Index("ix_enterprise_county_code_code", "county_code", "code"),
        Index("ix_enterprise_county_code_product", "county_code", "product"),
    )
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    register_key: Mapped[str]
    code: Mapped[str | None]
    code_system: Mapped[str | None]
    name: Mapped[str]
    kind: Mapped[str]
    product: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    township_code: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="active")
    scale: Mapped[str] = mapped_column(default="")
    credit_class: Mapped[int | None]
    given_lon: Mapped[float | None]
    given_lat: Mapped[float | None]
    given_datum: Mapped[str | None]
    principal: Mapped[str] = mapped_column(default="")
    attributes: Mapped[dict[str, Any]]
    batch_id: Mapped[UUID | None]


class LocationRow(Base):
    """Where an enterprise stands, how precisely, and by which rule; or why it is not placed."""

    __tablename__ = "location"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "enterprise_id"],
            ["enterprise.county_code", "enterprise.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("status IN ('placed', 'review')", name="known_status"),
        CheckConstraint("status = 'review' OR geometry IS NOT NULL", name="placed_has_a_point"),
        sound("geometry", "sound_geometry"),
        Index("ix_location_geometry", "geometry", postgresql_using="gist"),
    )
    county_code: Mapped[str] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    status: Mapped[str]
    level: Mapped[str | None]
    confidence: Mapped[float]
    rule: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    reason_zh: Mapped[str] = mapped_column(default="")
    township_code: Mapped[str | None]
    village_code: Mapped[str | None]
    radius_m: Mapped[float | None]
    candidates: Mapped[list[Any]]
    gazetteer_version: Mapped[str]
    geometry: Mapped[WKBElement | None] = mapped_column(shape("POINT"))


class LicenceRow(Base):
    """One licence (证照) of an enterprise; kinds are the nine of the county plan."""

    __tablename__ = "licence"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "enterprise_id"],
            ["enterprise.county_code", "enterprise.id"],
            ondelete="CASCADE",
        ),
        UniqueConstraint("county_code", "enterprise_id", "kind", "number"),
        Index("ix_licence_county_code_enterprise_id", "county_code", "enterprise_id"),
    )
    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    number: Mapped[str]
    issued_on: Mapped[date | None]
    expires_on: Mapped[date | None]


class QualityEventRow(Base):
    """A visit, test, violation, complaint, tip-off, media report or control-system finding."""

    __tablename__ = "quality_event"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "enterprise_id"],
            ["enterprise.county_code", "enterprise.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint(
            "kind IN ('visit', 'sample_test', 'violation', 'complaint', 'tip_off', 'media',"
            " 'control_system')",
            name="known_kind",
        ),
        CheckConstraint(
            "enterprise_id IS NOT NULL OR location IS NOT NULL", name="happened_somewhere"
        ),
        UniqueConstraint("county_code", "event_key"),
        sound("location", "sound_location"),
        Index("ix_quality_event_county_code_enterprise_id", "county_code", "enterprise_id"),
        Index("ix_quality_event_county_code_occurred_on", "county_code", "occurred_on"),
        # The few records that found something or ended a case, among the many that did not.
        Index(
            "ix_quality_event_outcome",
            "county_code",
            "occurred_on",
            postgresql_where=text("is_problem OR disposition IS NOT NULL"),
        ),
        Index("ix_quality_event_location", "location", postgresql_using="gist"),
    )
    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    event_key: Mapped[str]
    enterprise_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str]
    product: Mapped[str]
    occurred_on: Mapped[date]
    is_problem: Mapped[bool]
    result: Mapped[str] = mapped_column(default="")
    inspector: Mapped[str] = mapped_column(default="")
    level: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    disposition: Mapped[str | None]
    details: Mapped[dict[str, Any]]
    location: Mapped[WKBElement | None] = mapped_column(shape("POINT"))
    batch_id: Mapped[UUID | None]
