"""Clusters as objects that live from week to week, and what townships show by product."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.database.tables.base import Base


class ClusterObjectRow(Base):
    """A cluster that people own: what weekly runs find is matched to it.

    Its state and its lead are not columns: they are the newest `cluster_change` on or before a day,
    so that any past day can be asked.
    """

    __tablename__ = "cluster_object"
    __table_args__ = (
        CheckConstraint("kind IN ('window', 'township')", name="known_kind"),
        # A township's producers of one product are one object for ever.
        Index(
            "uq_cluster_object_township",
            "county_code",
            "product",
            "township_code",
            unique=True,
            postgresql_where=text("kind = 'township'"),
        ),
        CheckConstraint(
            "(kind = 'township') = (township_code IS NOT NULL)", name="township_has_a_code"
        ),
    )
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]
    product: Mapped[str]
    township_code: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class ClusterChangeRow(Base):
    """One change of a cluster object: only ever added (a trigger refuses the rest)."""

    __tablename__ = "cluster_change"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "object_id"], ["cluster_object.county_code", "cluster_object.id"]
        ),
        ForeignKeyConstraint(["county_code", "officer_id"], ["officer.county_code", "officer.id"]),
        CheckConstraint("what IN ('state', 'lead', 'second')", name="known_what"),
        CheckConstraint("what <> 'state' OR now_is IN ('open', 'closed')", name="known_state"),
        Index("ix_cluster_change_county_code_object_id", "county_code", "object_id"),
    )
    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    object_id: Mapped[int] = mapped_column(BigInteger)
    on_day: Mapped[date]
    what: Mapped[str]
    was: Mapped[str]
    now_is: Mapped[str]
    officer_id: Mapped[int | None] = mapped_column(BigInteger)
    why_zh: Mapped[str]
    why_en: Mapped[str]
    by_whom: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class TownshipStatisticRow(Base):
    """A township's producers of one product: how many there are, and apart, how many fail."""

    __tablename__ = "township_statistic"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "analysis_id"],
            ["analysis.county_code", "analysis.id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["county_code", "object_id"], ["cluster_object.county_code", "cluster_object.id"]
        ),
        CheckConstraint(
            "verdict IN ('key', 'high', 'ordinary', 'few', 'blind')", name="known_verdict"
        ),
    )
    county_code: Mapped[str] = mapped_column(primary_key=True)
    analysis_id: Mapped[UUID] = mapped_column(primary_key=True)
    product: Mapped[str] = mapped_column(primary_key=True)
    township_code: Mapped[str] = mapped_column(primary_key=True)
    rank: Mapped[int | None]
    producers: Mapped[int]
    concentration: Mapped[float]
    inspected: Mapped[int]
    cases: Mapped[int]
    expected: Mapped[float]
    ratio: Mapped[float | None]
    p: Mapped[float | None]
    q: Mapped[float | None]
    verdict: Mapped[str]
    problem_ids: Mapped[list[Any]]
    object_id: Mapped[int | None] = mapped_column(BigInteger)
