"""What people decided about the register, and what the engine said before they did.

`decision` and `decided_address` are only ever added to: a trigger refuses changes. An undo is a
decision of its own.
"""

from datetime import datetime
from typing import Any

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

from service.database.tables.base import Base


class DecisionRow(Base):
    """One act of a person: a place, an alias, a merge, 'not duplicates', or the undo of one."""

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('place', 'alias', 'merge', 'distinct', 'undo')", name="known_kind"
        ),
        CheckConstraint("(kind = 'undo') = (undoes IS NOT NULL)", name="undo_names_what"),
        CheckConstraint("decided_by <> ''", name="somebody_decided"),
        ForeignKeyConstraint(["county_code", "undoes"], ["decision.county_code", "decision.id"]),
        UniqueConstraint("county_code", "undoes"),
        Index("ix_decision_county_code_kind", "county_code", "kind"),
    )
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]
    subject: Mapped[dict[str, Any]]
    choice: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any]]
    undoes: Mapped[int | None] = mapped_column(BigInteger)
    decided_by: Mapped[str]
    decided_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    note: Mapped[str] = mapped_column(default="")
    gazetteer_version: Mapped[str] = mapped_column(default="")


class DecidedAddressRow(Base):
    """An address that a decision places, by its fingerprint and what else the row said."""

    __tablename__ = "decided_address"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "decision_id"], ["decision.county_code", "decision.id"]
        ),
        Index(
            "ix_decided_address_county_code_fingerprint_witness",
            "county_code",
            "fingerprint",
            "witness",
        ),
    )
    county_code: Mapped[str] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    witness: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str]
    choice: Mapped[dict[str, Any]]


class ReviewItemRow(Base):
    """An enterprise that a person looks at or has decided, with the engine's own answer."""

    __tablename__ = "review_item"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "enterprise_id"],
            ["enterprise.county_code", "enterprise.id"],
            ondelete="CASCADE",
        ),
        Index("ix_review_item_county_code_group_key", "county_code", "group_key"),
        Index(
            "ix_review_item_county_code_fingerprint_witness",
            "county_code",
            "fingerprint",
            "witness",
        ),
    )
    county_code: Mapped[str] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    fingerprint: Mapped[str]
    witness: Mapped[str]
    normalised: Mapped[str]
    group_key: Mapped[str]
    reason: Mapped[str]
    token_kind: Mapped[str]
    token: Mapped[str]
    engine: Mapped[dict[str, Any]]


class RegisterRedirectRow(Base):
    """A register key that was merged into another: an import must not bring it back."""

    __tablename__ = "register_redirect"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "decision_id"], ["decision.county_code", "decision.id"]
        ),
        Index("ix_register_redirect_county_code_survivor_key", "county_code", "survivor_key"),
    )
    county_code: Mapped[str] = mapped_column(primary_key=True)
    register_key: Mapped[str] = mapped_column(primary_key=True)
    survivor_key: Mapped[str]
    code: Mapped[str | None]
    name: Mapped[str]
    decision_id: Mapped[int] = mapped_column(BigInteger)
    fields: Mapped[dict[str, Any]]
    licences: Mapped[list[Any]]
