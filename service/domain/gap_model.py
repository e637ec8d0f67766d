"""What a gap in supervision (监管盲区) is, and everything that its tests look at."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Final

from geopandas import GeoDataFrame
from pandas import DataFrame
from shapely.geometry.base import BaseGeometry

from service.domain.holders import Holders
from service.domain.places import PIN_LEVELS
from service.domain.risk import PolicyTable
from service.domain.scoring import Score
from service.domain.special_areas import AreaKind


class GapKind(StrEnum):
    """The kinds of gap, numbered as in the taxonomy of the county plan."""

    HOLE = "G1"
    OVERLAP = "G2"
    NO_LEAD = "G3"
    ONE_OFFICER = "G4"
    OVERLOAD = "G5"
    NOT_IN_A_CELL = "G6"
    OTHER_TOWNSHIP = "G7"
    NOT_INSPECTED = "G8"
    CELL_NOT_INSPECTED = "G9"
    HIGH_RISK_UNWATCHED = "G10"
    BORDER = "G11"
    FAR_AWAY = "G12"
    REPORT_UNANSWERED = "G13"
    NOT_CLOSED = "G14"
    LICENCE = "G16"


class Severity(StrEnum):
    """How bad a gap is."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


NAMES: Final[dict[GapKind, tuple[str, str]]] = {
    GapKind.HOLE: ("空白区", "ground in no cell"),
    GapKind.OVERLAP: ("重叠区", "ground in two cells"),
    GapKind.NO_LEAD: ("无主格", "cell without a lead"),
    GapKind.ONE_OFFICER: ("单人格", "cell without a second officer"),
    GapKind.OVERLOAD: ("超载", "officer overloaded"),
    GapKind.NOT_IN_A_CELL: ("未落格", "enterprise in no one cell"),
    GapKind.OTHER_TOWNSHIP: ("属地不符", "stands in another township"),
    GapKind.NOT_INSPECTED: ("漏检", "inspection overdue"),
    GapKind.CELL_NOT_INSPECTED: ("未检格", "cell not inspected"),
    GapKind.HIGH_RISK_UNWATCHED: ("高险空档", "high risk unwatched"),
    GapKind.BORDER: ("边界带", "border zone neglected"),
    GapKind.FAR_AWAY: ("远距", "far from its officer"),
    GapKind.REPORT_UNANSWERED: ("有举报无检查", "report not followed up"),
    GapKind.NOT_CLOSED: ("未闭环", "loop not closed"),
    GapKind.LICENCE: ("资质盲点", "licence missing or expired"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where a gap begins; written into the analysis.

    Attributes:
        sliver_m2: Uncovered parts below this are the noise of two surveys (G1).
        overlap_m2: Ground in two cells up to this is digitising noise (G2): about a strip of a
            metre along a kilometre of border.
        far_km: Straight line from the lead's office to the cell (G12).
        report_workdays: Working days (Monday to Friday, holidays not known) to follow a report.
        look_back_days: Days to look again at who was banned, where no campaign ends sooner.
    """

    sliver_m2: float = 10_000.0
    overlap_m2: float = 1_000.0
    far_km: float = 15.0
    report_workdays: int = 15
    look_back_days: int = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One gap: what, where, how bad, since when, and the smallest thing that closes it.

    `measure` is in the unit of its kind: square metres (G1, G2), visits a month above capacity
    (G5), days late (G8, G13, G14), reasons that hold (G11, 1 to 4), kilometres (G12).
    """

    kind: GapKind
    severity: Severity
    since: date
    what_zh: str
    what_en: str
    fix_zh: str
    fix_en: str
    township_code: str | None = None
    cell_code: str | None = None
    enterprise_id: int | None = None
    officer_id: int | None = None
    measure: float | None = None
    geometry: BaseGeometry | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class CountyDay:
    """A county on a day, as the tests of all gaps see it.

    Attributes:
        on: The day.
        plan_from: First day of the plan in force.
        period_from: First day of the campaign, or a year before.
        campaign_ends_on: Last day of the campaign that runs, if one does.
        cells: code, name, township_code, township_name, lon, lat (inside the cell), geometry in
            WGS 84.
        holes: area_m2, township_code, geometry: ground in no cell, slivers left out.
        overlaps: code, other_code, township_code, area_m2, geometry: ground in two cells.
        officers: officer_id, name, is_enforcement, capacity_visits_per_month, lon, lat of those
            active on the day.
        holders: Who answers for what on the day.
        history: Every responsibility of the plan's cells, as `officers.history` returns it.
        register: Located enterprises with is_active and last_visit_on.
        scores: A score for each enterprise.
        policies: Visits required by product and class.
        visits_by_cell: Visits and sample tests of the period, by code of the cell; 0 left out.
        zones: Border zones and urban fringes that hold on the day, with the cells of each.
        reports: Complaints and tip-offs that no inspection has followed.
        unfinished: Rectifications not finished on the day.
        bans: Enterprises banned or closed and not visited since.
        limits: Where a gap begins.
    """

    on: date
    plan_from: date
    period_from: date
    campaign_ends_on: date | None
    cells: GeoDataFrame
    holes: GeoDataFrame
    overlaps: GeoDataFrame
    officers: DataFrame
    holders: Holders
    history: DataFrame
    register: GeoDataFrame
    scores: Mapping[int, Score]
    policies: PolicyTable
    visits_by_cell: Mapping[str, int]
    zones: "tuple[Zone, ...]"
    reports: GeoDataFrame
    unfinished: DataFrame
    bans: DataFrame
    limits: Limits

    @cached_property
    def register_by_id(self) -> "dict[int, Enterprise]":
        """Every enterprise by id, closed ones too."""
        columns = [
            "enterprise_id",
            "name",
            "product",
            "is_active",
            "status",
            "level",
            "reason_zh",
            "township_code",
            "point_township_code",
            "disputed_township_code",
            "cell_code",
            "cells_around",
            "last_visit_on",
            "geometry",
            "radius_m",
            "located_township_code",
        ]
        plain = DataFrame(self.register[columns]).astype(object)
        known = plain.where(plain.notna(), None)
        # A township's middle is nobody's place: no gap of an enterprise is drawn as a pin there.
        known["geometry"] = known["geometry"].where(known["level"].isin(PIN_LEVELS), None)
        rows = (Enterprise(*row) for row in known.itertuples(index=False, name=None))
        return {each.enterprise_id: each for each in rows}

    @cached_property
    def enterprises(self) -> "tuple[Enterprise, ...]":
        """Those that still work, in order of their id."""
        return tuple(each for each in self.register_by_id.values() if each.is_active)

    @cached_property
    def cell_by_code(self) -> "dict[str, Cell]":
        """The plan's cells by code."""
        columns = ["code", "name", "township_code", "lon", "lat", "geometry"]
        rows = DataFrame(self.cells[columns]).itertuples(index=False, name=None)
        return {row[0]: Cell(*row) for row in rows}

    @cached_property
    def township_names(self) -> dict[str, str]:
        """Names of the townships that have cells, by code."""
        return dict(zip(self.cells["township_code"], self.cells["township_name"], strict=True))

    @cached_property
    def enterprises_by_cell(self) -> dict[str, int]:
        """How many enterprises work in each cell that has any."""
        placed = (each.cell_code for each in self.enterprises if each.cell_code is not None)
        return dict(Counter(placed))

    @cached_property
    def products_by_cell(self) -> dict[str, frozenset[str]]:
        """The products of the enterprises in each cell that has any."""
        products: dict[str, set[str]] = {}
        for each in self.enterprises:
            if each.cell_code is not None:
                products.setdefault(each.cell_code, set()).add(each.product)
        return {code: frozenset(names) for code, names in products.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A border zone or urban fringe; `cells` the codes of those that belong to it."""

    code: str
    name: str
    kind: AreaKind
    since: date
    cells: frozenset[str]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell; lon and lat are of a point inside it, geometry in WGS 84."""

    code: str
    name: str
    township_code: str
    lon: float
    lat: float
    geometry: BaseGeometry


@dataclass(frozen=True, slots=True)
class Enterprise:
    """An enterprise of the register as the tests of gaps see it; None is unknown.

    `geometry` is a point known to its village or better; one known to an area alone has none, and
    `located_township_code` says which township the address names.
    """

    enterprise_id: int
    name: str
    product: str
    is_active: bool
    status: str
    level: str | None
    reason_zh: str | None
    township_code: str | None
    point_township_code: str | None
    disputed_township_code: str | None
    cell_code: str | None
    cells_around: int | None
    last_visit_on: date | None
    geometry: BaseGeometry | None
    radius_m: float | None = None
    located_township_code: str | None = None

    @property
    def seen_in_township(self) -> str | None:
        """The township it stands in, as far as anyone knows: its point's, its address', as told."""
        return self.point_township_code or self.located_township_code or self.township_code
