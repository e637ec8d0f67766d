"""What analyses found; it goes with its analysis."""

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
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.database.tables.base import Base, shape, sound

_NO_ITEMS = text("'[]'::jsonb")


class AnalysisRow(Base):
    """One run of an analysis: its inputs, parameters and seed, so that it can be repeated."""

    __tablename__ = "analysis"
    __table_args__ = (
        ForeignKeyConstraint(["county_code", "plan_id"], ["plan.county_code", "plan.id"]),
        CheckConstraint("kind IN ('gaps', 'clusters', 'targets')", name="known_kind"),
        Index("ix_analysis_county_code_kind_as_of", "county_code", "kind", "as_of"),
    )
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    as_of: Mapped[date]
    plan_id: Mapped[int | None] = mapped_column(BigInteger)
    inputs: Mapped[dict[str, Any]]
    parameters: Mapped[dict[str, Any]]
    seed: Mapped[int | None] = mapped_column(BigInteger)
    summary: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


def _of_analysis() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["county_code", "analysis_id"],
        ["analysis.county_code", "analysis.id"],
        ondelete="CASCADE",
    )


class GapRow(Base):
    """A gap in supervision (监管盲区): what, where, how bad, since when, the smallest fix."""

    __tablename__ = "gap"
    __table_args__ = (
        _of_analysis(),
        sound("geometry", "sound_geometry"),
        Index("ix_gap_county_code_analysis_id_kind", "county_code", "analysis_id", "kind"),
        Index("ix_gap_geometry", "geometry", postgresql_using="gist"),
    )
    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    analysis_id: Mapped[UUID]
    kind: Mapped[str]
    severity: Mapped[str]
    since: Mapped[date | None]
    township_code: Mapped[str | None]
    cell_code: Mapped[str | None]
    enterprise_id: Mapped[int | None] = mapped_column(BigInteger)
    officer_id: Mapped[int | None] = mapped_column(BigInteger)
    measure: Mapped[float | None]
    what_zh: Mapped[str]
    what_en: Mapped[str]
    fix_zh: Mapped[str]
    fix_en: Mapped[str]
    geometry: Mapped[WKBElement | None] = mapped_column(shape("GEOMETRY"))


class ClusterRow(Base):
    """A cluster (聚集区) of problem producers that chance does not explain, and its owner.

    A `window` was found by the scan; a `township` is a township's producers of one product, seen
    in every run since it became an object, with an exact p and q over townships and products.
    """

    __tablename__ = "cluster"
    __table_args__ = (
        _of_analysis(),
        CheckConstraint("kind IN ('window', 'township')", name="known_kind"),
        CheckConstraint(
            "kind = 'township' OR num_nulls(llr, p_gumbel, radius_m) = 0",
            name="window_has_a_circle",
        ),
        sound("geometry", "sound_geometry"),
        Index("ix_cluster_county_code_analysis_id", "county_code", "analysis_id"),
        ForeignKeyConstraint(
            ["county_code", "object_id"], ["cluster_object.county_code", "cluster_object.id"]
        ),
        Index("ix_cluster_county_code_object_id", "county_code", "object_id"),
    )
    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    analysis_id: Mapped[UUID]
    object_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(server_default=text("'window'"))
    product: Mapped[str]
    rank: Mapped[int]
    llr: Mapped[float | None]
    p: Mapped[float]
    p_gumbel: Mapped[float | None]
    q: Mapped[float]
    cases: Mapped[int]
    expected: Mapped[float]
    population: Mapped[float]
    relative_risk: Mapped[float | None]
    radius_m: Mapped[float | None]
    crosses_township: Mapped[bool]
    township_codes: Mapped[list[Any]]
    cell_codes: Mapped[list[Any]]
    enterprise_ids: Mapped[list[Any]]
    problem_ids: Mapped[list[Any]] = mapped_column(server_default=_NO_ITEMS)
    unresolved_ids: Mapped[list[Any]] = mapped_column(server_default=_NO_ITEMS)
    officer_shares: Mapped[list[Any]]
    proposed_lead_officer_id: Mapped[int | None] = mapped_column(BigInteger)
    proposed_second_officer_id: Mapped[int | None] = mapped_column(BigInteger)
    hints: Mapped[list[Any]] = mapped_column(server_default=_NO_ITEMS)
    robustness: Mapped[dict[str, Any]]
    centre: Mapped[WKBElement] = mapped_column(shape("POINT"))
    geometry: Mapped[WKBElement] = mapped_column(shape("GEOMETRY"))


class CellStatisticRow(Base):
    """A cell's visits, problems and local statistics for one product.

    p is by conditional permutation (`draws` of them), q by false discovery rate over the cells.
    An analysis from before there were draws has a p by the normal distribution, and no class.
    """

    __tablename__ = "cell_statistic"
    __table_args__ = (_of_analysis(),)
    county_code: Mapped[str] = mapped_column(primary_key=True)
    analysis_id: Mapped[UUID] = mapped_column(primary_key=True)
    product: Mapped[str] = mapped_column(primary_key=True)
    cell_code: Mapped[str] = mapped_column(primary_key=True)
    enterprises: Mapped[int]
    visits: Mapped[int]
    problems: Mapped[int]
    expected: Mapped[float]
    gi_star: Mapped[float | None]
    p: Mapped[float | None]
    q: Mapped[float | None]
    gi_class: Mapped[str]
    local_moran: Mapped[float | None]
    local_class: Mapped[str | None]
    draws: Mapped[int | None]


class TargetRow(Base):
    """An enterprise to visit: its score is the sum of the points listed in `reasons`."""

    __tablename__ = "target"
    __table_args__ = (
        _of_analysis(),
        Index(
            "ix_target_county_code_analysis_id_cell_code", "county_code", "analysis_id", "cell_code"
        ),
    )
    county_code: Mapped[str] = mapped_column(primary_key=True)
    analysis_id: Mapped[UUID] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    cell_code: Mapped[str | None]
    officer_id: Mapped[int | None] = mapped_column(BigInteger)
    rank_in_cell: Mapped[int]
    rank_in_county: Mapped[int]
    score: Mapped[float]
    risk_class: Mapped[int]
    due_on: Mapped[date | None]
    last_visit_on: Mapped[date | None]
    check_zh: Mapped[str]
    check_en: Mapped[str]
    reasons: Mapped[list[Any]]
