"""The mapped rows. Area codes lead the keys that matter, for scope and partition by county.

Geometry is EPSG:4326 throughout. Every column is explained in docs/data_dictionary.md.
"""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from geoalchemy2 import Geometry
from geoalchemy2.elements import WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    MetaData,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, ExcludeConstraint, Range
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Common metadata: constraint names by one convention, JSON as jsonb."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {dict[str, Any]: JSONB, list[Any]: JSONB}


def _shape(kind: str) -> Geometry:
    # The GiST index is declared by name beside each table, so that migrations and models agree.
    return Geometry(kind, srid=4326, spatial_index=False)


def _sound(column: str, name: str) -> CheckConstraint:
    # A NaN or out-of-range coordinate passes PostGIS and is then found by no index search.
    return CheckConstraint(
        f"{column} IS NULL OR (NOT ST_IsEmpty({column}) AND ST_IsValid({column})"
        f" AND ST_XMin({column}) >= -180 AND ST_XMax({column}) <= 180"
        f" AND ST_YMin({column}) >= -90 AND ST_YMax({column}) <= 90)",
        name=name,
    )


class CountyRow(Base):
    """A county: the outermost area, and the clock its analyses run on when none is given."""

    __tablename__ = "county"
    __table_args__ = (
        _sound("geometry", "sound_geometry"),
        Index("ix_county_geometry", "geometry", postgresql_using="gist"),
    )
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    code_system: Mapped[str]
    is_fictional: Mapped[bool] = mapped_column(default=False)
    reference_date: Mapped[date | None]
    metric_epsg: Mapped[int]
    geometry: Mapped[WKBElement] = mapped_column(_shape("MULTIPOLYGON"))


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


class TownshipRow(Base):
    """A township polygon with its code, and the system the code belongs to."""

    __tablename__ = "township"
    __table_args__ = (
        _sound("geometry", "sound_geometry"),
        Index("ix_township_geometry", "geometry", postgresql_using="gist"),
    )
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    code_system: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    geometry: Mapped[WKBElement] = mapped_column(_shape("MULTIPOLYGON"))


class PlaceRow(Base):
    """A named place of the gazetteer: village, township, road or point, with its radius."""

    __tablename__ = "place"
    __table_args__ = (
        _sound("location", "sound_location"),
        _sound("geometry", "sound_geometry"),
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
    location: Mapped[WKBElement | None] = mapped_column(_shape("POINT"))
    geometry: Mapped[WKBElement | None] = mapped_column(_shape("GEOMETRY"))


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
        _sound("geometry", "sound_geometry"),
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
    geometry: Mapped[WKBElement] = mapped_column(_shape("MULTIPOLYGON"))


class OfficerRow(Base):
    """A named person who can hold duties between two dates."""

    __tablename__ = "officer"
    __table_args__ = (
        UniqueConstraint("county_code", "staff_no"),
        _sound("base", "sound_base"),
        CheckConstraint("active_to IS NULL OR active_to > active_from", name="days_in_order"),
    )
    county_code: Mapped[str] = mapped_column(ForeignKey("county.code"), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    staff_no: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    department: Mapped[str] = mapped_column(default="")
    township_code: Mapped[str | None]
    phone: Mapped[str] = mapped_column(default="")
    is_enforcement: Mapped[bool]
    capacity_visits_per_month: Mapped[float]
    active_from: Mapped[date]
    active_to: Mapped[date | None]
    base: Mapped[WKBElement | None] = mapped_column(_shape("POINT"))


class ResponsibilityRow(Base):
    """Who answers for a cell: a dated fact about a person. `during` includes its first day only."""

    __tablename__ = "responsibility"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "cell_id"], ["cell.county_code", "cell.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["county_code", "officer_id"], ["officer.county_code", "officer.id"]),
        CheckConstraint(
            "duty IN ('lead', 'second', 'coordinator', 'township_leader')", name="known_duty"
        ),
        CheckConstraint("NOT isempty(during) AND NOT lower_inf(during)", name="has_a_first_day"),
        ExcludeConstraint(
            ("county_code", "="),
            ("cell_id", "="),
            ("duty", "="),
            ("matter", "="),
            ("during", "&&"),
            using="gist",
            name="ex_responsibility_one_holder",
        ),
        Index("ix_responsibility_county_code_officer_id", "county_code", "officer_id"),
    )
    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    cell_id: Mapped[int] = mapped_column(BigInteger)
    duty: Mapped[str]
    matter: Mapped[str]
    officer_id: Mapped[int] = mapped_column(BigInteger)
    during: Mapped[Range[date]] = mapped_column(DATERANGE)
    rule: Mapped[str] = mapped_column(default="")
    approved_by: Mapped[str] = mapped_column(default="")


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
        _sound("geometry", "sound_geometry"),
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
    geometry: Mapped[WKBElement | None] = mapped_column(_shape("POINT"))


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
        _sound("location", "sound_location"),
        Index("ix_quality_event_county_code_enterprise_id", "county_code", "enterprise_id"),
        Index("ix_quality_event_county_code_occurred_on", "county_code", "occurred_on"),
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
    location: Mapped[WKBElement | None] = mapped_column(_shape("POINT"))
    batch_id: Mapped[UUID | None]


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
        _sound("geometry", "sound_geometry"),
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
    geometry: Mapped[WKBElement | None] = mapped_column(_shape("GEOMETRY"))


class ClusterRow(Base):
    """A cluster (聚集区) of problem producers that chance does not explain, and its owner."""

    __tablename__ = "cluster"
    __table_args__ = (
        _of_analysis(),
        _sound("geometry", "sound_geometry"),
        Index("ix_cluster_county_code_analysis_id", "county_code", "analysis_id"),
        ForeignKeyConstraint(
            ["county_code", "lead_officer_id"], ["officer.county_code", "officer.id"]
        ),
    )
    county_code: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    analysis_id: Mapped[UUID]
    product: Mapped[str]
    rank: Mapped[int]
    llr: Mapped[float]
    p: Mapped[float]
    p_gumbel: Mapped[float]
    q: Mapped[float]
    cases: Mapped[int]
    expected: Mapped[float]
    population: Mapped[float]
    relative_risk: Mapped[float | None]
    radius_m: Mapped[float]
    crosses_township: Mapped[bool]
    township_codes: Mapped[list[Any]]
    cell_codes: Mapped[list[Any]]
    enterprise_ids: Mapped[list[Any]]
    officer_shares: Mapped[list[Any]]
    lead_officer_id: Mapped[int | None] = mapped_column(BigInteger)
    proposed_lead_officer_id: Mapped[int | None] = mapped_column(BigInteger)
    robustness: Mapped[dict[str, Any]]
    centre: Mapped[WKBElement] = mapped_column(_shape("POINT"))
    geometry: Mapped[WKBElement] = mapped_column(_shape("GEOMETRY"))


class CellStatisticRow(Base):
    """A cell's visits, problems and Gi* for one product, with q by false discovery rate."""

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
