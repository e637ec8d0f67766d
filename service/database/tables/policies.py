"""What a county may edit: how often to visit, and what a score counts."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from service.database.tables.base import Base


class InspectionPolicyRow(Base):
    """How often a class must be visited under a regime; editable, three presets ship."""

    __tablename__ = "inspection_policy"
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    product: Mapped[str] = mapped_column(primary_key=True)
    risk_class: Mapped[int] = mapped_column(primary_key=True)
    regime: Mapped[str]
    label: Mapped[str]
    min_per_year: Mapped[float]
    max_interval_days: Mapped[int]
    sampling_rate: Mapped[float | None]


class ScoreWeightRow(Base):
    """One line of the editable score table: points per occurrence and the most it can give."""

    __tablename__ = "score_weight"
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    points: Mapped[float]
    max_points: Mapped[float]
    label_zh: Mapped[str]
    label_en: Mapped[str]
