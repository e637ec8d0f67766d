"""Key areas, border zones and urban fringes: ground that is supervised more closely."""

from datetime import date
from uuid import UUID

from geoalchemy2.elements import WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.database.tables.base import Base, shape, sound


class AreaRow(Base):
    """A key area (重点区域), border zone (边界带) or urban fringe (城乡结合部) within the county.

    `buffer_m` is the width to either side of the line that the zone was drawn around; null for a
    polygon taken as it is. It holds from `valid_from` up to and without `valid_to`.
    """

    __tablename__ = "area"
    __table_args__ = (
        CheckConstraint("kind IN ('key', 'border', 'fringe')", name="known_kind"),
        CheckConstraint("buffer_m > 0 AND buffer_m <= 100000", name="buffer_in_range"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="days_in_order"),
        sound("geometry", "sound_geometry"),
        Index("ix_area_geometry", "geometry", postgresql_using="gist"),
    )
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    buffer_m: Mapped[float | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    batch_id: Mapped[UUID]
    geometry: Mapped[WKBElement] = mapped_column(shape("MULTIPOLYGON"))
