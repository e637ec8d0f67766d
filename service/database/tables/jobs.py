"""Runs asked for over the API: what was asked, how far it is, what came out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from service.database.tables.base import Base


class ClusterRunRow(Base):
    """A scan that somebody asked for; a worker computes it beside the pages."""

    __tablename__ = "cluster_run"
    __table_args__ = (
        CheckConstraint("source IN ('county', 'points')", name="known_source"),
        CheckConstraint(
            "state IN ('queued', 'running', 'succeeded', 'failed', 'stopped')", name="known_state"
        ),
        CheckConstraint("(source = 'county') = (county_code IS NOT NULL)", name="county_is_named"),
        CheckConstraint("(state = 'succeeded') = (result IS NOT NULL)", name="success_has_result"),
        CheckConstraint("progress >= 0 AND progress <= 1", name="progress_is_a_share"),
        Index("ix_cluster_run_created_at", "created_at"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    county_code: Mapped[str | None] = mapped_column(ForeignKey("county.code"))
    request: Mapped[dict[str, Any]]
    state: Mapped[str]
    progress: Mapped[float]
    stop_requested: Mapped[bool]
    attempts: Mapped[int]
    error: Mapped[str]
    result: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp()
    )
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
