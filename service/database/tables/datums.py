"""Which datum a file's coordinates are in: what its own places say, and what a person decided."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Identity,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.database.tables.base import Base


class DatumProposalRow(Base):
    """The evidence on the datum of one file's coordinates, and the decision of a person.

    `stated` is the datum that the file or its sender named, '' where neither did; `decided` is
    the datum that a person accepted.
    """

    __tablename__ = "datum_proposal"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "batch_id"],
            ["import_batch.county_code", "import_batch.id"],
            ondelete="CASCADE",
        ),
        UniqueConstraint("county_code", "batch_id", "stated"),
        CheckConstraint("status IN ('open', 'accepted', 'refused')", name="known_status"),
        CheckConstraint("(status = 'accepted') = (decided IS NOT NULL)", name="accepted_is_named"),
        CheckConstraint("(status = 'open') = (decided_at IS NULL)", name="decision_has_a_time"),
    )
    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    batch_id: Mapped[UUID]
    stated: Mapped[str] = mapped_column(default="")
    points: Mapped[int]
    verdict: Mapped[str]
    proposed: Mapped[str | None]
    evidence: Mapped[dict[str, Any]]
    text_zh: Mapped[str]
    text_en: Mapped[str]
    status: Mapped[str] = mapped_column(default="open")
    decided: Mapped[str | None]
    decided_by: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
