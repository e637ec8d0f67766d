"""Which editions of the gazetteer a county has had, and what its places were called before."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from service.database.tables.base import Base


class GazetteerVersionRow(Base):
    """The gazetteer as it was after one import; placements name the `version` they came from."""

    __tablename__ = "gazetteer_version"
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    sha256: Mapped[str]
    batch_id: Mapped[UUID]
    places: Mapped[int]
    with_point: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class FormerPlaceRow(Base):
    """A name that a place had, or a place that is no more: only ever a candidate.

    `township_code` is the gazetteer's code of a township of today that it may lie in.
    """

    __tablename__ = "former_place"
    __table_args__ = (UniqueConstraint("county_code", "level", "code", "name", "township_code"),)
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    level: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    township_code: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="")
